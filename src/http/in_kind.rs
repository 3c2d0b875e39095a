//! Answers in the form that is asked for. Server functions say refusals, and what came of a form, as JSON, which any program
//! reads; the browser half asks for postcard ([`codec`]), so that it needn't bring along what reads JSON.

use crate::wire::Reply;
use crate::wire::codec::{self, CONTENT_TYPE as POSTCARD};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

pub async fn answer_in_kind(request: Request, next: Next) -> Response {
    let wants_postcard = says(request.headers(), ACCEPT);
    let response = next.run(request).await;
    if !wants_postcard || says(response.headers(), CONTENT_TYPE) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    match translated(head.status, &body) {
        Some(body) => {
            head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(POSTCARD));
            head.headers.remove(CONTENT_LENGTH);
            Response::from_parts(head, Body::from(body))
        }
        None => Response::from_parts(head, Body::from(body)),
    }
}

fn says(headers: &HeaderMap, name: HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value.as_bytes() == POSTCARD.as_bytes())
}

/// What a server function said; `None` where it is somebody else who answers, such as the limit on how large a request may be.
pub(super) fn said(status: StatusCode, json: &[u8]) -> Option<Reply> {
    if status.is_success() {
        return serde_json::from_slice(json).ok();
    }
    serde_json::from_slice(json).map(Reply::Refused).ok()
}

fn translated(status: StatusCode, json: &[u8]) -> Option<Vec<u8>> {
    match said(status, json)? {
        // With the status of a refusal it comes alone.
        Reply::Refused(refusal) if !status.is_success() => codec::encode_kept(&refusal).ok(),
        reply => codec::encode_kept(&reply).ok(),
    }
}
