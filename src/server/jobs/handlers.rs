//! The trait by which the runner has jobs carried out.

use crate::server::app::App;
use crate::server::job::{Failure, Outcome};
use crate::server::store::change::Change;
use crate::server::store::job::Claimed;
use crate::wire::error::AppError;
use std::time::Duration;

/// Carries out jobs: this program's kinds, or a test's.
#[async_trait::async_trait]
pub trait Handlers: Send + Sync + 'static {
    /// How long an attempt at a job of this kind may take; a longer one has failed.
    fn time_limit(&self, kind: &str) -> Duration;

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure>;

    /// Records that the job is given up for this reason, where people see it. Called before the job is laid aside, and
    /// once more if either fails.
    async fn died(&self, app: &App, job: &Claimed, reason: &str) -> Result<(), AppError>;

    /// The change that open pages have to hear of when the job is laid aside, if a page shows such jobs.
    fn shown_by(&self, job: &Claimed) -> Option<Change>;
}
