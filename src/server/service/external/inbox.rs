//! Takes over what happens in the connected system. News are read from a cursor on; each is applied in the transaction
//! that moves the cursor past it.
//!
//! A run takes over the news of one reading, so it is bounded; if there were any, the next run comes at once. So a
//! backlog is worked off page by page, and other jobs have their turn between any two.

use super::connected;
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::support::{PostKind, Step};
use crate::domain::time::{MINUTE, Millis};
use crate::server::app::App;
use crate::server::helpdesk::{Event, Helpdesk, HelpdeskError, News, RemoteStatus};
use crate::server::job::{Failure, Outcome};
use crate::server::service::support::{Held, state};
use crate::server::service::system_settings;
use crate::server::store::external::{self, Remote, System};
use crate::server::store::support::{self, NewPost};
use crate::server::work::Work;
use crate::wire::error::AppError;
use serde_json::json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// How often to look whether a system is connected, while none is.
const IDLE: Millis = MINUTE;

/// The standing job: takes over news, and comes again.
pub async fn poll(app: &App) -> Result<Outcome, Failure> {
    let again = |after: Millis| Ok(Outcome::Again(app.now() + after));
    let Some((system, helpdesk)) = connected(app).await? else { return again(IDLE) };
    let queues = external::queues_in_use(&app.db).await?;
    if queues.is_empty() {
        return again(app.settings.external_poll);
    }
    match take_over(app, helpdesk.as_ref(), &queues, system.cursor).await? {
        Ok(taken) => {
            note(app, &system, None).await?;
            again(if taken > 0 { 0 } else { app.settings.external_poll })
        }
        Err(error) => {
            note(app, &system, Some(error.to_string())).await?;
            again(app.settings.external_poll)
        }
    }
}

async fn note(app: &App, system: &System, problem: Option<String>) -> Result<(), AppError> {
    if system.problem == problem {
        return Ok(());
    }
    let mut tx = app.quiet().await?;
    external::set_system_problem(&mut tx, problem.as_deref()).await?;
    Ok(tx.commit().await?)
}

/// Reads news once and takes them over. Returns how many there were, or 0 if it had to stop early.
async fn take_over(
    app: &App,
    helpdesk: &dyn Helpdesk,
    queues: &[String],
    cursor: i64,
) -> Result<Result<usize, HelpdeskError>, AppError> {
    let (news, last) = match helpdesk.news(queues, cursor).await {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    // One look for all news of a ticket: a call costs such systems much, and the look gives the ticket as it is now.
    let mut looks: HashMap<&str, (String, String)> = HashMap::new();
    for one in &news {
        let look = match looks.entry(&one.ticket) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => match helpdesk.look(&one.ticket).await {
                Ok(look) => unknown.insert(look),
                Err(error) => return Ok(Err(error)),
            },
        };
        if !take(app, one, look).await? {
            // From here on the news are read again after a pause, when it is known whether the ticket is ours.
            return Ok(Ok(0));
        }
    }
    let mut tx = app.quiet().await?;
    external::move_cursor(&mut tx, last).await?;
    tx.commit().await?;
    Ok(Ok(news.len()))
}

/// Takes over one piece of news, unless another server did or its ticket isn't ours. `false` if the ticket may turn out
/// to be ours.
async fn take(app: &App, news: &News, (status, owner): &(String, String)) -> Result<bool, AppError> {
    let delay = system_settings::auto_close_after(app).await?;
    let subject = Subject::new(ResourceType::Ticket, "", "Technical Support");
    let mut work = app.work(Operator::system(), Operation::Reply, subject).await?;
    let Some(system) = external::lock_system(&mut work.tx).await? else { return Ok(true) };
    if news.id <= system.cursor {
        return Ok(true);
    }
    let mut remote = external::by_remote_id(&mut work.tx, system.kind, &news.ticket).await?;
    if remote.is_none() {
        // The ticket may be one of ours that was just created, whose id isn't known here yet.
        if external::is_any_being_made(&mut work.tx).await? {
            return Ok(false);
        }
        // Its id may have become known in between.
        remote = external::by_remote_id(&mut work.tx, system.kind, &news.ticket).await?;
    }
    external::move_cursor(&mut work.tx, news.id).await?;
    let Some(remote) = remote else {
        work.tx.commit().await?;
        return Ok(true);
    };
    external::set_look(&mut work.tx, remote.number, status, owner).await?;
    let outcome = apply(&mut work, &remote, news, delay).await;
    work.finish(outcome).await?;
    Ok(true)
}

async fn apply(work: &mut Work, remote: &Remote, news: &News, delay: Millis) -> Result<(), AppError> {
    let held = Held::take(work, remote.number).await?;
    work.details(json!({"external": {"ticket": news.ticket, "news": news.id, "by": news.by}}));
    let (kind, body) = match &news.what {
        Event::Reply(text) => (PostKind::Reply, text.clone()),
        Event::Note(text) => (PostKind::Note, text.clone()),
        Event::Status(name, meaning) => return apply_status(work, &held, news, name, *meaning, delay).await,
    };
    let answers = kind == PostKind::Reply;
    let post = NewPost { number: remote.number, kind, author: None, body: &body, answers, at: work.now };
    support::add_post_of(&mut work.tx, post, &news.by).await?;
    match held.support.status.step(Step::HandlerReply) {
        Ok(after) if kind == PostKind::Reply => state::set_waiting(work, &held, after, delay).await,
        // A note, or a reply to a closed ticket, is kept in the thread but changes no status.
        _ => Ok(()),
    }
}

async fn apply_status(
    work: &mut Work,
    held: &Held,
    news: &News,
    name: &str,
    meaning: RemoteStatus,
    delay: Millis,
) -> Result<(), AppError> {
    let before = held.support.status;
    let step = match meaning {
        RemoteStatus::New => return Ok(()),
        RemoteStatus::Open => Step::Take,
        RemoteStatus::Stalled => Step::HandlerReply,
        RemoteStatus::Closed => Step::End,
    };
    // The ticket is closed here already, or its status stays: nothing to write.
    let Ok(after) = before.step(step) else { return Ok(()) };
    if after == before {
        return Ok(());
    }
    let number = held.ticket.number;
    state::say(work, number, &format!("{} set this ticket to {name} in the external system.", news.by)).await?;
    match meaning {
        RemoteStatus::Closed => state::close(work, held, after).await,
        _ => state::set_waiting(work, held, after, delay).await,
    }
}
