//! Sends what people write here to the connected system. A job for each entry, in order per ticket, is tried until the
//! entry is there, and puts it there once.
//!
//! A job that the system refuses for good is laid aside, and later jobs of its ticket wait, until Retry sends the entry
//! or Skip leaves it out. So a thread never reads in another order there than here.

use super::connected;
use super::errand::Errand;
use crate::domain::attachment::in_words;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::time::{MINUTE, Millis, SECOND};
use crate::server::app::App;
use crate::server::attachments::content;
use crate::server::caller::Caller;
use crate::server::helpdesk::{File, Helpdesk, HelpdeskError, NewReply, NewTicket, marker};
use crate::server::job::{Failure, Job, Outcome, external_key};
use crate::server::service::support::{require_readable, state};
use crate::server::store::attachment::{Attachment, Place};
use crate::server::store::external::{self, BEING_MADE, Remote, System};
use crate::server::store::{job, support_page, ticket};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use futures::TryStreamExt;
use serde_json::json;

/// Pause between attempts while the system is out of reach.
const PAUSE: Millis = 5 * SECOND;
/// Poll interval of jobs queued behind one that was laid aside. Retry and Skip don't wait for it.
const BEHIND: Millis = 10 * MINUTE;
/// How many bytes of files are sent with one entry at most.
const MOST_SENT: u64 = 8 * 1024 * 1024;

/// The job: does the errand, or notes at the ticket why it isn't done yet.
pub async fn run(app: &App, number: TicketNumber, errand: Errand) -> Result<Outcome, Failure> {
    let Some(remote) = external::get(&app.db, number).await? else { return Ok(Outcome::Done) };
    if job::laid_aside(&app.db, &external_key(number)).await?.is_some() {
        // The ticket already says why the other job was laid aside.
        return Ok(Outcome::Again(app.now() + BEHIND));
    }
    let Some((system, helpdesk)) = connected(app).await? else {
        return later(app, &remote, "No third-party ticket system is connected.").await;
    };
    if remote.kind.as_deref().is_some_and(|kind| kind != system.kind.key()) {
        return later(app, &remote, "It was made in another ticket system than the one connected now.").await;
    }
    match attempt(app, &system, helpdesk.as_ref(), &remote, errand).await? {
        Ok(()) => {
            note(app, &remote, None).await?;
            Ok(Outcome::Done)
        }
        Err(HelpdeskError::Refused(why)) => {
            note(app, &remote, Some(&why)).await?;
            Err(Failure::Dead(why))
        }
        Err(error) => later(app, &remote, &error.to_string()).await,
    }
}

async fn later(app: &App, remote: &Remote, why: &str) -> Result<Outcome, Failure> {
    note(app, remote, Some(why)).await?;
    Ok(Outcome::Again(app.now() + PAUSE))
}

/// Notes a problem at the ticket, or its end. Writes only a change: a ticket may wait for hours, tried every few
/// seconds.
async fn note(app: &App, remote: &Remote, problem: Option<&str>) -> Result<(), AppError> {
    if remote.problem.as_deref() == problem {
        return Ok(());
    }
    let mut tx = app.quiet().await?;
    external::set_problem(&mut tx, remote.number, problem).await?;
    Ok(tx.commit().await?)
}

async fn attempt(
    app: &App,
    system: &System,
    helpdesk: &dyn Helpdesk,
    remote: &Remote,
    errand: Errand,
) -> Result<Result<(), HelpdeskError>, AppError> {
    let number = remote.number;
    let id = match (errand, &remote.remote_id) {
        (Errand::Create, Some(_)) => return Ok(Ok(())),
        (Errand::Create, None) => {
            // Until the answer comes, news of a ticket that is unknown here may be about this one.
            if remote.sending != BEING_MADE {
                set_sending(app, number, BEING_MADE).await?;
            }
            let made = create(app, system, helpdesk, remote).await?;
            return Ok(match made {
                Ok(id) => {
                    // Status and owner as they are now; later only news tell them.
                    let look = helpdesk.look(&id).await.ok();
                    let mut tx = app.quiet().await?;
                    external::set_remote_id(&mut tx, number, system.kind, &id).await?;
                    if let Some((status, owner)) = &look {
                        external::set_look(&mut tx, number, status, owner).await?;
                    }
                    tx.commit().await?;
                    Ok(())
                }
                Err(error) => {
                    if let HelpdeskError::Forbidden(_) | HelpdeskError::Refused(_) = error {
                        set_sending(app, number, 0).await?;
                    }
                    Err(error)
                }
            });
        }
        (_, Some(id)) => id,
        (_, None) => {
            let why = "The ticket couldn't be made there; Retry has it made.";
            return Ok(Err(HelpdeskError::Unreachable(why.into())));
        }
    };
    match errand {
        Errand::Close => Ok(helpdesk.close(id).await),
        Errand::Reply(position) => {
            let Some((post, attached)) =
                support_page::posts(&app.db, number, Some(position + 1), false, 1).await?.pop()
            else {
                return Ok(Ok(()));
            };
            // Noted before the reply is sent: after a crash in between, the reply is looked for there first.
            let may_be_there = remote.sending >= position;
            if !may_be_there {
                set_sending(app, number, position).await?;
            }
            let (files, left) = files(app, attached).await?;
            let text = format!("{} wrote:\n\n{}{left}", post.author_name, post.body);
            let marker = marker(&system.instance, number, position);
            Ok(helpdesk.reply(id, NewReply { marker: &marker, text: &text, files: &files, may_be_there }).await)
        }
        Errand::Create => Ok(Ok(())),
    }
}

