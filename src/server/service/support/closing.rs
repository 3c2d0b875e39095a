//! A ticket whose requester says nothing for too long closes by itself, and says so a day before (SPEC 8).
//!
//! A handler's reply enqueues a job for each, and the next step of the ticket takes them back (`deadline.rs`). One that
//! runs just then finds that the ticket waits since later, or not at all, and does nothing. The delay is read when a job
//! runs, so that a longer one counts for tickets that wait already; a shorter one has the jobs run at once, to look again
//! ([`deadline::hurry`](super::deadline::hurry)).

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

/// Whether the ticket still waits since then.
fn waits(support: &Support, since: Millis) -> bool {
    support.status == SupportStatus::Feedback && support.waiting_since == Some(since)
}

/// The job: closes the ticket if nothing was said since.
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

/// The ticket, locked, if it still waits since then; nothing is recorded where it doesn't.
async fn take_waiting(
    app: &App,
    number: TicketNumber,
    since: Millis,
    operation: Operation,
) -> Result<Option<(Work, Held)>, AppError> {
    // Most jobs find that somebody has replied: no need for a transaction that writes.
    if !support::get(&app.db, number).await?.is_some_and(|support| waits(&support, since)) {
        return Ok(None);
    }
    let mut work = app.work(Operator::system(), operation, Subject::new(ResourceType::Ticket, number, "")).await?;
    let held = Held::take(&mut work, number).await?;
    Ok(waits(&held.support, since).then_some((work, held)))
}
