//! What a ticket asks for, in its type's own terms: what an approver has to see before deciding.

use crate::domain::host::HostRequest;
use crate::domain::host_operation::{AdjustRequest, Configuration, DeleteRequest, HostBefore};
use crate::domain::quota::{Amounts, Standing};
use crate::domain::request::Request;
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::{State, text_or_none};
use crate::ui::components::quota::{MeterLegend, meters};
use crate::ui::markup::{block, fact, shown};
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;
use maud::{Markup, html};

/// The cards of the request, with what stands in its way and what it leaves of the quota.
pub fn request(detail: &TicketDetail) -> AnyView {
    let project = detail.row.project.clone().unwrap_or_default();
    let cards = match &detail.request {
        Request::Host(request) => host_request(request, project),
        Request::Adjust(request) => adjust_request(request, project),
        Request::Delete(request) => delete_request(request, project),
        Request::Join(request) => super::request_join::card(request, detail.domain.clone()),
        Request::Quota(request) => super::request_quota::card(request, detail),
    };
    let takes = detail.request.takes();
    let headroom = (takes != Amounts::default()).then(|| headroom(&detail.standings, &takes, detail));
    view! { {obstacles(&detail.obstacles)} {cards} {headroom} }.into_any()
}

/// Why it can't be passed as things are now.
fn obstacles(obstacles: &[String]) -> Option<AnyView> {
    (!obstacles.is_empty()).then(|| {
        let text = format!("As things are now, this can't be passed. {}", obstacles.join(" "));
        view! { <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><p>{text}</p></div> }
            .into_any()
    })
}

/// The frame of a request's card. `flush` is for a table, which brings its own padding.
pub fn card(title: &'static str, content: AnyView, flush: bool) -> AnyView {
    let content = if flush { content } else { view! { <div class="card-body">{content}</div> }.into_any() };
    view! {
        <section class="card" aria-label=title>
            <header class="card-header"><h2>{title}</h2></header>
            {content}
        </section>
    }
    .into_any()
}

/// A fact of a request's card.
fn said(name: &str, value: &str) -> Markup {
    fact(name, text_or_none(value))
}

/// Facts in columns, and below them the reason, which may be long.
fn facts(facts: &[Markup], reason: &str) -> AnyView {
    block(html! {
        dl class="facts" data-flow="columns" { @for fact in facts { (fact) } }
        dl class="facts" { (said("Reason", reason)) }
    })
}

fn host_request(request: &HostRequest, project: String) -> AnyView {
    let disks: Vec<_> = request.data_disks_gib.iter().map(|gib| format!("{gib} GiB")).collect();
    let listed = [
        said("Name", &request.names_in_short()),
        said("Quantity", &request.quantity.to_string()),
        said("Project", &project),
        said("Specification", &request.specification.label()),
        said("Image", &request.image.name),
        said("System disk", &format!("{} GiB", request.system_disk_gib)),
        said("Data disks", &disks.join(", ")),
        said("Description", &request.description),
    ];
    card("Request", facts(&listed, &request.reason), false)
}

fn adjust_request(request: &AdjustRequest, project: String) -> AnyView {
    let link = |host: &HostBefore| view! { <a href=format!("/hosts/{}", host.id)>{host.name.clone()}</a> }.into_any();
    let start = if request.auto_start { "Yes" } else { "No" };
    let listed = [said("Project", &project), said("Auto start", start)];
    view! {
        {card("Before and after", before_and_after(request, link), true)}
        {card("Request", facts(&listed, &request.reason), false)}
    }
    .into_any()
}

/// What each host is, becomes, and how that differs; `name` shows which one it is.
pub fn before_and_after(request: &AdjustRequest, name: fn(&HostBefore) -> AnyView) -> AnyView {
    let rows: Vec<_> = request.hosts.iter().map(|host| adjust_row(request, host, name(host))).collect();
    view! {
        <table class="compare">
            <thead>
                <tr><th scope="col">"Host"</th><th scope="col">"Before"</th><th scope="col">"After"</th><th scope="col">"Change"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn adjust_row(request: &AdjustRequest, host: &HostBefore, name: AnyView) -> AnyView {
    let before = &host.configuration;
    let after = request.after(before);
    let changed = (*before != after).then_some("");
    let delta = delta(before, &after);
    view! {
        <tr data-changed=changed>
            <th scope="row">{name}</th>
            <td>{configuration(before)}</td><td>{configuration(&after)}</td><td>{shown(text_or_none(&delta))}</td>
        </tr>
    }
    .into_any()
}

/// `c2.large: 4 vCPU, 8 GiB; disks 30 + 100 GiB`.
fn configuration(of: &Configuration) -> String {
    format!("{}; disks {}", of.specification_label(), of.disks_label())
}

/// `vCPU +2, Memory +4 GiB`.
fn delta(before: &Configuration, after: &Configuration) -> String {
    let (was, is) = (before.amounts(), after.amounts());
    let differences = is.iter().map(|(key, amount)| (key, amount - was.get(key))).filter(|(_, d)| *d != 0);
    let words = differences.map(|(key, difference)| {
        let sign = if difference > 0 { '+' } else { '-' };
        format!("{} {sign}{}", key.label(), key.show(difference.abs()))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn delete_request(request: &DeleteRequest, project: String) -> AnyView {
    let rows: Vec<_> = request.hosts.iter().map(delete_row).collect();
    let table = view! {
        <table class="compare">
            <thead><tr><th scope="col">"Host"</th><th scope="col">"Status"</th><th scope="col">"Configuration"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! {
        {card("Hosts to delete", table.into_any(), true)}
        {card("Request", facts(&[said("Project", &project)], &request.reason), false)}
    }
    .into_any()
}

fn delete_row(host: &HostBefore) -> AnyView {
    view! {
        <tr>
            <th scope="row"><a href=format!("/hosts/{}", host.id)>{host.name.clone()}</a></th>
            <td>{shown(host.status.pill())}</td><td>{configuration(&host.configuration)}</td>
        </tr>
    }
    .into_any()
}

/// What the quota has room for, now and after this. While the ticket is open, what is held contains what it asks for.
fn headroom(standings: &[Standing], requested: &Amounts, detail: &TicketDetail) -> AnyView {
    if detail.row.closed_at.is_some() || detail.row.execution_result.is_some() {
        return ().into_any();
    }
    let cards: Vec<_> = standings
        .iter()
        .map(|standing| {
            let mut others = standing.clone();
            for (key, amount) in requested.iter() {
                let held = others.held.get(key);
                others.held.add(key, -amount.min(held));
            }
            let title = format!("Quota of {} after this", standing.scope);
            view! {
                <section class="card" aria-label=title>
                    <header class="card-header"><h2>{title.clone()}</h2><MeterLegend/></header>
                    <div class="card-body">{meters(&others, requested, true)}</div>
                </section>
            }
            .into_any()
        })
        .collect();
    cards.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_names_what_differs() {
        let before = Configuration {
            specification: "c1".into(),
            vcpu: 4,
            memory_mib: 2_048,
            system_disk_gib: 30,
            data_disks_gib: vec![],
        };
        let after = Configuration {
            specification: "c2".into(),
            vcpu: 2,
            memory_mib: 4_096,
            data_disks_gib: vec![8],
            ..before.clone()
        };
        assert_eq!(delta(&before, &after), "vCPU -2, Memory +2 GiB, Storage +8 GiB");
        assert_eq!(delta(&before, &before), "");
    }
}
