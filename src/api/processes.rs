//! Ticket Setup: the processes, and the dialogs that configure, enable and disable them.

use super::error::AppError;
use super::{Choice, Reply};
use crate::domain::ids::ProcessId;
use crate::domain::process::{Definition, ProcessForm, TicketType};
use crate::domain::time::Millis;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessRow {
    pub id: ProcessId,
    pub ticket_type: TicketType,
    pub enabled: bool,
    pub description: String,
    pub version: i64,
    pub definition: Definition,
    /// The links in words, in order: "project_owner@project", "admin@global", "Ada, Grace".
    pub links: Vec<String>,
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
    pub persons: Vec<Choice>,
    /// Whether a third-party system is connected.
    pub external_ready: bool,
}

#[server(endpoint = "get-setup")]
pub async fn get_setup() -> Result<Setup, AppError> {
    super::answered(crate::server::service::processes::setup(&super::app(), &super::caller()?).await)
}

/// Creates the type's process (Disabled), or writes a new version of it.
#[server(endpoint = "configure-process")]
pub async fn configure_process(form: ProcessForm) -> Result<Reply, AppError> {
    super::reply(crate::server::service::processes::configure(&super::app(), &super::caller()?, &form).await)
}

#[server(endpoint = "enable-process")]
pub async fn enable_process(id: ProcessId) -> Result<Reply, AppError> {
    super::reply(crate::server::service::processes::set_enabled(&super::app(), &super::caller()?, &id, true).await)
}

#[server(endpoint = "disable-process")]
pub async fn disable_process(id: ProcessId) -> Result<Reply, AppError> {
    super::reply(crate::server::service::processes::set_enabled(&super::app(), &super::caller()?, &id, false).await)
}
