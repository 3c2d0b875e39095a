//! `/tickets/support/…`: the tabs of technical support.

use super::canned_replies;
use super::support_dialogs::{EndDialog, REQUEST, RequestDialog, TITLE};
use crate::domain::support::{Level, SupportStatus, SupportTab};
use crate::domain::time::Millis;
use crate::functions::support::{TakeSupport, list_support};
use crate::ui::components::dialog::{DialogButton, row_buttons};
use crate::ui::components::field::{Control, FilterField, all_choices, choice};
use crate::ui::components::form::{Change, change_button, use_button_change};
use crate::ui::components::icon;
use crate::ui::components::list::{
    self, Column, Empty, Filters, TabLink, Table, actions_cell, cell, line, link, pager, text_cell,
};
use crate::ui::components::pill::{State, none, optional, pill, text_or_none};
use crate::ui::components::time::{time, time_or_none};
use crate::ui::context::{LiveCounts, kept, lasting_query, loaded, use_counts, use_revision};
use crate::ui::data::read;
use crate::ui::keyboard;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::support::{External, SupportFilter, SupportList, SupportRow};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;
use maud::{Markup, html};

const ID: Column = ("ID", "id");
const PRIORITY: Column = ("Priority", "state");
const PROBLEM: Column = ("Problem Description", "wide");
const INITIATOR: Column = ("Initiator", "short");
const STATUS: Column = ("Status", "state");
const HANDLER: Column = ("Handler", "short");
const EXTERNAL_ID: Column = ("External Ticket", "short");
const EXTERNAL_STATUS: Column = ("External Status", "state");
const EXTERNAL_OWNER: Column = ("External Owner", "short");
const SUBMITTED: Column = ("Time Submitted", "time");
const CLOSED: Column = ("Time Closed", "time");

#[component]
pub fn SupportHome() -> impl IntoView {
    view! { <Redirect path="/tickets/support/mine"/> }
}

/// Whether this word is the last part of a tab's path.
pub fn is_tab(word: &str) -> bool {
    SupportTab::from_key(word).is_some()
}

fn path(tab: SupportTab) -> String {
    format!("/tickets/support/{}", tab.key())
}

#[component]
pub fn Tickets() -> impl IntoView {
    let params = use_params_map();
    let tab = kept(move || params.with(|params| SupportTab::from_key(params.get_str("place")?)), SupportTab::Mine);
    let query = use_query();
    let revision = use_revision();
    let filter = memo(move |_| query.with(Query::filter::<SupportFilter>));
    let take = use_button_change::<TakeSupport>();
    let list = read(
        move || (tab.get(), filter.get(), revision.track()),
        |(tab, filter, _)| async move { list_support(tab, filter).await.map(|list| (tab, list)) },
    );
    let body = move |(tab, tickets): (SupportTab, SupportList), frame: Frame| {
        let (counts, now) = (frame.counts, frame.now);
        let request = tickets.may_request.then(|| {
            let page = path(tab);
            view! { <DialogButton page keep=lasting_query() dialog=REQUEST label=TITLE kind="primary" paths=icon::PLUS/> }
        });
        let replies = tickets.may_write_replies.then(|| {
            view! { <a class="button" href=canned_replies::PAGE><icon::Icon paths=icon::COPY/><span>"Canned Replies"</span></a> }.into_any()
        });
        view! {
            <Title text=tab.label()/>
            <header class="page-header">
                <div class="page-title">
                    <h1>"Technical Support"</h1><p>"Problems, and the threads in which they are solved."</p>
                </div>
                <div class="page-actions">{replies}{request}</div>
            </header>
            {tabs(&tickets.tabs, tab, use_counts(counts))}
            {filters(tab)}
            {rows(tab, tickets, take, now)}
        }
        .into_any()
    };
    view! {
        {loaded(list, body)}
        <RequestDialog page=Signal::derive(move || path(tab.get()))/>
        <EndDialog page=Signal::derive(move || path(tab.get())) own=Signal::derive(|| None)/>
    }
    .into_any()
}

fn tabs(all: &[SupportTab], current: SupportTab, counts: LiveCounts) -> AnyView {
    let entry = |tab: &SupportTab| TabLink {
        href: path(*tab),
        label: tab.label(),
        is_current: *tab == current,
        count: match tab {
            SupportTab::Mine => Some(|counts| counts.support_mine),
            SupportTab::Pending => Some(|counts| counts.support_pending),
            _ => None,
        },
        waits: *tab == SupportTab::Pending,
    };
    list::tabs("Technical Support", all.iter().map(entry).collect(), counts)
}

fn filters(tab: SupportTab) -> AnyView {
    let sort = vec![choice("", "Newest first"), choice("oldest", "Oldest first")];
    view! {
        <Filters page=path(tab)>
            <FilterField label="ID" name="id" width="short"/>
            <FilterField label="Status" name="status" control=Control::Select(all_choices!("All", SupportStatus))/>
            <FilterField label="Priority" name="priority" control=Control::Select(all_choices!("All", Level))/>
            {(tab != SupportTab::Mine).then(|| view! { <FilterField label="Initiator" name="initiator"/> }.into_any())}
            <FilterField label="Text" name="text"/>
            {(tab != SupportTab::Pending).then(|| view! { <FilterField label="Sort" name="sort" control=Control::Select(sort)/> }.into_any())}
        </Filters>
    }
    .into_any()
}

