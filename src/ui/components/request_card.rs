//! What the cards of several kinds of request are made of.

use crate::domain::host_operation::{AdjustRequest, Configuration, HostBefore};
use crate::ui::components::pill::text_or_none;
use crate::ui::markup::{block, fact, shown};
use leptos::prelude::*;
use maud::{Markup, html};

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
pub fn said(name: &str, value: &str) -> Markup {
    fact(name, text_or_none(value))
}

/// Facts in columns, and below them the reason, which may be long.
pub fn facts(facts: &[Markup], reason: &str) -> AnyView {
    block(html! {
        dl class="facts" data-flow="columns" { @for fact in facts { (fact) } }
        dl class="facts" { (said("Reason", reason)) }
    })
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
pub fn configuration(of: &Configuration) -> String {
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
