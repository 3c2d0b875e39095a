//! Figures for Prometheus: the address that answers with them, and how long requests take. What happens below HTTP is
//! counted by [`crate::server::metrics`]. Nobody's name is among the figures. Nothing is counted unless somebody may
//! read it.

use crate::server::app::App;
use crate::server::metrics as below;
use crate::server::store::job;
use axum::Router;
use axum::extract::{MatchedPath, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::server_fn::axum::server_fn_paths;
use metrics::{describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::collections::BTreeSet;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

const REQUEST_SECONDS: &str = "countersign_http_request_seconds";
/// From an index read to a page that is rendered on a busy machine.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// How often what was measured is gathered while nobody reads it.
const UPKEEP: Duration = Duration::from_secs(10);

/// The paths of server functions; whoever asks for another one made it up.
static FUNCTIONS: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| server_fn_paths().map(|(path, _)| path).collect());

#[derive(Clone)]
struct Figures {
    app: App,
    handle: PrometheusHandle,
}

/// Takes the address (port 0 takes a free one), so that one that can't be had is known before anything else is done.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Begins to count, and answers `/metrics` there from now on; gives where.
pub fn serve(app: &App, listener: TcpListener) -> Result<SocketAddr, Box<dyn Error>> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.into()), &SECONDS)?
        .install_recorder()?;
    describe();
    let address = listener.local_addr()?;
    tracing::info!("figures at http://{address}/metrics");
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    let router = Router::new().route("/metrics", get(read)).with_state(Figures { app: app.clone(), handle });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// What each figure is, for `# HELP`.
fn describe() {
    describe_histogram!(REQUEST_SECONDS, "How long answers took in seconds, by method, route and status.");
    describe_gauge!("countersign_jobs_waiting", "Jobs that wait for their time or their turn.");
    describe_gauge!("countersign_jobs_running", "Jobs that a server has taken up.");
    describe_gauge!("countersign_jobs_dead", "Jobs that were given up and wait for somebody.");
    describe_gauge!("countersign_queue_age_seconds", "How long the job that waits longest has been due.");
    describe_gauge!("countersign_open_streams", "Pages that are told of changes by this server now.");
    describe_gauge!("countersign_database_statements", "SQL statements that this server has run since it started.");
    below::describe();
}

async fn read(State(Figures { app, handle }): State<Figures>) -> Response {
    let queue = job::queue(&app.db, app.now()).await;
    let Ok(queue) = queue.inspect_err(|error| tracing::error!("figures: {error}")) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer").into_response();
    };
    gauge!("countersign_jobs_waiting").set(queue.waiting as f64);
    gauge!("countersign_jobs_running").set(queue.running as f64);
    gauge!("countersign_jobs_dead").set(queue.dead as f64);
    gauge!("countersign_queue_age_seconds").set(queue.oldest_due as f64 / 1_000.0);
    gauge!("countersign_open_streams").set(app.events.open_streams() as f64);
    gauge!("countersign_database_statements").set(app.db.query_count() as f64);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}

/// Counts a request and how long its answer took, by its route; of a server function by its name.
pub async fn count(request: axum::extract::Request, next: Next) -> Response {
    let began = Instant::now();
    let (method, route) = (request.method().to_string(), route(&request).to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    histogram!(REQUEST_SECONDS, "method" => method, "route" => route, "status" => status).record(began.elapsed());
    response
}

/// What this request asks for, one name for all tickets and hosts: its route; of a server function its path.
pub fn route<B>(request: &Request<B>) -> &str {
    let path = request.uri().path();
    match request.extensions().get::<MatchedPath>() {
        Some(_) if FUNCTIONS.contains(path) => path,
        Some(route) => route.as_str(),
        None => "unmatched",
    }
}
