//! The unit of work: one transaction that holds a change, its operation-log record, its jobs and its events.
//!
//! ```ignore
//! let mut work = app.work(caller.operator(), Operation::Pass, subject).await?;
//! let outcome = pass_open_link(&mut work, …).await;
//! work.finish(outcome).await
//! ```
//! A change that fails is taken back whole, and the attempt is recorded in a transaction of its own.

use super::app::App;
use super::metrics;
use super::store::db::Tx;
use super::store::{job, oplog};
use crate::domain::oplog::{Operation, Operator, Outcome, ResourceType, Subject};
use crate::domain::time::Millis;
use crate::server::job::Job;
use crate::server::store::change::Change;
use crate::server::store::job::NewJob;
use crate::wire::error::AppError;
use serde_json::Value;

pub struct Work {
    app: App,
    operator: Operator,
    operation: Operation,
    subject: Subject,
    details: Value,
    failure: Option<String>,
    pub tx: Tx,
    pub now: Millis,
    enqueued: bool,
}

impl App {
    /// Begins a change. `subject` is the resource that the record names, unless [`Work::about`] replaces it.
    pub async fn work(&self, operator: Operator, operation: Operation, subject: Subject) -> Result<Work, AppError> {
        let tx = self.db.begin().await?;
        Ok(Work {
            app: self.clone(),
            operator,
            operation,
            subject,
            details: Value::Null,
            failure: None,
            tx,
            now: self.now(),
            enqueued: false,
        })
    }
}

impl Work {
    pub fn app(&self) -> &App {
        &self.app
    }

    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Sets the resource that the record names, as soon as it is known.
    pub fn about(&mut self, subject: Subject) {
        self.subject = subject;
    }

    /// Sets the record's details: `{"before": …, "after": …}` or what fits the operation.
    pub fn details(&mut self, details: Value) {
        self.details = details;
    }

    /// Has [`Work::finish`] commit, but record the operation as failed for this reason (e.g. the host didn't boot).
    pub fn failed(&mut self, reason: impl Into<String>) {
        self.failure = Some(reason.into());
    }

    /// Enqueues a job that runs once this work is committed.
    pub async fn enqueue(&mut self, new: NewJob) -> Result<(), AppError> {
        job::push(&mut self.tx, &new).await?;
        self.enqueued = true;
        Ok(())
    }

    /// Removes a job from the queue if it hasn't begun.
    pub async fn withdraw(&mut self, job: &Job) -> Result<(), AppError> {
        Ok(job::withdraw(&mut self.tx, &job.idempotency_key()).await?)
    }

    /// Makes the waiting jobs of a kind due as soon as this work is committed.
    pub async fn hurry(&mut self, kind: &'static str) -> Result<(), AppError> {
        job::hurry(&mut self.tx, kind, self.now).await?;
        self.enqueued = true;
        Ok(())
    }

    /// Makes the waiting jobs due whose order key begins with `beginning`, as soon as this work is committed.
    pub async fn hurry_ordered(&mut self, beginning: &str) -> Result<(), AppError> {
        job::hurry_ordered(&mut self.tx, beginning, self.now).await?;
        self.enqueued = true;
        Ok(())
    }

    /// Commits the change with its record, or rolls it back and records that it failed.
    pub async fn finish<T>(mut self, outcome: Result<T, AppError>) -> Result<T, AppError> {
        let Err(error) = &outcome else {
            let failure = self.failure.take();
            let result = if failure.is_some() { Outcome::Failed } else { Outcome::Success };
            let record = self.record(result, failure);
            oplog::insert(&mut self.tx, &record).await?;
            self.note_subject();
            self.tx.commit().await?;
            metrics::operation(self.operation, result);
            if self.enqueued {
                self.app.wake.notify_one();
            }
            return outcome;
        };
        let record = self.record(Outcome::Failed, Some(error.to_string()));
        self.tx.rollback().await?;
        let mut tx = self.app.db.begin().await?;
        oplog::insert(&mut tx, &record).await?;
        // Never `AppError::Unsure`: even if the record's commit is in doubt, the change itself is surely rolled back.
        tx.commit().await.map_err(|error| AppError::internal(format_args!("database: {error}")))?;
        metrics::operation(self.operation, Outcome::Failed);
        outcome
    }

    /// Counts the subject as changed, whatever was written, so that open pages read it anew.
    fn note_subject(&mut self) {
        let Subject { resource, id, project, .. } = &self.subject;
        let change = match (resource, project) {
            (ResourceType::Ticket, _) => id.parse().ok().map(Change::Ticket),
            (ResourceType::Host, Some((project, _))) => Some(Change::HostIn(project.as_str().into())),
            (ResourceType::Process, _) => Some(Change::Processes),
            _ => None,
        };
        if let Some(change) = change {
            self.tx.changed(change);
        }
    }

    fn record(&mut self, result: Outcome, reason: Option<String>) -> oplog::NewRecord {
        oplog::NewRecord {
            at: self.now,
            operator: self.operator.clone(),
            subject: self.subject.clone(),
            operation: self.operation,
            result,
            reason,
            details: std::mem::take(&mut self.details),
        }
    }
}
