//! What runs after commit: the queue's runner and the kinds of job.
//!
//! A job is enqueued in the transaction that causes it and delivered at least once; its effects happen once, because
//! every handler looks at the database first and every call of a port carries an idempotency key.

mod kinds;
mod runner;

pub use kinds::{AfterCleanUp, Job};
pub use runner::{Options, Runner, RunnerHandle};

use super::app::App;
use super::store::event::Change;
use super::store::job::{self, Claimed};
use crate::api::error::AppError;
use crate::domain::time::Millis;
use std::time::Duration;

/// A job to run after the transaction that enqueues it has committed.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    /// JSON.
    pub payload: String,
    /// Not before this.
    pub run_at: Millis,
    /// After so many failed attempts it is laid aside as dead.
    pub max_attempts: i64,
    /// Jobs of one key run strictly in the order they were enqueued.
    pub order_key: Option<String>,
    /// A second job with the same key is not enqueued.
    pub idempotency_key: Option<String>,
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

/// What the runner runs: this program's kinds of job, or a test's.
#[async_trait::async_trait]
pub trait Handlers: Send + Sync + 'static {
    /// A handler of this kind that takes longer has failed.
    fn time_limit(&self, kind: &str) -> Duration;

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure>;

    /// Makes it show that the job is given up for this reason. Called before the job is laid aside, again if that didn't
    /// work out.
    async fn died(&self, app: &App, job: &Claimed, reason: &str) -> Result<(), AppError>;

    /// What looks different once the job lies aside, if that shows anywhere by itself.
    fn shown_by(&self, job: &Claimed) -> Option<Change>;
}

/// Runs whatever is due, one job after the other in the caller's own task, until nothing is; tells how many. Takes up
/// what a stopped runner left once its lease has run out.
pub async fn run_due(app: &App) -> Result<usize, AppError> {
    run_due_with(app, &kinds::Dispatch).await
}

/// [`run_due`] with other handlers.
pub async fn run_due_with(app: &App, handlers: &dyn Handlers) -> Result<usize, AppError> {
    runner::run_due(app, handlers).await
}

/// Puts into the queue what is always there: once, however many servers do.
pub async fn begin_standing(app: &App) -> Result<(), AppError> {
    let mut tx = app.db.begin().await?;
    for job in Job::STANDING {
        job::push(&mut tx, &job.at(app.now())).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A line for every job that isn't done, for a test that wants none left.
pub async fn leftovers(app: &App) -> Result<Vec<String>, AppError> {
    let line = |job: job::Unfinished| {
        let state = match job.state {
            0 => format!("ready in {} ms", job.run_at - app.now()),
            1 => "running".to_owned(),
            _ => "dead".to_owned(),
        };
        format!("{} {} ({state}): {}", job.kind, job.payload, job.last_error.unwrap_or_default())
    };
    Ok(job::unfinished(&app.db).await?.into_iter().map(line).collect())
}
