//! Replies and refusals are written here, once: as postcard for the browser half ([`codec`]), which so needs nothing that
//! reads JSON, and as JSON for any other program.
//!
//! Whoever answers sends the [`Reply`] along with the response (in its extensions) and leaves the body empty. A form sent
//! without scripts is answered by a redirect instead: `plain_forms` takes the reply out on its way.

use crate::wire::Reply;
use crate::wire::codec::{self, CONTENT_TYPE as POSTCARD, Kept};
use crate::wire::error::AppError;
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const JSON: &str = "application/json";

/// An answer with this reply, in whatever form it is asked for.
pub fn replied(reply: Reply) -> Response {
    Extension(reply).into_response()
}

/// A refusal with the HTTP status that fits it.
pub fn refused(error: AppError) -> Response {
    (error.status(), replied(Reply::Refused(error))).into_response()
}

/// Writes the reply that comes with a response, in the form that the request asks for. Every other response passes as it
/// is.
pub async fn write(request: Request, next: Next) -> Response {
    let as_postcard = request.headers().get(ACCEPT).is_some_and(|kind| kind.as_bytes() == POSTCARD.as_bytes());
    let mut response = next.run(request).await;
    let Some(reply) = response.extensions_mut().remove::<Reply>() else { return response };
    let written = match &reply {
        // With the status of a refusal it comes alone.
        Reply::Refused(refusal) if !response.status().is_success() => bytes(refusal, as_postcard),
        reply => bytes(reply, as_postcard),
    };
    let Some(body) = written else {
        return AppError::internal("a reply that can't be written").status().into_response();
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(if as_postcard { POSTCARD } else { JSON }));
    // It may have been told of the empty body.
    headers.remove(CONTENT_LENGTH);
    response.map(|_| Body::from(body))
}

fn bytes<T: Kept>(value: &T, as_postcard: bool) -> Option<Vec<u8>> {
    if as_postcard { codec::encode_kept(value).ok() } else { serde_json::to_vec(value).ok() }
}
