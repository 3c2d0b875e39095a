//! Tells from a request's `Accept` header whether a page is to answer it.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

/// Browsers ask for a page when they send a form themselves; the browser half asks for postcard, other programs for
/// JSON or for nothing.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}