async fn set_sending(app: &App, number: TicketNumber, what: i64) -> Result<(), AppError> {
    let mut tx = app.quiet().await?;
    external::set_sending(&mut tx, number, what).await?;
    Ok(tx.commit().await?)
}

async fn create(
    app: &App,
    system: &System,
    helpdesk: &dyn Helpdesk,
    remote: &Remote,
) -> Result<Result<String, HelpdeskError>, AppError> {
    let number = remote.number;
    let ticket = ticket::get(&app.db, number).await?.ok_or(AppError::NotFound)?;
    let found = support_page::posts(&app.db, number, Some(1), false, 1).await?.pop();
    let (first, attached) = found.ok_or(AppError::NotFound)?;
    let subject = format!("[Countersign #{number}] {}", ticket.resource_name);
    let (files, left) = files(app, attached).await?;
    let text = format!("{} asks:\n\n{}{left}", first.author_name, first.body);
    let marker = marker(&system.instance, number, 0);
    let new = NewTicket { marker: &marker, queue: &remote.queue, subject: &subject, text: &text, files: &files };
    Ok(helpdesk.create(new).await)
}

/// The files of an entry to send along, and a line that names those that stay here: removed, empty, or too large. Such
/// systems have limits of their own, and a job holds in memory what it sends.
async fn files(app: &App, attached: Vec<Attachment>) -> Result<(Vec<File>, String), AppError> {
    let (mut files, mut left, mut room) = (vec![], vec![], MOST_SENT);
    for file in attached {
        let size = file.size.unsigned_abs();
        if file.place == Place::Removed || size == 0 || size > room {
            left.push(format!("{} ({})", file.name, in_words(size)));
            continue;
        }
        room -= size;
        let content = content(app, file.place, file.id).await.map_err(AppError::internal)?;
        let content = content.try_fold(vec![], |mut all, part| async move {
            all.extend_from_slice(&part);
            Ok(all)
        });
        let content = content.await.map_err(AppError::internal)?;
        let media_type = Some(file.media_type).filter(|kind| !kind.is_empty());
        let media_type = media_type.unwrap_or_else(|| "application/octet-stream".into());
        files.push(File { name: file.name, media_type, content });
    }
    let left = if left.is_empty() { String::new() } else { format!("\n\n(In Countersign only: {})", left.join(", ")) };
    Ok((files, left))
}

/// Has the ticket's jobs that were laid aside or wait for their time run now. For everybody who may read the ticket.
pub async fn retry(app: &App, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let mut work = app.work(caller.operator(), Operation::Retry, subject).await?;
    let outcome = revive(&mut work, caller, number).await;
    work.finish(outcome).await
}

async fn revive(work: &mut Work, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    require_readable(work, caller, number).await?;
    let key = external_key(number);
    job::revive(&mut work.tx, &key, work.now).await?;
    work.hurry_ordered(&key).await?;
    Ok(Done::new("It is tried again.", format!("/tickets/support/{number}")))
}

/// Leaves out the job that was laid aside, so that those after it go on. Only for the requester and the System View.
pub async fn skip(app: &App, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let mut work = app.work(caller.operator(), Operation::Skip, subject).await?;
    let outcome = leave_out(&mut work, caller, number).await;
    work.finish(outcome).await
}

async fn leave_out(work: &mut Work, caller: &Caller, number: TicketNumber) -> Result<Done, AppError> {
    let ticket = require_readable(work, caller, number).await?;
    if !may_skip(caller, &ticket.initiator_id) {
        let message = "Only who requested support, or an administrator in the System View, can leave something out.";
        return Err(AppError::Forbidden(message.into()));
    }
    let key = external_key(number);
    let Some(aside) = job::laid_aside_in(&mut work.tx, &key).await? else {
        return Err(AppError::refused("Nothing of this ticket was laid aside. Reload the page."));
    };
    let what = match Job::read(&aside.kind, &aside.payload)? {
        Job::ExternalReply { post, .. } => format!("entry {}", post + 1),
        Job::ExternalClose { .. } => "the end of this ticket".to_owned(),
        _ => return Err(AppError::refused("The ticket has to be made there before anything else. Use Retry.")),
    };
    job::forgo(&mut work.tx, &aside.id, work.now).await?;
    external::set_problem(&mut work.tx, number, None).await?;
    let line = format!("{} left out {what} in the external system.", caller.person.display_name);
    state::say(work, number, &line).await?;
    work.details(json!({"left_out": what}));
    work.hurry_ordered(&key).await?;
    Ok(Done::new("It is left out there.", format!("/tickets/support/{number}")))
}

fn may_skip(caller: &Caller, requester: &UserId) -> bool {
    *requester == caller.person.id || caller.administers_system()
}

/// Whether a job of the ticket was laid aside, and whether the caller may leave it out.
pub async fn laid_aside(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    requester: &UserId,
) -> Result<(bool, bool), AppError> {
    let Some(aside) = job::laid_aside(&app.db, &external_key(number)).await? else { return Ok((false, false)) };
    let is_creation = matches!(Job::read(&aside.kind, &aside.payload)?, Job::ExternalCreate { .. });
    Ok((true, !is_creation && may_skip(caller, requester)))
}
