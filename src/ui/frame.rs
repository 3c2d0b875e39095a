//! The frame around every page of a signed-in person: the bar on top with its menus, the menu on the left, the footer.

use super::bell::{Bell, BellMenu};
use super::components::form::{Change, hidden_fields, use_button_change};
use super::components::icon::{self, BrandMark, Icon};
use super::components::toast::ToastRegion;
use super::context::{provide_frame, start_clock, use_counts};
use super::data::{awaited, awaited_or};
use super::live::keep_live;
use super::markup::block;
use super::memo::memo;
use super::server_side;
use super::still::Region;
use crate::domain::address::is_open_without_project;
use crate::domain::directory::{NamedView, View};
use crate::functions::session::SwitchView;
use crate::wire::error::AppError;
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use leptos_router::hooks::{use_location, use_navigate};
use maud::{Markup, html};

/// The frame around the pages of the routes below it.
#[component]
pub fn Framed() -> impl IntoView {
    view! { <FrameLayout><Outlet/></FrameLayout> }
}

#[component]
pub fn FrameLayout(children: Children) -> impl IntoView {
    let frame = provide_frame();
    let behind = keep_live();
    let top = awaited_or(bare_bar, move || async move {
        match frame.wait().await {
            Ok(frame) => view! { <Top frame/> }.into_any(),
            Err(error) => view! { <Elsewhere error/> }.into_any(),
        }
    });
    let part = |view: fn(Frame) -> AnyView| {
        awaited(move || async move { frame.wait().await.map_or_else(|_| ().into_any(), view) })
    };
    view! {
        <a class="skip-link" href="#main" rel="external">"Skip to content"</a>
        {top}
        <div class="frame">
            {part(|frame| view! { <Side frame/> }.into_any())}
            <main class="content" id="main" tabindex="-1">{children()}</main>
        </div>
        {part(|frame| view! { <Foot frame/> }.into_any())}
        {behind}
        <ToastRegion/>
    }
    .into_any()
}

fn bare_bar() -> AnyView {
    view! { <header class="topbar"><Brand/></header> }.into_any()
}

/// Shown instead of the bar if the frame can't be read: leads to the sign-in page if nobody is signed in (any more),
/// and says any other error.
#[component]
fn Elsewhere(error: AppError) -> impl IntoView {
    if error == AppError::SignedOut {
        go(|here| format!("/login?next={}", leptos_router::location::Url::escape(here)));
        return ().into_any();
    }
    view! {
        <header class="topbar"><Brand/></header>
        <div class="banner" data-place="page" data-tone="danger"><p>{error.to_string()}</p></div>
    }
    .into_any()
}

/// Leaves this page: by a redirect of the server, or by the router. `target` gets the current path and query.
fn go(target: impl Fn(&str) -> String + 'static) {
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    let here = if search.is_empty() { path } else { format!("{path}?{}", search.trim_start_matches('?')) };
    let target = target(&here);
    server_side::redirect(&target);
    let navigate = use_navigate();
    Effect::new(move |_| navigate(&target, Default::default()));
}

/// Says on every page of a demo that it is one.
pub fn demo_banner() -> AnyView {
    view! {
        <div class="banner" data-place="page" data-tone="accent">
            <p>"This is a demo: data is made up, and everyone's password is "<code>"countersign"</code>"."</p>
        </div>
    }
    .into_any()
}

#[component]
fn Brand() -> impl IntoView {
    view! { <a class="brand" href="/"><BrandMark/><span>"Countersign"</span></a> }
}

