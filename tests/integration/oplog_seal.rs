//! The operation log can't be changed, and a change that is made all the same is found.

use crate::common::TestApp;
use countersign::domain::oplog::{Head, Operation, Operator, ResourceType, Subject};
use countersign::domain::time::{DAY, HOUR};
use countersign::server::service::oplog::retention::remove_some;
use countersign::server::service::oplog::sealing::{Sealed, seal_settled};
use countersign::server::service::oplog::verify::{Finding, Report, verify};
use countersign::server::store::db::Dialect;
use countersign::server::store::oplog::{self, NewRecord};
use countersign::server::store::value::args;
use serde_json::json;
use std::time::Duration;

fn record(app: &TestApp, name: &str) -> NewRecord {
    NewRecord {
        at: app.now(),
        operator: Operator::system(),
        subject: Subject::new(ResourceType::Host, name, name),
        operation: Operation::Create,
        result: countersign::domain::oplog::Outcome::Success,
        reason: None,
        details: json!({"name": name}),
    }
}

/// Writes records, each in a transaction of its own.
async fn write(app: &TestApp, names: &[&str]) {
    for name in names {
        let mut tx = app.db.begin().await.expect("begin");
        oplog::insert(&mut tx, &record(app, name)).await.expect("insert");
        tx.commit().await.expect("commit");
    }
}

/// The number of the record about the host of this name.
async fn number(app: &TestApp, name: &str) -> i64 {
    let sql = "SELECT number FROM operation_log WHERE resource_id = $1";
    app.db.scalar(sql, args![name]).await.expect("one record")
}

/// Changes the log as somebody does who has access to the database but not to the application: without the triggers.
async fn tamper(app: &TestApp, sql: &'static str, about: i64) {
    let mut tx = app.db.begin().await.expect("begin");
    let off: &[&'static str] = match tx.dialect() {
        Dialect::Postgres => {
            &["ALTER TABLE operation_log DISABLE TRIGGER ALL", "ALTER TABLE operation_log_seal DISABLE TRIGGER ALL"]
        }
        Dialect::Sqlite => &[
            "DROP TRIGGER IF EXISTS operation_log_never_changes",
            "DROP TRIGGER IF EXISTS operation_log_stays",
            "DROP TRIGGER IF EXISTS operation_log_seal_never_changes",
            "DROP TRIGGER IF EXISTS operation_log_seal_stays",
        ],
    };
    for statement in off {
        tx.exec(*statement, args![]).await.expect("the triggers are off");
    }
    assert_eq!(tx.exec(sql, args![about]).await.expect("tampered"), 1, "{sql}");
    tx.commit().await.expect("commit");
}

async fn sealed(app: &TestApp) {
    assert_eq!(seal_settled(app).await.expect("sealed"), Sealed::Everything);
}

async fn found(app: &TestApp) -> Option<Finding> {
    verify(app, None).await.expect("walked").1
}

async fn whole(app: &TestApp) -> Report {
    let (report, finding) = verify(app, None).await.expect("walked");
    assert_eq!(finding, None);
    report
}

