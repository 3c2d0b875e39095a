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
}

#[cfg(not(feature = "ssr"))]
mod real {
    pub fn status_not_found() {}
    pub fn redirect(_path: &str) {}
}

pub use real::{redirect, status_not_found};