#[component]
fn Top(frame: Frame) -> impl IntoView {
    start_clock(frame.now);
    let demo = frame.demo.then(demo_banner);
    let Some(view) = frame.view.clone() else {
        keep_to_open_pages();
        return view! {
            {demo}
            <header class="topbar"><Brand/><div class="topbar-end"><AccountButton username=frame.username.clone()/></div></header>
            <AccountMenu frame/>
        }
        .into_any();
    };
    let bell = !frame.enabled.is_empty();
    let counts = use_counts(frame.counts);
    let navigation = links(&frame, "menu-section", "menu-title", Some("menu-item"));
    view! {
        {demo}
        <header class="topbar">
            <button class="button topbar-nav" type="button" data-kind="quiet" popovertarget="navigation">
                <Icon paths=icon::MENU/><span>"Navigation"</span>
            </button>
            <Brand/>
            <div class="topbar-end">
                <button class="button view-button" type="button" data-kind="quiet" popovertarget="view-menu">
                    <span class="view-name">{view.label}</span><Icon paths=icon::CHEVRON_DOWN/>
                </button>
                {bell.then(|| view! { <Bell counts/> }.into_any())}
                <AccountButton username=frame.username.clone()/>
            </div>
        </header>
        <nav class="menu" id="navigation" popover="auto" aria-label="Navigation" data-width="wide" inner_html=navigation></nav>
        <ViewMenu frame=frame.clone()/>
        {bell.then(|| view! { <BellMenu frame=frame.clone() counts/> }.into_any())}
        <AccountMenu frame/>
    }
    .into_any()
}

/// Keeps somebody without a project to the few pages that are open to them. Every other page leads to the one that says
/// so.
fn keep_to_open_pages() {
    let location = use_location();
    if !is_open_without_project(&location.pathname.get_untracked()) {
        server_side::redirect(NO_PROJECT);
    }
    let navigate = use_navigate();
    Effect::new(move |_| {
        if location.pathname.with(|path| !is_open_without_project(path)) {
            navigate(NO_PROJECT, Default::default());
        }
    });
}

const NO_PROJECT: &str = "/no-project";

#[component]
fn AccountButton(username: String) -> impl IntoView {
    view! {
        <button class="button account-button" type="button" data-kind="quiet" popovertarget="account-menu">
            <Icon paths=icon::USER/><span>{username}</span>
        </button>
    }
}

/// A part of Navigation and of the left menu.
struct Section {
    title: &'static str,
    /// The address, the icon and the label of each link.
    links: Vec<(&'static str, &'static str, &'static str)>,
}

fn sections(frame: &Frame) -> Vec<Section> {
    let mut sections = vec![
        Section {
            title: "Resources",
            links: vec![
                ("/hosts", icon::SERVER, "Hosts"),
                ("/trash", icon::TRASH, "Trash"),
                ("/quotas", icon::GAUGE, "Quotas"),
            ],
        },
        Section {
            title: "Tickets",
            links: vec![
                ("/tickets/workflow/mine", icon::WORKFLOW, "Workflows"),
                ("/tickets/support/mine", icon::LIFE_BUOY, "Technical Support"),
            ],
        },
    ];
    let in_domain_view = matches!(frame.view, Some(NamedView { view: View::Domain(_), .. }));
    if frame.is_system_view() || in_domain_view {
        sections.push(Section {
            title: "Directory",
            links: vec![
                ("/directory/domains", icon::GLOBE, "Domains"),
                ("/directory/projects", icon::FOLDER, "Projects"),
                ("/directory/users", icon::USERS, "Users"),
                ("/directory/roles", icon::SHIELD, "Roles"),
            ],
        });
        sections.push(Section { title: "Audit", links: vec![("/logs", icon::HISTORY, "Operation Log")] });
    }
    if frame.is_system_view() {
        sections.push(Section {
            title: "Settings / Tickets",
            links: vec![
                ("/settings/tickets", icon::TICKET, "Ticket Setup"),
                ("/settings/external", icon::EXTERNAL, "External Ticket"),
            ],
        });
        sections.push(Section { title: "Settings", links: vec![("/settings/system", icon::SLIDERS, "System")] });
    }
    sections
}

/// The links of the sections as HTML, with the current one marked. The HTML is made anew only when another link is the
/// current one.
fn links(
    frame: &Frame,
    section: &'static str,
    title: &'static str,
    item: Option<&'static str>,
) -> impl Fn() -> String + Send + Sync + 'static {
    let sections = sections(frame);
    let path = use_location().pathname;
    let hrefs: Vec<_> = sections.iter().flat_map(|section| &section.links).map(|(href, ..)| *href).collect();
    let current = memo(move |_| path.with(|path| hrefs.iter().copied().find(|href| leads_to(href, path))));
    move || {
        let current = current.get();
        let links = html! {
            @for Section { title: name, links } in &sections {
                div class=(section) {
                    p class=(title) { (name) }
                    ul aria-label=(name) {
                        @for (href, paths, label) in links {
                            li {
                                a class=[item] href=(href) aria-current=[(current == Some(*href)).then_some("page")] {
                                    (icon::still(paths, 16)) span { (label) }
                                }
                            }
                        }
                    }
                }
            }
        };
        links.into_string()
    }
}

