//! The way in: routes, and what every request passes before it reaches a page or a server function.
//!
//! From the outside in: the request's id and trace, the end of connections when the server stops, figures, headers,
//! caught panics. For pages and server functions then: how long it may take, the answer written, how large it may be,
//! CSRF, the session, the gate (who may open which page). For server functions last: the files of a form taken out of it
//! (two functions), the redirect with its flash for forms sent without scripts, and for whom the page was made.

mod accept;
mod acting;
mod address;
mod answer;
pub mod build;
mod csrf;
mod events;
mod export;
mod fault;
mod files;
mod gate;
mod limits;
pub mod location;
pub mod metrics;
mod pages;
pub mod plain_forms;
mod security;
pub mod session;
pub mod uploads;

use crate::server::app::App;
use crate::server::telemetry;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use limits::{LARGEST_BODY, LARGEST_UPLOAD, LONGEST_CHECK, LONGEST_REQUEST, LONGEST_UPLOAD};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnResponse, OnResponse, TraceLayer};
use tracing::Span;

/// Everything this server answers, ready to serve or to be called in a test.
pub fn router(app: App) -> Router {
    let site_root = app.settings.site_root();
    let build = Arc::new(build::Build::read(&site_root));
    let functions = Router::new()
        .route("/api/{*function}", post(pages::server_function))
        .layer(from_fn(acting::refuse_others_pages))
        .layer(from_fn_with_state(app.clone(), plain_forms::answer_plainly));
    let application = pages::router(&app, build.clone())
        .merge(functions)
        .route("/logout", post(session::log_out))
        .route("/logs/export", get(export::operation_log))
        .route("/tickets/workflow/export", get(export::tickets))
        .route("/tickets/support/{number}/files/{id}", get(uploads::file));
    let application = guarded(&app, application, LARGEST_BODY, LONGEST_REQUEST);
    let with_files = ["/api/request-support", "/api/reply-support-ticket"];
    let with_files =
        with_files.into_iter().fold(Router::new(), |router, path| router.route(path, post(pages::server_function)));
    let with_files = with_files
        .layer(from_fn(acting::refuse_others_pages))
        .layer(from_fn_with_state(app.clone(), plain_forms::answer_plainly))
        .layer(from_fn_with_state(app.clone(), uploads::take_in))
        .layer(DefaultBodyLimit::disable());
    let application = application.merge(guarded(&app, with_files, LARGEST_UPLOAD, LONGEST_UPLOAD));
    // Without the limit on how long an answer takes: these go on as long as a page is open.
    let streams = Router::new()
        .route("/events", get(events::events))
        .layer(from_fn_with_state(app.clone(), session::identify))
        .layer(from_fn(answer::write));
    let mut router = application
        .merge(streams)
        .merge(files::router(&site_root, &build))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .layer(CatchPanicLayer::custom(fault::after_panic))
        .layer(from_fn_with_state(app.clone(), security::headers));
    if app.settings.expose_query_count {
        router = router.layer(from_fn_with_state(app.clone(), security::query_count));
    }
    if app.settings.metrics_address.is_some() {
        router = router.layer(from_fn(metrics::count));
    }
    let sends_spans = app.settings.otlp_endpoint.is_some();
    let answered = move |response: &Response, latency, span: &Span| {
        if sends_spans {
            telemetry::answered(span, response.status());
        }
        DefaultOnResponse::new().on_response(response, latency, span);
    };
    router
        .layer(from_fn_with_state(app.clone(), close_when_stopping))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(move |request: &_| span(request, sends_spans))
                .on_response(answered),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .with_state(app)
}

/// What every request for a page or of a form passes, with how large and how long it may be.
fn guarded(app: &App, router: Router<App>, largest: usize, longest: Duration) -> Router<App> {
    router
        .layer(from_fn(gate::gate))
        .layer(from_fn_with_state(app.clone(), session::identify))
        .layer(from_fn_with_state(app.clone(), csrf::refuse_foreign))
        .layer(RequestBodyLimitLayer::new(largest))
        .layer(from_fn(answer::write))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, longest))
}

/// What log lines of one request share. Without its query, where the first administrator's token can stand. Spans that are
/// sent to a collector are named as OpenTelemetry wants it.
fn span(request: &Request<Body>, is_sent: bool) -> Span {
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let (method, path) = (request.method(), request.uri().path());
    if is_sent {
        let route = metrics::route(request);
        let name = format!("{method} {route}");
        return tracing::info_span!("request", id, %method, path, otel.name = name, otel.kind = "server", http.route = route);
    }
    tracing::info_span!("request", id, %method, path)
}

/// A server that is about to stop ends each connection with its answer. Of those that it would close while a proxy sends
/// the next request on them, that request would be lost.
async fn close_when_stopping(State(app): State<App>, request: Request<Body>, next: Next) -> Response {
    let mut response = next.run(request).await;
    if app.stopping.load(Ordering::Relaxed) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// `ok` while this server is to be sent requests: its database answers, and it hasn't been told to stop.
async fn readyz(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.stopping.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "about to stop");
    }
    healthz(State(app)).await
}

/// `ok` while the database answers, soon enough for whoever asks every few seconds.
async fn healthz(State(app): State<App>) -> (StatusCode, &'static str) {
    let asked = app.db.scalar::<i64>("SELECT CAST(1 AS BIGINT)", vec![]);
    let why = match tokio::time::timeout(LONGEST_CHECK, asked).await {
        Ok(Ok(_)) => return (StatusCode::OK, "ok"),
        Ok(Err(error)) => error.to_string(),
        Err(_elapsed) => format!("no answer in {} seconds", LONGEST_CHECK.as_secs()),
    };
    tracing::error!("health check: {why}");
    (StatusCode::SERVICE_UNAVAILABLE, "the database doesn't answer")
}
