//! Errands: what is to be done in the connected ticket system, enqueued by the use case that causes it.

use crate::domain::ids::TicketNumber;
use crate::server::job::Job;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// What to do with a ticket in the connected system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    Create,
    /// Add the thread's entry at this position as a reply.
    Reply(i64),
    Close,
}

/// Enqueues an errand in the transaction that causes it.
pub async fn send(work: &mut Work, number: TicketNumber, errand: Errand) -> Result<(), AppError> {
    let job = match errand {
        Errand::Create => Job::ExternalCreate { ticket: number },
        Errand::Reply(post) => Job::ExternalReply { ticket: number, post },
        Errand::Close => Job::ExternalClose { ticket: number },
    };
    work.enqueue(job.at(work.now)).await
}
