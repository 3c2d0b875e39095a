//! Pages rendered by Leptos, and the server functions behind their forms.

use super::build::Build;
use crate::functions::{ReplySlot, UploadProblem};
use crate::server::app::App;
use crate::server::caller::{Caller, ClientIp};
use crate::ui::{self, Area};
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::live::Position;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{generate_route_list, handle_server_fns_with_context, render_app_async_with_context};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

type Rendering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// The user interface's own routes. Found once: while they are listed, no page of this process loads its data.
static PATHS: LazyLock<BTreeSet<String>> =
    LazyLock::new(|| generate_route_list(ui::App).iter().map(|route| route.path().to_owned()).collect());

/// Every route of the user interface, and its page for whatever doesn't exist.
pub fn router(app: &App, build: Arc<Build>) -> Router<App> {
    let options = LeptosOptions::builder().output_name("countersign").build();
    let style = build.style();
    let render = render_app_async_with_context(context(app.clone()), move || ui::shell(options.clone(), style.clone()));
    let page = move |request: Request| whole(render.clone(), request, build.clone());
    let mut router = Router::new();
    for path in PATHS.iter() {
        router = router.route(path, get(page.clone()));
    }
    router.fallback(move |request: Request| {
        let page = page(request);
        async move {
            let mut response = page.await;
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        }
    })
}

/// The answer once all of it is there, with what wakes the page up at its end. Rendering goes on in a task of its own when
/// the browser hangs up, because Leptos frees what a page took only at its end.
async fn whole(render: impl Fn(Request) -> Rendering, mut request: Request, build: Arc<Build>) -> Response {
    let area = Area::default();
    request.extensions_mut().insert(area.clone());
    let nonce = request.extensions().get::<Nonce>().cloned();
    let rendering = render(request);
    let task = tokio::spawn(async move {
        let (mut head, body) = rendering.await.into_parts();
        let mut html = Vec::from(to_bytes(body, usize::MAX).await.unwrap_or_default());
        if let Some(nonce) = nonce {
            html.extend_from_slice(build.wake(area.name(), &nonce).as_bytes());
        }
        head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Response::from_parts(head, Body::from(html))
    });
    match task.await {
        Ok(response) => response,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// Calls a server function. What it replied goes along with the response and is written by `answer`.
pub async fn server_function(State(app): State<App>, mut request: Request) -> Response {
    let slot = ReplySlot::default();
    request.extensions_mut().insert(slot.clone());
    let mut response = handle_server_fns_with_context(context(app), request).await.into_response();
    let mut reply = slot.reply();
    if reply.is_none() && response.status() == StatusCode::INTERNAL_SERVER_ERROR {
        // Leptos answers so to arguments that it can't read: the function wasn't called, and the fault is the sender's.
        *response.status_mut() = AppError::Unreachable.status();
        reply = Some(Reply::Refused(AppError::Unreachable));
    }
    if let Some(reply) = reply {
        response.extensions_mut().insert(reply);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What pages and server functions find in their context: the application and, from the request, who is asking.
fn context(app: App) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
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
        if let Some(slot) = parts.extensions.get::<ReplySlot>() {
            provide_context(slot.clone());
        }
        if let Some(ip) = parts.extensions.get::<ClientIp>() {
            provide_context(ip.clone());
        }
        if let Some(area) = parts.extensions.get::<Area>() {
            provide_context(area.clone());
        }
        // Leptos has minted one of its own; the policy names this one.
        if let Some(nonce) = parts.extensions.get::<Nonce>() {
            provide_context(nonce.clone());
        }
    }
}
