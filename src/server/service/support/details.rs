//! One support ticket with the newest of its thread. Reading it changes nothing.

use super::{attachments, canned, lists, readable};
use crate::api::error::AppError;
use crate::api::support::{Post, PostFile, ReplyRights, SupportDetail, SupportTab};
use crate::domain::ids::TicketNumber;
use crate::domain::support::{PostKind, SupportStatus};
use crate::server::app::{App, Caller};
use crate::server::markdown;
use crate::server::service::external::outbox;
use crate::server::service::system_settings;
use crate::server::store::attachment::{self, Attachment};
use crate::server::store::support::{self, ListedSupport, PostRow, Selection, Whose};
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::{event, external};

/// So many entries of a thread come at a time.
const POSTS: i64 = 50;

/// A ticket as its own page shows it, with what comes before the position `before`. Unknown and foreign numbers are the same.
pub async fn get(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    before: Option<i64>,
) -> Result<SupportDetail, AppError> {
    let (ticket, listed) = read(app, caller, number).await?;
    let known = support::get(&app.db, number).await?.ok_or(AppError::NotFound)?;
    let is_requester = ticket.initiator_id == caller.person.id;
    let status = listed.status;
    // Notes are for the team: a requester who could handle it as well doesn't read them in their own ticket.
    let mut posts = support::posts(&app.db, number, before, !is_requester, POSTS + 1).await?;
    let more = posts.len() as i64 > POSTS;
    posts.truncate(POSTS as usize);
    posts.reverse();
    // Most threads have none, and cost no question.
    let files = match (posts.first(), posts.last()) {
        (Some(first), Some(last)) if posts.iter().any(|post| post.files > 0) => {
            attachment::of_thread(&app.db, number, first.position, last.position).await?
        }
        _ => vec![],
    };
    let files_of = |position: i64| -> Vec<PostFile> {
        let under = files.iter().filter(|file: &&Attachment| file.position == position);
        under.map(|file| attachments::shown(caller, status.is_open(), file)).collect()
    };
    let (project, domain) =
        support::place_names(&app.db, ticket.project_id.as_ref(), ticket.domain_id.as_ref()).await?;
    let followed_by = support::followed_by(&app.db, number).await?;
    // Only a ticket that lives elsewhere says where.
    let system = match listed.remote_id {
        Some(_) => external::system(&app.db).await?,
        None => None,
    };
    let (laid_aside, may_skip) = match listed.problem {
        Some(_) => outbox::laid_aside(app, caller, &ticket).await?,
        None => (false, false),
    };
    let closes_at = match known.waiting_since {
        Some(since) => Some(since + system_settings::auto_close_after(app).await?),
        None => None,
    };
    Ok(SupportDetail {
        domain,
        project,
        earlier: posts.first().filter(|_| more).map(|post| post.position),
        posts: posts.into_iter().map(|row| post(&ticket, files_of(row.position), row)).collect(),
        resolved: known.resolved.filter(|_| status == SupportStatus::Closed).map(|yes| yes == 1),
        rating: known.rating,
        comment: known.comment,
        follows: known.follows,
        // Their requester is this one's, so whoever reads this one has mostly read those; others find nothing there.
        followed_by: followed_by.into_iter().map(|(number, _)| number).collect(),
        closes_at,
        laid_aside,
        may_skip,
        row: lists::row(caller, listed, system.as_ref()),
    })
}

/// What the caller may write in the thread now; asked once more when they do.
pub async fn reply_rights(app: &App, caller: &Caller, number: TicketNumber) -> Result<ReplyRights, AppError> {
    let (ticket, listed) = read(app, caller, number).await?;
    let (is_open, is_requester) = (listed.status.is_open(), ticket.initiator_id == caller.person.id);
    let may_note = is_open && listed.is_mine && !is_requester;
    Ok(ReplyRights {
        reader: caller.person.username.clone(),
        may_reply: is_open && (is_requester || listed.is_mine),
        may_note,
        canned: if may_note { canned::offered(app, ticket.project_id.as_ref()).await? } else { vec![] },
    })
}

/// Tells the others who have the ticket open that the caller writes a reply; who may not reply writes none.
pub async fn tell_writing(app: &App, caller: &Caller, number: TicketNumber) -> Result<(), AppError> {
    let (ticket, listed) = read(app, caller, number).await?;
    let is_requester = ticket.initiator_id == caller.person.id;
    if listed.status.is_open() && (is_requester || listed.is_mine) {
        event::tell_writing(&app.db, number, &caller.person.id, is_requester).await?;
    }
    Ok(())
}

pub(super) async fn read(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
) -> Result<(Ticket, ListedSupport), AppError> {
    let ticket = ticket::get(&app.db, number).await?.ok_or(AppError::NotFound)?;
    if !readable(app, caller, &ticket).await? {
        return Err(AppError::NotFound);
    }
    let only = Selection { number: Some(number), limit: 1, ..Selection::default() };
    let whose = Whose { person: &caller.person.id, domain: None, all: true };
    let listed = support::page(&app.db, SupportTab::All, whose, &only).await?.pop().ok_or(AppError::NotFound)?;
    Ok((ticket, listed))
}

fn post(ticket: &Ticket, files: Vec<PostFile>, row: PostRow) -> Post {
    Post {
        position: row.position,
        by_requester: row.author_id.as_ref() == Some(&ticket.initiator_id),
        html: match row.kind {
            PostKind::Event => markdown::plain(&row.body),
            PostKind::Reply | PostKind::Note => markdown::render(&row.body),
        },
        kind: row.kind,
        author: row.author_name,
        at: row.at,
        files,
    }
}
