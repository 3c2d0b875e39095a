//! The pages: rendered whole on the server, woken up in the browser, the same tree on both sides.
//!
//! What a page shows is in its URL: tab, filters, list page, dialog, even a half-made form. So everything works with
//! links and forms alone, and scripts only spare the reload.

mod areas;
mod bell;
mod browser;
mod components;
mod context;
mod data;
mod frame;
mod keyboard;
mod live;
mod markup;
mod memo;
mod new_ticket;
mod newest;
mod pages;
mod paths;
mod post;
mod query;
mod restate;
mod server_side;
#[cfg(feature = "ssr")]
mod shell;
mod still;
mod views;

#[cfg(feature = "ssr")]
pub use server_side::Area;
#[cfg(feature = "ssr")]
pub use shell::shell;

use areas::{DirectoryPage, HostPage, OneOf, SettingsPage, SupportPage, TicketPage, WorkflowPage};
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
    follow();
    still::follow_forms();
    view! {
        <Routes fallback=pages::not_found::NotFound>
            <Route path=path!("/login") view=pages::login::Login ssr=SsrMode::Async/>
            <Route path=path!("/setup") view=pages::setup::Setup ssr=SsrMode::Async/>
            <Route path=path!("/no-project") view=WorkflowPage::NoProject ssr=SsrMode::Async/>
            <ParentRoute path=path!("") view=frame::Framed ssr=SsrMode::Async>
                <Route path=path!("/") view=pages::Home ssr=SsrMode::Async/>
                <Route path=path!("/account") view=pages::account::Account ssr=SsrMode::Async/>
                <Route path=path!("/hosts") view=HostPage::List ssr=SsrMode::Async/>
                <Route path=path!("/hosts/new") view=HostPage::New ssr=SsrMode::Async/>
                <Route path=path!("/hosts/:id") view=HostPage::One ssr=SsrMode::Async/>
                <Route path=path!("/trash") view=HostPage::Trash ssr=SsrMode::Async/>
                <Route path=path!("/quotas") view=DirectoryPage::Quotas ssr=SsrMode::Async/>
                <Route path=path!("/directory/domains") view=DirectoryPage::Domains ssr=SsrMode::Async/>
                <Route path=path!("/directory/projects") view=DirectoryPage::Projects ssr=SsrMode::Async/>
                <Route path=path!("/directory/users") view=DirectoryPage::Users ssr=SsrMode::Async/>
                <Route path=path!("/directory/users/:id") view=DirectoryPage::User ssr=SsrMode::Async/>
                <Route path=path!("/directory/roles") view=DirectoryPage::Roles ssr=SsrMode::Async/>
                <Route path=path!("/settings/external") view=SettingsPage::External ssr=SsrMode::Async/>
                <Route path=path!("/settings/system") view=SettingsPage::System ssr=SsrMode::Async/>
                <Route path=path!("/logs") view=SettingsPage::Logs ssr=SsrMode::Async/>
                <Route path=path!("/settings/tickets") view=SettingsPage::Tickets ssr=SsrMode::Async/>
                <Route path=path!("/settings/tickets/:id") view=SettingsPage::Process ssr=SsrMode::Async/>
                <Route path=path!("/tickets/workflow") view=pages::workflow::Workflows ssr=SsrMode::Async/>
                <Route path=(path!("/tickets/workflow"), OneOf(pages::workflow::is_tab)) view=WorkflowPage::Tickets ssr=SsrMode::Async/>
                <Route path=path!("/tickets/workflow/:place") view=TicketPage::Workflow ssr=SsrMode::Async/>
                <Route path=path!("/tickets/support") view=pages::support::SupportHome ssr=SsrMode::Async/>
                <Route path=(path!("/tickets/support"), OneOf(pages::support::is_tab)) view=SupportPage::Tickets ssr=SsrMode::Async/>
                <Route path=path!("/tickets/support/replies") view=SupportPage::Replies ssr=SsrMode::Async/>
                <Route path=path!("/tickets/support/:place") view=SupportPage::Ticket ssr=SsrMode::Async/>
            </ParentRoute>
        </Routes>
    }
}

/// Wakes the server-rendered page up, once the code of its area is there.
#[cfg(feature = "hydrate")]
pub fn wake() {
    let Some(body) = document().body() else { return };
    wasm_bindgen_futures::spawn_local(async {
        leptos::mount::hydrate_from_async(body, App).await.forget();
        request_animation_frame(browser::mark_hydrated);
    });
}

/// Says that scripts have stopped for good, as they do when the code of an area can't be had any more (there is a new
/// release, or no connection), and offers the way out.
#[cfg(feature = "hydrate")]
pub fn say_stopped() {
    browser::offer_reload("This page stopped working. ");
}

/// Keeps focus and menus in step with the pages one goes to.
fn follow() {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        match before {
            Some(before) if before != now => {
                browser::close_popovers();
                request_animation_frame(|| browser::focus("main"));
            }
            _ => {}
        }
        now
    });
}
