//! A ticket whose requester is silent for too long closes by itself; a day before, its thread says so (SPEC 8).
//!
//! A handler's reply enqueues a job for the reminder and one for the end, and the ticket's next step takes them back
//! (`deadline.rs`). A job that runs at that moment finds that the ticket waits since a later time, or not at all, and
//! does nothing. The delay is read when a job runs, so that a longer delay counts for tickets that wait already. After
//! a shorter delay was set, the jobs run at once and look again ([`deadline::hurry`](super::deadline::hurry)).

use super::deadline::NOTICE;
use super::{Held, state};
use crate::domain::ids::TicketNumber;
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::support::{Step, SupportStatus};
use crate::domain::time::{Millis, in_words};
use crate::server::app::App;
use crate::server::job::{Failure, Outcome};
use crate::server::service::external::errand::{self, Errand};
use crate::server::service::system_settings;
use crate::server::store::support::{self, Support};
use crate::server::work::Work;
use crate::wire::error::AppError;
use serde_json::json;

/// Whether the ticket still waits for its requester since this time.
fn waits(support: &Support, since: Millis) -> bool {
    support.status == SupportStatus::Feedback && support.waiting_since == Some(since)
}

/// The job: closes the ticket if its requester has been silent since `since`.
pub async fn close_silent(app: &App, number: TicketNumber, since: Millis) -> Result<Outcome, Failure> {
    let delay = system_settings::auto_close_after(app).await?;
    if app.now() < since + delay {
        return Ok(Outcome::Again(since + delay));
    }
    let Some((mut work, held)) = take_waiting(app, number, since, Operation::End).await? else {
        return Ok(Outcome::Done);
    };
    let outcome = lapse(&mut work, &held, delay).await;
    work.finish(outcome).await?;
    Ok(Outcome::Done)
}

async fn lapse(work: &mut Work, held: &Held, delay: Millis) -> Result<(), AppError> {
    let before = held.support.status;
    let after = before.step(Step::Lapse).map_err(|why| AppError::refused(why.to_string()))?;
    let why = format!("Closed by itself: no word from the requester for {}.", in_words(delay));
    state::say(work, held.ticket.number, &why).await?;
    work.details(json!({"before": before, "after": after, "waited_since": held.support.waiting_since}));
    if held.is_external() {
        errand::send(work, held.ticket.number, Errand::Close).await?;
    }
    state::close(work, held, after).await
}

/// The job: says in the thread that the ticket is about to close by itself.
pub async fn remind(app: &App, number: TicketNumber, since: Millis) -> Result<Outcome, Failure> {
    let delay = system_settings::auto_close_after(app).await?;
    let due = since + delay - NOTICE;
    if delay <= NOTICE {
        return Ok(Outcome::Done);
    }
    if app.now() < due {
        return Ok(Outcome::Again(due));
    }
    let Some((mut work, held)) = take_waiting(app, number, since, Operation::Remind).await? else {
        return Ok(Outcome::Done);
    };
    let text = "This ticket waits for its requester and closes by itself in a day. A reply keeps it open.";
    let outcome = state::say(&mut work, held.ticket.number, text).await;
    work.finish(outcome).await?;
    Ok(Outcome::Done)
}

/// The ticket, locked, if it still waits since `since`; if not, nothing is recorded.
async fn take_waiting(
    app: &App,
    number: TicketNumber,
    since: Millis,
    operation: Operation,
) -> Result<Option<(Work, Held)>, AppError> {
    // Read first without a transaction that writes: somebody may have replied meanwhile.
    if !support::get(&app.db, number).await?.is_some_and(|support| waits(&support, since)) {
        return Ok(None);
    }
    let mut work = app.work(Operator::system(), operation, Subject::new(ResourceType::Ticket, number, "")).await?;
    let held = Held::take(&mut work, number).await?;
    Ok(waits(&held.support, since).then_some((work, held)))
}
