//! Files of a thread. A file is uploaded before its entry is sent, and waits for it, shown to nobody. The entry takes
//! its files in its own transaction. A file that no entry takes within a day is deleted at a later upload.

use super::{Held, readable};
use crate::domain::attachment::{clean_name, is_image, refusal};
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::support::PostKind;
use crate::domain::time::DAY;
use crate::domain::validation::{Problem, Problems};
use crate::domain::workflow::Status;
use crate::server::app::App;
use crate::server::attachments::{into_database, into_folder, out_of_folder};
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::job::{Failure, Job, Outcome};
use crate::server::store::attachment::{self, Attachment, NewAttachment, Place};
use crate::server::store::ticket::{self, Ticket};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::support::PostFile;
use serde_json::json;
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// The field that a form's files are in.
pub const FIELD: &str = "file";
/// How many files of one person may wait for an entry; a further one pushes out the oldest.
const MOST_WAITING: i64 = 25;
/// How many forgotten files an upload deletes at most.
const CLEARED: i64 = 50;
/// How many bytes of a file are read to find its media type.
const HEAD: u64 = 8 * 1024;

/// Keeps an uploaded file until its entry is sent; returns the file's id.
pub async fn keep(app: &App, author: &UserId, given: &str, size: u64, content: &mut File) -> Result<String, AppError> {
    let id = new_id();
    let name = clean_name(given);
    let media_type = sniff(content).await?;
    let place = if app.settings.attachments_folder.is_some() { Place::Folder } else { Place::Database };
    let size = i64::try_from(size).map_err(AppError::internal)?;
    let now = app.now();
    let mut tx = app.quiet().await?;
    let mut left = vec![];
    for (old, place) in attachment::overdue(&mut tx, author, now - DAY, MOST_WAITING - 1, CLEARED).await? {
        attachment::delete(&mut tx, &old).await?;
        left.extend((place == Place::Folder.key()).then_some(old));
    }
    let new = NewAttachment { id: &id, author, name: &name, media_type, size, place, now };
    attachment::insert(&mut tx, &new).await?;
    if place == Place::Database {
        into_database(&mut tx, &id, content).await.map_err(AppError::internal)?;
    }
    tx.commit().await?;
    if let Some(folder) = &app.settings.attachments_folder {
        into_folder(folder, &id, content).await.map_err(AppError::internal)?;
        for old in left {
            // A file that can't be deleted only takes room.
            if let Err(error) = out_of_folder(folder, &old).await {
                tracing::warn!("attachment {old} stays in its folder: {error}");
            }
        }
    }
    Ok(id)
}

/// The media type that a file's first bytes tell; empty if they tell none.
async fn sniff(content: &mut File) -> Result<&'static str, AppError> {
    let mut head = vec![];
    (&mut *content).take(HEAD).read_to_end(&mut head).await.map_err(AppError::internal)?;
    content.seek(SeekFrom::Start(0)).await.map_err(AppError::internal)?;
    Ok(infer::get(&head).map_or("", |found| found.mime_type()))
}

/// Puts the files that were sent along (each `ID:NAME`) under an entry that was just written; returns their names.
pub(super) async fn take(
    work: &mut Work,
    author: &UserId,
    number: TicketNumber,
    position: i64,
    sent: &[String],
) -> Result<Vec<String>, AppError> {
    let mut problems = Problems::default();
    if let Some(refusal) = refusal(sent.iter().map(|one| (one.as_str(), 0))) {
        return Err(vec![Problem { field: FIELD.into(), message: refusal }].into());
    }
    let mut names = vec![];
    for one in sent {
        let (id, name) = one.split_once(':').unwrap_or((one, "A file"));
        match attachment::put_under(&mut work.tx, id, author, number, position).await? {
            Some(name) => names.push(name),
            None => problems.add(FIELD, format!("{name} isn't here any more. Attach it once more.")),
        }
    }
    problems.or(())?;
    if !names.is_empty() {
        attachment::count_under(&mut work.tx, number, position, names.len() as i64).await?;
    }
    Ok(names)
}

/// A file under an entry, with what the caller may do with it.
pub(super) fn shown(caller: &Caller, is_open: bool, file: &Attachment) -> PostFile {
    PostFile {
        id: file.id.clone(),
        name: file.name.clone(),
        size: file.size.unsigned_abs(),
        image: is_image(&file.media_type),
        removed_by: file.removed_by.clone(),
        may_remove: file.place != Place::Removed && may_remove(caller, is_open, file),
    }
}

/// Whether the caller may remove a file: its sender while the ticket is open, and the System View always, because a
/// secret may be in it.
fn may_remove(caller: &Caller, is_open: bool, file: &Attachment) -> bool {
    (is_open && file.author_id == caller.person.id) || caller.administers_system()
}

/// Finds a file that the caller may read. Files of tickets, and of notes, that the caller can't see are unknown.
pub async fn find(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    id: &str,
) -> Result<(Ticket, Attachment), AppError> {
    let ticket = ticket::get(&app.db, number).await?.ok_or(AppError::NotFound)?;
    if !readable(app, caller, &ticket).await? {
        return Err(AppError::NotFound);
    }
    let (file, kind) = attachment::get(&app.db, number, id).await?.ok_or(AppError::NotFound)?;
    let hidden = kind == PostKind::Note && ticket.initiator_id == caller.person.id;
    if hidden { Err(AppError::NotFound) } else { Ok((ticket, file)) }
}

/// The file that the dialog Remove Attachment is about.
pub async fn get(app: &App, caller: &Caller, number: TicketNumber, id: &str) -> Result<PostFile, AppError> {
    let (ticket, file) = find(app, caller, number, id).await?;
    Ok(shown(caller, ticket.state().status == Status::Incomplete, &file))
}

/// Removes a file's content for good. The thread still says that the file was there, and who removed it.
pub async fn remove(app: &App, caller: &Caller, number: TicketNumber, id: &str) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, number, "");
    let found = find(app, caller, number, id).await;
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = match found {
        Ok((_, file)) => take_out(&mut work, caller, number, &file).await,
        Err(error) => Err(error),
    };
    work.finish(outcome).await
}

async fn take_out(work: &mut Work, caller: &Caller, number: TicketNumber, file: &Attachment) -> Result<Done, AppError> {
    let held = Held::lock(work, caller, number).await?;
    if !may_remove(caller, held.support.status.is_open(), file) {
        let message = "Who sent a file removes it, while the ticket is open; a system administrator does at any time.";
        return Err(AppError::Forbidden(message.into()));
    }
    work.details(json!({"attachment": file.name, "post": file.position}));
    if !attachment::remove(&mut work.tx, number, &file.id, &caller.person.display_name).await? {
        return Err(AppError::refused("It was removed already."));
    }
    if file.place == Place::Folder {
        work.enqueue(Job::RemoveFile { file: file.id.clone() }.at(work.now)).await?;
    }
    Ok(Done::new(format!("{} removed.", file.name), format!("/tickets/support/{number}")))
}

/// The job: deletes a removed file from the attachments' folder.
pub async fn clear(app: &App, file: &str) -> Result<Outcome, Failure> {
    if let Some(folder) = &app.settings.attachments_folder {
        out_of_folder(folder, file).await.map_err(|error| Failure::Retry(error.to_string()))?;
    }
    Ok(Outcome::Done)
}
