//! What an approver lets an applicant into.

use crate::domain::ids::{ProjectId, RoleId};

/// What the Pass dialog of a Join Project ticket takes besides a note.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub project: Option<ProjectId>,
    pub roles: Vec<RoleId>,
}
