//! Headers that every answer carries: what the browser may load, and what it may tell others.

use crate::server::app::App;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use leptos::nonce::Nonce;

/// Mints the nonce that this answer's inline scripts carry, and names it in the policy.
pub async fn headers(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // Attachments have a stricter one of their own.
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    let set = |headers: &mut HeaderMap, name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: with it browsers send `Origin: null`, and forms without scripts lose the way back.
    set(headers, header::REFERRER_POLICY, "same-origin");
    set(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if app.settings.is_https() {
        set(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    response
}

fn content_security_policy(nonce: &str) -> String {
    // `cargo leptos watch` tells pages to reload over a web socket of its own.
    let connect = if std::env::var_os("LEPTOS_WATCH").is_some() { "connect-src 'self' ws:; " } else { "" };
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; \
         {connect}object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    )
}

/// Tells how many statements ran while this request was answered. Requests answered at the same time count too.
pub async fn query_count(State(app): State<App>, request: Request, next: Next) -> Response {
    let before = app.db.query_count();
    let mut response = next.run(request).await;
    let count = app.db.query_count() - before;
    response.headers_mut().insert(HeaderName::from_static("x-countersign-queries"), count.into());
    response
}
