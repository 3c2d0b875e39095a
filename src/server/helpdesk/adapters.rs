//! Which adapter speaks with which kind of system.

use super::redmine::{self, Redmine};
use super::request_tracker::{self, RequestTracker};
use super::{Helpdesk, HelpdeskError};
use crate::domain::external::HelpdeskKind;
use std::sync::Arc;

/// The adapter for the system at an address (`http://…` or `https://…`), with an account's token. It makes no call yet.
pub fn connect(kind: HelpdeskKind, address: &str, token: &str) -> Result<Arc<dyn Helpdesk>, HelpdeskError> {
    Ok(match kind {
        HelpdeskKind::RequestTracker => Arc::new(RequestTracker::new(address, token)?),
        HelpdeskKind::Redmine => Arc::new(Redmine::new(address, token)?),
    })
}

/// The address where people open the ticket that has this id in its system.
pub fn ticket_page(kind: HelpdeskKind, address: &str, id: &str) -> String {
    match kind {
        HelpdeskKind::RequestTracker => request_tracker::ticket_page(address, id),
        HelpdeskKind::Redmine => redmine::ticket_page(address, id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_opened_where_its_system_shows_it() {
        for (kind, address, page) in [
            (HelpdeskKind::RequestTracker, "https://rt.example.com", "https://rt.example.com/Ticket/Display.html?id=7"),
            (
                HelpdeskKind::RequestTracker,
                "https://example.com/rt/",
                "https://example.com/rt/Ticket/Display.html?id=7",
            ),
            (HelpdeskKind::Redmine, "https://redmine.example.com", "https://redmine.example.com/issues/7"),
            (HelpdeskKind::Redmine, "https://example.com/redmine/", "https://example.com/redmine/issues/7"),
        ] {
            assert_eq!(ticket_page(kind, address, "7"), page);
        }
    }
}
