//! What a ticket asks for: what an approver has to see before deciding.

use crate::domain::quota::{Amounts, Standing};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::quota::{MeterLegend, meters};
use crate::ui::requests;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

/// The cards of the request, with what stands in its way and what it leaves of the quota.
pub fn request(detail: &TicketDetail) -> AnyView {
    let takes = detail.request.takes();
    let headroom = (takes != Amounts::default()).then(|| headroom(&detail.standings, &takes, detail));
    view! { {obstacles(&detail.obstacles)} {requests::card(detail)} {headroom} }.into_any()
}

/// Why it can't be passed as things are now.
fn obstacles(obstacles: &[String]) -> Option<AnyView> {
    (!obstacles.is_empty()).then(|| {
        let text = format!("As things are now, this can't be passed. {}", obstacles.join(" "));
        view! { <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><p>{text}</p></div> }
            .into_any()
    })
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