both! {
    async fn the_database_refuses_to_change_records(app) {
        write(&app, &["a", "b"]).await;
        sealed(&app).await;
        let number = number(&app, "a").await;
        for sql in [
            "UPDATE operation_log SET operator_name = 'nobody' WHERE number = $1",
            "DELETE FROM operation_log WHERE number = $1",
            "UPDATE operation_log_seal SET entries = '' WHERE last_record >= $1",
            "UPDATE operation_log_seal SET hash = 'x' WHERE last_record >= $1",
            "DELETE FROM operation_log_seal WHERE last_record >= $1",
        ] {
            let mut tx = app.db.begin().await.expect("begin");
            let refused = tx.exec(sql, args![number]).await.expect_err(sql).to_string();
            assert!(refused.contains("operation log are never"), "{sql}: {refused}");
            tx.rollback().await.expect("rollback");
        }
        let mut tx = app.db.begin().await.expect("begin");
        let replace = match tx.dialect() {
            Dialect::Sqlite => "INSERT OR REPLACE INTO operation_log SELECT * FROM operation_log WHERE number = $1",
            Dialect::Postgres => "TRUNCATE operation_log",
        };
        let args = if tx.dialect() == Dialect::Sqlite { args![number] } else { args![] };
        let refused = tx.exec(replace, args).await.expect_err(replace).to_string();
        assert!(refused.contains("operation log are never"), "{refused}");
        tx.rollback().await.expect("rollback");
        whole(&app).await;
    }

    async fn a_whole_log_is_found_whole(app) {
        assert_eq!(seal_settled(&app).await.expect("sealed"), Sealed::Everything, "whatever the demo wrote");
        let before = whole(&app).await;
        write(&app, &["a", "b", "c"]).await;
        let unsealed = whole(&app).await;
        assert_eq!((unsealed.records, unsealed.unsealed), (before.records, 3));
        sealed(&app).await;
        sealed(&app).await;
        let after = whole(&app).await;
        assert_eq!((after.seals, after.records, after.unsealed), (before.seals + 1, before.records + 3, 0));
        assert!(app.leftover_jobs().await.is_empty());
    }

    async fn many_records_are_sealed_in_ranges(app) {
        let mut tx = app.db.begin().await.expect("begin");
        for i in 0..2_345 {
            oplog::insert(&mut tx, &record(&app, &format!("r{i}"))).await.expect("insert");
        }
        tx.commit().await.expect("commit");
        sealed(&app).await;
        let report = whole(&app).await;
        assert!(report.records >= 2_345 && report.seals == (report.records + 999) / 1_000, "{report:?}");
    }

    async fn a_changed_record_is_named(app) {
        write(&app, &["a", "b", "c"]).await;
        sealed(&app).await;
        let number = number(&app, "b").await;
        tamper(&app, "UPDATE operation_log SET operator_name = 'somebody else' WHERE number = $1", number).await;
        assert_eq!(found(&app).await, Some(Finding::RecordChanged(number)));
    }

    async fn a_changed_detail_is_named_after_more_was_sealed(app) {
        write(&app, &["a", "b"]).await;
        sealed(&app).await;
        write(&app, &["c"]).await;
        sealed(&app).await;
        let number = number(&app, "a").await;
        tamper(&app, "UPDATE operation_log SET details = '{}' WHERE number = $1", number).await;
        assert_eq!(found(&app).await, Some(Finding::RecordChanged(number)));
    }

    async fn a_changed_token_is_named(app) {
        let mut tx = app.db.begin().await.expect("begin");
        let sql = "INSERT INTO operation_log (at, operator_name, view, resource_type, resource_id, resource_name, operation,
            result, ip, details, token_id, token_name)
            VALUES ($1, 'ci', '', 'host', 'by token', 'x', 'create', 'success', '', '{}', 'token-1', 'nightly')";
        tx.exec(sql, args![app.now()]).await.expect("written");
        tx.commit().await.expect("commit");
        write(&app, &["by hand"]).await;
        sealed(&app).await;
        whole(&app).await;
        let (by_token, by_hand) = (number(&app, "by token").await, number(&app, "by hand").await);
        tamper(&app, "UPDATE operation_log SET token_id = 'token-1' WHERE number = $1", by_hand).await;
        assert_eq!(found(&app).await, Some(Finding::RecordChanged(by_hand)));
        tamper(&app, "UPDATE operation_log SET token_id = NULL, token_name = NULL WHERE number = $1", by_token).await;
        assert_eq!(found(&app).await, Some(Finding::RecordChanged(by_token)));
    }

    async fn a_missing_record_is_named(app) {
        write(&app, &["a", "b", "c"]).await;
        sealed(&app).await;
        write(&app, &["d"]).await;
        let (middle, last) = (number(&app, "b").await, number(&app, "c").await);
        tamper(&app, "DELETE FROM operation_log WHERE number = $1", last).await;
        assert_eq!(found(&app).await, Some(Finding::RecordMissing(last)), "the last of its range");
        tamper(&app, "DELETE FROM operation_log WHERE number = $1", middle).await;
        assert_eq!(found(&app).await, Some(Finding::RecordMissing(middle)), "the first is named");
    }

    async fn a_record_slipped_in_is_named(app) {
        write(&app, &["a", "b"]).await;
        if app.db.dialect() == Dialect::Postgres {
            // A transaction that is rolled back leaves a gap in the numbers, which is no sign of tampering.
            let mut tx = app.db.begin().await.expect("begin");
            oplog::insert(&mut tx, &record(&app, "taken back")).await.expect("insert");
            tx.rollback().await.expect("rollback");
        }
        write(&app, &["c"]).await;
        sealed(&app).await;
        whole(&app).await;
        let gap = match app.db.dialect() {
            Dialect::Postgres => number(&app, "c").await - 1,
            Dialect::Sqlite => -5,
        };
        let mut tx = app.db.begin().await.expect("begin");
        let sql = tx.dialect().pick(
            "INSERT INTO operation_log (number, at, operator_name, view, resource_type, resource_id, resource_name, operation,
               result, ip, details) VALUES ($1, 1, 'x', '', 'host', 'x', 'x', 'create', 'success', '', '{}')",
            "INSERT INTO operation_log (number, at, operator_name, view, resource_type, resource_id, resource_name, operation,
               result, ip, details) OVERRIDING SYSTEM VALUE
             VALUES ($1, 1, 'x', '', 'host', 'x', 'x', 'create', 'success', '', '{}')",
        );
        tx.exec(sql, args![gap]).await.expect("slipped in");
        tx.commit().await.expect("commit");
        assert_eq!(found(&app).await, Some(Finding::RecordInserted(gap)));
    }

    async fn a_changed_seal_is_named(app) {
        for name in ["a", "b", "c"] {
            write(&app, &[name]).await;
            sealed(&app).await;
        }
        let head = whole(&app).await.head.expect("a newest seal");
        let middle = head.number - 1;
        tamper(&app, "UPDATE operation_log_seal SET sealed_at = sealed_at + 1 WHERE number = $1", middle).await;
        assert_eq!(found(&app).await, Some(Finding::SealChanged(middle)));
        tamper(&app, "UPDATE operation_log_seal SET sealed_at = sealed_at - 1 WHERE number = $1", middle).await;
        whole(&app).await;
        tamper(&app, "UPDATE operation_log_seal SET entries = '1 x' WHERE number = $1", middle).await;
        assert_eq!(found(&app).await, Some(Finding::SealChanged(middle)));
        tamper(&app, "DELETE FROM operation_log_seal WHERE number = $1", middle).await;
        assert_eq!(found(&app).await, Some(Finding::SealMissing(middle)));
    }

    async fn a_seal_noted_elsewhere_shows_that_the_end_was_cut_off(app) {
        write(&app, &["a"]).await;
        sealed(&app).await;
        write(&app, &["b"]).await;
        sealed(&app).await;
        let noted: Head = Head::parse(&whole(&app).await.head.expect("a newest seal").to_string()).expect("reads back");
        assert_eq!(verify(&app, Some(&noted)).await.expect("walked").1, None);
        let other = Head { hash: "x".into(), ..noted.clone() };
        let not_it = verify(&app, Some(&other)).await.expect("walked").1;
        assert_eq!(not_it, Some(Finding::NotTheNotedHead(noted.number)));
        tamper(&app, "DELETE FROM operation_log_seal WHERE number = $1", noted.number).await;
        assert_eq!(found(&app).await, None, "which the database alone can't show");
        assert_eq!(verify(&app, Some(&noted)).await.expect("walked").1, Some(Finding::SealMissing(noted.number)));
    }

    async fn a_key_keeps_others_from_making_seals(app) {
        write(&app, &["a"]).await;
        sealed(&app).await;
        let first = whole(&app).await.head.expect("sealed").number;
        let keyed = app.with_settings(|s| s.log_key = Some("secret".into()));
        write(&app, &["b"]).await;
        sealed(&keyed).await;
        let report = whole(&keyed).await;
        assert_eq!(report.without_key, first);
        assert_eq!(found(&app).await, Some(Finding::KeyNeeded(first + 1)));
        let other = app.with_settings(|s| s.log_key = Some("guess".into()));
        assert_eq!(found(&other).await, Some(Finding::SealChanged(first + 1)));
        write(&app, &["c"]).await;
        sealed(&app).await;
        assert_eq!(found(&keyed).await, Some(Finding::KeyLost(first + 2)));
    }

    async fn a_number_still_on_its_way_holds_sealing_and_nobody_else(app) {
        if app.db.dialect() == Dialect::Sqlite {
            // On SQLite numbers are committed in the order they are drawn.
            return;
        }
        sealed(&app).await;
        let mut slow = app.db.begin().await.expect("begin");
        oplog::insert(&mut slow, &record(&app, "slow")).await.expect("insert");
        write(&app, &["quick"]).await;
        let sealing = tokio::spawn({
            let app = app.clone();
            async move { seal_settled(&app).await.expect("sealed") }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!sealing.is_finished(), "it waits for the slow one");
        tokio::time::timeout(Duration::from_secs(2), write(&app, &["meanwhile"])).await.expect("nobody waits for it");
        slow.commit().await.expect("commit");
        let waited = tokio::time::timeout(Duration::from_secs(5), sealing).await.expect("in time").expect("no panic");
        assert_eq!(waited, Sealed::Everything);
        let through = oplog::seal::sealed_through(&app.db).await.expect("query");
        assert_eq!(through, number(&app, "quick").await, "up to where it began");
        assert!(number(&app, "slow").await < through);
        assert_eq!(whole(&app).await.unsealed, 1);
    }

    async fn two_sealers_make_one_chain(app) {
        let names: Vec<String> = (0..40).map(|i| format!("n{i}")).collect();
        for name in &names {
            write(&app, &[name]).await;
            let (a, b) = tokio::join!(seal_settled(&app), seal_settled(&app));
            assert!(a.is_ok() && b.is_ok(), "{a:?} {b:?}");
        }
        sealed(&app).await;
        assert_eq!(whole(&app).await.unsealed, 0);
    }

    async fn retention_removes_sealed_ranges_and_says_so(app) {
        let kept = app.with_settings(|s| s.log_retention = Some(10 * DAY));
        write(&app, &["old-1", "old-2"]).await;
        app.clock.advance(9 * DAY);
        write(&app, &["young"]).await;
        sealed(&app).await;
        app.clock.advance(2 * DAY);
        assert_eq!(remove_some(&kept).await.expect("looked"), 0, "a range goes whole, and its last record is young");
        write(&app, &["younger"]).await;
        sealed(&app).await;
        app.clock.advance(8 * DAY + HOUR);
        assert_eq!(remove_some(&app).await.expect("looked"), 0, "kept for ever unless set");
        let removed = remove_some(&kept).await.expect("removed");
        assert!(removed >= 3, "{removed}");
        assert_eq!(remove_some(&kept).await.expect("looked"), 0, "once");
        let left: Vec<String> =
            app.db.scalars("SELECT resource_id FROM operation_log WHERE resource_type = 'host' ORDER BY number", args![]).await.expect("query");
        assert_eq!(left, ["younger"]);
        let report = whole(&app).await;
        assert_eq!((report.removed, report.unsealed), (removed, 1), "its own record isn't sealed yet");
        assert_eq!(app.logged("delete", "success").await, 1);
        sealed(&app).await;
        assert_eq!(whole(&app).await.unsealed, 0);
        let number = number(&app, "younger").await;
        let mut tx = app.db.begin().await.expect("begin");
        let refused = tx.exec("DELETE FROM operation_log WHERE number = $1", args![number]).await;
        assert!(refused.is_err(), "what no removal covers stays");
        tx.rollback().await.expect("rollback");
        tamper(&app, "DELETE FROM operation_log WHERE number = $1", number).await;
        assert_eq!(found(&app).await, Some(Finding::RecordMissing(number)));
    }

    async fn the_settings_page_sets_retention_unless_a_flag_does(app) {
        use countersign::server::service::oplog::retention::kept_for;
        use countersign::server::store::setting;
        assert_eq!(kept_for(&app).await.expect("read"), None);
        let mut tx = app.db.begin().await.expect("begin");
        setting::set(&mut tx, "log_retention", "30").await.expect("set");
        tx.commit().await.expect("commit");
        assert_eq!(kept_for(&app).await.expect("read"), Some(30 * DAY));
        let by_flag = app.with_settings(|s| {
            s.log_retention = Some(5 * DAY);
            s.fixed.insert("log-retention".into());
        });
        assert_eq!(kept_for(&by_flag).await.expect("read"), Some(5 * DAY));
    }

    async fn the_standing_jobs_go_on_for_ever(app) {
        use countersign::server::job::Job;
        use countersign::server::jobs;
        write(&app, &["a"]).await;
        for _ in 0..2 {
            jobs::begin_standing(&app).await.expect("begun");
        }
        assert_eq!(app.leftover_jobs().await.len(), Job::STANDING.len(), "each once");
        jobs::run_due(&app).await.expect("run");
        assert_eq!(app.leftover_jobs().await.len(), Job::STANDING.len(), "and again");
        assert_eq!(whole(&app).await.unsealed, 0);
    }
}
