//! `/hosts/{id}`: one host.

use super::host_dialogs::HostDialog;
use super::hosts::{actions, direct, disks, is_changing, specification, status};
use crate::api::frame::Frame;
use crate::api::hosts::{ActOnHost, HostDetail, HostRow, get_host};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::DirectAction;
use crate::domain::ids::HostId;
use crate::ui::components::dialog::DialogButton;
use crate::ui::components::form::{Change, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::{State, none, text_or_none};
use crate::ui::components::time::Time;
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

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
    let HostDetail { host, failure } = detail;
    let failure = failure.map(|why| {
        let text = format!("What was last done to this host failed. {why}");
        view! { <div class="banner" data-tone="danger"><Icon paths=icon::CIRCLE_X/><p>{text}</p></div> }.into_any()
    });
    let path = format!("/hosts/{}", host.id);
    let actions = if host.status == HostStatus::InTrash {
        in_trash(&host, change, &path)
    } else {
        actions(&host, change, &path, &lasting_query(), None)
    };
    let (list, list_name) = if host.status == HostStatus::InTrash { ("/trash", "Trash") } else { ("/hosts", "Hosts") };
    let clears =
        host.clears_at.map(|at| view! { <div><dt>"Cleared"</dt><dd><Time at now=frame.now/></dd></div> }.into_any());
    let ticket = match host.ticket {
        Some(number) => view! { <a href=format!("/tickets/workflow/{number}")>{number}</a> }.into_any(),
        None => none(),
    };
    let lock = if host.delete_locked { "On" } else { "Off" };
    let (specification, disks) = (specification(&host), disks(&host));
    let about = format!("{} in {}", host.image, host.project);
    view! {
        <Title text=host.name.clone()/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href=list>{list_name}</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">{host.name.clone()}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{host.name.clone()}</h1>{status(&host)}</div>
                <p>{about}</p>
            </div>
            <div class="page-actions">{actions}</div>
        </header>
        {failure}
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">
                <dl class="facts" data-flow="columns">
                    <div><dt>"Project"</dt><dd>{host.project}</dd></div>
                    <div><dt>"Domain"</dt><dd>{host.domain}</dd></div>
                    <div><dt>"Specification"</dt><dd>{specification}</dd></div>
                    <div><dt>"Image"</dt><dd>{host.image}</dd></div>
                    <div><dt>"Disks"</dt><dd>{disks}</dd></div>
                    <div><dt>"Status"</dt><dd>{host.status.pill()}</dd></div>
                    <div><dt>"Delete-lock"</dt><dd>{lock}</dd></div>
                    <div><dt>"Ticket"</dt><dd>{ticket}</dd></div>
                    <div><dt>"Created"</dt><dd><Time at=host.created_at now=frame.now/></dd></div>
                    {clears}
                    <div><dt>"Description"</dt><dd>{text_or_none(host.description)}</dd></div>
                    <div><dt>"ID"</dt><dd class="mono">{host.id.to_string()}</dd></div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

fn in_trash(host: &HostRow, change: Change, path: &str) -> AnyView {
    if !host.may_own || host.under_way.is_some() {
        return ().into_any();
    }
    view! {
        {direct(host, change, DirectAction::Restore, path.to_owned())}
        <DialogButton page=path.to_owned() keep=lasting_query() dialog="clear" label="Clear"/>
    }
    .into_any()
}
