//! The page for a fault, where no other page can be rendered.

use crate::wire::error::AppError;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::any::Any;

/// The page for a fault of the server's own: the details are in the log.
pub fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    fault(&AppError::internal(format_args!("panic while answering a request: {}", text.unwrap_or("(no text)"))))
}

/// The page for an error before there is any other.
pub fn fault(error: &AppError) -> Response {
    let page = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Something failed · Countersign</title></head>\
         <body><main><h1>Something failed on our side</h1><p>{error}</p><p><a href=\"/\">To the first page</a></p></main></body></html>"
    );
    let headers = [(CACHE_CONTROL, "no-store"), (CONTENT_TYPE, "text/html; charset=utf-8")];
    (error.status(), headers, page).into_response()
}
