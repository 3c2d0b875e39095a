//! `/hosts/{id}`: one host.

use super::hosts::{disks, specification};
use crate::api::frame::Frame;
use crate::api::hosts::{HostRow, get_host};
use crate::domain::host::HostStatus;
use crate::domain::ids::HostId;
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::{State, none, text_or_none};
use crate::ui::components::time::Time;
use crate::ui::context::{loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Host() -> impl IntoView {
    let params = use_params_map();
    let revision = use_revision();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id").unwrap_or_default().to_owned()));
    let host = read(move || (id.get(), revision.track()), |(id, _)| get_host(HostId(id)));
    loaded(host, move |row, frame| {
        refetch_soon(matches!(row.status, HostStatus::Deploying | HostStatus::Deleting), host);
        page(row, frame)
    })
}

fn page(host: HostRow, frame: Frame) -> AnyView {
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
            <a href="/hosts">"Hosts"</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">{host.name.clone()}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{host.name.clone()}</h1>{host.status.pill()}</div>
                <p>{about}</p>
            </div>
        </header>
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
                    <div><dt>"Description"</dt><dd>{text_or_none(host.description)}</dd></div>
                    <div><dt>"ID"</dt><dd class="mono">{host.id.to_string()}</dd></div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}
