//! Hosts: the list, one host, and the form that asks for more.

use super::error::AppError;
use super::wire::Reading;
use super::workflow::RoutePreview;
use super::{Choice, Page, Reply};
use crate::domain::host::{HostForm, HostStatus, Image, Specification};
use crate::domain::host_operation::{AdjustForm, DeleteForm, DirectAction, HostBefore};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::process::TicketType;
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
    pub hosts: Vec<HostBefore>,
    /// Why it isn't possible now.
    pub obstacles: Vec<String>,
    pub specifications: Vec<Specification>,
    /// The project's standing and its domain's.
    pub standings: Vec<Standing>,
    /// The way the ticket would take; `None` where it is done at once.
    pub route: Option<RoutePreview>,
}

#[server(endpoint = "list-hosts", output = Reading)]
pub async fn list_hosts(filter: HostFilter) -> Result<HostList, AppError> {
    super::answered(crate::server::service::hosts::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "get-host", output = Reading)]
pub async fn get_host(id: HostId) -> Result<HostDetail, AppError> {
    super::answered(crate::server::service::hosts::get(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "get-host-form", output = Reading)]
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

#[server(endpoint = "get-hosts-dialog", output = Reading)]
pub async fn get_hosts_dialog(
    #[server(default)] hosts: Vec<HostId>,
    deletes: bool,
    #[server(default)] amends: Option<TicketNumber>,
) -> Result<HostsDialog, AppError> {
    use crate::server::service::hosts::operations;
    super::answered(operations::dialog(&super::app(), &super::caller()?, &hosts, deletes, amends).await)
}

/// Submits a ticket, amends one, or adjusts at once where the process isn't enabled.
#[server(endpoint = "adjust-hosts")]
pub async fn adjust_hosts(
    form: AdjustForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::{hosts::operations, workflow::submit::Amends};
    let amends = Amends::from_fields(amends, version);
    super::reply(operations::adjust(&super::app(), &super::caller()?, &form, amends).await)
}

/// Submits a ticket, amends one, or deletes at once where the process isn't enabled.
#[server(endpoint = "delete-hosts")]
pub async fn delete_hosts(
    form: DeleteForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::{hosts::operations, workflow::submit::Amends};
    let amends = Amends::from_fields(amends, version);
    super::reply(operations::delete(&super::app(), &super::caller()?, &form, amends).await)
}

/// Starts, stops, locks, unlocks, restores or clears one host.
#[server(endpoint = "act-on-host")]
pub async fn act_on_host(id: HostId, action: DirectAction, back: String) -> Result<Reply, AppError> {
    use crate::server::service::hosts::trash;
    super::reply(trash::act(&super::app(), &super::caller()?, &id, action, &back).await)
}
