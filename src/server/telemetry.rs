//! Log lines on stderr, and spans of requests and jobs, which are sent to an OpenTelemetry collector if one is set.

use super::settings::{LogFormat, Settings};
use async_trait::async_trait;
use axum::http::StatusCode;
use opentelemetry::trace::{Status, TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::error::Error;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::{Level, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt, registry};

/// Path, below a collector's address, that takes spans.
const TRACES: &str = "/v1/traces";
/// Time limit for a request to the collector, and for sending the last spans at the end. When a collector is out of
/// reach, spans are lost, but the program goes on.
const PATIENCE: Duration = Duration::from_secs(3);

/// The running telemetry. [`Telemetry::end`] sends the last spans.
#[must_use = "the last spans are sent when it is ended"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Starts logging and tracing, once in a program. A thread of its own sends the spans, through `runtime`.
    pub fn begin(settings: &Settings, runtime: &Handle) -> Result<Telemetry, Box<dyn Error>> {
        let filter = EnvFilter::try_new(&settings.log_level).map_err(|e| format!("--log-level: {e}"))?;
        let lines = fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
        let lines = match settings.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().boxed(),
        };
        let provider = match &settings.otlp_endpoint {
            Some(endpoint) => Some(provider(endpoint, runtime).map_err(|e| format!("--otlp-endpoint: {e}"))?),
            None => None,
        };
        // Only this crate's spans, whatever the level of the log lines is.
        let spans = provider.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("countersign"))
                .with_location(false)
                .with_threads(false)
                .with_filter(Targets::new().with_target("countersign", Level::INFO))
        });
        registry().with(lines.with_filter(filter)).with(spans).try_init()?;
        Ok(Telemetry(provider))
    }

    /// Sends the last spans. It blocks, so not on a thread that serves requests, and while the runtime still runs.
    pub fn end(self) {
        if let Some(Err(error)) = self.0.map(|provider| provider.shutdown_with_timeout(PATIENCE)) {
            tracing::warn!("the last spans were not sent: {error}");
        }
    }
}

fn provider(endpoint: &str, runtime: &Handle) -> Result<SdkTracerProvider, Box<dyn Error>> {
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender { http, runtime: runtime.clone(), is_lost: AtomicBool::new(false) })
        .with_endpoint(format!("{}{TRACES}", endpoint.trim_end_matches('/')))
        .with_timeout(PATIENCE)
        .build()?;
    let resource = Resource::builder().with_service_name("countersign").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Notes the answer's status at a request's span; a server error marks the span as failed.
pub fn answered(span: &Span, status: StatusCode) {
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(status.to_string()));
    }
}

/// Marks a job's span as failed, with the reason.
pub fn failed(span: &Span, why: &str) {
    span.set_status(Status::error(why.to_owned()));
}

/// Lets the exporter use our HTTP client, because its own would be a second version of reqwest. The exporter calls from
/// a thread without a runtime, so requests run on ours.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
    /// Whether the last spans failed to arrive, so that this is logged once and not every few seconds.
    is_lost: AtomicBool,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let answer = http.execute(request).await?.error_for_status()?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = Response::new(answer.bytes().await?);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok::<_, reqwest::Error>(response)
        });
        let sent = sent.await?;
        match &sent {
            Err(error) if !self.is_lost.swap(true, Ordering::Relaxed) => tracing::warn!("spans are lost: {error}"),
            Ok(_) if self.is_lost.swap(false, Ordering::Relaxed) => tracing::info!("spans arrive again"),
            _ => {}
        }
        Ok(sent?)
    }
}
