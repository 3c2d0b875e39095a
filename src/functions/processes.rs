//! Ticket Setup: reading, configuring, enabling and disabling processes.

use crate::domain::ids::{ProcessId, RoleId};
use crate::domain::process::{ProcessForm, Scope, TicketType};
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::processes::{LinkGaps, ProcessDetail, Setup};
use leptos::prelude::*;

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
#[server(endpoint = "configure-process", output = Changing)]
pub async fn configure_process(form: ProcessForm, back: Option<String>) -> Result<Reply, AppError> {
    let done = crate::server::service::processes::configure(&super::app(), &super::caller()?, &form).await;
    super::reply(done.map(|done| done.landing(back)))
}

/// Where links have gaps, `accept_gaps` (a checkbox) has to be ticked: enabling asks once more.
#[server(endpoint = "enable-process", output = Changing)]
pub async fn enable_process(
    id: ProcessId,
    accept_gaps: Option<String>,
    back: Option<String>,
) -> Result<Reply, AppError> {
    let (app, caller) = (super::app(), super::caller()?);
    let done = crate::server::service::processes::enable(&app, &caller, &id, accept_gaps.is_some()).await;
    super::reply(done.map(|done| done.landing(back)))
}

#[server(endpoint = "disable-process", output = Changing)]
pub async fn disable_process(id: ProcessId, back: Option<String>) -> Result<Reply, AppError> {
    let done = crate::server::service::processes::disable(&super::app(), &super::caller()?, &id).await;
    super::reply(done.map(|done| done.landing(back)))
}
