//! The jobs that remind a silent requester and close their ticket, enqueued and taken back.

use crate::domain::ids::TicketNumber;
use crate::domain::time::{DAY, Millis};
use crate::server::job::Job;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// How long before a ticket closes by itself its thread says so.
pub(super) const NOTICE: Millis = DAY;

/// Schedules reminder and closing of a ticket that waits for its requester from now on. `delay`: ms until it closes.
pub(super) async fn schedule(work: &mut Work, number: TicketNumber, delay: Millis) -> Result<(), AppError> {
    let since = work.now;
    if delay > NOTICE {
        work.enqueue(Job::RemindRequester { ticket: number, since }.at(since + delay - NOTICE)).await?;
    }
    work.enqueue(Job::CloseSilent { ticket: number, since }.at(since + delay)).await
}

/// Has the jobs of all waiting tickets run now, because the delay was changed: each looks again when it is due.
pub async fn hurry(work: &mut Work) -> Result<(), AppError> {
    for kind in [Job::CLOSE_SILENT, Job::REMIND_REQUESTER] {
        work.hurry(kind).await?;
    }
    Ok(())
}

/// Takes back the jobs of a ticket that doesn't wait since `since` any more.
pub(super) async fn call_off(work: &mut Work, number: TicketNumber, since: Millis) -> Result<(), AppError> {
    work.withdraw(&Job::RemindRequester { ticket: number, since }).await?;
    work.withdraw(&Job::CloseSilent { ticket: number, since }).await
}
