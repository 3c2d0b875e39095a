//! Hosts: the list, one host, and the form that asks for more.

use super::workflow::RoutePreview;
use super::{Choice, Page};
use crate::domain::host::{HostStatus, Image, Specification};
use crate::domain::host_operation::HostBefore;
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What `/hosts` shows, from its query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostFilter {
    pub name: String,
    /// A [`HostStatus`] key, or empty.
    pub status: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRow {
    pub id: HostId,
    /// With the end of its id where another host of the list has its name.
    pub name: String,
    pub project: String,
    pub domain: String,
    pub specification: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub image: String,
    pub system_disk_gib: i64,
    pub data_disks_gib: Vec<i64>,
    pub status: HostStatus,
    pub delete_locked: bool,
    /// "Starting": what is under way, where the status doesn't say it.
    pub under_way: Option<String>,
    pub description: String,
    pub created_at: Millis,
    /// When it is cleared from the trash by itself.
    pub clears_at: Option<Millis>,
    /// Whether the caller may adjust, delete, start, stop, lock and unlock it.
    pub may_operate: bool,
    /// Whether the caller may restore and clear it.
    pub may_own: bool,
    /// The ticket that made it; only where the caller may read that ticket is it a link.
    pub ticket: Option<i64>,
}

/// A project a host can be asked for, with how its quota stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectChoice {
    pub project: Choice,
    /// The project's own standing and its domain's: a request must fit in both.
    pub standings: Vec<Standing>,
}

/// Everything the create form offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostFormData {
    /// In a Project View the one project; empty when the person may start nothing here.
    pub projects: Vec<ProjectChoice>,
    pub specifications: Vec<Specification>,
    pub images: Vec<Image>,
    /// Whether submitting makes a ticket ("Submit Ticket") or runs at once ("Create").
    pub by_ticket: bool,
    /// The way that a ticket for the first project would take.
    pub route: Option<RoutePreview>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostList {
    pub page: Page<HostRow>,
    /// Whether the caller may ask for a host here.
    pub may_create: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostDetail {
    pub host: HostRow,
    /// Why what was last done to it failed.
    pub failure: Option<String>,
    /// The open tickets about it that the caller may read, oldest first.
    pub open: Vec<OpenTicket>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTicket {
    pub number: TicketNumber,
    pub ticket_type: TicketType,
}

/// What the dialogs *Adjust configuration* and *Delete* show of the hosts they are about, all of one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostsDialog {
    pub project: String,
    /// Their names with the end of their ids where another host of the project has the same.
    pub hosts: Vec<HostBefore>,
    /// Why it isn't possible now.
    pub obstacles: Vec<String>,
    pub specifications: Vec<Specification>,
    /// The project's standing and its domain's.
    pub standings: Vec<Standing>,
    /// The way the ticket would take; `None` where it is done at once.
    pub route: Option<RoutePreview>,
}
