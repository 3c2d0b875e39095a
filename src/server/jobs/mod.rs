//! What runs after commit: the queue's runner and the kinds of job.
//!
//! A job is enqueued in the transaction that causes it and delivered at least once; its effects happen once, because
//! every handler looks at the database first and every call of a port carries an idempotency key.

mod handlers;
mod kinds;
mod runner;

pub use handlers::Handlers;
pub use runner::{Options, Runner, RunnerHandle};

use super::app::App;
use super::job::Job;
use super::store::job;
use crate::wire::error::AppError;
use kinds::Dispatch;

/// Runs due jobs one after the other in the caller's own task until none is due, and returns how many. Jobs that a
/// stopped runner left are taken up too, once their lease has run out.
pub async fn run_due(app: &App) -> Result<usize, AppError> {
    run_due_with(app, &Dispatch).await
}

/// [`run_due`] with other handlers.
pub async fn run_due_with(app: &App, handlers: &dyn Handlers) -> Result<usize, AppError> {
    runner::run_due(app, handlers).await
}

/// Enqueues the standing jobs, each once however many servers do.
pub async fn begin_standing(app: &App) -> Result<(), AppError> {
    let mut tx = app.quiet().await?;
    for job in Job::STANDING {
        job::push(&mut tx, &job.at(app.now())).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A line for every job that isn't done: none when all are.
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
