//! Facts that nobody can find out later: written with the change that they belong to, and filled in for what was there before.

use crate::common::database::fresh_postgres_database;
use crate::common::desk::Desk;
use crate::common::docking::{a_while_later, docked};
use crate::common::requests::{ask_for_host, member_asks};
use crate::common::{Engine, START, TestApp, pass, reject};
use countersign::domain::time::MINUTE;
use countersign::server::service::directory;
use countersign::server::service::oplog::verify::verify;
use countersign::server::service::support::handling::{self, Entry};
use countersign::server::service::workflow::decide;
use countersign::server::store::db::{Db, Dialect, migrations};
use countersign::server::store::value::args;
use sqlx::{PgPool, SqlitePool};
use std::time::Duration;

/// The newest step of the release before.
const BEFORE: i64 = 18;

/// A step of a ticket: its kind, the link it was taken at, when that link had opened, and when it was taken.
type Step = (String, Option<i64>, Option<i64>, i64);

/// The steps of a ticket, with the times as they are stored.
async fn stored_steps(app: &TestApp, number: i64) -> Vec<Step> {
    let sql = "SELECT kind, link, link_opened_at, at FROM ticket_record WHERE ticket_number = $1 ORDER BY position";
    app.db.all(sql, args![number]).await.expect("query")
}

/// The same, with the times in minutes since the test began.
async fn steps(app: &TestApp, number: i64) -> Vec<Step> {
    let minutes = |at: i64| (at - START) / MINUTE;
    let steps = stored_steps(app, number).await.into_iter();
    steps.map(|(kind, link, opened, at)| (kind, link, opened.map(minutes), minutes(at))).collect()
}

fn step(kind: &str, link: Option<i64>, opened: Option<i64>, at: i64) -> Step {
    (kind.to_owned(), link, opened, at)
}

async fn first_reply(app: &TestApp, number: i64) -> Option<i64> {
    app.db.scalar("SELECT first_reply_at FROM support WHERE number = $1", args![number]).await.expect("query")
}

async fn change(app: &TestApp, sql: &'static str, number: i64) {
    let mut tx = app.db.begin().await.expect("begin");
    tx.exec(sql, args![number]).await.expect("changed");
    tx.commit().await.expect("commit");
}

both! {
    async fn a_decision_says_when_its_link_had_opened(app) {
        let member = app.caller_in("member", "Project View: web").await;
        let (owner, admin) = (app.caller("owner").await, app.caller("sysadmin").await);
        let passed = ask_for_host(&app, &member, "passed").await;
        let undone = ask_for_host(&app, &member, "undone").await;
        let rejected = ask_for_host(&app, &member, "rejected").await;
        app.clock.advance(10 * MINUTE);
        pass(&app, &owner, passed, 1, "", "/").await.expect("passed");
        pass(&app, &owner, undone, 1, "", "/").await.expect("passed");
        reject(&app, &owner, rejected, 1, "", "/").await.expect("rejected");
        // As a server of the release before would have left its record.
        change(&app, "UPDATE ticket_record SET link = NULL, link_opened_at = NULL WHERE ticket_number = $1", undone).await;
        app.clock.advance(20 * MINUTE);
        pass(&app, &admin, passed, 2, "", "/").await.expect("passed");
        decide::undo(&app, &member, undone, 2, "no longer", "/").await.expect("undone");
        let submitted = step("submit", None, None, 0);
        let first = |kind| step(kind, Some(0), Some(0), 10);
        let second = |kind| step(kind, Some(1), Some(10), 30);
        assert_eq!(steps(&app, passed).await, [submitted.clone(), first("pass"), second("pass")]);
        assert_eq!(steps(&app, rejected).await, [submitted.clone(), first("reject")]);
        assert_eq!(steps(&app, undone).await, [submitted, step("pass", None, None, 10), second("undo")]);
    }

    async fn the_first_public_answer_of_a_handler_counts(app) {
        let helpdesk = app.caller("helpdesk").await;
        let number = member_asks(&app, "help").await;
        let say = async |who: &str, entry: Entry<'_>| {
            app.clock.advance(MINUTE);
            handling::reply(&app, &app.caller(who).await, number, entry).await.expect("said");
        };
        say("member", Entry::reply("hello?")).await;
        say("helpdesk", Entry { note: true, ..Entry::reply("hm") }).await;
        handling::take(&app, &helpdesk, number).await.expect("taken");
        assert_eq!(first_reply(&app, number).await, None);
        say("helpdesk", Entry::reply("so")).await;
        assert_eq!(first_reply(&app, number).await, Some(START + 3 * MINUTE));
        say("helpdesk", Entry::reply("or so")).await;
        assert_eq!(first_reply(&app, number).await, Some(START + 3 * MINUTE));
        // As a server of the release before would have left it.
        change(&app, "UPDATE support SET first_reply_at = NULL WHERE number = $1", number).await;
        say("member", Entry::reply("neither")).await;
        assert_eq!(first_reply(&app, number).await, None);
        say("helpdesk", Entry::reply("then so")).await;
        assert_eq!(first_reply(&app, number).await, Some(START + 3 * MINUTE));
    }

    async fn an_answer_from_another_system_counts(app) {
        let desk = Desk::start().await;
        docked(&app, &desk.form(), "Support").await;
        let number = member_asks(&app, "help").await;
        a_while_later(&app).await;
        assert_eq!(first_reply(&app, number).await, None);
        desk.say(1, "so".to_owned());
        a_while_later(&app).await;
        let sql = "SELECT at FROM post WHERE ticket_number = $1 AND body LIKE 'so%'";
        let said: i64 = app.db.scalar(sql, args![number]).await.expect("it came");
        assert_eq!(first_reply(&app, number).await, Some(said));
    }

    async fn what_is_made_here_says_so(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let (newcomer, web) = (app.user("newcomer").await, app.project("web").await);
        directory::assign(&app, &admin, &newcomer, &web, &"viewer".into()).await.expect("given");
        app.client().sign_in("newcomer").await;
        ask_for_host(&app, &app.caller_in("member", "Project View: web").await, "one").await;
        member_asks(&app, "help").await;
        let words = async |sql: &'static str| app.db.all::<(String, Option<String>)>(sql, args![]).await.expect("query");
        let sources = "SELECT DISTINCT source, CAST(NULL AS TEXT) FROM assignment";
        assert_eq!(words(sources).await, [("local".to_owned(), None)]);
        assert_eq!(words("SELECT provider, sid FROM session").await, [("local".to_owned(), None)]);
        let tickets = "SELECT via, on_behalf_of FROM ticket";
        assert_eq!(words(tickets).await, [("web".to_owned(), None), ("web".to_owned(), None)]);
        let tokens = "SELECT COUNT(*) FROM operation_log WHERE token_id IS NOT NULL OR token_name IS NOT NULL";
        assert_eq!(app.db.scalar::<i64>(tokens, args![]).await.expect("query"), 0);
    }
}

