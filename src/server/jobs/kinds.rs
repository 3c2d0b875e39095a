//! The kinds of job: the use case that carries each out, and what is done when one is given up.

use super::handlers::Handlers;
use crate::domain::ids::TicketNumber;
use crate::server::app::App;
use crate::server::job::{AfterCleanUp, Failure, Job, Outcome};
use crate::server::service::external::errand::Errand;
use crate::server::service::external::{inbox, outbox};
use crate::server::service::hosts::{operating, trash};
use crate::server::service::oplog::{retention, sealing};
use crate::server::service::support::{attachments, closing};
use crate::server::service::workflow::settled::host_settled;
use crate::server::store::change::Change;
use crate::server::store::host::step::StepKey;
use crate::server::store::job::Claimed;
use crate::server::work::Work;
use crate::wire::error::AppError;
use futures::future::BoxFuture;
use std::time::Duration;

/// Time limit of an attempt. A port's call returns on "accepted", not on "done", so one that takes a minute hangs.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Goes on with a ticket once one of the things it does to hosts is over.
fn settled(work: &mut Work, number: TicketNumber) -> BoxFuture<'_, Result<(), AppError>> {
    Box::pin(host_settled(work, number))
}

/// Hands each kind of job to its use case.
pub(super) struct Dispatch;

#[async_trait::async_trait]
impl Handlers for Dispatch {
    fn time_limit(&self, _kind: &str) -> Duration {
        TIME_LIMIT
    }

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure> {
        let unreadable = |error| Failure::Dead(AppError::from(error).to_string());
        match Job::read(&job.kind, &job.payload).map_err(unreadable)? {
            Job::StartHostStep(step) => operating::start_step(app, &step, settled).await,
            Job::PollHostStep(step) => operating::poll_step(app, &step, settled).await,
            Job::CleanUpHost { host, attempt, then, since } => {
                operating::clean_up(app, &host, attempt, then, since).await
            }
            Job::SealLog => sealing::seal_due(app).await,
            Job::TrimLog => retention::remove_due(app).await,
            Job::EmptyTrash => trash::clear_overdue(app).await,
            Job::ExternalCreate { ticket } => outbox::run(app, ticket, Errand::Create).await,
            Job::ExternalReply { ticket, post } => outbox::run(app, ticket, Errand::Reply(post)).await,
            Job::ExternalClose { ticket } => outbox::run(app, ticket, Errand::Close).await,
            Job::PollHelpdesk => inbox::poll(app).await,
            Job::RemoveFile { file } => attachments::clear(app, &file).await,
            Job::CloseSilent { ticket, since } => closing::close_silent(app, ticket, since).await,
            Job::RemindRequester { ticket, since } => closing::remind(app, ticket, since).await,
        }
    }

    async fn died(&self, app: &App, job: &Claimed, reason: &str) -> Result<(), AppError> {
        match Job::read(&job.kind, &job.payload) {
            Ok(Job::StartHostStep(step) | Job::PollHostStep(step)) => {
                operating::fail_step(app, &step, reason, settled).await
            }
            Ok(Job::CleanUpHost { host, attempt, then: AfterCleanUp::Start, .. }) => {
                operating::fail_step(app, &StepKey { host, operation: 0, position: 0, attempt }, reason, settled).await
            }
            Ok(Job::CleanUpHost { host, then: AfterCleanUp::Remove, .. }) => {
                operating::removal_failed(app, &host, reason).await
            }
            // Nothing to record: `shown_by` has open pages read the ticket anew, which offers Retry and Skip.
            Ok(Job::ExternalCreate { .. } | Job::ExternalReply { .. } | Job::ExternalClose { .. }) => Ok(()),
            // No page shows these jobs; the dead job stays in the queue's table.
            Ok(Job::SealLog | Job::TrimLog | Job::EmptyTrash | Job::PollHelpdesk)
            | Ok(Job::RemoveFile { .. } | Job::CloseSilent { .. } | Job::RemindRequester { .. })
            | Err(_) => Ok(()),
        }
    }

    fn shown_by(&self, job: &Claimed) -> Option<Change> {
        match Job::read(&job.kind, &job.payload).ok()? {
            Job::ExternalCreate { ticket } | Job::ExternalReply { ticket, .. } | Job::ExternalClose { ticket } => {
                Some(Change::Ticket(ticket))
            }
            _ => None,
        }
    }
}
