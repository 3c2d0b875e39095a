//! `/settings/tickets/{id}`: one process, with the tabs Details and Operation Log and the same actions as its row.

use super::ticket_setup;
use crate::domain::ids::ProcessId;
use crate::domain::oplog::ResourceType;
use crate::domain::process::Kind;
use crate::functions::processes::get_process;
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::log_list::LogList;
use crate::ui::components::log_place::Place;
use crate::ui::components::pill::{Enablement, State, optional, text_or_none};
use crate::ui::components::time::time;
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::{block, fact, shown};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::wire::frame::Frame;
use crate::wire::processes::{LinkRow, ProcessDetail, ProcessRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use maud::html;

#[component]
pub fn Process() -> impl IntoView {
    let params = use_params_map();
    let revision = use_revision();
    let query = use_query();
    let id = memo(move |_| params.with(|params| params.get_str("id").unwrap_or_default().to_owned()));
    let people = memo(move |_| query.with(ticket_setup::offers_people));
    let process =
        read(move || (id.get(), people.get(), revision.track()), |(id, people, _)| get_process(ProcessId(id), people));
    let body = move |detail: ProcessDetail, frame: Frame| {
        let home = home(&detail.process);
        let setup = detail.setup.clone();
        let dialog = move || query.with(|query| ticket_setup::dialog(query, &setup, &home));
        view! { {page(detail, frame)} {dialog} }.into_any()
    };
    let log = move || {
        let place = Place {
            page: format!("{}/{}", ticket_setup::PAGE, id.get()),
            about: Some((ResourceType::Process, id.get())),
        };
        on_log(&query).then(|| view! { <LogList place/> }.into_any())
    };
    view! { {loaded(process, body)} {log} }
}

fn on_log(query: &Memo<Query>) -> bool {
    query.with(|query| query.get("tab") == Some("log"))
}

fn home(process: &ProcessRow) -> String {
    format!("{}/{}", ticket_setup::PAGE, process.id)
}

fn page(detail: ProcessDetail, frame: Frame) -> AnyView {
    let query = use_query();
    let home = home(&detail.process);
    let label = detail.process.ticket_type.label();
    let tab = |name: &'static str, href: String, is_log: bool| {
        let current = move || (on_log(&query) == is_log).then_some("page");
        view! { <li><a href=href aria-current=current>{name}</a></li> }
    };
    let facts = facts(&detail, frame);
    view! {
        <Title text=label/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href=ticket_setup::PAGE>"Ticket Setup"</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">{label}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{label}</h1>{shown(Enablement(detail.process.enabled).pill())}</div>
                <p>{in_flight(detail.in_flight)}</p>
            </div>
            <div class="page-actions">{block(ticket_setup::actions(&detail.process, &home, false))}</div>
        </header>
        <nav class="tabs" aria-label="Process">
            <ul>{tab("Details", home.clone(), false)}{tab("Operation Log", format!("{home}?tab=log"), true)}</ul>
        </nav>
        <div hidden=move || on_log(&query)>{facts}</div>
    }
    .into_any()
}

fn in_flight(tickets: i64) -> String {
    match tickets {
        0 => "No ticket of this type is under way.".to_owned(),
        1 => "1 ticket is under way; it keeps the version it was started with.".to_owned(),
        n => format!("{n} tickets are under way; each keeps the version it was started with."),
    }
}

fn facts(detail: &ProcessDetail, frame: Frame) -> AnyView {
    let process = detail.process.clone();
    let status = if detail.is_unreachable { "External system unreachable" } else { "Available" };
    let links: Vec<_> = process.links.iter().enumerate().map(|(i, link)| link_item(i, link)).collect();
    let has_links = process.kind == Kind::BuiltIn;
    view! {
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">
                {block(html! {
                    dl class="facts" data-flow="columns" {
                        (fact("Cloud ID", optional(process.queue.as_deref())))
                        div { dt { "ID" } dd class="mono" { (process.id) } }
                        (fact("Name", process.ticket_type.label()))
                        (fact("Status", status))
                        (fact("Domain", "Default"))
                        (fact("Project", "system"))
                        (fact("Enable status", Enablement(process.enabled).pill()))
                        (fact("Kind", process.kind.label()))
                        (fact("Version", process.version))
                        (fact("Updated at", time(process.updated_at, frame.now)))
                        (fact("Created at", time(process.created_at, frame.now)))
                        (fact("Description", text_or_none(&process.description)))
                    }
                })}
            </div>
        </section>
        {has_links.then(|| view! {
            <section class="card" aria-labelledby="links-title">
                <header class="card-header"><h2 id="links-title">"Approval links"</h2></header>
                <div class="card-body"><ol class="stepper">{links}</ol></div>
            </section>
        }.into_any())}
    }
    .into_any()
}

fn link_item(index: usize, link: &LinkRow) -> AnyView {
    let gap = link.gaps.sentence().map(|sentence| {
        view! { <p class="link-coverage" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><span>{sentence}</span></p> }.into_any()
    });
    view! {
        <li class="step" data-state="waiting">
            <span class="step-mark"></span>
            <div class="step-body">
                <p class="step-name">{format!("{}. {}", index + 1, link.form.name)}</p>
                <p class="step-note">{link.who.clone()}</p>
                {gap}
            </div>
        </li>
    }
    .into_any()
}
