//! Downloads: the operation log and the ticket lists as files.

use super::location::see_other;
use crate::domain::address::{back_to, with_parameter};
use crate::domain::workflow::Tab;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::oplog::export::{self, Wish};
use crate::server::service::workflow;
use crate::wire::error::AppError;
use crate::wire::filter;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, RawQuery, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use std::io;

/// GET `/logs/export?format=csv&scope=all&columns=time&columns=operator…`, with the list's own filters.
pub async fn operation_log(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default();
    let export = match export::prepare(&app, &caller, &wish(&pairs)).await {
        Ok(export) => export,
        Err(AppError::Invalid(_)) => return see_other(&dialog_again(&pairs)),
        Err(error) => return (error.status(), error.to_string()).into_response(),
    };
    let (name, content_type) = (export.file_name().to_owned(), export.content_type());
    download(&name, content_type, export.stream())
}

/// GET `/tickets/workflow/export?tab=mine`, with the list's own filters.
pub async fn tickets(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default();
    let tab = pairs.iter().find(|(name, _)| name == "tab").and_then(|(_, value)| Tab::from_key(value));
    let export = tab.ok_or(AppError::NotFound);
    match export.and_then(|tab| workflow::export::prepare(&app, &caller, tab, &filter::read(&pairs))) {
        Ok(export) => download(&export.file_name(), "text/csv; charset=utf-8", export.stream()),
        Err(error) => (error.status(), error.to_string()).into_response(),
    }
}

fn download(
    file_name: &str,
    content_type: &'static str,
    content: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response {
    let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file_name}\"")) else {
        return AppError::internal("a file name that is no header").status().into_response();
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, Body::from_stream(content)).into_response()
}

fn wish(pairs: &[(String, String)]) -> Wish {
    let text = |name: &str| pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default();
    Wish {
        filter: filter::read(pairs),
        columns: pairs.iter().filter(|(name, _)| name == "columns").map(|(_, value)| value.clone()).collect(),
        format: text("format"),
        scope: text("scope"),
        first: text("first"),
        last: text("last"),
    }
}

/// The page the dialog is on, with the dialog saying that it needs a column.
fn dialog_again(pairs: &[(String, String)]) -> String {
    let back = pairs.iter().find(|(name, _)| name == "back").map(|(_, value)| value.as_str());
    let page = back_to(back.unwrap_or_default(), "/logs");
    with_parameter(&with_parameter(&page, "dialog", "export"), "about", "columns")
}
