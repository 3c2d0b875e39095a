//! One support ticket with the newest entries of its thread. Reading it changes nothing.

use super::{attachments, lists, reads_by_right};
use crate::domain::canned_reply::MOST_OFFERED;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::support::{PostKind, SupportStatus};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::markdown;
use crate::server::service::external::outbox;
use crate::server::service::system_settings;
use crate::server::store::attachment::Attachment;
use crate::server::store::event;
use crate::server::store::support::PostRow;
use crate::server::store::support_page::{self, Page};
use crate::wire::Choice;
use crate::wire::error::AppError;
use crate::wire::support::{Post, PostFile, ReplyRights, SupportDetail};

/// How many entries of a thread are read at a time.
const POSTS: i64 = 50;

/// A ticket as its own page shows it, with its newest entries, or those before the position `before`. A ticket that the
/// caller may not read is treated as not existing.
pub async fn get(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    before: Option<i64>,
) -> Result<SupportDetail, AppError> {
    let page = read(app, caller, number, 0).await?;
    let requester = page.listed.initiator_id.clone();
    let status = page.listed.status;
    // Notes are for the team. In their own ticket people don't read them, even if they may handle such tickets.
    let notes = requester != caller.person.id;
    let mut posts = support_page::posts(&app.db, number, before, notes, POSTS + 1).await?;
    let more = posts.len() as i64 > POSTS;
    posts.truncate(POSTS as usize);
    posts.reverse();
    let (laid_aside, may_skip) = match page.listed.problem {
        Some(_) => outbox::laid_aside(app, caller, number, &requester).await?,
        None => (false, false),
    };
    let auto_close = system_settings::auto_close_of(app, page.auto_close.as_deref());
    let shown = |(row, files): (PostRow, Vec<Attachment>)| {
        let files = files.iter().map(|file| attachments::shown(caller, status.is_open(), file)).collect();
        post(&requester, files, row)
    };
    let known = page.support;
    Ok(SupportDetail {
        domain: page.domain_name,
        project: page.project_name,
        earlier: posts.first().filter(|_| more).map(|(post, _)| post.position),
        posts: posts.into_iter().map(shown).collect(),
        resolved: known.resolved.filter(|_| status == SupportStatus::Closed).map(|yes| yes == 1),
        rating: known.rating,
        comment: known.comment,
        follows: known.follows,
        // Follow-ups have this ticket's requester, so its readers may mostly read them; others find nothing there.
        followed_by: page.followed_by,
        closes_at: known.waiting_since.map(|since| since + auto_close),
        laid_aside,
        may_skip,
        row: lists::row(caller, page.listed, page.system.as_ref()),
    })
}

/// What the caller may write in the thread now. Writing it checks once more.
pub async fn reply_rights(app: &App, caller: &Caller, number: TicketNumber) -> Result<ReplyRights, AppError> {
    let Page { listed, canned, .. } = read(app, caller, number, MOST_OFFERED).await?;
    let (is_open, is_requester) = (listed.status.is_open(), listed.initiator_id == caller.person.id);
    let may_note = is_open && listed.is_mine && !is_requester;
    Ok(ReplyRights {
        reader: caller.person.username.clone(),
        may_reply: is_open && (is_requester || listed.is_mine),
        may_note,
        canned: canned.into_iter().filter(|_| may_note).map(|(value, label)| Choice { value, label }).collect(),
    })
}

/// Tells the others who have the ticket open that the caller is writing a reply, if the caller may reply.
pub async fn tell_writing(app: &App, caller: &Caller, number: TicketNumber) -> Result<(), AppError> {
    let listed = read(app, caller, number, 0).await?.listed;
    let is_requester = listed.initiator_id == caller.person.id;
    if listed.status.is_open() && (is_requester || listed.is_mine) {
        event::tell_writing(&app.db, number, &caller.person.id, is_requester).await?;
    }
    Ok(())
}

/// The ticket, if the caller may read it, with up to `canned` canned replies of its project.
pub(super) async fn read(app: &App, caller: &Caller, number: TicketNumber, canned: i64) -> Result<Page, AppError> {
    let page = support_page::read(&app.db, number, &caller.person.id, canned).await?.ok_or(AppError::NotFound)?;
    let is_readable = page.is_concerned || reads_by_right(caller, &page.listed.initiator_id, page.domain.as_ref());
    if is_readable { Ok(page) } else { Err(AppError::NotFound) }
}

fn post(requester: &UserId, files: Vec<PostFile>, row: PostRow) -> Post {
    Post {
        position: row.position,
        by_requester: row.author_id.as_ref() == Some(requester),
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
