//! Backups are made while the server goes on, and a restored one has everything.

use crate::common::files::uploaded;
use crate::common::requests::member_asks;
use crate::common::{Engine, TestApp};
use countersign::server::backup::{BackupError, backup, restore};
use countersign::server::service::oplog::{sealing, verify};
use countersign::server::service::support::{details, handling};
use countersign::server::store::db::Db;
use std::path::Path;

const TABLES: [&str; 6] = [
    "SELECT COUNT(*) FROM ticket",
    "SELECT COUNT(*) FROM operation_log",
    "SELECT COUNT(*) FROM job",
    "SELECT COUNT(*) FROM post",
    "SELECT COUNT(*) FROM attachment",
    "SELECT COUNT(*) FROM account",
];

async fn counts(db: &Db) -> Vec<i64> {
    let mut counts = vec![];
    for sql in TABLES {
        counts.push(db.scalar(sql, vec![]).await.expect("query"));
    }
    counts
}

/// A support ticket with a file.
async fn help(app: &TestApp) -> i64 {
    let member = app.caller("member").await;
    let number = member_asks(app, "help").await;
    let files = [uploaded(app, "member", "it.txt", b"what it looked like").await];
    let entry = handling::Entry { files: &files, ..handling::Entry::reply("see") };
    handling::reply(app, &member, number, entry).await.expect("sent");
    number
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_back_is_how_it_stood_at_one_instant() {
    let app = TestApp::demo(Engine::Sqlite).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = app.with_settings(|settings| {
        settings.database_url = app.sqlite_url();
        settings.attachments_folder = Some(folder.path().join("files"));
    });
    let number = help(&app).await;
    member_asks(&app, "before").await;
    sealing::seal_due(&app).await.expect("sealed");
    let before = counts(&app.db).await;

    // Somebody goes on working all the while.
    let busy = {
        let app = app.clone();
        tokio::spawn(async move {
            for n in 0..20 {
                member_asks(&app, &format!("meanwhile-{n}")).await;
            }
        })
    };
    let to = folder.path().join("backup");
    let held = backup(&app.settings, &to).await.expect("written");
    busy.await.expect("nobody was held up");
    assert_eq!(held.attachments, 1);
    let twice = backup(&app.settings, &to).await.expect_err("it is there");
    assert!(matches!(twice, BackupError::File { .. }), "{twice}");

    let back = app.with_settings(|settings| {
        settings.database_url = format!("sqlite:{}/back/countersign.db", folder.path().display());
        settings.attachments_folder = Some(folder.path().join("back/files"));
    });
    assert_eq!(restore(&back.settings, &to).await.expect("restored").attachments, 1);
    let db = Db::open(&back.settings.database_url).await.expect("it opens");
    let (found, after) = (counts(&db).await, counts(&app.db).await);
    for ((found, before), after) in found.iter().zip(&before).zip(&after) {
        assert!(before <= found && found <= after, "{before} {found} {after}");
    }
    // Each change is there with its record and its ticket, or not at all.
    assert_eq!(found[1] - before[1], found[0] - before[0], "as many records as tickets");
    let restored = back.on(db.clone());
    let (report, amiss) = verify::verify(&restored, None).await.expect("walked");
    assert_eq!(amiss, None);
    assert!(report.seals > 0 && report.records > 0, "{report:?}");
    let detail = details::get(&restored, &restored.caller("helpdesk").await, number, None).await.expect("readable");
    let file = &detail.posts[1].files[0];
    let content = std::fs::read(folder.path().join("back/files").join(&file.id)).expect("its file");
    assert_eq!(content, b"what it looked like");
    db.close().await;

    let again = restore(&back.settings, &to).await.expect_err("nothing is overwritten");
    assert!(again.to_string().contains("exists"), "{again}");
}

#[tokio::test]
async fn what_is_no_backup_isnt_restored() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = TestApp::demo(Engine::Sqlite).await;
    let settings = |url: String| {
        let mut settings = (*app.settings).clone();
        settings.database_url = url;
        settings
    };
    let target = settings(format!("sqlite:{}/new.db", folder.path().display()));
    let empty = restore(&target, folder.path()).await.expect_err("nothing there");
    assert!(empty.to_string().contains("is no backup"), "{empty}");
    let source = folder.path().join("backup");
    backup(&settings(app.sqlite_url()), &source).await.expect("written");
    spoil(&source.join("countersign.db"));
    let damaged = restore(&target, &source).await.expect_err("damaged");
    assert!(!folder.path().join("new.db").exists(), "{damaged}");
    let nowhere = backup(&target, &folder.path().join("b")).await.expect_err("no database");
    assert!(nowhere.to_string().contains("no database"), "{nowhere}");
    for url in ["postgres://localhost/x", "postgresql://localhost/x"] {
        let postgres =
            backup(&settings(url.into()), &folder.path().join("p")).await.expect_err("has programs of its own");
        assert!(postgres.to_string().contains("pg_dump"), "{postgres}");
    }
}

/// Overwrites a part of the file behind its header.
fn spoil(file: &Path) {
    let mut content = std::fs::read(file).expect("a file");
    let half = content.len() / 2;
    content[4096..half].fill(0x5a);
    std::fs::write(file, content).expect("written");
}
