//! `/hosts`: the hosts of the view.

use super::host_dialogs::{HOSTS, HostDialog};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::DirectAction;
use crate::domain::quota::Key;
use crate::domain::time::Millis;
use crate::functions::hosts::{ActOnHost, list_hosts};
use crate::ui::components::dialog::{page_button, row_buttons};
use crate::ui::components::field::{Control, FilterField, all_choices};
use crate::ui::components::form::{Change, GetForm, change_button, change_buttons, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{
    Column, Empty, Filters, Table, actions_cell, cell, line, link_cell, pager, text_cell,
};
use crate::ui::components::pill::State;
use crate::ui::components::selection::Selection;
use crate::ui::components::time::time;
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

const PAGE: &str = "/hosts";
/// The id of the form that the boxes of the rows belong to.
const SELECTION: &str = "selection";
const CHECK: Column = ("", "check");
const NAME: Column = ("Name", "id");
const PROJECT: Column = ("Project", "short");
const SPECIFICATION: Column = ("Specification", "");
const IMAGE: Column = ("Image", "");
const DISKS: Column = ("Disks", "");
const STATUS: Column = ("Status", "state");
const CREATED: Column = ("Created", "time");

#[component]
pub fn Hosts() -> impl IntoView {
    let query = use_query();
    let revision = use_revision();
    let filter = memo(move |_| query.with(Query::filter::<HostFilter>));
    let list = read(move || (filter.get(), revision.track()), |(filter, _)| list_hosts(filter));
    let change = use_button_change::<ActOnHost>();
    let selected = Selection::none(SELECTION);
    let body = move |hosts: HostList, frame: Frame| {
        refetch_soon(hosts.page.rows.iter().any(is_changing), list);
        let now = frame.now;
        let create = hosts.may_create.then(|| {
            view! {
                <div class="page-actions">
                    <a class="button" data-kind="primary" href="/hosts/new"><Icon paths=icon::PLUS/><span>"Create"</span></a>
                </div>
            }
            .into_any()
        });
        view! {
            <header class="page-header">
                <div class="page-title"><h1>"Hosts"</h1><p>"Virtual machines of the projects you work in."</p></div>
                {create}
            </header>
            <Filters page=PAGE>
                <FilterField label="Name" name="name"/>
                <FilterField label="Status" name="status" control=Control::Select(all_choices!("All", HostStatus))/>
            </Filters>
            {rows(hosts, change, selected, lasting_query(), now)}
        }
        .into_any()
    };
    view! { <Title text="Hosts"/> {loaded(list, body)} <HostDialog page=PAGE.to_owned() own=None/> }.into_any()
}

/// Whether a change of the host is under way.
pub fn is_changing(host: &HostRow) -> bool {
    use HostStatus::{ChangingConfiguration, Deleting, Deploying};
    host.under_way.is_some() || matches!(host.status, Deploying | ChangingConfiguration | Deleting)
}

fn rows(hosts: HostList, change: Change, selected: Selection, query: Query, now: Millis) -> AnyView {
    keyboard::stay();
    if hosts.page.rows.is_empty() {
        return empty(hosts.may_create, !query.0.is_empty());
    }
    let pager = pager(&hosts.page, PAGE, query.clone());
    let selects = hosts.page.rows.iter().any(may_change);
    let mut columns = vec![NAME, PROJECT, SPECIFICATION, IMAGE, DISKS, STATUS, CREATED];
    if selects {
        columns.insert(0, CHECK);
    }
    let bulk = selects.then(|| selection(&query));
    selected.settle();
    let check = |host: &HostRow| selects.then(|| check_cell(host, selected));
    let rows = hosts.page.rows.iter().map(|host| line(row(check(host), host, change, &query, now))).views();
    view! { {bulk} <Table caption="Hosts" columns actions=true change selection=selected>{rows}</Table> {pager} }
        .into_any()
}

/// The buttons for the hosts that are ticked. The boxes belong to this form, wherever they stand.
fn selection(query: &Query) -> AnyView {
    view! {
        <GetForm page=PAGE keep=query.clone() id=SELECTION class="bulk">
            <p>"With the selected hosts, up to 20 of one project:"</p>
            <div class="cluster">
                <button class="button" data-size="small" type="submit" name="dialog" value="adjust"><span>"Adjust selected"</span></button>
                <button class="button" data-size="small" type="submit" name="dialog" value="delete"><span>"Delete selected"</span></button>
            </div>
        </GetForm>
    }
    .into_any()
}

/// Whether an adjustment or a deletion of the host makes sense now.
fn may_change(host: &HostRow) -> bool {
    use HostStatus::{DeployFailed, Running, Stopped};
    host.may_operate && host.under_way.is_none() && matches!(host.status, Running | Stopped | DeployFailed)
}

/// The cell with the box of a row; empty if the host can't be changed now.
fn check_cell(host: &HostRow, selected: Selection) -> Markup {
    let label = format!("Select {}", host.name);
    let tick_box = may_change(host).then(|| selected.tick_box(HOSTS, &host.id.to_string(), &label, "", ""));
    html! { td data-col="check" { @if let Some(tick_box) = tick_box { (tick_box) } } }
}

fn row(check: Option<Markup>, host: &HostRow, change: Change, query: &Query, now: Millis) -> Markup {
    html! {
        @if let Some(check) = check { (check) }
        (link_cell(NAME, &format!("{PAGE}/{}", host.id), &host.name))
        (text_cell(PROJECT, &host.project))
        (text_cell(SPECIFICATION, &specification(host)))
        (text_cell(IMAGE, &host.image))
        (text_cell(DISKS, &disks(host)))
        (cell(STATUS, "", status(host)))
        (cell(CREATED, "", time(host.created_at, now)))
        (actions_cell(actions(host, change, PAGE, query, true)))
    }
}

/// The host's status, with the change under way and the delete-lock beside it.
pub fn status(host: &HostRow) -> Markup {
    html! {
        span class="cluster" {
            (host.status.pill())
            @if let Some(what) = &host.under_way { span class="muted" { (what) } }
            @if host.delete_locked {
                span class="lock" title="Delete-locked" { (icon::still(icon::LOCK, 12)) span class="visually-hidden" { "Delete-locked" } }
            }
        }
    }
}

/// The buttons of what may be done with the host now. In a list they are small, and their labels say which host they
/// are about.
pub fn actions(host: &HostRow, change: Change, page: &str, query: &Query, listed: bool) -> Markup {
    if !host.may_operate {
        return html! {};
    }
    let id = host.id.to_string();
    let dialog = |dialog: &str, label: &str| match listed {
        true => row_buttons(page, query, (HOSTS, &id), &[(dialog, label, "")]),
        false => page_button(page, query, dialog, label),
    };
    let back = query.url(page);
    let rests = host.under_way.is_none();
    let (running, stopped) = (host.status == HostStatus::Running && rests, host.status == HostStatus::Stopped && rests);
    let lock = if host.delete_locked { DirectAction::Unlock } else { DirectAction::Lock };
    let at_once = [
        stopped.then_some(DirectAction::Start),
        running.then_some(DirectAction::Stop),
        (host.status != HostStatus::InTrash).then_some(lock),
    ];
    let at_once: Vec<DirectAction> = at_once.into_iter().flatten().collect();
    html! {
        @if running || stopped { (dialog("adjust", "Adjust configuration")) }
        @if listed { (direct_in_row(host, change, &at_once, &back)) }
        @else { @for action in at_once { (direct(host, change, action, &back)) } }
        @if may_change(host) { (dialog("delete", "Delete")) }
    }
}

/// The button of something that is done at once.
pub fn direct(host: &HostRow, change: Change, action: DirectAction, back: &str) -> Markup {
    let id = host.id.to_string();
    change_button(change, action.label(), false, &[("id", &id), ("action", action.key()), ("back", back)])
}

/// The small buttons in a row of what is done at once.
pub fn direct_in_row(host: &HostRow, change: Change, actions: &[DirectAction], back: &str) -> Markup {
    if actions.is_empty() {
        return html! {};
    }
    let (id, buttons) = (host.id.to_string(), actions.iter().map(|action| (action.key(), action.label())));
    change_buttons(change, &[("id", &id), ("back", back)], "action", &buttons.collect::<Vec<_>>())
}

/// `c2.large: 4 vCPU, 8 GiB`.
pub fn specification(host: &HostRow) -> String {
    format!("{}: {} vCPU, {}", host.specification, host.vcpu, Key::Memory.show(host.memory_mib))
}

/// `30 + 100 GiB`: the system disk, then the data disks.
pub fn disks(host: &HostRow) -> String {
    let sizes: Vec<_> =
        std::iter::once(&host.system_disk_gib).chain(&host.data_disks_gib).map(i64::to_string).collect();
    format!("{} GiB", sizes.join(" + "))
}

fn empty(may_create: bool, filtered: bool) -> AnyView {
    if filtered {
        return view! {
            <Empty paths=icon::SEARCH title="No host matches" text="Other filters may find what you look for.">
                <a class="button" href=PAGE>"Clear"</a>
            </Empty>
        }
        .into_any();
    }
    if may_create {
        return view! {
            <Empty paths=icon::SERVER title="No hosts yet" text="Hosts you ask for appear here as soon as their approvers pass them.">
                <a class="button" data-kind="primary" href="/hosts/new">"Ask for a host"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty paths=icon::SERVER title="No hosts yet" text="The hosts of your projects appear here."/> }.into_any()
}
