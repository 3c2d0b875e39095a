//! Workflow tickets: the tabs, one ticket, and the decisions.

use crate::domain::ids::{ProjectId, RoleId, TicketNumber};
use crate::domain::process::TicketType;
use crate::domain::workflow::Tab;
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::workflow::{
    Asked, Batch, BatchResult, Decision, Picked, RoutePreview, TicketDetail, TicketFilter, TicketList, Verdict,
};
use leptos::prelude::*;

#[server(endpoint = "list-workflow-tickets", output = Reading)]
pub async fn list_tickets(tab: Tab, filter: TicketFilter) -> Result<TicketList, AppError> {
    super::answered(crate::server::service::workflow::lists::list(&super::app(), &super::caller()?, tab, &filter).await)
}

#[server(endpoint = "get-workflow-ticket", output = Reading)]
pub async fn get_ticket(number: TicketNumber) -> Result<TicketDetail, AppError> {
    super::answered(crate::server::service::workflow::details::get(&super::app(), &super::caller()?, number).await)
}

/// Reads what a dialog about one ticket (Pass, Reject, Undo, Abandon) shows to a caller who may read the ticket. `asked`
/// says which dialog it is; without it, Pass.
#[server(endpoint = "get-decision", output = Reading)]
pub async fn get_decision(number: TicketNumber, #[server(default)] asked: Option<Asked>) -> Result<Decision, AppError> {
    use crate::server::service::workflow::details;
    let asked = asked.unwrap_or(Asked::Pass);
    super::answered(details::decision(&super::app(), &super::caller()?, number, asked).await)
}

/// The route of a ticket of this type for the project; `None` where the type isn't under approval.
#[server(endpoint = "get-route", output = Reading)]
pub async fn get_route(ticket_type: TicketType, project: ProjectId) -> Result<Option<RoutePreview>, AppError> {
    use crate::server::service::workflow::route;
    super::answered(route::of_place(&super::app(), &super::caller()?, ticket_type, &project).await)
}

/// Passes the open link. `version` and `seen` are those of the ticket the person saw; `back` is the page to return to.
/// `project` and `roles` are what an applicant is let into.
#[server(endpoint = "pass", output = Changing)]
pub async fn pass(
    number: TicketNumber,
    version: i64,
    #[server(default)] seen: String,
    note: String,
    back: String,
    #[server(default)] project: Option<ProjectId>,
    #[server(default)] roles: Vec<RoleId>,
) -> Result<Reply, AppError> {
    use crate::server::service::workflow::decide::{self, Ruling};
    let grant = crate::server::service::workflow::grant::Grant { project, roles };
    super::reply(
        decide::pass(&super::app(), &super::caller()?, Ruling { number, version, seen, note, back, grant }).await,
    )
}

#[server(endpoint = "reject", output = Changing)]
pub async fn reject(
    number: TicketNumber,
    version: i64,
    #[server(default)] seen: String,
    note: String,
    back: String,
) -> Result<Reply, AppError> {
    use crate::server::service::workflow::decide::{self, Ruling};
    let ruling = Ruling { number, version, seen, note, back, ..Ruling::default() };
    super::reply(decide::reject(&super::app(), &super::caller()?, ruling).await)
}

/// Reads the selected tickets as the dialog that decides several at once shows them.
#[server(endpoint = "get-batch", output = Reading)]
pub async fn get_batch(verdict: Verdict, #[server(default)] numbers: Vec<TicketNumber>) -> Result<Batch, AppError> {
    use crate::server::service::workflow::batch;
    super::answered(batch::look(&super::app(), &super::caller()?, verdict, &numbers).await)
}

/// Decides several tickets of one type; what can't be decided doesn't hold up the others.
#[server(endpoint = "decide-batch", output = Changing)]
pub async fn decide_batch(
    verdict: Verdict,
    #[server(default)] tickets: Vec<Picked>,
    note: String,
    back: String,
) -> Result<Reply, AppError> {
    use crate::server::service::workflow::batch;
    super::reply(batch::decide(&super::app(), &super::caller()?, verdict, &tickets, &note, &back).await)
}

/// Reads how many tickets of a batch were decided, and why the others were not; `None` once that is no longer kept.
#[server(endpoint = "get-batch-result", output = Reading)]
pub async fn get_batch_result(id: String) -> Result<Option<BatchResult>, AppError> {
    super::answered(crate::server::service::workflow::batch::result(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "undo", output = Changing)]
pub async fn undo(number: TicketNumber, version: i64, reason: String, back: String) -> Result<Reply, AppError> {
    use crate::server::service::workflow::decide;
    super::reply(decide::undo(&super::app(), &super::caller()?, number, version, &reason, &back).await)
}

/// Carries on with a failed execution.
#[server(endpoint = "retry", output = Changing)]
pub async fn retry(number: TicketNumber, version: i64, back: String) -> Result<Reply, AppError> {
    use crate::server::service::workflow::decide;
    super::reply(decide::retry(&super::app(), &super::caller()?, number, version, &back).await)
}

#[server(endpoint = "abandon", output = Changing)]
pub async fn abandon(number: TicketNumber, version: i64, reason: String, back: String) -> Result<Reply, AppError> {
    use crate::server::service::workflow::decide;
    super::reply(decide::abandon(&super::app(), &super::caller()?, number, version, &reason, &back).await)
}
