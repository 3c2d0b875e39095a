//! `/trash`: deleted hosts, which can be restored until they are cleared.

use super::host_dialogs::{HOSTS, HostDialog};
use super::hosts::{direct_in_row, disks, specification};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::DirectAction;
use crate::domain::time::Millis;
use crate::functions::hosts::{ActOnHost, list_hosts};
use crate::ui::components::dialog::row_buttons;
use crate::ui::components::field::FilterField;
use crate::ui::components::form::{Change, use_button_change};
use crate::ui::components::icon;
use crate::ui::components::list::{
    Column, Empty, Filters, Table, actions_cell, cell, line, link_cell, pager, text_cell,
};
use crate::ui::components::time::time_or_none;
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::keyboard;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::hosts::{HostFilter, HostList, HostRow};
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

const PAGE: &str = "/trash";
const NAME: Column = ("Name", "id");
const PROJECT: Column = ("Project", "short");
const SPECIFICATION: Column = ("Specification", "");
const DISKS: Column = ("Disks", "");
const CLEARS: Column = ("Clears by itself", "time");

#[component]
pub fn Trash() -> impl IntoView {
    let query = use_query();
    let revision = use_revision();
    let change = use_button_change::<ActOnHost>();
    let filter = memo(move |_| query.with(filter));
    let list = read(move || (filter.get(), revision.track()), |(filter, _)| list_hosts(filter));
    let body = move |hosts: HostList, frame: Frame| {
        refetch_soon(hosts.page.rows.iter().any(|host| host.under_way.is_some()), list);
        view! {
            <header class="page-header">
                <div class="page-title">
                    <h1>"Trash"</h1>
                    <p>"Deleted hosts. They keep their quota until they are cleared, by hand or by themselves."</p>
                </div>
            </header>
            <Filters page=PAGE><FilterField label="Name" name="name"/></Filters>
            {rows(hosts, change, lasting_query(), frame.now)}
        }
        .into_any()
    };
    view! { <Title text="Trash"/> {loaded(list, body)} <HostDialog page=PAGE.to_owned() own=None/> }.into_any()
}

fn filter(query: &Query) -> HostFilter {
    HostFilter { status: HostStatus::InTrash.key().to_owned(), ..query.filter() }
}

fn rows(hosts: HostList, change: Change, query: Query, now: Millis) -> AnyView {
    keyboard::stay();
    if hosts.page.rows.is_empty() {
        let (title, text) = match query.0.is_empty() {
            true => ("The trash is empty", "Hosts that are deleted appear here, and can be restored for a while."),
            false => ("No host matches", "Another name may find what you look for."),
        };
        return view! {
            <Empty paths=icon::TRASH title text><a class="button" href="/hosts">"Go to Hosts"</a></Empty>
        }
        .into_any();
    }
    let pager = pager(&hosts.page, PAGE, query.clone());
    let columns = vec![NAME, PROJECT, SPECIFICATION, DISKS, CLEARS];
    let rows = hosts.page.rows.iter().map(|host| line(row(host, change, &query, now))).views();
    view! { <Table caption="Trash" columns actions=true change>{rows}</Table> {pager} }.into_any()
}

fn row(host: &HostRow, change: Change, query: &Query, now: Millis) -> Markup {
    let clears = match &host.under_way {
        Some(what) => html! { (what) },
        None => time_or_none(host.clears_at, now),
    };
    let actions = html! {
        @if host.may_own && host.under_way.is_none() {
            (direct_in_row(host, change, &[DirectAction::Restore], &query.url(PAGE)))
            (row_buttons(PAGE, query, (HOSTS, &host.id.to_string()), &[("clear", "Clear", "")]))
        }
    };
    html! {
        (link_cell(NAME, &format!("/hosts/{}", host.id), &host.name))
        (text_cell(PROJECT, &host.project))
        (text_cell(SPECIFICATION, &specification(host)))
        (text_cell(DISKS, &disks(host)))
        (cell(CLEARS, "", clears))
        (actions_cell(actions))
    }
}
