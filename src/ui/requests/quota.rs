//! Quota applications: limits before and after, beside what is used now.

use super::{Entry, RequestView};
use crate::domain::ids::TicketNumber;
use crate::domain::process::TicketType;
use crate::domain::quota::{Key, Standing, UNLIMITED};
use crate::domain::quota_request::{LimitChange, LimitField, QuotaRequest, QuotaScope};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::text_or_none;
use crate::ui::markup::{block, fact};
use crate::ui::pages::host_dialogs::Amending;
use crate::ui::pages::quota_form::{AMENDS, VERSION, field_name};
use crate::ui::paths::QUOTAS;
use crate::ui::query::Query;
use crate::ui::views::Views;
use crate::wire::error::AppError;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;
use maud::html;

impl RequestView for QuotaRequest {
    type Offered = ();

    /// What is used counts only while the ticket is open; afterwards it would tell of another time.
    fn card(&self, detail: &TicketDetail) -> AnyView {
        let standing = detail.standings.first().filter(|_| detail.row.closed_at.is_none());
        let warning = standing.and_then(|standing| self.obstacle(standing)).map(|why| {
            view! {
                <div class="banner" data-tone="warning">
                    <Icon paths=icon::ALERT_TRIANGLE/><p>{format!("This can't be passed as it stands. {why}")}</p>
                </div>
            }
            .into_any()
        });
        let rows = self.changes.iter().map(|change| row(change, standing)).views();
        let title = format!("Quota of {} {}", self.scope.label().to_ascii_lowercase(), self.name);
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
                    {block(html! { dl class="facts" { (fact("Reason", text_or_none(&self.reason))) } })}
                </div>
            </section>
        }
        .into_any()
    }

    /// The form with what was asked for in it. It is all in the address.
    fn amend_button(&self, detail: &TicketDetail) -> Option<AnyView> {
        let standing = detail.standings.first()?;
        let limits = self.limits();
        let dialog = match self.scope {
            QuotaScope::Project => "project-quota",
            QuotaScope::Domain => "domain-quota",
        };
        let mut query = Query::default()
            .with("dialog", dialog)
            .with("about", format!("{}:{}", self.scope.key(), self.id))
            .with(AMENDS, detail.row.number.to_string())
            .with(VERSION, detail.row.version.to_string())
            .with("form[reason]", self.reason.clone());
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

    async fn offered(&self, _number: TicketNumber) -> Result<(), AppError> {
        Ok(())
    }

    fn dialog((): (), _amending: Amending<Self>, _page: String, _keep: Query) -> AnyView {
        ().into_any()
    }

    fn entry(ticket_type: TicketType) -> Option<Entry> {
        let href = match ticket_type == QuotaScope::Project.ticket_type() {
            true => "/quotas?dialog=project-quota",
            false => "/quotas?dialog=domain-quota",
        };
        Some(Entry { href, paths: icon::GAUGE, label: ticket_type.label() })
    }
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
