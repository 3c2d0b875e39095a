//! The vocabulary of jobs: what each kind carries, in which order they run, and how an attempt ends. Use cases enqueue
//! jobs, and the runner in `server/jobs` calls use cases; this stands below both.

use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::time::Millis;
use crate::server::store::host::step::StepKey;
use crate::server::store::job::NewJob;
use crate::wire::error::AppError;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A job with what it is about. One that was enqueued for an earlier attempt of a step does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Job {
    /// Asks the cloud to begin a step of what is done to a host.
    StartHostStep(StepKey),
    /// Asks the cloud how far a step is, until it is over.
    PollHostStep(StepKey),
    /// Removes from the cloud what a failed attempt left there; `since` is when that was asked for.
    CleanUpHost { host: HostId, attempt: i64, then: AfterCleanUp, since: Millis },
    /// Seals the operation log, again and again.
    SealLog,
    /// Removes what is too old from the operation log, again and again.
    TrimLog,
    /// Clears hosts that have been in the trash for long enough, again and again.
    EmptyTrash,
    /// Closes a support ticket whose requester has said nothing since then.
    CloseSilent { ticket: TicketNumber, since: Millis },
    /// Makes a ticket in the connected system.
    ExternalCreate { ticket: TicketNumber },
    /// Sends the post at this position there.
    ExternalReply { ticket: TicketNumber, post: i64 },
    /// Closes it there.
    ExternalClose { ticket: TicketNumber },
    /// Asks the connected system for news, again and again.
    PollHelpdesk,
    /// Takes the content of a removed attachment out of its folder.
    RemoveFile { file: String },
    /// Says in its thread that it is about to close.
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

/// About four minutes with the runner's backoff: long enough for a cloud that restarts, short enough for who waits.
const MAX_ATTEMPTS: i64 = 10;
/// How the order keys of jobs begin that have something done in the connected ticket system.
pub const EXTERNAL_KEYS: &str = "external:";

/// The order key of what is to be done with a ticket in the connected system.
pub fn external_key(number: TicketNumber) -> String {
    format!("{EXTERNAL_KEYS}{number}")
}

impl Job {
    /// What is always in the queue, once for all servers, and never over.
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

    /// Jobs about one thing run in order; each about a silent ticket stands for itself.
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

    /// What is enqueued to have it done, not before `run_at`: per host in order, and each of them once.
    pub fn at(&self, run_at: Millis) -> NewJob {
        NewJob {
            kind: self.kind(),
            run_at,
            // Nothing would begin a standing job again.
            max_attempts: if Job::STANDING.contains(self) { i64::MAX } else { MAX_ATTEMPTS },
            order_key: self.order_key(),
            idempotency_key: Some(self.idempotency_key()),
            payload: self.payload(),
        }
    }

    fn payload(&self) -> String {
        json!(self)["payload"].to_string()
    }

    /// One job of each key is ever enqueued.
    pub fn idempotency_key(&self) -> String {
        format!("{}:{}", self.kind(), self.payload())
    }

    /// The job that is kept as this.
    pub fn read(kind: &str, payload: &str) -> serde_json::Result<Job> {
        let payload: serde_json::Value = serde_json::from_str(payload)?;
        serde_json::from_value(json!({"kind": kind, "payload": payload}))
    }
}

/// How a job ended that didn't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Not over yet: to be run again at this time. Doesn't count as an attempt.
    Again(Millis),
}

/// How a job failed; the text is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// To be tried again, later and later, as often as its kind allows.
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