/// Whether a page belongs to a menu entry.
fn leads_to(href: &str, path: &str) -> bool {
    let base = href.strip_suffix("/mine").unwrap_or(href);
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[component]
fn Side(frame: Frame) -> impl IntoView {
    if frame.view.is_none() {
        return ().into_any();
    }
    let links = links(&frame, "sidenav-section", "sidenav-title", None);
    view! {
        <nav class="sidenav" aria-label="Main">
            <div class="still" inner_html=links></div>
            <label class="sidenav-fold">
                <input type="checkbox" role="switch"/><Icon paths=icon::PANEL_LEFT/><span>"Fold menu"</span>
            </label>
        </nav>
    }
    .into_any()
}

#[component]
fn Foot(frame: Frame) -> impl IntoView {
    view! {
        <footer class="footer">
            <p>{frame.cloud_note.unwrap_or_default()}</p>
            <p class="muted">{concat!("Countersign ", env!("CARGO_PKG_VERSION"))}</p>
        </footer>
    }
    .into_any()
}

#[component]
fn ViewMenu(frame: Frame) -> impl IntoView {
    let change = use_button_change::<SwitchView>();
    let here = frame.view.as_ref().map(|v| v.view.key());
    let views = html! {
        ul aria-label="Views" {
            @for NamedView { view, label } in &frame.views {
                li { (switch(change, &view.key(), label, here.as_ref() == Some(&view.key()))) }
            }
        }
    };
    view! {
        <div id="view-menu" popover="auto" class="menu" data-align="end">
            <Region class="menu-section" change=Some(change)>{block(views)}</Region>
        </div>
    }
    .into_any()
}

/// A button that switches to a view. The current view's is marked.
fn switch(change: Change, key: &str, label: &str, is_here: bool) -> Markup {
    html! {
        form class="menu-form" method="post" action=(change.action()) {
            (hidden_fields([("view", key)].into_iter()))
            button class="menu-item" type="submit" aria-current=[is_here.then_some("true")] { span { (label) } }
        }
    }
}

#[component]
fn AccountMenu(frame: Frame) -> impl IntoView {
    let note = if frame.display_name.is_empty() || frame.display_name == frame.username {
        format!("Signed in as {}", frame.username)
    } else {
        format!("{} ({})", frame.display_name, frame.username)
    };
    view! {
        <div class="menu" id="account-menu" popover="auto" data-align="end">
            <p class="menu-note">{note}</p>
            <div class="menu-section">
                <ul>
                    <li><a class="menu-item" href="/account"><Icon paths=icon::KEY/><span>"Account"</span></a></li>
                    <li><SignOut class="menu-item"/></li>
                </ul>
            </div>
        </div>
    }
    .into_any()
}

/// A plain POST, so that the whole page is gone afterwards.
#[component]
pub fn SignOut(class: &'static str) -> impl IntoView {
    view! {
        <form method="post" action="/logout">
            <button class=class type="submit"><Icon paths=icon::LOG_OUT/><span>"Sign out"</span></button>
        </form>
    }
}
