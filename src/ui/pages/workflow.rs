//! `/tickets/workflow/…`: the five tabs of workflow tickets.

use super::batch::{self, BatchDialog};
use super::decision::DecisionDialog;
use super::joining::JoinDialog;
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::domain::workflow::{Status, Tab};
use crate::functions::workflow::list_tickets;
use crate::ui::components::date_range::DateRange;
use crate::ui::components::dialog::{RowButton, row_buttons};
use crate::ui::components::field::{Control, FilterField, all_choices, choice};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{
    self, Column, Empty, Filters, TabLink, Table, actions_cell, cell, line, link, pager,
};
use crate::ui::components::pill::{State, pill, pill_or_none, text_or_none};
use crate::ui::components::selection::Selection;
use crate::ui::components::shortcuts::{OF_LISTS, Shortcuts, ShortcutsButton};
use crate::ui::components::time::{time, time_or_none};
use crate::ui::context::{LiveCounts, Toasts, kept, lasting_query, loaded, refetch_soon, use_counts, use_revision};
use crate::ui::data::read;
use crate::ui::keyboard;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::workflow::{TicketColumn, TicketFilter, TicketList, TicketRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;
use maud::{Markup, html};

/// The caption of a column and its `data-col`.
fn head(column: TicketColumn) -> Column {
    let kind = match column {
        TicketColumn::Id => "id",
        TicketColumn::Project | TicketColumn::Initiator | TicketColumn::Processor => "short",
        TicketColumn::Status | TicketColumn::ProcessResult | TicketColumn::ExecutionResult => "state",
        TicketColumn::Submitted | TicketColumn::Closed => "time",
        TicketColumn::Type | TicketColumn::ResourceName | TicketColumn::Stage => "",
    };
    (column.label(), kind)
}

#[component]
pub fn Workflows() -> impl IntoView {
    view! { <Redirect path="/tickets/workflow/mine"/> }
}

/// Whether a path goes on to one of the tabs with this word.
pub fn is_tab(word: &str) -> bool {
    Tab::from_key(word).is_some()
}

fn path(tab: Tab) -> String {
    format!("/tickets/workflow/{}", tab.key())
}

#[component]
pub fn Tickets() -> impl IntoView {
    let params = use_params_map();
    let tab = kept(move || params.with(|params| Tab::from_key(params.get_str("place")?)), Tab::Mine);
    let query = use_query();
    let revision = use_revision();
    let filter = memo(move |_| query.with(Query::filter::<TicketFilter>));
    let list = read(
        move || (tab.get(), filter.get(), revision.track()),
        |(tab, filter, _)| async move { list_tickets(tab, filter).await.map(|list| (tab, list)) },
    );
    let selected = Selection::none(batch::FORM);
    let body = move |(tab, tickets): (Tab, TicketList), frame: Frame| {
        let executing =
            |row: &TicketRow| row.execution_result == Some(crate::domain::workflow::ExecutionResult::InProgress);
        refetch_soon(tickets.page.rows.iter().any(executing), list);
        let (counts, now) = (frame.counts, frame.now);
        view! {
            <Title text=tab.label()/>
            <header class="page-header">
                <div class="page-title"><h1>"Workflows"</h1><p>"Requests that need an approval, and what became of them."</p></div>
                <div class="page-actions">{export(tab)}<ShortcutsButton/></div>
            </header>
            {tabs(&tickets.tabs, tab, use_counts(counts))}
            {filters(tab, tickets.zone.clone())}
            {rows(tab, tickets, selected, now)}
        }
        .into_any()
    };
    view! {
        {loaded(list, body)}
        <Shortcuts keys=OF_LISTS/>
        <DecisionDialog page=Signal::derive(move || path(tab.get())) own=Signal::derive(|| None)/>
        <BatchDialog page=Signal::derive(move || path(tab.get()))/>
        <JoinDialog page=Signal::derive(move || path(tab.get()))/>
    }
    .into_any()
}

fn tabs(all: &[Tab], current: Tab, counts: LiveCounts) -> AnyView {
    let entry = |tab: &Tab| TabLink {
        href: path(*tab),
        label: tab.label(),
        is_current: *tab == current,
        count: match tab {
            Tab::Mine => Some(|counts| counts.workflow_mine),
            Tab::Pending => Some(|counts| counts.workflow_pending),
            _ => None,
        },
        waits: *tab == Tab::Pending,
    };
    list::tabs("Workflows", all.iter().map(entry).collect(), counts)
}

fn filters(tab: Tab, zone: String) -> AnyView {
    let types = std::iter::once(choice("", "All types"))
        .chain(TicketType::ALL.iter().filter(|t| t.is_workflow()).map(|t| choice(t.key(), t.label())))
        .collect();
    let sort = vec![choice("", "Newest first"), choice("oldest", "Oldest first")];
    view! {
        <Filters page=path(tab)>
            <FilterField label="ID" name="id" width="short"/>
            <FilterField label="Type" name="ticket_type" control=Control::Select(types)/>
            <FilterField label="Status" name="status" control=Control::Select(all_choices!("All", Status))/>
            <FilterField label="Project" name="project"/>
            {(tab != Tab::Mine).then(|| view! { <FilterField label="Initiator" name="initiator"/> }.into_any())}
            <FilterField label="Resource name" name="resource"/>
            <DateRange from="Submitted from" to="Submitted to" zone/>
            <FilterField label="Sort" name="sort" control=Control::Select(sort)/>
        </Filters>
    }
    .into_any()
}

/// A link to what the filters match, as a file; the browser shows how far it is.
fn export(tab: Tab) -> AnyView {
    let toasts = expect_context::<Toasts>();
    let query = lasting_query().without(&["after", "before"]).with("tab", tab.key());
    let said = move |_| toasts.say("The export has begun. Your browser shows how far it is.".to_owned(), false);
    view! {
        <a class="button" data-kind="quiet" rel="external" href=query.url("/tickets/workflow/export") on:click=said>
            <Icon paths=icon::DOWNLOAD/><span>"Export"</span>
        </a>
    }
    .into_any()
}

fn rows(tab: Tab, tickets: TicketList, selected: Selection, now: Millis) -> AnyView {
    let query = lasting_query();
    keyboard::stay();
    if tickets.page.rows.is_empty() {
        return empty(tab, !query.without(&["sort", "zone"]).0.is_empty());
    }
    let pending = tab == Tab::Pending;
    let bar = pending.then(|| batch::bar(path(tab), query.clone(), selected));
    let pager = pager(&tickets.page, &path(tab), query.clone());
    let mut columns: Vec<Column> = TicketColumn::of(tab).map(head).collect();
    if pending {
        columns.insert(0, batch::CHECK);
    }
    let ticket_line = |ticket: TicketRow| {
        let check = pending.then(|| batch::check_cell(&ticket, selected));
        line(row(tab, ticket, check, &query, now))
    };
    let rows = tickets.page.rows.into_iter().map(ticket_line).views();
    view! { {bar} <Table caption=tab.label() columns actions=true selection=selected>{rows}</Table> {pager} }.into_any()
}

fn row(tab: Tab, ticket: TicketRow, check: Option<Markup>, query: &Query, now: Millis) -> Markup {
    let href = format!("/tickets/workflow/{}", ticket.number);
    let number = ticket.number.to_string();
    let buttons: &[RowButton<'_>] = match tab {
        Tab::Pending if ticket.may_decide => &[("pass", "Pass", "p"), ("reject", "Reject", "r")],
        Tab::Mine if ticket.may_undo => &[("undo", "Undo", "")],
        _ => &[],
    };
    let content = |column: TicketColumn| match column {
        TicketColumn::Id => link(&href, &number),
        TicketColumn::Status => ticket.status.pill(),
        TicketColumn::ProcessResult => pill_or_none(ticket.process_result),
        TicketColumn::ExecutionResult => pill_or_none(ticket.execution_result),
        TicketColumn::Processor if ticket.waits_for_nobody => {
            pill("warning", icon::ALERT_TRIANGLE, &column.text(&ticket))
        }
        TicketColumn::Submitted => time(ticket.submitted_at, now),
        TicketColumn::Closed => time_or_none(ticket.closed_at, now),
        TicketColumn::Type
        | TicketColumn::ResourceName
        | TicketColumn::Project
        | TicketColumn::Initiator
        | TicketColumn::Stage
        | TicketColumn::Processor => text_or_none(&column.text(&ticket)),
    };
    let actions = html! {
        a class="button" data-size="small" href=(href) { span { "View" } }
        (row_buttons(&path(tab), query, ("ticket", &number), buttons))
    };
    html! {
        @if let Some(check) = check { (check) }
        @for column in TicketColumn::of(tab) { (cell(head(column), "", content(column))) }
        (actions_cell(actions))
    }
}

/// What the place is for, and what to do next.
fn empty(tab: Tab, filtered: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty paths=icon::SEARCH title="No ticket matches" text="Other filters may find what you look for.">
                <a class="button" href=path(tab)>"Clear"</a>
            </Empty>
        }
        .into_any();
    }
    let pending = || (path(Tab::Pending), "Go to My Pending");
    let (title, text, (href, label)) = match tab {
        Tab::Mine => (
            "You have no tickets",
            "What you ask for appears here with everything that happens to it.",
            ("/hosts".to_owned(), "Go to Hosts"),
        ),
        Tab::Pending => (
            "Nothing waits for you",
            "Tickets that need your decision appear here. Those you decided are kept.",
            (path(Tab::Resolved), "Go to I Resolved"),
        ),
        Tab::Resolved => (
            "You have decided nothing yet",
            "Tickets you passed or rejected appear here, whatever became of them. Those that wait for you come first.",
            pending(),
        ),
        Tab::Involved => (
            "Nobody decided in your place yet",
            "Tickets you could have decided, but somebody else did, appear here. Those that still wait are yours to decide.",
            pending(),
        ),
        Tab::All => (
            "There are no tickets",
            "Every workflow ticket of the system appears here. Which requests make a ticket is set up by their processes.",
            ("/settings/tickets".to_owned(), "Go to Ticket Setup"),
        ),
    };
    view! { <Empty title text><a class="button" href=href>{label}</a></Empty> }.into_any()
}
