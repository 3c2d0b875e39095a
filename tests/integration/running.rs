//! What an operator finds while a server runs and after its commands: what reads makes nothing, what failed leaves nothing,
//! and what is said is true.

use crate::common::TestApp;
use crate::common::desk::Desk;
use crate::common::docking::{a_while_later, docked, problem, shown};
use crate::common::program::{Ended, Program, run};
use crate::common::requests::member_asks;
use axum::http::StatusCode;
use countersign::domain::time::{DAY, HOUR};
use countersign::server::backup::backup;
use countersign::server::demo;
use countersign::server::service::oplog::retention::kept_for;
use countersign::server::service::{first_run, system_settings};
use countersign::server::store::db::Db;
use countersign::server::store::setting;
use countersign::server::store::value::args;
use countersign::wire::settings::SettingsForm;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn fault_30_log_verify_makes_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("none/countersign.db");
    let Ended { status, out, err, .. } =
        run(&["log", "verify", "--database-url", &format!("sqlite:{}", file.display())]);
    assert!(!status.success() && out.is_empty(), "{out}");
    assert!(err.contains(&format!("there is no file {}", file.display())), "{err}");
    assert!(!folder.path().join("none").exists(), "not even its folder");
    let empty = folder.path().join("empty.db");
    fs::write(&empty, "").expect("a file");
    let Ended { status, err, .. } = run(&["log", "verify", "--database-url", &format!("sqlite:{}", empty.display())]);
    assert!(!status.success() && err.contains("holds nothing of Countersign"), "{err}");
    assert_eq!(fs::metadata(&empty).expect("a file").len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_30_log_verify_makes_no_table_on_postgres() {
    let url = crate::common::database::fresh_postgres_database().await;
    let Ended { status, err, .. } = run(&["log", "verify", "--database-url", &url]);
    assert!(!status.success() && err.contains("holds nothing of Countersign"), "{err}");
    let pool = sqlx::PgPool::connect(&url).await.expect("connected");
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'")
        .fetch_one(&pool)
        .await
        .expect("query");
    assert_eq!(tables, 0);
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_30_a_backup_that_failed_leaves_nothing() {
    let app = TestApp::demo(crate::common::Engine::Sqlite).await;
    let folder = tempfile::tempdir().expect("a folder");
    let damaged = folder.path().join("damaged.db");
    backup_of(&app, &folder.path().join("whole")).await;
    let mut content = fs::read(folder.path().join("whole/countersign.db")).expect("a database");
    content[4096..].fill(0x5a);
    fs::write(&damaged, content).expect("a file");
    let settings =
        app.with_settings(|settings| settings.database_url = format!("sqlite:{}", damaged.display())).app.settings;
    let to = folder.path().join("backup");
    for _ in 0..2 {
        let failed = backup(&settings, &to).await.expect_err("it is damaged").to_string();
        assert!(failed.contains(&format!("{}: it is damaged", damaged.display())), "{failed}");
        assert!(!to.exists());
    }
}

async fn backup_of(app: &TestApp, to: &Path) {
    let settings = app.with_settings(|settings| settings.database_url = app.sqlite_url()).app.settings;
    backup(&settings, to).await.expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_30_databases_and_backups_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, kept) = (folder.path().join("data"), folder.path().join("kept"));
    let (url, to) = (format!("sqlite:{}/countersign.db", data.display()), kept.to_str().expect("a text"));
    assert!(run(&["migrate", "--database-url", &url]).status.success());
    assert_eq!((mode(&data), mode(&data.join("countersign.db"))), (0o700, 0o600));
    // SQLite gives the files beside it the same rights.
    let db = Db::open(&url).await.expect("opened");
    assert_eq!(mode(&data.join("countersign.db-wal")), 0o600);
    db.close().await;
    // A backup is closed even where its database was opened to all.
    fs::set_permissions(data.join("countersign.db"), fs::Permissions::from_mode(0o644)).expect("opened to all");
    let told = run(&["migrate", "--database-url", &url]).err;
    assert!(told.contains("everybody on this machine can read it; chmod 600"), "{told}");
    assert!(run(&["backup", "--database-url", &url, to]).status.success());
    assert_eq!((mode(&kept), mode(&kept.join("countersign.db"))), (0o700, 0o600));
    fs::set_permissions(kept.join("countersign.db"), fs::Permissions::from_mode(0o644)).expect("opened to all");
    let back = folder.path().join("back");
    assert!(run(&["restore", "--database-url", &format!("sqlite:{}/it.db", back.display()), to]).status.success());
    assert_eq!((mode(&back), mode(&back.join("it.db"))), (0o700, 0o600));
}

#[test]
fn fault_30_migrate_and_a_stop_say_what_they_did() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}/countersign.db", folder.path().display());
    let first = run(&["migrate", "--database-url", &url]).out;
    assert!(first.contains("the schema is at step ") && first.contains(" steps were taken."), "{first}");
    let second = run(&["migrate", "--database-url", &url]).out;
    assert!(second.contains("nothing was to be done."), "{second}");
    let (server, _) = Program::serving(&["--database-url", &url]);
    let Ended { status, err, .. } = server.stop();
    assert!(status.success(), "{err}");
    assert!(err.contains("told to stop by SIGTERM") && err.trim_end().ends_with("stopped"), "{err}");
}

