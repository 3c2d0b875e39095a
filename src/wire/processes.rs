//! Ticket Setup: the processes, and the dialogs that configure, enable and disable them.

use super::Choice;
use crate::domain::ids::ProcessId;
use crate::domain::process::{Kind, LinkForm, TicketType};
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// Where nobody could approve at a link: how many projects or domains, and the first of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkGaps {
    pub total: i64,
    pub names: Vec<String>,
}

impl LinkGaps {
    /// "2 projects have nobody who could approve: shop (acme), web (Default)"; `None` without a gap.
    pub fn sentence(&self) -> Option<String> {
        let unnamed = self.total - self.names.len() as i64;
        let names = self.names.join(", ");
        match (self.total, unnamed) {
            (0, _) => None,
            (_, 0) => Some(format!("Nobody could approve here: {names}.")),
            (_, more) => Some(format!("Nobody could approve here: {names} and {more} more.")),
        }
    }
}

/// An approval link: as its dialog holds it, who it means in words, and where nobody could approve now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    pub form: LinkForm,
    /// "project_owner@project", "admin@global", "Ada, Grace".
    pub who: String,
    pub gaps: LinkGaps,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRow {
    pub id: ProcessId,
    pub ticket_type: TicketType,
    pub enabled: bool,
    pub description: String,
    pub version: i64,
    pub kind: Kind,
    /// The external process (queue) of a third-party process.
    pub queue: Option<String>,
    pub self_approval: bool,
    /// In order; none of a third-party process.
    pub links: Vec<LinkRow>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// Everything the Ticket Setup page and its dialogs need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    pub processes: Vec<ProcessRow>,
    /// Types without a process yet.
    pub available: Vec<TicketType>,
    pub roles: Vec<Choice>,
    /// Everybody whom a link could name; `None` while no dialog is open that offers them.
    pub persons: Option<Vec<Choice>>,
    /// The queues of the connected third-party system; `None` without one.
    pub queues: Option<Vec<String>>,
}

/// One process as its details page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessDetail {
    pub setup: Setup,
    pub process: ProcessRow,
    /// Tickets under way, of any version.
    pub in_flight: i64,
    /// The process lives in a third-party system, which doesn't answer or isn't connected any more.
    pub is_unreachable: bool,
}
