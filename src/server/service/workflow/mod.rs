//! Workflow tickets: submitting, deciding (one, or several at once), the lists and their export, and one ticket.

pub mod batch;
mod current;
pub mod decide;
pub mod details;
pub mod execution;
pub mod export;
pub mod grant;
pub mod joining;
pub mod limits;
pub mod lists;
pub(in crate::server::service) mod rivals;
pub mod route;
pub mod settled;
mod steps;
pub(in crate::server::service) mod subject;
pub mod submit;
pub(in crate::server::service) mod tasks;

use crate::server::caller::Caller;
use crate::server::store::task;
use crate::server::store::ticket::Ticket;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Inside the transaction that is about to change the ticket: whether the caller may read it.
async fn readable_in(work: &mut Work, caller: &Caller, ticket: &Ticket) -> Result<bool, AppError> {
    Ok(ticket.ticket_type.is_workflow()
        && (reads_by_right(caller, ticket) || task::had_in(&mut work.tx, ticket.number, &caller.person.id).await?))
}

/// Who may read a workflow ticket, beside whoever has or had a task in it: its initiator, and the System View (SPEC 7).
fn reads_by_right(caller: &Caller, ticket: &Ticket) -> bool {
    ticket.initiator_id == caller.person.id || (caller.is_system_view() && caller.person.is_system_admin())
}
