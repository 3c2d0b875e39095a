//! Technical support: requesting it, handling it, the lists, and one ticket with its thread (SPEC 8).

pub mod attachments;
pub mod canned;
pub mod closing;
pub(super) mod deadline;
pub mod details;
pub mod handling;
pub mod lists;
pub mod request;
pub(super) mod state;

use crate::domain::ids::{DomainId, UserId};
use crate::domain::oplog::Subject;
use crate::domain::process::{Definition, Kind, TicketType};
use crate::domain::support::MAX_TEXT;
use crate::domain::validation::{kept, too_long};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::markdown;
use crate::server::service::workflow::subject::ticket_subject;
use crate::server::service::workflow::tasks::Route;
use crate::server::store::support::{self, Support};
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::{process, task};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// A support ticket as the operation log names it.
fn subject(ticket: &Ticket) -> Subject {
    let (project, domain) = (ticket.project_id.as_ref(), ticket.domain_id.as_ref());
    ticket_subject(ticket.number, TicketType::CustomerService, &ticket.resource_name, project, domain)
}

/// A text as it would look. A text that is too long isn't rendered.
pub fn preview(text: &str) -> Result<String, AppError> {
    let text = kept(text);
    match too_long("A text", &text, MAX_TEXT) {
        Some(why) => Err(AppError::Refused(why)),
        None => Ok(markdown::render(&text)),
    }
}

/// Whether the caller may read a support ticket without a task in it: its requester, the System View, and the Domain
/// View of its domain. People who have or had a task in it may read it too (SPEC 7).
fn reads_by_right(caller: &Caller, initiator: &UserId, domain: Option<&DomainId>) -> bool {
    *initiator == caller.person.id
        || domain.is_some_and(|domain| caller.reads_support_of(domain))
        || caller.reads_every_ticket()
}

async fn readable(app: &App, caller: &Caller, ticket: &Ticket) -> Result<bool, AppError> {
    Ok(ticket.ticket_type == TicketType::CustomerService
        && (reads_by_right(caller, &ticket.initiator_id, ticket.domain_id.as_ref())
            || task::had(&app.db, ticket.number, &caller.person.id).await?))
}

/// The ticket, locked; a ticket that the caller may not read is treated as not existing.
pub(in crate::server::service) async fn require_readable(
    work: &mut Work,
    caller: &Caller,
    number: i64,
) -> Result<Ticket, AppError> {
    Ok(Held::lock(work, caller, number).await?.ticket)
}

/// A support ticket that is about to change: locked, with its support data and the process version it was started with.
pub(in crate::server::service) struct Held {
    pub ticket: Ticket,
    pub support: Support,
    definition: Definition,
}

impl Held {
    async fn lock(work: &mut Work, caller: &Caller, number: i64) -> Result<Held, AppError> {
        let held = Held::take(work, number).await?;
        let is_readable = reads_by_right(caller, &held.ticket.initiator_id, held.ticket.domain_id.as_ref())
            || task::had_in(&mut work.tx, number, &caller.person.id).await?;
        if is_readable { Ok(held) } else { Err(AppError::NotFound) }
    }

    /// Locks a ticket for the system itself, which may read every ticket.
    pub async fn take(work: &mut Work, number: i64) -> Result<Held, AppError> {
        task::share_directory(&mut work.tx).await?;
        let ticket = ticket::lock(&mut work.tx, number).await?.ok_or(AppError::NotFound)?;
        let support = support::get_in(&mut work.tx, number).await?.ok_or(AppError::NotFound)?;
        let definition = process::definition_in(&mut work.tx, &ticket.process_id, ticket.process_version).await?;
        work.about(subject(&ticket));
        Ok(Held { ticket, support, definition })
    }

    /// Whether the ticket is handled in another system, so that nobody handles it here.
    fn is_external(&self) -> bool {
        self.definition.kind == Kind::ThirdParty
    }

    fn is_requester(&self, caller: &Caller) -> bool {
        self.ticket.initiator_id == caller.person.id
    }

    /// Whether the process names the caller as a handler, by the directory as it is now.
    async fn is_handler(&self, work: &mut Work, caller: &Caller) -> Result<bool, AppError> {
        if self.is_external() {
            return Ok(false);
        }
        let route = Route {
            definition: &self.definition,
            project: self.ticket.project_id.as_ref().map(|id| id.as_str()),
            domain: self.ticket.domain_id.as_ref().map(|id| id.as_str()),
            initiator: &self.ticket.initiator_id,
        };
        route.is_approver(work, 0, &caller.person.id).await
    }
}