/// Brings an empty database to the release before and fills it as that release did.
macro_rules! fill {
    ($pool:expr, $dialect:expr) => {{
        migrations($dialect).run_to(BEFORE, &$pool).await.expect("migrated");
        sqlx::raw_sql(include_str!("facts/before.sql")).execute(&$pool).await.expect("filled");
        $pool.close().await;
    }};
}

async fn filled_for_what_was_there_before(engine: Engine) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = match engine {
        Engine::Sqlite => format!("sqlite:{}/before.db", folder.path().display()),
        Engine::Postgres => fresh_postgres_database().await,
    };
    match engine {
        Engine::Sqlite => {
            let pool = SqlitePool::connect(&format!("{url}?mode=rwc")).await.expect("a database");
            fill!(pool, Dialect::Sqlite);
        }
        Engine::Postgres => {
            let pool = PgPool::connect(&url).await.expect("a database");
            fill!(pool, Dialect::Postgres);
        }
    }
    let app = TestApp::empty(engine).await.on(Db::open(&url).await.expect("upgraded"));
    let of = |kind, link, opened, at| step(kind, Some(link), Some(opened), at);
    let outside = |kind, at| step(kind, None, None, at);
    let expected = [
        vec![outside("submit", 10), of("pass", 0, 10, 11), of("pass", 1, 11, 15), outside("succeed", 18)],
        vec![outside("submit", 20), outside("amend", 22), of("reject", 0, 20, 25)],
        vec![outside("submit", 30), of("pass", 0, 30, 31), of("undo", 1, 31, 36)],
        vec![outside("submit", 40)],
    ];
    for (number, expected) in (1..).zip(expected) {
        assert_eq!(stored_steps(&app, number).await, expected, "ticket {number}");
    }
    for (number, expected) in [(5, Some(54)), (6, None), (7, Some(77))] {
        assert_eq!(first_reply(&app, number).await, expected, "ticket {number}");
    }
    let sql = "SELECT a.source, s.provider, s.sid FROM assignment a JOIN session s ON s.account_id = a.account_id";
    let (source, provider, sid): (String, String, Option<String>) =
        app.db.opt(sql, args![]).await.expect("query").expect("a row");
    assert_eq!((source.as_str(), provider.as_str(), sid), ("local", "local", None));
    let (report, finding) = verify(&app, None).await.expect("walked");
    assert_eq!((finding, report.seals, report.records, report.unsealed), (None, 1, 3, 0));
    app.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_filled_in_on_sqlite() {
    filled_for_what_was_there_before(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_filled_in_on_postgres() {
    filled_for_what_was_there_before(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_before_is_not_broken_off_while_columns_are_added() {
    const TICKET: &str = "SELECT COUNT(*) FROM ticket";
    const PROCESS: &str = "SELECT COUNT(*) FROM process";
    const LOG: &str = "SELECT COUNT(*) FROM operation_log";
    // From a step of the schema on: what the server before holds, and what it goes on to while the upgrade waits for that.
    let upgrades: [(i64, &'static str, &[&'static str]); 2] = [
        (BEFORE - 1, TICKET, &[PROCESS]),
        (BEFORE, LOG, &[TICKET, "SELECT COUNT(*) FROM session", "SELECT COUNT(*) FROM assignment"]),
    ];
    for (before, held, further) in upgrades {
        let url = fresh_postgres_database().await;
        let pool = PgPool::connect(&url).await.expect("a database");
        migrations(Dialect::Postgres).run_to(before, &pool).await.expect("migrated");
        let mut busy = pool.begin().await.expect("begin");
        sqlx::query(held).execute(&mut *busy).await.expect("read");
        let upgrade = tokio::spawn(async move { Db::open(&url).await });
        for sql in further {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let read = tokio::time::timeout(Duration::from_millis(800), sqlx::query(*sql).execute(&mut *busy));
            read.await.expect("in time").expect("read");
        }
        assert!(!upgrade.is_finished(), "it waits");
        busy.commit().await.expect("commit");
        let upgraded = tokio::time::timeout(Duration::from_secs(10), upgrade).await.expect("in time");
        upgraded.expect("no panic").expect("upgraded").close().await;
        pool.close().await;
    }
}
