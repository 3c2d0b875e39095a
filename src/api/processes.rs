//! Ticket Setup: the processes, and the dialogs that configure, enable and disable them.

use super::error::AppError;
use super::wire::Reading;
use super::{Choice, Reply};
use crate::domain::ids::{ProcessId, RoleId};
use crate::domain::process::{Kind, LinkForm, ProcessForm, Scope, TicketType};
use crate::domain::time::Millis;
use leptos::prelude::*;
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

/// `people`: with everybody whom a link could name.
#[server(endpoint = "get-setup", output = Reading)]
pub async fn get_setup(#[server(default)] people: bool) -> Result<Setup, AppError> {
    use crate::server::service::processes;
    let app = super::app();
    match super::answered(processes::setup(&app, &super::caller()?).await)? {
        setup if people => super::answered(processes::with_people(&app, setup).await),
        setup => Ok(setup),
    }
}

/// One process as its details page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessDetail {
    pub setup: Setup,
    pub process: ProcessRow,
    /// Tickets under way, of any version.
    pub in_flight: i64,
    /// It lives in a third-party system, which doesn't answer or isn't connected any more.
    pub is_unreachable: bool,
}

#[server(endpoint = "get-process", output = Reading)]
pub async fn get_process(id: ProcessId, #[server(default)] people: bool) -> Result<ProcessDetail, AppError> {
    use crate::server::service::processes;
    let app = super::app();
    let mut detail = super::answered(processes::get(&app, &super::caller()?, &id).await)?;
    if people {
        detail.setup = super::answered(processes::with_people(&app, detail.setup).await)?;
    }
    Ok(detail)
}

/// The gaps of a link that is being configured, live as its role and scope are picked.
#[server(endpoint = "get-coverage", output = Reading)]
pub async fn get_coverage(ticket_type: TicketType, role: RoleId, scope: Scope) -> Result<LinkGaps, AppError> {
    use crate::server::service::coverage;
    super::answered(coverage::of_role(&super::app(), &super::caller()?, ticket_type, role, scope).await)
}

/// Creates the type's process (Disabled), or writes a new version of it.
#[server(endpoint = "configure-process")]
pub async fn configure_process(form: ProcessForm, back: Option<String>) -> Result<Reply, AppError> {
    let done = crate::server::service::processes::configure(&super::app(), &super::caller()?, &form).await;
    super::reply(done.map(|done| done.landing(back)))
}

/// Where links have gaps, `accept_gaps` (a checkbox) has to be ticked: enabling asks once more.
#[server(endpoint = "enable-process")]
pub async fn enable_process(
    id: ProcessId,
    accept_gaps: Option<String>,
    back: Option<String>,
) -> Result<Reply, AppError> {
    let (app, caller) = (super::app(), super::caller()?);
    let done = crate::server::service::processes::enable(&app, &caller, &id, accept_gaps.is_some()).await;
    super::reply(done.map(|done| done.landing(back)))
}

#[server(endpoint = "disable-process")]
pub async fn disable_process(id: ProcessId, back: Option<String>) -> Result<Reply, AppError> {
    let done = crate::server::service::processes::disable(&super::app(), &super::caller()?, &id).await;
    super::reply(done.map(|done| done.landing(back)))
}
