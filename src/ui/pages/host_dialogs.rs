//! The dialogs *Adjust configuration*, *Delete* and *Clear* of hosts, wherever they are opened.

use crate::domain::host::{DATA_DISK_GIB, MAX_DATA_DISKS, Specification};
use crate::domain::host_operation::{AdjustRequest, DeleteRequest, DirectAction, HostBefore};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::number;
use crate::functions::hosts::{ActOnHost, AdjustHosts, DeleteHosts, get_hosts_dialog};
use crate::ui::browser;
use crate::ui::components::data_disks::{DISKS, DataDisks};
use crate::ui::components::dialog::{ChangeDialog, refused};
use crate::ui::components::field::{Checkbox, Control, Field, choice};
use crate::ui::components::form::{DefaultButton, Hidden, typed_before, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::request_card::before_and_after;
use crate::ui::components::route::route;
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::restate::{Pairs, edited, row_count};
use crate::wire::hosts::HostsDialog;
use leptos::prelude::*;

/// The query's parameter that names the chosen hosts.
pub const HOSTS: &str = "hosts";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Adjust,
    Delete,
    Clear,
}

/// The dialog that the URL of `page` asks for, about `?hosts=` or the page's own host.
#[component]
pub fn HostDialog(#[prop(into)] page: Signal<String>, #[prop(into)] own: Signal<Option<HostId>>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let kind = match query.get("dialog")? {
                "adjust" => Kind::Adjust,
                "delete" => Kind::Delete,
                "clear" => Kind::Clear,
                _ => return None,
            };
            Some((kind, own.get().map_or_else(|| chosen(query), |host| vec![host])))
        })
    });
    let data = read(
        move || wanted.get(),
        |wanted| async move {
            match wanted {
                Some((kind, hosts)) => get_hosts_dialog(hosts, kind == Kind::Delete, None).await.map(Some),
                None => Ok(None),
            }
        },
    );
    // Rows of disks are in the URL. Dialog and URL are read through one memo: two would render twice at once, and the
    // dialog that is shown may be the one that was given up.
    let shown = memo(move |_| query.with(|query| (wanted.get().map(|(kind, _)| kind), query.clone())));
    awaited(move || {
        let (kind, query) = shown.get();
        let (page, keep) = (page.get_untracked(), query.lasting());
        async move {
            provide_context(flash_answer().await);
            match (kind, data.wait().await) {
                (Some(kind), Ok(Some(data))) => opened(kind, data, page, keep),
                (Some(_), Err(error)) => refused(&error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

/// The hosts that the URL names: ticked in the list, or kept in a dialog's half-filled form.
fn chosen(query: &Query) -> Vec<HostId> {
    let is_host = |name: &str| name == HOSTS || name.starts_with("form[hosts]");
    query.0.iter().filter(|(name, _)| is_host(name)).map(|(_, id)| HostId(id.clone())).collect()
}

fn opened(kind: Kind, data: HostsDialog, page: String, keep: Query) -> AnyView {
    match kind {
        Kind::Adjust => adjust(data, None, page, keep),
        Kind::Delete => delete(data, None, page, keep),
        Kind::Clear => clear(data, page, keep),
    }
}

/// The ticket that is amended, its version, and its request as it is now.
pub struct Amending<R> {
    pub number: TicketNumber,
    pub version: i64,
    pub request: R,
}

/// The dialog *Adjust configuration*: for new requests, and to amend one.
pub fn adjust(data: HostsDialog, amending: Option<Amending<AdjustRequest>>, page: String, keep: Query) -> AnyView {
    let change = use_change::<AdjustHosts>();
    let typed = match typed_before::<AdjustHosts>() {
        Some(typed) => edited(typed.pairs, DISKS, typed.edit.as_deref(), &[("", "")]),
        None => as_it_is(&data, amending.as_ref().map(|amending| &amending.request)),
    };
    let rows = row_count(&typed, DISKS);
    let present = data.hosts.first().map_or(0, |host| host.configuration.data_disks_gib.len());
    let disks_page = page.clone();
    let disks = (data.hosts.len() == 1).then(move || {
        let most = MAX_DATA_DISKS.saturating_sub(present);
        move || view! { <DataDisks page=disks_page legend="Added data disks" rows most/> }.into_any()
    });
    let is_open = typed.iter().any(|(name, id)| name == "form[specification]" && id.is_empty());
    let open = is_open.then(|| choice("", "Choose a specification"));
    let specifications = data.specifications.iter().map(|s| choice(s.id.as_str(), s.label()));
    let specifications = open.into_iter().chain(specifications).collect();
    let name = if amending.is_some() { "amend" } else { "adjust" };
    let title = if amending.is_some() { "Amend" } else { "Adjust configuration" };
    let hidden = hidden(name, &data.hosts, amending.map(|amending| (amending.number, amending.version)));
    let about = about(&data);
    let live = RwSignal::new(typed.clone());
    let (hosts, catalogue) = (StoredValue::new(data.hosts), StoredValue::new(data.specifications));
    let compared = move || {
        let request = live.with(|typed| asked_so_far(hosts.get_value(), &catalogue.read_value(), typed));
        request.map(|request| before_and_after(&request, |host| host.name.clone().into_any()))
    };
    view! {
        <ChangeDialog change title about page keep wide=true typed>
            <DefaultButton/>
            {hidden}
            {obstacles(data.obstacles)}
            <div class="stack" on:input=move |event| { live.try_set(browser::typed(&event)); }>
                <Field label="Specification" name="form[specification]" control=Control::Select(specifications) autofocus=true/>
                {disks.map(|disks| disks())}
            </div>
            {compared}
            <Checkbox label="Auto start" name="form[auto_start]" help="Start the hosts once they are changed. Running hosts are stopped for it."/>
            <Field label="Reason" name="form[reason]" optional=true control=Control::Area help="The approvers read this first."/>
            {data.route.map(route)}
        </ChangeDialog>
    }
    .into_any()
}

/// The request that the dialog makes so far, for the comparison alone. A disk whose size isn't a number yet is left
/// out.
fn asked_so_far(hosts: Vec<HostBefore>, catalogue: &[Specification], typed: &Pairs) -> Option<AdjustRequest> {
    let chosen = typed.iter().find(|(name, _)| name == "form[specification]").map(|(_, id)| id.as_str());
    let specification = catalogue.iter().find(|s| Some(s.id.as_str()) == chosen)?;
    let disks = typed.iter().filter(|(name, _)| name.starts_with(DISKS));
    let sizes = disks.filter_map(|(_, typed)| number::whole(typed)).filter(|gib| DATA_DISK_GIB.contains(gib));
    Some(AdjustRequest {
        project: "".into(),
        hosts,
        specification: specification.clone(),
        added_disks_gib: sizes.collect(),
        auto_start: false,
        reason: String::new(),
    })
}

/// What a dialog holds when it opens: what the amended ticket asks for; for a new request the specification that the
/// hosts have, if they all have the same.
fn as_it_is(data: &HostsDialog, request: Option<&AdjustRequest>) -> Pairs {
    let mut pairs: Pairs = vec![];
    let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    let theirs = |host: &HostBefore| host.configuration.specification.clone();
    let shared = data.hosts.first().map(theirs).filter(|first| data.hosts.iter().all(|host| theirs(host) == *first));
    let known = |name: &String| data.specifications.iter().find(|s| s.name == *name);
    let id = match request {
        Some(request) => request.specification.id.0.clone(),
        None => shared.as_ref().and_then(known).map(|s| s.id.0.clone()).unwrap_or_default(),
    };
    add("form[specification]", &id);
    if request.is_none_or(|request| request.auto_start) {
        add("form[auto_start]", "on");
    }
    if let Some(request) = request {
        add("form[reason]", &request.reason);
        for (i, gib) in request.added_disks_gib.iter().enumerate() {
            add(&format!("{DISKS}[{i}]"), &gib.to_string());
        }
    }
    pairs
}

/// The dialog *Delete*: for new requests, and to amend one.
pub fn delete(data: HostsDialog, amending: Option<Amending<DeleteRequest>>, page: String, keep: Query) -> AnyView {
    let change = use_change::<DeleteHosts>();
    let name = if amending.is_some() { "amend" } else { "delete" };
    let title = if amending.is_some() { "Amend" } else { "Delete" };
    let reason = amending.as_ref().map(|amending| amending.request.reason.clone()).unwrap_or_default();
    let hidden = hidden(name, &data.hosts, amending.map(|amending| (amending.number, amending.version)));
    let (about, hosts) = (about(&data), current(&data.hosts));
    view! {
        <ChangeDialog change title about page keep wide=true danger=true>
            {hidden}
            {obstacles(data.obstacles)}
            {hosts}
            <p>"Deleted hosts go to the trash, where an owner of the project can restore them for a while. Until they are cleared from it they keep their quota."</p>
            <Field label="Reason" name="form[reason]" optional=true preset=reason control=Control::Area help="The approvers read this first." autofocus=true/>
            {data.route.map(route)}
        </ChangeDialog>
    }
    .into_any()
}

fn clear(data: HostsDialog, page: String, keep: Query) -> AnyView {
    let change = use_change::<ActOnHost>();
    let back = keep.url(&page);
    let (id, name) = data.hosts.first().map(|h| (h.id.to_string(), h.name.clone())).unwrap_or_default();
    view! {
        <ChangeDialog change title="Clear" about=name page keep danger=true>
            <Hidden name="id" value=id/>
            <Hidden name="action" value=DirectAction::Clear.key()/>
            <Hidden name="back" value=back/>
            <p>"The host and its disks are gone for good. Nothing brings them back."</p>
        </ChangeDialog>
    }
    .into_any()
}

/// Hidden fields that say what the dialog is about: in the form, and in the URL when a button restates the dialog.
fn hidden(dialog: &'static str, hosts: &[HostBefore], amends: Option<(TicketNumber, i64)>) -> AnyView {
    let ids: Vec<_> = hosts
        .iter()
        .enumerate()
        .map(|(i, host)| {
            let (name, id) = (format!("form[hosts][{i}]"), host.id.to_string());
            view! { <input type="hidden" name=name value=id/> }.into_any()
        })
        .collect();
    let amends = amends.map(|(number, version)| {
        let (number, version) = (number.to_string(), version.to_string());
        view! { <Hidden name="amends" value=number/><Hidden name="version" value=version/> }.into_any()
    });
    view! { <Hidden name="dialog" value=dialog/>{ids}{amends} }.into_any()
}

fn about(data: &HostsDialog) -> String {
    match data.hosts.as_slice() {
        [host] => format!("{} in {}", host.name, data.project),
        hosts => format!("{} hosts in {}", hosts.len(), data.project),
    }
}

fn obstacles(obstacles: Vec<String>) -> Option<AnyView> {
    (!obstacles.is_empty()).then(|| {
        view! {
            <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><p>{obstacles.join(" ")}</p></div>
        }
        .into_any()
    })
}

/// A table of the hosts as they are, a row each.
fn current(hosts: &[HostBefore]) -> AnyView {
    let rows: Vec<_> = hosts.iter().map(current_row).collect();
    view! {
        <table class="compare">
            <thead><tr><th scope="col">"Host"</th><th scope="col">"Specification"</th><th scope="col">"Disks"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn current_row(host: &HostBefore) -> AnyView {
    let now = &host.configuration;
    view! {
        <tr><th scope="row">{host.name.clone()}</th><td>{now.specification_label()}</td><td>{now.disks_label()}</td></tr>
    }
    .into_any()
}
