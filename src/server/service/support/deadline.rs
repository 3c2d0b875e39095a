//! When a ticket that waits for its requester closes by itself: the jobs that remind and close, enqueued and taken
//! back.

use crate::domain::ids::TicketNumber;
use crate::domain::time::{DAY, Millis};
use crate::server::job::Job;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// How long before its end a ticket says that it is coming.
pub(super) const NOTICE: Millis = DAY;

/// Has the ticket, which waits for its requester from now on, closed after the delay.
pub(super) async fn schedule(work: &mut Work, number: TicketNumber, delay: Millis) -> Result<(), AppError> {
    let since = work.now;
    if delay > NOTICE {
        work.enqueue(Job::RemindRequester { ticket: number, since }.at(since + delay - NOTICE)).await?;
    }
    work.enqueue(Job::CloseSilent { ticket: number, since }.at(since + delay)).await
}

/// The delay became another one: whatever waits looks again when it is due.
pub async fn hurry(work: &mut Work) -> Result<(), AppError> {
    for kind in [Job::CLOSE_SILENT, Job::REMIND_REQUESTER] {
        work.hurry(kind).await?;
    }
    Ok(())
}

/// The ticket doesn't wait since then any more: its jobs have nothing to do.
pub(super) async fn call_off(work: &mut Work, number: TicketNumber, since: Millis) -> Result<(), AppError> {
    work.withdraw(&Job::RemindRequester { ticket: number, since }).await?;
    work.withdraw(&Job::CloseSilent { ticket: number, since }).await
}
