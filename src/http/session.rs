//! The session's cookie: read at every request, set at signing in, taken back at signing out.

use super::location::see_other;
use super::plain_forms::wants_html;
use super::{address, pages};
use crate::api::Done;
use crate::api::error::AppError;
use crate::domain::address::{SIGN_IN_PAGE, after_signing_in};
use crate::server::app::App;
use crate::server::auth::token;
use crate::server::caller::{Caller, ClientIp};
use crate::server::service::sign_in::SignedIn;
use crate::server::service::{first_run, session, sign_in as service};
use crate::server::settings::Settings;
use axum::Json;
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use std::net::SocketAddr;

const COOKIE_NAME: &str = "countersign_session";

/// Finds out who is asking; pages, server functions and the gate find the [`Caller`] in the request.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|connection| connection.0.ip());
    let ip = peer.map(|peer| address::client(peer, request.headers(), &app.settings.trusted_proxies).to_string());
    let ip = ClientIp(ip.unwrap_or_default());
    // Before anything is read for this request, so that nothing is missed between what it reads and what comes after.
    request.extensions_mut().insert(app.events.position());
    if let Some(token) = token_in(request.headers()) {
        match session::authenticate(&app, &token, &ip.0).await {
            Ok(Some(caller)) => _ = request.extensions_mut().insert(caller),
            Ok(None) => {}
            Err(error) => return failed(&error, wants_html(request.headers())),
        }
    }
    request.extensions_mut().insert(ip);
    next.run(request).await
}

/// POST `/logout`.
pub async fn log_out(State(app): State<App>, caller: Option<Extension<Caller>>, headers: HeaderMap) -> Response {
    if let Some(Extension(caller)) = caller
        && let Err(error) = session::sign_out(&app, &caller).await
    {
        return failed(&error, wants_html(&headers));
    }
    let mut response = see_other(SIGN_IN_PAGE);
    if let Some(cookie) = cookie(&app.settings, "", 0) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// To a person a page, to others the error as server functions give it.
fn failed(error: &AppError, as_page: bool) -> Response {
    if as_page { pages::fault(error) } else { (error.status(), Json(error)).into_response() }
}

/// Behind the server function of the sign-in form.
pub async fn sign_in(username: String, password: String, next: Option<String>) -> Result<Done, AppError> {
    let (app, ip) = (expect_context::<App>(), use_context::<ClientIp>().unwrap_or_default());
    let before = use_context::<Parts>().and_then(|parts| token_in(&parts.headers)).map(|t| token::hash(&t));
    let signed_in = service::sign_in(&app, &username, password, before.as_deref(), &ip.0).await?;
    Ok(welcome(&app, &signed_in, next.as_deref()))
}

/// Behind the server function of the first administrator's form.
pub async fn set_up(token: String, username: String, password: String, repeat: String) -> Result<Done, AppError> {
    let (app, ip) = (expect_context::<App>(), use_context::<ClientIp>().unwrap_or_default());
    let signed_in = first_run::set_up(&app, &token, &username, &password, &repeat, &ip.0).await?;
    Ok(welcome(&app, &signed_in, None))
}

fn welcome(app: &App, signed_in: &SignedIn, next: Option<&str>) -> Done {
    let seconds = app.settings.session_lifetime / 1_000;
    if let (Some(cookie), Some(response)) =
        (cookie(&app.settings, &signed_in.token, seconds), use_context::<ResponseOptions>())
    {
        response.append_header(SET_COOKIE, cookie);
    }
    let message = format!("Signed in as {}.", signed_in.person.display_name);
    Done::new(message, after_signing_in(next, !signed_in.person.held.is_empty()))
}

fn cookie(settings: &Settings, token: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if settings.is_https() { "; Secure" } else { "" };
    let cookie = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// The session token a browser sent.
fn token_in(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(token_of)
}

/// The hash of the session that an answer begins, if it begins one.
pub fn hash_of_new_session(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(SET_COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    lines.filter_map(|line| token_of(line.split(';').next()?)).map(|t| token::hash(&t)).next()
}

fn token_of(pair: &str) -> Option<String> {
    let (name, value) = pair.trim().split_once('=')?;
    (name == COOKIE_NAME && !value.is_empty()).then(|| value.to_owned())
}
