//! The session's cookie: read from what browsers send, written for answers that begin a session or end it.

use super::token;
use crate::server::settings::Settings;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "countersign_session";

/// The value of `Set-Cookie` with which a browser keeps a session's token for `seconds`. An empty token with 0 seconds
/// deletes the cookie.
pub fn holding(settings: &Settings, token: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if settings.is_https() { "; Secure" } else { "" };
    let cookie = format!("{NAME}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).ok()
}

/// The session token a browser sent.
pub fn token_in(headers: &HeaderMap) -> Option<String> {
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
    (name == NAME && !value.is_empty()).then(|| value.to_owned())
}
