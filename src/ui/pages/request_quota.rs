//! The request of a quota application, on its ticket's page: limits before and after, beside what is used now.

use super::quota_form::{AMENDS, VERSION, field_name};
use crate::domain::quota::{Key, Standing, UNLIMITED};
use crate::domain::quota_request::{LimitChange, LimitField, QuotaRequest, QuotaScope};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::text_or_none;
use crate::ui::markup::{block, fact};
use crate::ui::paths::QUOTAS;
use crate::ui::query::Query;
use crate::ui::views::Views;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;
use maud::html;

/// The amounts in use are shown only while the ticket is open. Afterwards they would be of another time than the
/// decision.
pub fn card(request: &QuotaRequest, detail: &TicketDetail) -> AnyView {
    let standing = detail.standings.first().filter(|_| detail.row.closed_at.is_none());
    let warning = standing.and_then(|standing| request.obstacle(standing)).map(|why| {
        view! {
            <div class="banner" data-tone="warning">
                <Icon paths=icon::ALERT_TRIANGLE/><p>{format!("This can't be passed as it stands. {why}")}</p>
            </div>
        }
        .into_any()
    });
    let rows = request.changes.iter().map(|change| row(change, standing)).views();
    let title = format!("Quota of {} {}", request.scope.label().to_ascii_lowercase(), request.name);
    view! {
        {warning}
        <section class="card" aria-labelledby="request-title">
            <header class="card-header"><h2 id="request-title">{title}</h2></header>
            <table class="compare" data-numeric="">
                <caption class="visually-hidden">"Limits"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Key"</th><th scope="col">"Before"</th><th scope="col">"After"</th>
                        <th scope="col">"Delta"</th>
                        {standing.is_some().then(|| view! { <th scope="col">"Used now"</th> }.into_any())}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <div class="card-body">
                {block(html! { dl class="facts" { (fact("Reason", text_or_none(&request.reason))) } })}
            </div>
        </section>
    }
    .into_any()
}

/// A link to the form, filled with what was asked for, for people who may still amend that. The address holds all of
/// it.
pub fn amend(request: &QuotaRequest, detail: &TicketDetail) -> Option<AnyView> {
    let standing = detail.standings.first().filter(|_| detail.may_amend)?;
    let limits = request.limits();
    let dialog = match request.scope {
        QuotaScope::Project => "project-quota",
        QuotaScope::Domain => "domain-quota",
    };
    let mut query = Query::default()
        .with("dialog", dialog)
        .with("about", format!("{}:{}", request.scope.key(), request.id))
        .with(AMENDS, detail.row.number.to_string())
        .with(VERSION, detail.row.version.to_string())
        .with("form[reason]", request.reason.clone());
    for key in Key::ALL.iter().copied() {
        let limit = limits.get(&key).copied().unwrap_or_else(|| standing.limit(key));
        let field = LimitField::of(key, limit);
        query = query.with(&field_name(key, "value"), field.value);
        if let Some(ticked) = field.unlimited {
            query = query.with(&field_name(key, "unlimited"), ticked);
        }
    }
    let href = query.url(QUOTAS);
    Some(
        view! { <a class="button" data-size="small" href=href><Icon paths=icon::PENCIL/><span>"Amend"</span></a> }
            .into_any(),
    )
}

fn row(change: &LimitChange, standing: Option<&Standing>) -> AnyView {
    let (key, old, new) = (change.key, change.old, change.new);
    let lower = new != UNLIMITED && (old == UNLIMITED || new < old);
    let used = standing.map(|standing| view! { <td>{key.show(standing.used.get(key))}</td> }.into_any());
    view! {
        <tr data-changed="">
            <th scope="row">{key.label()}</th>
            <td>{key.show(old)}</td>
            <td>{key.show(new)}</td>
            <td class="delta" data-sign=if lower { "minus" } else { "plus" }>{change.delta()}</td>
            {used}
        </tr>
    }
    .into_any()
}
