//! The bell and its menu: how many tickets are open for the person, links to them, and the tickets that the person may
//! start.

use super::components::icon::{self, Icon};
use super::context::LiveCounts;
use super::new_ticket::new_ticket;
use crate::domain::bell::{Counts, MOST_COUNTED};
use crate::domain::process::TicketType;
use crate::wire::frame::Frame;
use leptos::prelude::*;

#[component]
pub fn Bell(counts: LiveCounts) -> impl IntoView {
    let open = move || counts.get().sum();
    let badge = move || {
        let open = open();
        let shown = if open > 99 { "99+".to_owned() } else { open.to_string() };
        let badge =
            || view! { <span class="badge" id="bell-count">{shown}<span class="visually-hidden">" open"</span></span> };
        (open > 0).then(badge)
    };
    view! {
        <div class="bell">
            <button class="button" type="button" data-kind="quiet" popovertarget="bell-menu"
                aria-describedby=move || (open() > 0).then_some("bell-count")>
                <Icon paths=icon::BELL/><span>"Tickets"</span>
            </button>
            {badge}
        </div>
    }
    .into_any()
}

#[component]
pub fn BellMenu(frame: Frame, counts: LiveCounts) -> impl IntoView {
    let support = frame.is_enabled(TicketType::CustomerService).then(|| {
        let entries = BellSection {
            id: "bell-support",
            title: "Technical Support",
            paths: icon::LIFE_BUOY,
            mine: "/tickets/support/mine",
            pending: "/tickets/support/pending",
            counts: |counts| (counts.support_mine, counts.support_pending),
        };
        bell_section(entries, counts)
    });
    let workflows = frame.enabled.iter().any(|t| t.is_workflow()).then(|| {
        let entries = BellSection {
            id: "bell-workflows",
            title: "Workflows",
            paths: icon::WORKFLOW,
            mine: "/tickets/workflow/mine",
            pending: "/tickets/workflow/pending",
            counts: |counts| (counts.workflow_mine, counts.workflow_pending),
        };
        bell_section(entries, counts)
    });
    view! {
        <nav class="menu" id="bell-menu" popover="auto" aria-label="Tickets" data-align="end">
            {support}
            {workflows}
            {new_ticket(&frame)}
        </nav>
    }
    .into_any()
}

/// A section of the bell's menu, for workflow or support tickets: links to the person's own tickets and to those that
/// wait for the person, with their counts.
struct BellSection {
    id: &'static str,
    title: &'static str,
    paths: &'static str,
    mine: &'static str,
    pending: &'static str,
    /// The counts of the person's own tickets and of those that wait for the person.
    counts: fn(Counts) -> (i64, i64),
}

fn bell_section(section: BellSection, counts: LiveCounts) -> AnyView {
    let BellSection { id, title, paths, mine, pending, counts: of } = section;
    let waits = move || (of(counts.get()).1 > 0).then_some("accent");
    view! {
        <div class="menu-section">
            <p class="menu-title" id=id>{title}</p>
            <ul aria-labelledby=id>
                <li>
                    <a class="menu-item" href=mine><Icon paths/><span>"My Tickets"</span></a>
                    <span class="count">{move || shown(of(counts.get()).0)}</span>
                </li>
                <li>
                    <a class="menu-item" href=pending><Icon paths=icon::INBOX/><span>"Pending"</span></a>
                    <span class="count" data-tone=waits>{move || shown(of(counts.get()).1)}</span>
                </li>
            </ul>
        </div>
    }
    .into_any()
}

/// A count as it is shown: the exact number below [`MOST_COUNTED`], "999+" from there on.
fn shown(count: i64) -> String {
    if count < MOST_COUNTED { count.to_string() } else { format!("{}+", MOST_COUNTED - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_exact_as_far_as_it_is_counted() {
        assert_eq!([0, 7, 999, 1_000].map(shown), ["0", "7", "999", "999+"]);
    }
}
