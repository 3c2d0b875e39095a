//! [`Change`] is what a transaction notes that it wrote. [`Event`] is what listeners in all server processes are told
//! of it. `db.rs` collects the changes; `event.rs`, above it, makes events of them when a transaction commits.

use crate::domain::ids::{DomainId, ProjectId, TicketNumber, UserId};
use serde::{Deserialize, Serialize};

/// Something that a transaction wrote and that a page may show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Ticket(TicketNumber),
    /// A host of this project.
    HostIn(ProjectId),
    /// A session of this account: it ended, or works in another view.
    SessionsOf(UserId),
    /// Domains, projects, users, roles or assignments, or whether the three-level hierarchy is on.
    Directory,
    /// An approval process, whether it is enabled, or the connected ticket system.
    Processes,
}

/// What the server's processes tell each other after a commit. An event carries ids only, no data and no version: a
/// page that hears of it reads its data again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// `concerned`: the ticket's initiator, and everybody who has or had a task in it. All others who may read it may
    /// read every ticket. `domain` is set for a support ticket, which the Domain View of its domain may read too.
    Ticket {
        number: TicketNumber,
        concerned: Vec<UserId>,
        #[serde(default)]
        domain: Option<DomainId>,
    },
    /// Somebody is writing a reply to a support ticket. Nothing was changed; the event is for those who have the ticket
    /// open.
    Writing {
        number: TicketNumber,
        concerned: Vec<UserId>,
        domain: Option<DomainId>,
        by: UserId,
        /// `false`: a handler is writing.
        is_requester: bool,
    },
    /// So many tickets changed at once that they aren't named one by one.
    Tickets,
    HostsIn {
        project: ProjectId,
        domain: DomainId,
    },
    SessionsOf(UserId),
    Directory,
    Processes,
}
