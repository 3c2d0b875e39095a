//! `countersign log verify`, as an operator calls it.

use crate::common;
use crate::common::TestApp;
use countersign::server::service::oplog::sealing::{Sealed, seal_settled};
use countersign::server::store::db::Dialect;
use countersign::server::store::value::args;
use sqlx::ConnectOptions;
use std::process::{Command, Output};

/// Runs the command on the test's database.
fn verify(app: &TestApp) -> Output {
    let url = match app.db.postgres() {
        Some(pool) => pool.connect_options().to_url_lossy().to_string(),
        None => app.sqlite_url(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["log", "verify", "--database-url", &url]).output().expect("the program")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Changes a record by hand, as somebody can who has access to the database.
async fn change_by_hand(app: &TestApp, number: i64) {
    let mut tx = app.db.begin().await.expect("begin");
    let off = match tx.dialect() {
        Dialect::Postgres => "ALTER TABLE operation_log DISABLE TRIGGER ALL",
        Dialect::Sqlite => "DROP TRIGGER operation_log_never_changes",
    };
    tx.exec(off, args![]).await.expect("the trigger is off");
    let sql = "UPDATE operation_log SET reason = 'nothing to see here' WHERE number = $1";
    assert_eq!(tx.exec(sql, args![number]).await.expect("changed"), 1);
    tx.commit().await.expect("commit");
}

both! {
    async fn a_record_changed_by_hand_is_named(app) {
        let member = app.caller("member").await;
        for name in ["a", "b", "c"] {
            common::requests::ask_for_host(&app, &member, name).await;
        }
        assert_eq!(seal_settled(&app).await.expect("sealed"), Sealed::Everything);
        let whole = verify(&app);
        let said = text(&whole.stdout);
        assert!(whole.status.success(), "{said}{}", text(&whole.stderr));
        assert!(said.contains(" as they were sealed.") && said.contains("0 records are not sealed yet."), "{said}");
        let sql = "SELECT MIN(number) + 1 FROM operation_log WHERE operation = 'submit'";
        let number: i64 = app.db.scalar(sql, args![]).await.expect("query");
        change_by_hand(&app, number).await;
        let found = verify(&app);
        let said = text(&found.stderr);
        assert!(!found.status.success(), "{}", text(&found.stdout));
        assert!(said.contains("did not pass") && said.contains(&format!("record {number} ")), "{said}");
    }
}
