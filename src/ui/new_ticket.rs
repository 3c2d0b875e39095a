//! The bell's section New Ticket: the tickets that the person may start in this view.

use super::components::icon::{self, Icon};
use crate::domain::process::TicketType;
use crate::wire::frame::Frame;
use leptos::prelude::*;

/// The ticket types that are started from the bell: the address of the form, the icon, the label.
const ENTRIES: [(TicketType, &str, &str, &str); 4] = [
    (TicketType::CustomerService, "/tickets/support/mine?dialog=request", icon::LIFE_BUOY, "Request Technical Support"),
    (TicketType::ApplyJoinProject, "/tickets/workflow/mine?dialog=join", icon::USERS, "Apply to join project"),
    (TicketType::ApplyProjectQuota, "/quotas?dialog=project-quota", icon::GAUGE, "Project Quota Application"),
    (TicketType::ApplyDomainQuota, "/quotas?dialog=domain-quota", icon::GAUGE, "Domain Quota Application"),
];

/// The section; `None` if the person may start nothing.
pub fn new_ticket(frame: &Frame) -> Option<AnyView> {
    let offered = ENTRIES.iter().filter(|(ticket_type, ..)| frame.offered.contains(ticket_type));
    let entries: Vec<_> = offered
        .map(|(_, href, paths, label)| {
            view! { <li><a class="menu-item" href=*href><Icon paths/><span>{*label}</span></a></li> }.into_any()
        })
        .collect();
    (!entries.is_empty()).then(|| {
        view! {
            <div class="menu-section">
                <p class="menu-title" id="bell-new">"New Ticket"</p>
                <ul aria-labelledby="bell-new">{entries}</ul>
            </div>
        }
        .into_any()
    })
}
