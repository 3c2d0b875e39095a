//! Administration: domains, projects, users, roles, who holds which role where, and what a change would take from
//! tickets.

use super::{Choice, Page};
use crate::domain::directory::Reach;
use crate::domain::ids::{DomainId, ProjectId, RoleId, TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What a list of the directory shows, from its query; each list reads what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectoryFilter {
    /// A part of the name.
    pub search: String,
    /// A domain's id, in the System View.
    pub domain: String,
    /// `enabled`, `disabled` or empty, for users.
    pub status: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRow {
    pub id: DomainId,
    pub name: String,
    pub description: String,
    pub projects: i64,
    pub users: i64,
    /// The first domain: it keeps its name and stays.
    pub is_default: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainList {
    pub rows: Vec<DomainRow>,
    pub is_system: bool,
    pub may_create: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    pub id: ProjectId,
    pub name: String,
    pub domain: String,
    pub description: String,
    /// People who hold a role in it.
    pub members: i64,
    /// Hosts of the project; those in the trash count.
    pub hosts: i64,
    /// The system's own project: it keeps its name and stays.
    pub is_system: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectList {
    pub page: Page<ProjectRow>,
    /// Where a new one may lie.
    pub domains: Vec<Choice>,
    pub is_system: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub domain: String,
    pub domain_id: DomainId,
    pub enabled: bool,
    /// "member in web", within what the caller administers.
    pub roles: Vec<String>,
    pub is_self: bool,
    /// Not in a Domain View for somebody who reaches beyond it.
    pub may_change: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    pub page: Page<UserRow>,
    /// Where a new one may belong.
    pub domains: Vec<Choice>,
    pub is_system: bool,
}

/// A role somebody holds in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    pub role: RoleId,
    pub role_name: String,
    pub reach: Reach,
    pub project: ProjectId,
    pub project_name: String,
    pub domain_name: String,
    pub may_remove: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetail {
    pub user: UserRow,
    pub held: Vec<HeldRow>,
    /// What may be given, and where.
    pub projects: Vec<Choice>,
    pub roles: Vec<Choice>,
    pub is_system: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    pub id: RoleId,
    pub name: String,
    pub reach: Reach,
    pub built_in: bool,
    pub description: String,
    /// People who hold it, within what the caller administers.
    pub holders: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleList {
    pub rows: Vec<RoleRow>,
    pub may_change: bool,
}

/// What is about to be taken: a user disabled (only `user`), a role taken (all three), a project deleted (only
/// `project`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImpactAsk {
    pub user: String,
    pub project: String,
    pub role: String,
}

/// The open tickets that would lose an approver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// The first of them; those left with nobody come first.
    pub tickets: Vec<TouchedTicket>,
    pub total: i64,
    /// How many of them would wait for nobody.
    pub orphaned: i64,
    /// Whether the caller may open them here.
    pub may_read: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchedTicket {
    pub number: TicketNumber,
    pub ticket_type: TicketType,
    pub stage: String,
    pub orphaned: bool,
}

/// The fields of a user, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserForm {
    pub username: String,
    pub display_name: String,
    /// An id; empty where there is only one to choose.
    pub domain: String,
}

/// The fields of a role, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleForm {
    pub name: String,
    /// A [`Reach`] key.
    pub reach: String,
    pub description: String,
}
