//! What people are told, and what goes on, when the database fails under the server.

use crate::common::{Engine, TestApp};
use axum::http::StatusCode;
use countersign::domain::time::MINUTE;
use countersign::server::store::value::args;
use countersign::wire::Reply;
use countersign::wire::error::AppError;

both! {
    async fn who_is_asking_cant_be_found_out(app) {
        let mut client = app.client();
        client.sign_in("member").await;
        app.db.close().await;
        let page = client.get("/hosts").await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(page.body.contains("nothing was changed") && page.body.contains("the reference "), "{}", page.body);
        let answer = client.call("/api/get-host-form", &[]).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(matches!(answer.json(), AppError::Internal { .. }), "typed, as the browser half reads it");
        let health = client.get("/readyz").await;
        assert_eq!((health.status, health.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer"));
    }
}

/// SQLite takes a transaction back by itself when the disk is full; here a limit of pages stands for the disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_full_disk_others_write_again() {
    let app = TestApp::demo(Engine::Sqlite).await;
    for _ in 0..3 {
        let mut tx = app.db.begin().await.expect("one begins after the other");
        // A limit below the present size means: not a page more.
        let _: i64 = tx.scalar("PRAGMA max_page_count = 1", args![]).await.expect("limited");
        let full = tx.exec("INSERT INTO setting (key, value) VALUES ('x', $1)", args!["x".repeat(100_000)]).await;
        assert!(full.expect_err("no room").to_string().contains("full"));
        drop(tx);
    }
    let mut client = app.client();
    client.sign_in("member").await;
    let fields = [("form[description]", "It rains in."), ("form[level]", "minor")];
    let answer = client.call("/api/request-support", &fields).await;
    assert!(matches!(answer.reply(), Reply::Done(_)), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_read_where_nothing_can_be_written() {
    let app = TestApp::demo(Engine::Sqlite).await;
    let mut client = app.client();
    client.sign_in("member").await;
    let mut tx = app.db.begin().await.expect("begin");
    tx.exec("PRAGMA query_only = on", args![]).await.expect("set");
    tx.commit().await.expect("commit");
    app.clock.advance(5 * MINUTE);
    assert_eq!(client.get("/hosts").await.status, StatusCode::OK);
    let fields = [("form[description]", "It rains in."), ("form[level]", "minor")];
    let answer = client.call("/api/request-support", &fields).await;
    assert!(matches!(answer.reply(), Reply::Refused(AppError::Internal { .. })), "{}", answer.body);
}

/// The server claims nothing of a commit whose answer never came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_was_cut_off_may_be_done_or_not() {
    let app = TestApp::demo(Engine::Postgres).await;
    let mut tx = app.db.begin().await.expect("begin");
    tx.exec("INSERT INTO setting (key, value) VALUES ('x', 'y')", args![]).await.expect("inserted");
    let backend: i64 = tx.scalar("SELECT CAST(pg_backend_pid() AS BIGINT)", args![]).await.expect("a backend");
    let ended = "SELECT pg_terminate_backend(CAST($1 AS INTEGER))";
    assert!(app.db.scalar::<bool>(ended, args![backend]).await.expect("ended"));
    let error = AppError::from(tx.commit().await.expect_err("cut off"));
    assert!(matches!(&error, AppError::Unsure { .. }) && error.to_string().contains("done or not"), "{error:?}");
    let refused = app.db.scalar::<i64>("SELECT 1 / 0", args![]).await.expect_err("refused");
    assert!(matches!(AppError::from(refused), AppError::Internal { .. }), "an answer is an answer");
}
