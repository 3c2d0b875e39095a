//! Who may open which page: people who aren't signed in get the sign-in page, people without a project their own page.

use super::files::is_of_a_build;
use super::location::see_other;
use crate::domain::address::{
    NO_PROJECT_PAGE, SETUP_PAGE, SIGN_IN_PAGE, after_signing_in, is_open_without_project, sign_in_then, straightened,
};
use crate::server::caller::Caller;
use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Sends browsers on where a page isn't for them. Server functions answer for themselves. A file of a build that comes here
/// isn't there, and no sign-in brings it.
pub async fn gate(request: Request, next: Next) -> Response {
    if is_of_a_build(request.uri().path()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let asks_for_page =
        [Method::GET, Method::HEAD].contains(request.method()) && !request.uri().path().starts_with("/api/");
    let elsewhere = asks_for_page.then(|| detour(request.uri(), request.extensions().get::<Caller>())).flatten();
    match elsewhere {
        Some(location) => see_other(&location),
        None => next.run(request).await,
    }
}

/// Where this caller is sent instead of the page asked for, if anywhere.
fn detour(uri: &Uri, caller: Option<&Caller>) -> Option<String> {
    let path = uri.path();
    let Some(caller) = caller else {
        let page = uri.path_and_query().map_or(path, |p| p.as_str());
        return (![SIGN_IN_PAGE, SETUP_PAGE].contains(&path)).then(|| sign_in_then(page));
    };
    // The browser half would take the beginning of `//a` for another site's name.
    if let Some(straight) = straightened(path) {
        return Some(with_query_of(uri, &straight));
    }
    let has_project = caller.view.is_some();
    match path {
        SIGN_IN_PAGE => Some(after_signing_in(parameter(uri, "next").as_deref(), has_project)),
        // The query goes along: it may name a flash.
        "/" => Some(with_query_of(uri, &after_signing_in(None, has_project))),
        NO_PROJECT_PAGE if has_project => Some(with_query_of(uri, &after_signing_in(None, true))),
        _ if has_project || is_open_without_project(path) => None,
        _ => Some(NO_PROJECT_PAGE.to_owned()),
    }
}

fn with_query_of(uri: &Uri, path: &str) -> String {
    uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(uri.query()?).ok()?;
    pairs.into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
}