fn rows(tab: SupportTab, tickets: SupportList, take: Change, now: Millis) -> AnyView {
    let query = lasting_query();
    keyboard::stay();
    if tickets.page.rows.is_empty() {
        return empty(tab, tickets.may_request, !query.without(&["sort"]).0.is_empty());
    }
    let pager = pager(&tickets.page, &path(tab), query.clone());
    let mut columns = vec![ID, PRIORITY, PROBLEM, INITIATOR, STATUS, HANDLER, SUBMITTED, CLOSED];
    columns.retain(|column| tab != SupportTab::Mine || *column != INITIATOR);
    if tab == SupportTab::External {
        columns.splice(5..6, [EXTERNAL_ID, EXTERNAL_STATUS, EXTERNAL_OWNER]);
    }
    let rows = tickets.page.rows.iter().map(|ticket| line(row(tab, ticket, take, &query, now))).views();
    view! { <Table caption=tab.label() columns actions=true change=take>{rows}</Table> {pager} }.into_any()
}

fn row(tab: SupportTab, ticket: &SupportRow, take: Change, query: &Query, now: Millis) -> Markup {
    let href = format!("/tickets/support/{}", ticket.number);
    let number = ticket.number.to_string();
    let handler = if ticket.waits_for_nobody {
        pill("warning", icon::ALERT_TRIANGLE, "Waiting for nobody")
    } else {
        optional(ticket.handler.as_deref())
    };
    // In My Pending, View takes the ticket. That changes something, so it is a form and not a link.
    let takes = tab == SupportTab::Pending && ticket.may_take;
    let actions = html! {
        @if takes { (change_button(take, "View", true, &[("number", &number)])) }
        @else { a class="button" data-size="small" href=(href) { span { "View" } } }
        @if tab == SupportTab::Mine && ticket.may_end {
            (row_buttons(&path(tab), query, ("ticket", &number), &[("end", "End", "")]))
        }
    };
    html! {
        (cell(ID, "", link(&href, &number)))
        (cell(PRIORITY, "", ticket.level.pill()))
        (text_cell(PROBLEM, &ticket.title))
        @if tab != SupportTab::Mine { (text_cell(INITIATOR, &ticket.initiator)) }
        (cell(STATUS, "", ticket.status.pill()))
        @if tab == SupportTab::External { (external_cells(ticket.external.as_ref())) }
        @else { (cell(HANDLER, "", handler)) }
        (cell(SUBMITTED, "", time(ticket.submitted_at, now)))
        (cell(CLOSED, "", time_or_none(ticket.closed_at, now)))
        (actions_cell(actions))
    }
}

/// The cells that say what becomes of a ticket in the connected system.
fn external_cells(external: Option<&External>) -> Markup {
    let Some(External { id, href, status, owner, problem }) = external else { return html! {} };
    let id = match (id, href) {
        (Some(id), Some(href)) => html! { a href=(href) rel="external noopener" target="_blank" { "#" (id) } },
        (Some(id), None) => html! { "#" (id) },
        (None, _) => none(),
    };
    let status = match problem {
        Some(_) => pill("danger", icon::ALERT_TRIANGLE, "Not there yet"),
        None => text_or_none(status),
    };
    html! {
        (cell(EXTERNAL_ID, "", id))
        (cell(EXTERNAL_STATUS, "", status))
        (text_cell(EXTERNAL_OWNER, owner))
    }
}

/// What an empty tab says: what the tab is for, and what to do next.
fn empty(tab: SupportTab, may_request: bool, filtered: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty paths=icon::SEARCH title="No ticket matches" text="Other filters may find what you look for.">
                <a class="button" href=path(tab)>"Clear"</a>
            </Empty>
        }
        .into_any();
    }
    let (title, text) = match tab {
        SupportTab::Mine if may_request => (
            "You have asked for no help",
            "Something doesn't work, or you don't know how? Describe it, and the support team answers here.",
        ),
        SupportTab::Mine => (
            "You have asked for no help",
            "Technical support is requested in a Project or Domain View, while its process is enabled.",
        ),
        SupportTab::Pending => (
            "Nothing waits for you",
            "Problems that you are asked to solve appear here, the worst first, and those who waited longest.",
        ),
        SupportTab::Resolved => (
            "Nobody owes you an answer",
            "Tickets that you replied to and that wait for their requester appear here until they are ended.",
        ),
        SupportTab::External => (
            "No ticket lives there yet",
            "Tickets that are handled in the connected system appear here, with their status there.",
        ),
        SupportTab::All => ("There are no tickets", "Every request for technical support in this view appears here."),
    };
    let action = match tab {
        SupportTab::Mine if may_request => {
            let page = path(tab);
            view! { <DialogButton page keep=Query::default() dialog=REQUEST label="Describe a problem"/> }.into_any()
        }
        SupportTab::Pending => {
            view! { <a class="button" href=path(SupportTab::Resolved)>"Go to I Resolved"</a> }.into_any()
        }
        SupportTab::Resolved => {
            view! { <a class="button" href=path(SupportTab::Pending)>"Go to My Pending"</a> }.into_any()
        }
        _ => ().into_any(),
    };
    view! { <Empty title text>{action}</Empty> }.into_any()
}
