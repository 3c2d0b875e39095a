//! What only a rendering server can do to its response; in the browser these do nothing.

#[cfg(feature = "ssr")]
mod real {
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    pub fn status_not_found() {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(axum::http::StatusCode::NOT_FOUND);
        }
    }

    pub fn redirect(path: &str) {
        leptos_axum::redirect(path);
    }

    /// What the page carries into the browser.
    pub fn json<T: serde::Serialize>(value: &T) -> std::sync::Arc<str> {
        serde_json::to_string(value).unwrap_or_default().into()
    }
}

#[cfg(not(feature = "ssr"))]
mod real {
    pub fn status_not_found() {}
    pub fn redirect(_path: &str) {}
    pub fn json<T>(_value: &T) -> std::sync::Arc<str> {
        "".into()
    }
}

pub use real::{json, redirect, status_not_found};
