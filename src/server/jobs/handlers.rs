//! What the runner asks of whoever carries jobs out.

use crate::server::app::App;
use crate::server::job::{Failure, Outcome};
use crate::server::store::change::Change;
use crate::server::store::job::Claimed;
use crate::wire::error::AppError;
use std::time::Duration;

/// What the runner runs: this program's kinds of job, or a test's.
#[async_trait::async_trait]
pub trait Handlers: Send + Sync + 'static {
    /// A handler of this kind that takes longer has failed.
    fn time_limit(&self, kind: &str) -> Duration;

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure>;

    /// Makes it show that the job is given up for this reason. Called before the job is laid aside, again if that
    /// didn't work out.
    async fn died(&self, app: &App, job: &Claimed, reason: &str) -> Result<(), AppError>;

    /// What looks different once the job lies aside, if that shows anywhere by itself.
    fn shown_by(&self, job: &Claimed) -> Option<Change>;
}
