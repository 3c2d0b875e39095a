//! Hosts: the list, one host, and the form that asks for more.

use super::error::AppError;
use super::{Choice, Page, Reply};
use crate::domain::host::{HostForm, HostStatus, Image, Specification};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::quota::Standing;
use crate::domain::time::Millis;
use leptos::prelude::*;
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
    pub description: String,
    pub created_at: Millis,
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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostList {
    pub page: Page<HostRow>,
    /// Whether the caller may ask for a host here.
    pub may_create: bool,
}

#[server(endpoint = "list-hosts")]
pub async fn list_hosts(filter: HostFilter) -> Result<HostList, AppError> {
    super::answered(crate::server::service::hosts::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "get-host")]
pub async fn get_host(id: HostId) -> Result<HostRow, AppError> {
    super::answered(crate::server::service::hosts::get(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "get-host-form")]
pub async fn get_host_form() -> Result<HostFormData, AppError> {
    super::answered(crate::server::service::hosts::form(&super::app(), &super::caller()?).await)
}

/// Submits a ticket, or creates at once where the process isn't enabled.
#[server(endpoint = "create-host")]
pub async fn create_host(
    form: HostForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    let amends = crate::server::service::workflow::submit::Amends::from_fields(amends, version);
    super::reply(crate::server::service::hosts::create(&super::app(), &super::caller()?, &form, amends).await)
}
