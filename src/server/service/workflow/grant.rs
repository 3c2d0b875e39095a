//! What an approver decides beside Pass itself, where the ticket's type leaves it to them.

use crate::domain::ids::{ProjectId, RoleId};
use crate::wire::Choice;

/// What the Pass dialog lets its approver choose among; empty where there is nothing to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    pub projects: Vec<Choice>,
    pub roles: Vec<Choice>,
    /// The project that is chosen at first.
    pub wished: Option<ProjectId>,
}

/// What was chosen: what the Pass dialog takes besides a note.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub project: Option<ProjectId>,
    pub roles: Vec<RoleId>,
}
