//! The words of what is told: what a transaction notes that it wrote ([`Change`]), and what is heard of it ([`Event`]).
//! `db.rs` holds the notes; `event.rs`, above it, makes events of them when a transaction commits.

use crate::domain::ids::{DomainId, ProjectId, TicketNumber, UserId};
use serde::{Deserialize, Serialize};

/// Something a page may show was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Ticket(TicketNumber),
    /// One of the hosts of this project.
    HostIn(ProjectId),
    /// A session of this account: it ended, or works in another view.
    SessionsOf(UserId),
    /// Domains, projects, users, roles or assignments, or what a setting lets people see.
    Directory,
    /// A process, or whether it is enabled.
    Processes,
}

/// What processes tell each other. It has no version of its own: whoever hears of it reads anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// `concerned`: its initiator, and whoever has or had a task in it. Everybody else who may read it reads every
    /// ticket. `domain` is set for a support ticket, which the Domain View of its domain reads too.
    Ticket {
        number: TicketNumber,
        concerned: Vec<UserId>,
        #[serde(default)]
        domain: Option<DomainId>,
    },
    /// Somebody writes a reply to a support ticket right now. Nothing was changed; it is for those who have it open.
    Writing {
        number: TicketNumber,
        concerned: Vec<UserId>,
        domain: Option<DomainId>,
        by: UserId,
        /// Or a handler.
        is_requester: bool,
    },
    /// More tickets at once than are worth naming.
    Tickets,
    HostsIn {
        project: ProjectId,
        domain: DomainId,
    },
    SessionsOf(UserId),
    Directory,
    Processes,
}
