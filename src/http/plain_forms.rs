//! Forms sent without scripts: each is answered with a redirect to a page that shows what came of it.
//!
//! Before the browser half runs (or without it) a form posts to the same server function. Its reply is kept in the table
//! `flash` together with what was typed, and the page redirected to (`?flash=ID`) shows both: errors at their fields,
//! nothing to type twice.

use super::accept::wants_html;
use super::csrf::own_hosts;
use super::limits::LARGEST_BODY;
use super::location::{referring_page, see_other};
use crate::domain::address::{sign_in_then, with_parameter};
use crate::server::app::App;
use crate::server::auth::cookie::hash_of_new_session;
use crate::server::caller::Caller;
use crate::server::service::flash;
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::flash::Flash;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub async fn answer_plainly(State(app): State<App>, request: Request, next: Next) -> Response {
    if !wants_html(request.headers()) {
        return next.run(request).await;
    }
    let (mut head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let typed: Vec<(String, String)> = serde_urlencoded::from_bytes(&body).unwrap_or_default();
    let action = head.uri.path().to_owned();
    let page = referring_page(&head.headers, &own_hosts(&app, &head.headers)).unwrap_or_else(|| "/".to_owned());
    let session = head.extensions.get::<Caller>().map(|c| c.session_hash.clone());
    // Asked for a page, Leptos would redirect by itself.
    head.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));

    let mut response = next.run(Request::from_parts(head, Body::from(body))).await;

    let reply = match response.extensions_mut().remove::<Reply>() {
        Some(reply) => reply,
        // A function that only reads, which no form calls.
        None if response.status().is_success() => return response,
        // There is no such function.
        None => Reply::Refused(AppError::Unreachable),
    };
    let session = hash_of_new_session(response.headers()).or(session);
    let location = match keep(&app, action, typed, &reply, session.as_deref()).await {
        Ok(flash) => destination(&reply, &page, Some(&flash)),
        Err(error) => {
            tracing::error!("flash: {error}");
            destination(&reply, &page, None)
        }
    };
    let mut answer = see_other(&location);
    for cookie in response.headers().get_all(SET_COOKIE) {
        answer.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    answer
}

fn destination(reply: &Reply, page: &str, flash: Option<&str>) -> String {
    let with_flash = |page: &str| flash.map_or_else(|| page.to_owned(), |id| with_parameter(page, "flash", id));
    match reply {
        Reply::Done(done) => with_flash(&done.location),
        // Signed in again, the person finds the form as it was.
        Reply::Refused(AppError::SignedOut) => with_flash(&sign_in_then(&with_flash(page))),
        Reply::Refused(_) => with_flash(page),
    }
}

/// Keeps the answer and returns its id, which nobody can guess.
async fn keep(
    app: &App,
    action: String,
    mut typed: Vec<(String, String)>,
    reply: &Reply,
    session: Option<&str>,
) -> Result<String, AppError> {
    match reply {
        Reply::Done(_) => typed.clear(),
        Reply::Refused(_) => typed.retain(|(name, _)| !is_secret(name)),
    }
    let flash = Flash { action, values: typed, reply: reply.clone() };
    flash::keep(app, session.unwrap_or_default(), &flash).await
}

/// Passwords, their repetition and tokens are never kept.
fn is_secret(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    ["password", "token", "secret"].iter().any(|word| field.contains(word))
        || ["current", "repeat"].contains(&field.as_str())
}
