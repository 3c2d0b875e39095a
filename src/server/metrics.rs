//! Counters of what happens below HTTP: operations, jobs, events, password checks. They are read over HTTP.

use super::job::{Failure, Outcome as JobOutcome};
use crate::domain::oplog::{Operation, Outcome};
use metrics::{counter, describe_counter};

/// Says what each figure is, once there is somebody who keeps them.
pub fn describe() {
    describe_counter!("countersign_operations_total", "Operations as the operation log records them, by result.");
    describe_counter!("countersign_password_checks_total", "Passwords compared with a hash, or with nobody's.");
    describe_counter!("countersign_job_attempts_total", "Attempts at jobs, by kind and outcome.");
    describe_counter!("countersign_events_total", "Changes told to open pages.");
}

/// Counts an operation as the operation log records it: decisions, replies, sign-ins.
pub fn operation(operation: Operation, result: Outcome) {
    counter!("countersign_operations_total", "operation" => operation.key(), "result" => result.key()).increment(1);
}

/// Counts a check of a password, also for a name without an account. Many of them mean that somebody guesses.
pub fn password_checked() {
    counter!("countersign_password_checks_total").increment(1);
}

/// Counts an attempt at a job.
pub fn job(kind: &str, result: &Result<JobOutcome, Failure>) {
    let outcome = match result {
        Ok(JobOutcome::Done) => "done",
        Ok(JobOutcome::Again(_)) => "again",
        Err(Failure::Retry(_)) => "failed",
        Err(Failure::Dead(_)) => "dead",
    };
    counter!("countersign_job_attempts_total", "kind" => kind.to_owned(), "outcome" => outcome).increment(1);
}

/// Counts events that this process heard of and passed on to its open streams.
pub fn events(number: usize) {
    counter!("countersign_events_total").increment(number as u64);
}
