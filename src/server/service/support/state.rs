//! Writing down where a support ticket stands, and saying in its thread what happened.

use super::{Held, deadline};
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::support::{PostKind, SupportStatus, queue};
use crate::domain::workflow::{State, Status};
use crate::server::store::support::{self, NewPost, NewState};
use crate::server::store::{task, ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Closes the ticket for good: nobody waits for it any more.
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

/// Writes the status that the ticket has from now on, and its handler; a deadline that it had is called off.
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

/// Notes where a ticket stands that is handled elsewhere, and has it close if it waits for its requester.
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

/// What happened, as a line of the thread.
pub(in crate::server::service) async fn say(work: &mut Work, number: TicketNumber, what: &str) -> Result<(), AppError> {
    let post = NewPost { number, kind: PostKind::Event, author: None, body: what, answers: false, at: work.now };
    support::add_post(&mut work.tx, post).await?;
    Ok(())
}