/// Whether the page of a server of its own says that this is a demo; and what the server complained of.
async fn says_demo(app: &TestApp, flags: &[&str]) -> (bool, String) {
    let url = app.url();
    let arguments: Vec<&str> = ["--database-url", &url].iter().chain(flags).copied().collect();
    let (server, base) = Program::serving(&arguments);
    let page = reqwest::get(format!("{base}/login")).await.expect("an answer").text().await.expect("a page");
    (page.contains("This is a demo"), server.stop().err)
}

both! {
    async fn fault_30_the_banner_stands_where_the_demo_made_the_accounts(demo_app) {
        assert!(says_demo(&demo_app, &[]).await.0, "whatever flag the server was started with");
        assert!(says_demo(&demo_app, &["--demo"]).await.0);
        let app = TestApp::empty(demo_app.engine).await;
        assert!(!says_demo(&app, &[]).await.0, "no account, no demo");
        let token = first_run::setup_token(&app).await.expect("query").expect("no account yet");
        first_run::set_up(&app, &token, "boss", "a long password", "a long password", "").await.expect("set up");
        let (says, complaint) = says_demo(&app, &["--demo"]).await;
        assert!(!says && complaint.contains("has accounts that no demo made"), "{complaint}");
        app.db.close().await;
    }

    async fn fault_30_a_demo_of_before_is_known_by_its_record(app) {
        assert!(demo::made_the_accounts(&app).await.expect("query"));
        let mut tx = app.db.begin().await.expect("begin");
        setting::clear(&mut tx, setting::DEMO).await.expect("cleared");
        tx.exec("DELETE FROM _sqlx_migrations WHERE version = 22", args![]).await.expect("undone");
        tx.commit().await.expect("commit");
        assert!(!demo::made_the_accounts(&app).await.expect("query"));
        Db::open(&app.url()).await.expect("brought up to date").close().await;
        assert!(demo::made_the_accounts(&app).await.expect("query"));
    }

    async fn fault_30_a_file_that_isnt_there_is_no_page(app) {
        let mut browser = app.client();
        for path in ["/pkg/nope.js", "/pkg", "/build-0123/pkg/countersign.js", "/build-0123/pkg/a/b.wasm"] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(browser.get("/hosts").await.status, StatusCode::SEE_OTHER, "a page is");
        browser.sign_in("member").await;
        assert_eq!(browser.get("/pkg/nope.js").await.status, StatusCode::NOT_FOUND);
    }

    async fn fault_30_a_new_one_time_link_ends_the_older_ones(demo_app) {
        let app = TestApp::empty(demo_app.engine).await;
        let older = first_run::setup_token(&app).await.expect("query").expect("a link");
        let newer = first_run::setup_token(&app).await.expect("query").expect("a link");
        let password = "a long password";
        let refused = first_run::set_up(&app, &older, "boss", password, password, "").await.err().expect("it has ended");
        assert!(refused.to_string().contains("a newer one"), "{refused}");
        first_run::set_up(&app, &newer, "boss", password, password, "").await.expect("set up");
        app.db.close().await;
    }

    async fn fault_30_only_what_was_changed_is_stored(app) {
        let admin = app.caller("sysadmin").await;
        let saved = async |app: &TestApp, auto_close: &str, trash: &str, log_retention: &str| {
            let form = SettingsForm { auto_close: auto_close.into(), trash: trash.into(), log_retention: log_retention.into() };
            system_settings::save(app, &admin, &form).await.expect("saved");
        };
        saved(&app, "3d", "7d", "").await;
        // The server is started anew with other lines in its file.
        let other = app.with_settings(|settings| {
            settings.auto_close_after = 5 * DAY;
            settings.trash_delay = DAY;
            settings.log_retention = Some(90 * DAY);
        });
        assert_eq!(system_settings::auto_close_after(&other).await, Ok(5 * DAY), "it was saved as it was shown");
        assert_eq!(system_settings::trash_delay(&other).await, Ok(7 * DAY), "this was changed");
        assert_eq!(kept_for(&other).await, Ok(Some(90 * DAY)));
        // What is typed as the file has it is the file's again.
        saved(&other, "12h", "1d", "").await;
        assert_eq!(kept_for(&other).await, Ok(None), "empty is for ever, whatever the file says");
        assert_eq!(system_settings::get(&other, &admin).await.expect("read").log_retention.text, "");
        assert_eq!(system_settings::trash_delay(&app).await, Ok(3 * DAY));
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(12 * HOUR));
        saved(&other, "12h", "1d", "90").await;
        assert_eq!(kept_for(&app).await, Ok(None), "the file of the other says nothing");
        let keys: Vec<String> = app.db.scalars("SELECT key FROM setting ORDER BY key", args![]).await.expect("query");
        assert_eq!(keys, ["auto_close_after", "demo", "three_level"]);
    }

    async fn fault_30_an_outage_notice_keeps_the_other_systems_address(app) {
        let desk = Desk::start().await;
        docked(&app, &desk.form(), "Support").await;
        // Nobody listens where the system is said to be now.
        let mut tx = app.db.begin().await.expect("begin");
        tx.exec("UPDATE external_system SET address = 'http://127.0.0.1:1'", args![]).await.expect("moved");
        tx.commit().await.expect("commit");
        let number = member_asks(&app, "help").await;
        a_while_later(&app).await;
        let told = shown(&app, number).await.row.external.and_then(|external| external.problem).expect("a problem");
        assert!(!told.contains("127.0.0.1") && told.contains("has a problem"), "{told}");
        assert!(problem(&app, number).await.contains("http://127.0.0.1:1 doesn't answer"), "an administrator reads it");
    }
}
