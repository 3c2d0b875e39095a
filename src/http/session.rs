//! Who is asking: read from the session's cookie at every request, forgotten at signing out.

use super::accept::wants_html;
use super::address;
use super::answer::refused;
use super::fault::fault;
use super::location::see_other;
use crate::domain::address::SIGN_IN_PAGE;
use crate::server::app::App;
use crate::server::auth::cookie;
use crate::server::caller::{Caller, ClientIp};
use crate::server::service::session;
use crate::wire::error::AppError;
use axum::extract::{ConnectInfo, Extension, Request, State};
use axum::http::HeaderMap;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::Response;
use std::net::SocketAddr;

/// Finds out who is asking; pages, server functions and the gate find the [`Caller`] in the request.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|connection| connection.0.ip());
    let ip = peer.map(|peer| address::client(peer, request.headers(), &app.settings.trusted_proxies).to_string());
    let ip = ClientIp(ip.unwrap_or_default());
    // Before anything is read for this request, so that nothing is missed between what it reads and what comes after.
    request.extensions_mut().insert(app.events.position());
    if let Some(token) = cookie::token_in(request.headers()) {
        match session::authenticate(&app, &token, &ip.0).await {
            Ok(Some(caller)) => _ = request.extensions_mut().insert(caller),
            Ok(None) => {}
            Err(error) => return failed(error, wants_html(request.headers())),
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
        return failed(error, wants_html(&headers));
    }
    let mut response = see_other(SIGN_IN_PAGE);
    if let Some(cookie) = cookie::holding(&app.settings, "", 0) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// To a person a page, to others the error as server functions give it.
fn failed(error: AppError, as_page: bool) -> Response {
    if as_page { fault(&error) } else { refused(error) }
}
