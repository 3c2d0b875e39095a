//! `/hosts`: the hosts of the view.

use crate::all_choices;
use crate::api::hosts::{HostFilter, HostList, HostRow, list_hosts};
use crate::domain::host::HostStatus;
use crate::domain::quota::Key;
use crate::domain::time::Millis;
use crate::ui::components::field::{Control, FilterField};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Column, Empty, Filters, Table, cell, pager, text_cell};
use crate::ui::components::pill::State;
use crate::ui::components::time::Time;
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::query::{Query, use_query};
use leptos::prelude::*;
use leptos_meta::Title;

const PAGE: &str = "/hosts";
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
    let filter = Memo::new(move |_| query.with(filter));
    let list = read(move || (filter.get(), revision.track()), |(filter, _)| list_hosts(filter));
    let body = move |hosts: HostList, frame: crate::api::frame::Frame| {
        let changing =
            hosts.page.rows.iter().any(|host| matches!(host.status, HostStatus::Deploying | HostStatus::Deleting));
        refetch_soon(changing, list);
        let now = frame.now;
        let create = hosts.may_create.then(|| {
            view! {
                <div class="page-actions">
                    <a class="button" data-kind="primary" href="/hosts/new"><Icon paths=icon::PLUS/><span>"Create"</span></a>
                </div>
            }
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
            {rows(hosts, lasting_query(), now)}
        }
        .into_any()
    };
    view! { <Title text="Hosts"/> {loaded(list, body)} }.into_any()
}

fn filter(query: &Query) -> HostFilter {
    HostFilter {
        name: query.text("name"),
        status: query.text("status"),
        after: query.get("after").map(str::to_owned),
        before: query.get("before").map(str::to_owned),
    }
}

fn rows(hosts: HostList, query: Query, now: Millis) -> AnyView {
    if hosts.page.rows.is_empty() {
        return empty(hosts.may_create, !query.0.is_empty());
    }
    let pager = pager(&hosts.page, PAGE, query);
    let columns = vec![NAME, PROJECT, SPECIFICATION, IMAGE, DISKS, STATUS, CREATED];
    let rows = hosts.page.rows.into_iter().map(|host| row(host, now)).collect_view();
    view! { <Table caption="Hosts" columns>{rows}</Table> {pager} }.into_any()
}

fn row(host: HostRow, now: Millis) -> AnyView {
    let specification = specification(&host);
    let disks = disks(&host);
    let href = format!("{PAGE}/{}", host.id);
    view! {
        <tr>
            {cell(NAME, String::new(), view! { <a href=href>{host.name}</a> })}
            {text_cell(PROJECT, host.project)}
            {text_cell(SPECIFICATION, specification)}
            {text_cell(IMAGE, host.image)}
            {text_cell(DISKS, disks)}
            {cell(STATUS, String::new(), host.status.pill())}
            {cell(CREATED, String::new(), view! { <Time at=host.created_at now/> })}
        </tr>
    }
    .into_any()
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
