//! `/settings/tickets`: Ticket Setup: the processes, and the dialogs that change them.

use super::process_dialog::ConfigureDialog;
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::functions::processes::{DisableProcess, EnableProcess, get_setup};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, NoticeDialog, page_button, row_buttons};
use crate::ui::components::field::Checkbox;
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Column, Empty, Table, actions_cell, cell, line, link_cell, text_cell};
use crate::ui::components::pill::{Enablement, State, pill};
use crate::ui::components::time::time;
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::processes::{LinkRow, ProcessRow, Setup};
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

pub const PAGE: &str = "/settings/tickets";
const NAME: Column = ("Name", "id");
const TYPE: Column = ("Ticket Type", "");
const KIND: Column = ("Kind", "short");
const STATUS: Column = ("Status", "state");
const LINKS: Column = ("Approval links", "wide");
const UPDATED: Column = ("Updated at", "time");

#[component]
pub fn TicketSetup() -> impl IntoView {
    let revision = use_revision();
    let query = use_query();
    let people = memo(move |_| query.with(offers_people));
    let setup = read(move || (people.get(), revision.track()), |(people, _)| get_setup(people));
    let body = move |setup: Setup, frame: Frame| {
        let dialog = query.with(|query| dialog(query, &setup, PAGE));
        view! { {page(setup, frame.now)} {dialog} }.into_any()
    };
    view! { <Title text="Ticket Setup"/> {loaded(setup, body)} }.into_any()
}

fn page(setup: Setup, now: Millis) -> AnyView {
    let configure = view! {
        <DialogButton page=PAGE keep=lasting_query() dialog="configure" label="Configure Process"/>
        <DialogButton page=PAGE keep=lasting_query() dialog="new" label="New" kind="primary" paths=icon::PLUS/>
    };
    let list = if setup.processes.is_empty() {
        view! {
            <Empty paths=icon::TICKET title="No process yet" text="A process puts one operation under approval: who decides, and in which order."/>
        }
        .into_any()
    } else {
        let rows = setup.processes.iter().map(|process| line(row(process, now))).views();
        view! {
            <Table caption="Processes" columns=vec![NAME, TYPE, KIND, STATUS, LINKS, UPDATED] actions=true>{rows}</Table>
        }
        .into_any()
    };
    view! {
        <header class="page-header">
            <div class="page-title"><h1>"Ticket Setup"</h1><p>"Which operations need an approval, by whom, and in which order."</p></div>
            <div class="page-actions">{configure}</div>
        </header>
        {list}
    }
    .into_any()
}

/// The buttons that manage a process. Their dialogs open over `page`.
pub fn actions(process: &ProcessRow, page: &str, small: bool) -> Markup {
    let id = process.id.to_string();
    let switch = if process.enabled { ("disable", "Disable", "") } else { ("enable", "Enable", "") };
    let buttons = [switch, ("modify", "Modify Process", "")];
    if small {
        return row_buttons(page, &Query::default(), ("process", &id), &buttons);
    }
    let about = Query::default().with("process", id.as_str());
    html! { @for (dialog, label, _) in buttons { (page_button(page, &about, dialog, label)) } }
}

fn row(process: &ProcessRow, now: Millis) -> Markup {
    let label = process.ticket_type.label();
    html! {
        (link_cell(NAME, &format!("{PAGE}/{}", process.id), label))
        (text_cell(TYPE, label))
        (text_cell(KIND, process.kind.label()))
        (cell(STATUS, "", Enablement(process.enabled).pill()))
        (links_cell(process))
        (cell(UPDATED, "", time(process.updated_at, now)))
        (actions_cell(actions(process, PAGE, true)))
    }
}

