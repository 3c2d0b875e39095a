//! The kinds of job: what each carries, how patient it is, and the use case that does it.

use super::{Failure, Handlers, NewJob, Outcome};
use crate::api::error::AppError;
use crate::domain::ids::HostId;
use crate::domain::time::Millis;
use crate::server::app::App;
use crate::server::service::hosts::making;
use crate::server::service::oplog::{retention, sealing};
use crate::server::store::job::Claimed;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;

/// A job with what it is about. `attempt` is the host's attempt it was enqueued for: one of an earlier attempt does nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", rename_all = "kebab-case")]
pub enum Job {
    /// Asks the cloud to begin a step of making a host.
    StartHostStep { host: HostId, position: i64, attempt: i64 },
    /// Asks the cloud how far a step is, until it is over.
    PollHostStep { host: HostId, position: i64, attempt: i64 },
    /// Removes from the cloud what a failed attempt left there; `since` is when that was asked for.
    CleanUpHost { host: HostId, attempt: i64, then: AfterCleanUp, since: Millis },
    /// Seals the operation log, again and again.
    SealLog,
    /// Removes what is too old from the operation log, again and again.
    TrimLog,
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
/// A port call says "accepted", not "done", so a minute means it hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

impl Job {
    /// What is always in the queue, once for all servers, and never over.
    pub const STANDING: [Job; 2] = [Job::SealLog, Job::TrimLog];

    fn kind(&self) -> &'static str {
        match self {
            Job::StartHostStep { .. } => "start-host-step",
            Job::PollHostStep { .. } => "poll-host-step",
            Job::CleanUpHost { .. } => "clean-up-host",
            Job::SealLog => "seal-log",
            Job::TrimLog => "trim-log",
        }
    }

    fn host(&self) -> Option<&HostId> {
        match self {
            Job::StartHostStep { host, .. } | Job::PollHostStep { host, .. } | Job::CleanUpHost { host, .. } => {
                Some(host)
            }
            Job::SealLog | Job::TrimLog => None,
        }
    }

    /// What is enqueued to have it done, not before `run_at`: per host in order, and each of them once.
    pub fn at(&self, run_at: Millis) -> NewJob {
        let payload = json!(self)["payload"].to_string();
        NewJob {
            kind: self.kind(),
            run_at,
            // Nothing would begin a standing job again.
            max_attempts: if Job::STANDING.contains(self) { i64::MAX } else { MAX_ATTEMPTS },
            order_key: self.host().map(|host| format!("host:{host}")),
            idempotency_key: Some(format!("{}:{payload}", self.kind())),
            payload,
        }
    }

    fn read(kind: &str, payload: &str) -> serde_json::Result<Job> {
        let payload: serde_json::Value = serde_json::from_str(payload)?;
        serde_json::from_value(json!({"kind": kind, "payload": payload}))
    }
}

/// Hands each kind to its use case.
pub(super) struct Dispatch;

#[async_trait::async_trait]
impl Handlers for Dispatch {
    fn time_limit(&self, _kind: &str) -> Duration {
        TIME_LIMIT
    }

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure> {
        let unreadable = |error| Failure::Dead(AppError::from(error).to_string());
        match Job::read(&job.kind, &job.payload).map_err(unreadable)? {
            Job::StartHostStep { host, position, attempt } => making::start_step(app, &host, position, attempt).await,
            Job::PollHostStep { host, position, attempt } => making::poll_step(app, &host, position, attempt).await,
            Job::CleanUpHost { host, attempt, then, since } => making::clean_up(app, &host, attempt, then, since).await,
            Job::SealLog => sealing::seal_due(app).await,
            Job::TrimLog => retention::remove_due(app).await,
        }
    }

    async fn died(&self, app: &App, job: &Claimed, reason: &str) -> Result<(), AppError> {
        match Job::read(&job.kind, &job.payload) {
            Ok(Job::StartHostStep { host, position, attempt } | Job::PollHostStep { host, position, attempt }) => {
                making::fail_step(app, &host, position, attempt, reason).await
            }
            Ok(Job::CleanUpHost { host, attempt, then: AfterCleanUp::Start, .. }) => {
                making::fail_step(app, &host, 0, attempt, reason).await
            }
            Ok(Job::CleanUpHost { host, then: AfterCleanUp::Remove, .. }) => {
                making::removal_failed(app, &host, reason).await
            }
            // Nothing shows it but its line in the queue, which stays.
            Ok(Job::SealLog | Job::TrimLog) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_as_what_was_enqueued() {
        let host: HostId = "h".into();
        for job in [
            Job::StartHostStep { host: host.clone(), position: 0, attempt: 1 },
            Job::PollHostStep { host: host.clone(), position: 2, attempt: 3 },
            Job::CleanUpHost { host: host.clone(), attempt: 2, then: AfterCleanUp::Start, since: 7 },
            Job::CleanUpHost { host, attempt: 2, then: AfterCleanUp::Remove, since: 7 },
        ] {
            let new = job.at(0);
            assert_eq!(Job::read(new.kind, &new.payload).ok(), Some(job));
        }
    }
}
