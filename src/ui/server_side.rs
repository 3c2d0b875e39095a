//! What differs while the server renders a page: its response, what it writes into the page's head for the browser half to
//! read, and that a part of a page is built once.

#[cfg(feature = "ssr")]
mod real {
    pub use crate::functions::{is_demo, made_for};
    use crate::wire::codec;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use std::sync::{Arc, OnceLock};

    /// The area (`ui::areas`) of the page that is rendered, once it is known.
    #[derive(Clone, Default)]
    pub struct Area(Arc<OnceLock<&'static str>>);

    impl Area {
        pub fn name(&self) -> Option<&'static str> {
            self.0.get().copied()
        }
    }

    /// Notes the area of the page for `http`, which writes the document around it.
    pub fn note_area(name: &'static str) {
        if let Some(area) = use_context::<Area>() {
            // A page belongs to one area, however often it is chosen.
            let _ = area.0.set(name);
        }
    }

    pub fn status_not_found() {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(axum::http::StatusCode::NOT_FOUND);
        }
    }

    pub fn redirect(path: &str) {
        leptos_axum::redirect(path);
    }

    /// The view of a part of a page that awaits what it shows. Leptos looks at such a part twice before it asks for it, to
    /// learn what it reads without awaiting it, and throws away what it was given. The parts of our pages await all that they
    /// read, so they give nothing away at a first look and are built once.
    pub async fn built_once<T>(view: impl Future<Output = T>) -> T {
        tokio::task::yield_now().await;
        view.await
    }

    /// What the page carries into the browser.
    pub fn carried<T: Serialize + DeserializeOwned>(value: &T) -> Arc<str> {
        match codec::encode(value) {
            Ok(bytes) => {
                // A type that is read by its tags (internally or adjacently tagged, untagged, flattened) can't be read
                // back.
                debug_assert!(codec::decode::<T>(&bytes).is_ok(), "{} can't be read", std::any::type_name::<T>());
                STANDARD.encode(bytes).into()
            }
            Err(error) => {
                tracing::error!("{} can't be carried: {error}", std::any::type_name::<T>());
                "".into()
            }
        }
    }
}

#[cfg(not(feature = "ssr"))]
mod real {
    use std::sync::Arc;

    /// Read from the page's head.
    pub fn is_demo() -> bool {
        crate::ui::browser::is_there("meta[name=demo]")
    }
    /// The account that the page was made for, read from the page's head. It stays the same if somebody else signs in
    /// in another tab.
    pub fn made_for() -> Option<String> {
        crate::ui::browser::meta(crate::wire::session::MADE_FOR)
    }
    pub fn note_area(_name: &'static str) {}
    pub fn status_not_found() {}
    pub fn redirect(_path: &str) {}
    pub fn built_once<F>(view: F) -> F {
        view
    }
    pub fn carried<T>(_value: &T) -> Arc<str> {
        "".into()
    }
}

#[cfg(feature = "ssr")]
pub use real::Area;
pub use real::{built_once, carried, is_demo, made_for, note_area, redirect, status_not_found};