/// The approvers of all links, marked if a link has gaps, where nobody could approve.
fn links_cell(process: &ProcessRow) -> Markup {
    let links = process.links.iter().map(|link| link.who.as_str()).collect::<Vec<_>>().join(", ");
    let gaps: Vec<_> = process.links.iter().filter_map(|link| link.gaps.sentence()).collect();
    if gaps.is_empty() {
        return text_cell(LINKS, &links);
    }
    let title = format!("{links}. {}", gaps.join(" "));
    cell(LINKS, &title, html! { (pill("warning", icon::ALERT_TRIANGLE, "Gaps")) " " (links) })
}

/// Whether the dialog that the URL asks for offers people, who have to be read with the page.
pub fn offers_people(query: &Query) -> bool {
    matches!(query.get("dialog"), Some("new" | "configure" | "modify"))
}

/// The dialog that the URL asks for, over `page`.
pub fn dialog(query: &Query, setup: &Setup, page: &str) -> AnyView {
    let one = |wanted: &dyn Fn(&ProcessRow) -> bool| setup.processes.iter().find(|p| wanted(p)).cloned();
    let chosen = one(&|p| Some(p.id.as_str()) == query.get("process"));
    match (query.get("dialog"), chosen) {
        (Some("new"), _) if setup.available.is_empty() => view! {
            <NoticeDialog title="New" page=PAGE keep=Query::default()>
                <p>"Every ticket type has its process already. Modify Process changes one."</p>
            </NoticeDialog>
        }
        .into_any(),
        (Some("new" | "configure" | "modify"), _) if setup.persons.is_none() => ().into_any(),
        (Some("new"), _) => {
            view! { <ConfigureDialog page=page.to_owned() name="new" preset=None setup=setup.clone()/> }.into_any()
        }
        (Some("configure"), _) => {
            let support = one(&|p| p.ticket_type == TicketType::CustomerService);
            view! { <ConfigureDialog page=page.to_owned() name="configure" preset=support setup=setup.clone()/> }
                .into_any()
        }
        (Some("modify"), Some(process)) => {
            view! { <ConfigureDialog page=page.to_owned() name="modify" preset=Some(process) setup=setup.clone()/> }
                .into_any()
        }
        (Some("enable"), Some(process)) => enable(process, page.to_owned()),
        (Some("disable"), Some(process)) => disable(process, page.to_owned()),
        _ => ().into_any(),
    }
}

/// The dialog Enable. It asks for one more tick if links have gaps.
fn enable(process: ProcessRow, page: String) -> AnyView {
    let change = use_change::<EnableProcess>();
    let gap = |link: &LinkRow| link.gaps.sentence().map(|sentence| format!("{}: {sentence}", link.form.name));
    let gaps: Vec<String> = process.links.iter().filter_map(gap).collect();
    // Called inside the form, whose state tells the checkbox whether it was ticked.
    let asks = move || {
        (!gaps.is_empty()).then(|| {
            let gaps = gaps.into_iter().map(|gap| view! { <li>{gap}</li> }.into_any()).views();
            view! {
                <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><ul>{gaps}</ul></div>
                <Checkbox label="Enable it all the same" name="accept_gaps"/>
            }
        })
    };
    view! {
        <ChangeDialog change title="Enable" about=process.ticket_type.label() page=page.clone() keep=Query::default()>
            <Hidden name="id" value=process.id.to_string()/>
            <Hidden name="back" value=page/>
            <p>"From now on this operation makes a ticket and runs only after the last Pass."</p>
            {asks()}
        </ChangeDialog>
    }
    .into_any()
}

fn disable(process: ProcessRow, page: String) -> AnyView {
    let change = use_change::<DisableProcess>();
    let text =
        "From now on this operation runs at once, where the person's role allows it. Tickets in flight are finished.";
    view! {
        <ChangeDialog change title="Disable" about=process.ticket_type.label() page=page.clone() keep=Query::default()>
            <Hidden name="id" value=process.id.to_string()/>
            <Hidden name="back" value=page/>
            <p>{text}</p>
        </ChangeDialog>
    }
    .into_any()
}
