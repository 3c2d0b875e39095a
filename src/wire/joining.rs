//! Applying to join a project.

use super::Choice;
use super::workflow::TicketRow;
use crate::domain::ids::TicketNumber;
use serde::{Deserialize, Serialize};

/// An application of the caller's and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub ticket: TicketRow,
    /// What was said about it last.
    pub note: String,
}

/// What the dialog "Apply to join project" offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinFormData {
    /// Whether one may apply at all: the process is enabled, and the view is a project's or none.
    pub may_apply: bool,
    /// The domain one may join a project of.
    pub domain: String,
    pub projects: Vec<Choice>,
    /// The caller's newest application.
    pub last: Option<Application>,
}

impl JoinFormData {
    /// The application that still waits: there is one at a time.
    pub fn open(&self) -> Option<TicketNumber> {
        let last = self.last.as_ref()?;
        (last.ticket.status == crate::domain::workflow::Status::Incomplete).then_some(last.ticket.number)
    }
}
