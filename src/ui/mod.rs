//! The pages: rendered whole on the server, woken up in the browser, the same tree on both sides.
//!
//! What a page shows is in its URL: tab, filters, list page, dialog, even a half-made form. So everything works with
//! links and forms alone, and scripts only spare the reload.

mod browser;
mod components;
mod context;
mod frame;
mod pages;
mod post;
mod query;
mod restate;
mod server_side;
#[cfg(feature = "ssr")]
mod shell;

#[cfg(feature = "ssr")]
pub use shell::shell;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::{SsrMode, path};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let title = |page: String| {
        if page.is_empty() { "Countersign".to_owned() } else { format!("{page} · Countersign") }
    };
    view! {
        <Title formatter=title/>
        <Router>
            <Site/>
        </Router>
    }
}

#[component]
fn Site() -> impl IntoView {
    context::provide_shared();
    wake_up();
    view! {
        <Routes fallback=pages::not_found::NotFound>
            <Route path=path!("/login") view=pages::login::Login ssr=SsrMode::Async/>
            <Route path=path!("/setup") view=pages::setup::Setup ssr=SsrMode::Async/>
            <Route path=path!("/no-project") view=pages::no_project::NoProject ssr=SsrMode::Async/>
            <ParentRoute path=path!("") view=frame::Framed ssr=SsrMode::Async>
                <Route path=path!("/") view=pages::Home ssr=SsrMode::Async/>
                <Route path=path!("/account") view=pages::account::Account ssr=SsrMode::Async/>
                <Route path=path!("/hosts") view=pages::hosts::Hosts ssr=SsrMode::Async/>
                <Route path=path!("/hosts/new") view=pages::host_new::HostNew ssr=SsrMode::Async/>
                <Route path=path!("/hosts/:id") view=pages::host::Host ssr=SsrMode::Async/>
                <Route path=path!("/directory/domains") view=pages::directory::domains::Domains ssr=SsrMode::Async/>
                <Route path=path!("/directory/projects") view=pages::directory::projects::Projects ssr=SsrMode::Async/>
                <Route path=path!("/directory/users") view=pages::directory::users::Users ssr=SsrMode::Async/>
                <Route path=path!("/directory/users/:id") view=pages::directory::user::User ssr=SsrMode::Async/>
                <Route path=path!("/directory/roles") view=pages::directory::roles::Roles ssr=SsrMode::Async/>
                <Route path=path!("/settings/external") view=pages::external::External ssr=SsrMode::Async/>
                <Route path=path!("/settings/system") view=pages::system_settings::System ssr=SsrMode::Async/>
                <Route path=path!("/logs") view=pages::logs::Logs ssr=SsrMode::Async/>
                <Route path=path!("/settings/tickets") view=pages::ticket_setup::TicketSetup ssr=SsrMode::Async/>
                <Route path=path!("/settings/tickets/:id") view=pages::process::Process ssr=SsrMode::Async/>
                <Route path=path!("/tickets/workflow") view=pages::workflow::Workflows ssr=SsrMode::Async/>
                <Route path=path!("/tickets/workflow/:place") view=pages::workflow::Workflow ssr=SsrMode::Async/>
            </ParentRoute>
        </Routes>
    }
}

/// Marks the page as awake, and keeps focus and menus in step with the pages one goes to.
fn wake_up() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        match before {
            None => request_animation_frame(browser::mark_hydrated),
            Some(before) if before != now => {
                browser::close_popovers();
                request_animation_frame(|| browser::focus("main"));
            }
            Some(_) => {}
        }
        now
    });
}
