//! Pages rendered by Leptos, and the server functions behind their forms.

use super::files;
use super::session::ClientIp;
use super::uploads::UploadProblem;
use crate::api::error::AppError;
use crate::api::live::Position;
use crate::server::app::{App, Caller};
use crate::ui;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::{Owner, provide_context, use_context};
use leptos_axum::{generate_route_list, handle_server_fns_with_context, render_app_async_with_context};
use std::any::Any;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::{Arc, LazyLock, OnceLock};

type Rendering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The user interface's own routes. Found once: while they are listed, no page of this process loads its data.
static PATHS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| generate_route_list(ui::App).iter().map(|route| route.path().to_owned()).collect());

/// Every route of the user interface, and its page for whatever doesn't exist.
pub fn router(app: &App, site_root: &Path) -> Router<App> {
    let options = leptos_options(site_root);
    let render = render_app_async_with_context(context(app.clone()), move || ui::shell(options.clone(), files::root()));
    let mut router = Router::new();
    for path in PATHS.iter() {
        let render = render.clone();
        router = router.route(path, get(move |request: Request| whole(render(request))));
    }
    router.fallback(move |request: Request| {
        let page = whole(render(request));
        async move {
            let mut response = page.await;
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        }
    })
}

/// The answer once all of it is there. Rendering goes on in a task of its own when the browser hangs up, because Leptos
/// frees what a page took only at its end.
async fn whole(rendering: Rendering) -> Response {
    let task = tokio::spawn(under_its_owner(async move {
        let (mut head, body) = rendering.await.into_parts();
        let html = to_bytes(body, usize::MAX).await.unwrap_or_default();
        head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Response::from_parts(head, Body::from(html))
    }));
    match task.await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

tokio::task_local! {
    /// The owner of the page that is rendered, once there is one.
    static OWNER: Arc<OnceLock<Owner>>;
}

/// Polls a rendering with its own owner as the current one. Leptos 0.8.23 writes the hints of what to load early without
/// saying whose they are, so that under load they went to a page that another thread had rendered before, or got lost.
async fn under_its_owner<F: Future>(rendering: F) -> F::Output {
    let owner = Arc::new(OnceLock::new());
    let mut rendering = pin!(OWNER.scope(owner.clone(), rendering));
    poll_fn(|context| match owner.get() {
        Some(owner) => owner.with(|| rendering.as_mut().poll(context)),
        None => rendering.as_mut().poll(context),
    })
    .await
}

/// To be called where the owner of a page is the current one.
fn note_owner() {
    // Outside of a page (a server function, the list of routes) nobody asks.
    let _ = OWNER.try_with(|noted| Owner::current().map(|owner| noted.set(owner)));
}

pub async fn server_function(State(app): State<App>, request: Request) -> Response {
    let mut response = handle_server_fns_with_context(context(app), request).await.into_response();
    if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        response = judged(response).await;
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Leptos answers 500 to arguments that it can't read, too: those were the sender's.
async fn judged(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if serde_json::from_slice(&body).is_ok_and(|error: AppError| error == AppError::Unreachable) {
        head.status = AppError::Unreachable.status();
    }
    Response::from_parts(head, Body::from(body))
}

/// What pages and server functions find in their context: the application and, from the request, who is asking.
fn context(app: App) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        note_owner();
        provide_context(app.clone());
        let Some(parts) = use_context::<Parts>() else { return };
        if let Some(caller) = parts.extensions.get::<Caller>() {
            provide_context(caller.clone());
        }
        if let Some(position) = parts.extensions.get::<Position>() {
            provide_context(position.clone());
        }
        if let Some(problem) = parts.extensions.get::<UploadProblem>() {
            provide_context(problem.clone());
        }
        if let Some(ip) = parts.extensions.get::<ClientIp>() {
            provide_context(ip.clone());
        }
        // Leptos has minted one of its own; the policy names this one.
        if let Some(nonce) = parts.extensions.get::<Nonce>() {
            provide_context(nonce.clone());
        }
    }
}

fn leptos_options(site_root: &Path) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("countersign")
        .site_root(site_root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .hash_files(!files::root().is_empty())
        .build()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, PartialEq, Debug)]
    struct Whose(&'static str);

    /// What Leptos does with a page: makes an owner, and asks for its context later, whoever was polled in between.
    async fn page(whose: &'static str) -> Option<Whose> {
        let owner = Owner::new();
        owner.with(|| {
            note_owner();
            provide_context(Whose(whose));
        });
        tokio::task::yield_now().await;
        use_context()
    }

    #[tokio::test]
    async fn each_page_finds_its_own_context() {
        let (first, second) = tokio::join!(under_its_owner(page("first")), under_its_owner(page("second")));
        assert_eq!((first, second), (Some(Whose("first")), Some(Whose("second"))));
        let (first, second) = tokio::join!(page("first"), page("second"));
        assert_eq!((first, second), (None, None), "nobody's, without it");
    }
}
