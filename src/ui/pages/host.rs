//! `/hosts/{id}`: one host.

use super::host_dialogs::HostDialog;
use super::hosts::{actions, direct, disks, is_changing, specification, status};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::DirectAction;
use crate::domain::ids::HostId;
use crate::domain::time::Millis;
use crate::functions::hosts::{ActOnHost, get_host};
use crate::ui::components::dialog::page_button;
use crate::ui::components::form::{Change, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::{State, none, text_or_none};
use crate::ui::components::time::time;
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::markup::{block, fact, shown};
use crate::ui::memo::memo;
use crate::ui::still::Region;
use crate::wire::frame::Frame;
use crate::wire::hosts::{HostDetail, HostRow, OpenTicket};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use maud::{Markup, html};

#[component]
pub fn Host() -> impl IntoView {
    let params = use_params_map();
    let revision = use_revision();
    let id = memo(move |_| params.with(|params| params.get_str("id").unwrap_or_default().to_owned()));
    let host = read(move || (id.get(), revision.track()), |(id, _)| get_host(HostId(id)));
    let change = use_button_change::<ActOnHost>();
    let body = move |detail: HostDetail, frame: Frame| {
        refetch_soon(is_changing(&detail.host), host);
        page(detail, change, frame)
    };
    let path = Signal::derive(move || format!("/hosts/{}", id.get()));
    let own = Signal::derive(move || Some(HostId(id.get())));
    view! { {loaded(host, body)} <HostDialog page=path own/> }.into_any()
}

fn page(detail: HostDetail, change: Change, frame: Frame) -> AnyView {
    let HostDetail { host, failure, open } = detail;
    let failure = failure.map(|why| {
        let text = format!("What was last done to this host failed. {why}");
        view! { <div class="banner" data-tone="danger"><Icon paths=icon::CIRCLE_X/><p>{text}</p></div> }.into_any()
    });
    let path = format!("/hosts/{}", host.id);
    let actions = if host.status == HostStatus::InTrash {
        in_trash(&host, change, &path)
    } else {
        actions(&host, change, &path, &lasting_query(), false)
    };
    let (list, list_name) = if host.status == HostStatus::InTrash { ("/trash", "Trash") } else { ("/hosts", "Hosts") };
    let about = format!("{} in {}", host.image, host.project);
    view! {
        <Title text=host.name.clone()/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href=list>{list_name}</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">{host.name.clone()}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{host.name.clone()}</h1>{shown(status(&host))}</div>
                <p>{about}</p>
            </div>
            <Region class="page-actions" change=Some(change)>{block(actions)}</Region>
        </header>
        {failure}
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">{block(facts(&host, &open, frame.now))}</div>
        </section>
    }
    .into_any()
}

fn facts(host: &HostRow, open: &[OpenTicket], now: Millis) -> Markup {
    html! {
        dl class="facts" data-flow="columns" {
            (fact("Project", &host.project))
            (fact("Domain", &host.domain))
            (fact("Specification", specification(host)))
            (fact("Image", &host.image))
            (fact("Disks", disks(host)))
            (fact("Status", host.status.pill()))
            (fact("Delete-lock", if host.delete_locked { "On" } else { "Off" }))
            @match host.ticket {
                Some(number) => (fact("Ticket", html! { a href={ "/tickets/workflow/" (number) } { (number) } })),
                None => (fact("Ticket", none())),
            }
            @for ticket in open {
                (fact("Open ticket", html! {
                    a href={ "/tickets/workflow/" (ticket.number) } { (ticket.number) ", " (ticket.ticket_type.label()) }
                }))
            }
            (fact("Created", time(host.created_at, now)))
            @if let Some(at) = host.clears_at { (fact("Cleared", time(at, now))) }
            (fact("Description", text_or_none(&host.description)))
            div { dt { "ID" } dd class="mono" { (host.id) } }
        }
    }
}

fn in_trash(host: &HostRow, change: Change, path: &str) -> Markup {
    html! {
        @if host.may_own && host.under_way.is_none() {
            (direct(host, change, DirectAction::Restore, path))
            (page_button(path, &lasting_query(), "clear", "Clear"))
        }
    }
}
