//! What operators look at: whether a server is ready, the queue, and request ids. (The figures and spans of a whole process:
//! `tests/whole_process.rs`.)

use axum::http::StatusCode;
use countersign::domain::time::SECOND;
use countersign::server::job::Job;
use countersign::server::jobs;
use countersign::server::store::job;
use std::sync::atomic::Ordering;

both! {
    async fn a_server_that_is_about_to_stop_says_so_and_goes_on(app) {
        let mut client = app.client();
        assert_eq!(client.get("/readyz").await.status, StatusCode::OK);
        app.stopping.store(true, Ordering::Relaxed);
        let answer = client.get("/readyz").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::SERVICE_UNAVAILABLE, "about to stop"));
        assert_eq!(client.get("/healthz").await.status, StatusCode::OK, "it is well");
        client.sign_in("member").await;
        assert_eq!(client.get("/hosts").await.status, StatusCode::OK, "and answers who comes nevertheless");
    }

    async fn a_server_that_is_about_to_stop_keeps_no_connection(app) {
        let mut client = app.client();
        client.sign_in("member").await;
        assert_eq!(client.get("/hosts").await.header("connection"), "");
        app.stopping.store(true, Ordering::Relaxed);
        for page in ["/hosts", "/readyz", "/login", "/no/such/page"] {
            assert_eq!(client.get(page).await.header("connection"), "close", "{page}");
        }
        assert_eq!(client.call("/api/get-frame", &[]).await.header("connection"), "close");
    }

    async fn an_answer_names_its_request(app) {
        let mut client = app.client();
        let (one, other) = (client.get("/healthz").await, client.get("/healthz").await);
        let (one, other) = (one.header("x-request-id"), other.header("x-request-id"));
        assert!(one.len() >= 32 && one != other, "{one} {other}");
    }

    async fn the_queue_is_counted(app) {
        let before = job::queue(&app.db, app.now()).await.expect("query");
        let late = Job::RemoveFile { file: "late".into() }.at(app.now() - 5 * SECOND);
        let early = Job::RemoveFile { file: "early".into() }.at(app.now() + 5 * SECOND);
        let mut tx = app.db.begin().await.expect("begin");
        for new in [&late, &early] {
            job::push(&mut tx, new).await.expect("pushed");
        }
        tx.commit().await.expect("commit");
        let now = job::queue(&app.db, app.now()).await.expect("query");
        assert_eq!((now.waiting - before.waiting, now.running, now.dead), (2, 0, 0));
        assert_eq!(now.oldest_due, 5 * SECOND);
        jobs::run_due(&app).await.expect("run jobs");
        assert_eq!(job::queue(&app.db, app.now()).await.expect("query").oldest_due, 0);
    }
}
