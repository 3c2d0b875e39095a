//! The vocabulary of jobs: what each kind carries, in which order they run, and how an attempt ends. Use cases enqueue
//! jobs, and the runner in `server/jobs` calls use cases; this module lies below both.

use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::time::Millis;
use crate::server::store::host::step::StepKey;
use crate::server::store::job::NewJob;
use crate::wire::error::AppError;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A job and what it is about. A host step's job that was enqueued for an earlier attempt does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Job {
    /// Asks the cloud to begin one step of making, changing or deleting a host.
    StartHostStep(StepKey),
    /// Asks the cloud how far a step is, until the step is over.
    PollHostStep(StepKey),
    /// Removes from the cloud what a failed attempt left there. `since`: when the removal was first asked for.
    CleanUpHost { host: HostId, attempt: i64, then: AfterCleanUp, since: Millis },
    /// Seals new records of the operation log, again and again.
    SealLog,
    /// Removes records that are too old from the operation log, again and again.
    TrimLog,
    /// Clears hosts that have been in the trash for long enough, again and again.
    EmptyTrash,
    /// Closes a support ticket whose requester has been silent since `since`.
    CloseSilent { ticket: TicketNumber, since: Millis },
    /// Creates the ticket in the connected ticket system.
    ExternalCreate { ticket: TicketNumber },
    /// Sends the entry at position `post` of the ticket's thread to the connected system.
    ExternalReply { ticket: TicketNumber, post: i64 },
    /// Closes the ticket in the connected system.
    ExternalClose { ticket: TicketNumber },
    /// Asks the connected system for changes of its tickets, again and again.
    PollHelpdesk,
    /// Deletes the file of a removed attachment from the attachments' folder.
    RemoveFile { file: String },
    /// Reminds a support ticket's silent requester, in its thread, that the ticket is about to close.
    RemindRequester { ticket: TicketNumber, since: Millis },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterCleanUp {
    /// Make the host once more, from its first step.
    Start,
    /// Forget the host.
    Remove,
}

/// How often a job is tried before it is given up. With the runner's backoff that takes about four minutes: long enough
/// for a cloud to restart, short enough for people who wait.
const MAX_ATTEMPTS: i64 = 10;
/// Prefix of the order keys of jobs that act on the connected ticket system.
pub const EXTERNAL_KEYS: &str = "external:";

/// Order key of the jobs that act on one ticket in the connected system.
pub fn external_key(number: TicketNumber) -> String {
    format!("{EXTERNAL_KEYS}{number}")
}

impl Job {
    /// The jobs that are always in the queue, each once for all servers, and are never done.
    pub const STANDING: [Job; 4] = [Job::SealLog, Job::TrimLog, Job::EmptyTrash, Job::PollHelpdesk];

    pub const POLL_HELPDESK: &'static str = "poll-helpdesk";
    pub const CLOSE_SILENT: &'static str = "close-silent";
    pub const REMIND_REQUESTER: &'static str = "remind-requester";

    fn kind(&self) -> &'static str {
        match self {
            Job::StartHostStep(_) => "start-host-step",
            Job::PollHostStep(_) => "poll-host-step",
            Job::CleanUpHost { .. } => "clean-up-host",
            Job::SealLog => "seal-log",
            Job::TrimLog => "trim-log",
            Job::EmptyTrash => "empty-trash",
            Job::ExternalCreate { .. } => "external-create",
            Job::ExternalReply { .. } => "external-reply",
            Job::ExternalClose { .. } => "external-close",
            Job::PollHelpdesk => Job::POLL_HELPDESK,
            Job::CloseSilent { .. } => Job::CLOSE_SILENT,
            Job::RemoveFile { .. } => "remove-file",
            Job::RemindRequester { .. } => Job::REMIND_REQUESTER,
        }
    }

    /// Jobs with equal keys run in the order they were enqueued: those of one host, and those of one ticket in the
    /// connected system. Jobs without a key run in any order.
    fn order_key(&self) -> Option<String> {
        match self {
            Job::StartHostStep(StepKey { host, .. })
            | Job::PollHostStep(StepKey { host, .. })
            | Job::CleanUpHost { host, .. } => Some(format!("host:{host}")),
            Job::ExternalCreate { ticket } | Job::ExternalReply { ticket, .. } | Job::ExternalClose { ticket } => {
                Some(external_key(*ticket))
            }
            Job::SealLog | Job::TrimLog | Job::EmptyTrash | Job::PollHelpdesk => None,
            Job::RemoveFile { .. } | Job::CloseSilent { .. } | Job::RemindRequester { .. } => None,
        }
    }

    /// The row that enqueues this job, to run at `run_at` (ms) at the earliest.
    pub fn at(&self, run_at: Millis) -> NewJob {
        NewJob {
            kind: self.kind(),
            run_at,
            // A standing job is never given up, because nothing would start it again.
            max_attempts: if Job::STANDING.contains(self) { i64::MAX } else { MAX_ATTEMPTS },
            order_key: self.order_key(),
            idempotency_key: Some(self.idempotency_key()),
            payload: self.payload(),
        }
    }

    fn payload(&self) -> String {
        json!(self)["payload"].to_string()
    }

    /// The job's key in the queue: a job isn't enqueued while the queue's table has one with its key, done or not.
    pub fn idempotency_key(&self) -> String {
        format!("{}:{}", self.kind(), self.payload())
    }

    /// Reads a job from its row in the queue.
    pub fn read(kind: &str, payload: &str) -> serde_json::Result<Job> {
        let payload: serde_json::Value = serde_json::from_str(payload)?;
        serde_json::from_value(json!({"kind": kind, "payload": payload}))
    }
}

/// How an attempt ended that didn't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Not over yet: run the job again at this time (ms). Doesn't count as an attempt.
    Again(Millis),
}

/// How an attempt failed. The text says why, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The job is tried again, after longer and longer pauses, until its attempts are used up.
    Retry(String),
    /// No further attempt can help.
    Dead(String),
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Failure {
        Failure::Retry(error.to_string())
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Failure {
        AppError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_as_what_was_enqueued() {
        let host: HostId = "h".into();
        let ticket = 7;
        let of_all_servers = Job::STANDING;
        let caused = [
            Job::StartHostStep(StepKey { host: host.clone(), operation: 0, position: 0, attempt: 1 }),
            Job::PollHostStep(StepKey { host: host.clone(), operation: 3, position: 2, attempt: 1 }),
            Job::CleanUpHost { host: host.clone(), attempt: 2, then: AfterCleanUp::Start, since: 7 },
            Job::CleanUpHost { host, attempt: 2, then: AfterCleanUp::Remove, since: 7 },
            Job::CloseSilent { ticket, since: 9 },
            Job::RemindRequester { ticket, since: 9 },
            Job::ExternalCreate { ticket },
            Job::ExternalReply { ticket, post: 1 },
            Job::ExternalClose { ticket },
            Job::RemoveFile { file: "f".into() },
        ];
        for job in of_all_servers.into_iter().chain(caused) {
            let new = job.at(0);
            assert_eq!(Job::read(new.kind, &new.payload).ok(), Some(job));
        }
    }
}
