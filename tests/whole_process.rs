//! What operators see of a whole process: its figures and its spans. This is a program of its own, in which one test
//! runs at a time, because figures and spans would include what other tests do.

mod common;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use common::{Engine, TestApp};
use countersign::http::metrics;
use countersign::server::job::Job;
use countersign::server::jobs;
use countersign::server::store::job;
use countersign::server::telemetry::Telemetry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::Handle;

static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prometheus_reads_what_was_done_and_nobodys_name() {
    let _alone = ALONE.lock().await;
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let app = TestApp::demo(Engine::Sqlite).await.with_settings(|settings| settings.metrics_address = Some(free));
    let address = metrics::serve(&app, metrics::bind(free).await.expect("a free port")).expect("served");
    let mut client = app.client();
    client.sign_in("member").await;
    for _ in 0..3 {
        client.get("/hosts").await;
    }
    client.get("/hosts/0190-unknown").await;
    client.call("/api/no-such-function", &[]).await;
    client.call("/api/get-frame", &[]).await;
    let text = reqwest::get(format!("http://{address}/metrics")).await.expect("an answer").text().await.expect("text");
    let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
    let figures: BTreeMap<&str, f64> = lines.map(|(name, value)| (name, value.parse().expect("a number"))).collect();
    let requests = |method: &str, route: &str, status: u16| {
        let name = "countersign_http_request_seconds_count";
        figures.get(format!("{name}{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}").as_str()).copied()
    };
    assert_eq!(requests("GET", "/hosts", 200), Some(3.0), "{text}");
    assert_eq!(requests("POST", "/api/get-frame", 200), Some(1.0), "{text}");
    assert!(!text.contains("no-such-function") && !text.contains("0190-unknown"), "made-up names aren't kept: {text}");
    assert_eq!(
        figures.get("countersign_operations_total{operation=\"sign_in\",result=\"success\"}"),
        Some(&1.0),
        "{text}"
    );
    for name in [
        "countersign_jobs_waiting",
        "countersign_jobs_dead",
        "countersign_queue_age_seconds",
        "countersign_open_streams",
    ] {
        assert!(figures.contains_key(name), "{name}: {text}");
    }
    assert!(!text.contains("member"), "{text}");
    let told = |mark: &str| -> BTreeSet<String> {
        let names = text.lines().filter_map(|line| line.strip_prefix(mark)?.split(' ').next());
        names.map(str::to_owned).collect()
    };
    let (figures, helped) = (told("# TYPE "), told("# HELP "));
    assert!(figures.len() >= 8, "{text}");
    assert_eq!(figures, helped, "fault 30: each figure says what it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_gets_spans_of_requests_and_jobs_and_no_secrets() {
    let _alone = ALONE.lock().await;
    let (collected, address) = collector().await;
    let app = TestApp::demo(Engine::Sqlite).await;
    let app = app.with_settings(|settings| settings.otlp_endpoint = Some(format!("http://{address}/")));
    let telemetry = Telemetry::begin(&app.settings, &Handle::current()).expect("begun");
    let mut client = app.client();
    client.call("/api/sign-in", &[("username", "member"), ("password", "never-to-be-told")]).await;
    client.sign_in("member").await;
    client.get("/tickets/workflow/4711?dialog=not-to-be-told").await;
    let mut tx = app.db.begin().await.expect("begin");
    job::push(&mut tx, &Job::RemoveFile { file: "gone".into() }.at(app.now())).await.expect("pushed");
    tx.commit().await.expect("commit");
    jobs::run_due(&app).await.expect("run jobs");
    tokio::task::spawn_blocking(|| telemetry.end()).await.expect("ended");

    // Texts stand in protobuf as they are.
    let sent = String::from_utf8_lossy(&collected.lock().expect("nobody panicked").concat()).into_owned();
    for told in [
        "countersign",
        "POST /api/sign-in",
        "GET /tickets/workflow/{place}",
        "/tickets/workflow/4711",
        "http.response.status_code",
        "job",
        "remove-file",
    ] {
        assert!(sent.contains(told), "{told}: {sent}");
    }
    let token = client.cookies.values().next().expect("a session");
    for secret in ["never-to-be-told", "not-to-be-told", token] {
        assert!(!sent.contains(secret), "{secret}: {sent}");
    }
}

/// A server that takes spans as an OpenTelemetry collector does, and keeps them.
async fn collector() -> (Arc<Mutex<Vec<Vec<u8>>>>, SocketAddr) {
    let collected = Arc::<Mutex<Vec<Vec<u8>>>>::default();
    let kept = collected.clone();
    let take = move |body: Bytes| {
        kept.lock().expect("nobody panicked").push(body.to_vec());
        std::future::ready(StatusCode::OK)
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(take))).await });
    (collected, address)
}
