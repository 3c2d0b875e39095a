//! Writes a support ticket's state, and lines in its thread that say what happened.

use super::{Held, deadline};
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::support::{PostKind, SupportStatus, queue};
use crate::domain::workflow::{State, Status};
use crate::server::store::support::{self, NewPost, NewState};
use crate::server::store::{task, ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Closes the ticket for good, and with it the tasks of its handlers.
pub(in crate::server::service) async fn close(
    work: &mut Work,
    held: &Held,
    after: SupportStatus,
) -> Result<(), AppError> {
    let (number, now) = (held.ticket.number, work.now);
    let before = held.ticket.state();
    let state = State { status: Status::Completed, version: before.version + 1, ..before };
    ticket::set_state(&mut work.tx, number, &state, &held.ticket.stage, now).await?;
    ticket::set_waits(&mut work.tx, number, None).await?;
    let handler: Option<&UserId> = held.support.handler_id.as_ref();
    task::close_link(&mut work.tx, number, 0, handler, now).await?;
    set(work, held, after, None).await
}

/// Writes the ticket's new status and, unless `handler` is `None`, its new handler. An earlier deadline is called off.
pub(super) async fn set(
    work: &mut Work,
    held: &Held,
    status: SupportStatus,
    handler: Option<&UserId>,
) -> Result<(), AppError> {
    if let Some(since) = held.support.waiting_since {
        deadline::call_off(work, held.ticket.number, since).await?;
    }
    let new = NewState {
        number: held.ticket.number,
        status,
        queue: queue(held.support.level, status),
        handler,
        waiting_since: (status == SupportStatus::Feedback).then_some(work.now),
    };
    Ok(support::set_state(&mut work.tx, new).await?)
}

/// Writes the new status of a ticket that is handled in another system. If it waits for its requester from now on, it
/// is scheduled to close after `delay` ms.
pub(in crate::server::service) async fn set_waiting(
    work: &mut Work,
    held: &Held,
    status: SupportStatus,
    delay: i64,
) -> Result<(), AppError> {
    set(work, held, status, None).await?;
    if status == SupportStatus::Feedback {
        deadline::schedule(work, held.ticket.number, delay).await?;
    }
    Ok(())
}

/// Writes what happened as a line of the thread.
pub(in crate::server::service) async fn say(work: &mut Work, number: TicketNumber, what: &str) -> Result<(), AppError> {
    let post = NewPost { number, kind: PostKind::Event, author: None, body: what, answers: false, at: work.now };
    support::add_post(&mut work.tx, post).await?;
    Ok(())
}
