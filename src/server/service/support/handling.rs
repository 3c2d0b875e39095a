//! Handling a support ticket after it was requested: a handler takes it, both sides reply, its requester ends it.

use super::{Held, attachments, deadline, state};
use crate::domain::address::back_to;
use crate::domain::ids::TicketNumber;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::support::{PostKind, Step, SupportStatus, Verdict, reply as parse_reply};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::external::errand::{self, Errand};
use crate::server::service::system_settings;
use crate::server::store::support::{self, NewPost};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

fn page(number: TicketNumber) -> String {
    format!("/tickets/support/{number}")
}

/// View in My Pending: the caller takes the ticket and is its handler from now on.
pub async fn take(app: &App, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let mut work = app.work(caller.operator(), Operation::Take, subject).await?;
    let outcome = take_it(&mut work, caller, number).await;
    work.finish(outcome).await
}

async fn take_it(work: &mut Work, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    let held = Held::lock(work, caller, number).await?;
    if !held.is_handler(work, caller).await? {
        return Err(AppError::Forbidden("Only a handler of this ticket can take it.".into()));
    }
    let done = Done::new(format!("You took ticket {number}."), page(number));
    let before = held.support.status;
    // The ticket may have been closed since the list was read: then it is only shown.
    let Ok(after) = before.step(Step::Take) else {
        return Ok(Done::new(format!("Ticket {number} is closed."), page(number)));
    };
    let is_mine = held.support.handler_id.as_ref() == Some(&caller.person.id);
    if before == after && (is_mine || after == SupportStatus::Feedback) {
        return Ok(Done::new(format!("You have ticket {number} already."), page(number)));
    }
    state::set(work, &held, after, Some(&caller.person.id)).await?;
    state::say(work, number, &format!("{} took this ticket.", caller.person.display_name)).await?;
    work.details(json!({"before": before, "after": after}));
    Ok(done)
}

/// An entry for a thread, as it was sent.
#[derive(Debug, Clone, Default)]
pub struct Entry<'a> {
    pub body: &'a str,
    /// An internal note of a handler, which changes no state.
    pub note: bool,
    /// The files that were uploaded for the entry, each `ID:NAME`.
    pub files: &'a [String],
}

impl<'a> Entry<'a> {
    /// A reply without files.
    pub fn reply(body: &'a str) -> Entry<'a> {
        Entry { body, ..Entry::default() }
    }
}

/// Writes a reply of either side, or an internal note.
pub async fn reply(app: &App, caller: &Caller, number: TicketNumber, entry: Entry<'_>) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let operation = if entry.note { Operation::Note } else { Operation::Reply };
    let auto_close = system_settings::auto_close_after(app).await?;
    let mut work = app.work(caller.operator(), operation, subject).await?;
    let outcome = write(&mut work, caller, number, entry, auto_close).await;
    work.finish(outcome).await
}

async fn write(
    work: &mut Work,
    caller: &Caller,
    number: TicketNumber,
    Entry { body, note, files }: Entry<'_>,
    auto_close: i64,
) -> Result<Done, AppError> {
    let held = Held::lock(work, caller, number).await?;
    let is_handler = held.is_handler(work, caller).await?;
    if note && !is_handler {
        return Err(AppError::Forbidden("Internal notes are for the handlers of a ticket.".into()));
    }
    let step = match (held.is_requester(caller), is_handler) {
        // A requester who may handle the ticket as well speaks as its requester.
        (true, _) => Step::RequesterReply,
        (false, true) => Step::HandlerReply,
        (false, false) => {
            let message = "Only its requester and its handlers reply to this ticket.";
            return Err(AppError::Forbidden(message.into()));
        }
    };
    let before = held.support.status;
    let after = before.step(step).map_err(|why| AppError::refused(why.to_string()))?;
    let body = parse_reply(body, !files.is_empty())?;
    let author = Some((&caller.person.id, caller.person.display_name.as_str()));
    let kind = if note { PostKind::Note } else { PostKind::Reply };
    let at = work.now;
    let answers = step == Step::HandlerReply && !note;
    let post = NewPost { number, kind, author, body: &body, answers, at };
    let position = support::add_post(&mut work.tx, post).await?;
    let files = attachments::take(work, &caller.person.id, number, position, files).await?;
    work.details(
        json!({"before": before, "after": if note { before } else { after }, "post": position, "files": files}),
    );
    let location = page(number);
    if note {
        return Ok(Done::new("Note added.", location));
    }
    // A handler who answers has the ticket from now on, whether they pressed View before or not.
    let handler = (step == Step::HandlerReply).then_some(&caller.person.id);
    state::set(work, &held, after, handler).await?;
    if after == SupportStatus::Feedback {
        deadline::schedule(work, number, auto_close).await?;
    }
    if held.is_external() {
        errand::send(work, number, Errand::Reply(position)).await?;
    }
    Ok(Done::new("Reply sent.", location))
}

/// The requester ends the ticket, and says how it was.
pub async fn end(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    resolved: &str,
    rating: &str,
    comment: &str,
    back: &str,
) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let mut work = app.work(caller.operator(), Operation::End, subject).await?;
    let outcome = end_it(&mut work, caller, number, (resolved, rating, comment)).await;
    let done = work.finish(outcome).await?;
    Ok(Done { location: back_to(back, &done.location), ..done })
}

async fn end_it(
    work: &mut Work,
    caller: &Caller,
    number: TicketNumber,
    (resolved, rating, comment): (&str, &str, &str),
) -> Result<Done, AppError> {
    let held = Held::lock(work, caller, number).await?;
    if !held.is_requester(caller) {
        return Err(AppError::Forbidden("Only who requested support ends the ticket.".into()));
    }
    let verdict = Verdict::parse(resolved, rating, comment)?;
    let before = held.support.status;
    let after = before.step(Step::End).map_err(|why| AppError::refused(why.to_string()))?;
    let how = if verdict.resolved { "resolved" } else { "not resolved" };
    state::say(work, number, &format!("{} ended this ticket: {how}.", caller.person.display_name)).await?;
    support::set_verdict(&mut work.tx, number, &verdict).await?;
    state::close(work, &held, after).await?;
    if held.is_external() {
        errand::send(work, number, Errand::Close).await?;
    }
    work.details(json!({"before": before, "after": verdict}));
    Ok(Done::new(format!("Ticket {number} ended."), page(number)))
}
