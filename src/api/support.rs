//! Technical support: the tabs, one ticket with its thread, and what its people do with it.

use super::error::AppError;
use super::wire::Reading;
use super::{Choice, Page, Reply};
use crate::domain::ids::TicketNumber;
use crate::domain::support::{Level, PostKind, SupportForm, SupportStatus, SupportTab};
use crate::domain::time::Millis;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a tab shows, from its query. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportFilter {
    pub id: String,
    /// A [`SupportStatus`] key.
    pub status: String,
    /// A [`Level`] key.
    pub priority: String,
    /// A person's name or a part of it.
    pub initiator: String,
    /// A part of the problem description's first line.
    pub text: String,
    /// `oldest`; anything else is newest first. My Pending has an order of its own.
    pub sort: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportRow {
    pub number: TicketNumber,
    pub level: Level,
    /// The first line of the problem description.
    pub title: String,
    pub initiator: String,
    pub status: SupportStatus,
    /// Who took it last.
    pub handler: Option<String>,
    pub submitted_at: Millis,
    pub closed_at: Option<Millis>,
    /// The caller is its requester, and it is open.
    pub may_end: bool,
    /// The caller is asked to handle it.
    pub may_take: bool,
    /// It lives in the connected third-party system.
    pub external: Option<External>,
    /// It waits for a handler, and nobody is one.
    pub waits_for_nobody: bool,
}

/// A ticket in the connected third-party system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// Its number there; `None` until it was made.
    pub id: Option<String>,
    /// Where it is to be seen there.
    pub href: Option<String>,
    /// As it is called there.
    pub status: String,
    pub owner: String,
    /// Why something of it isn't there yet.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportList {
    pub page: Page<SupportRow>,
    /// The tabs the caller has in this view.
    pub tabs: Vec<SupportTab>,
    /// Whether Request Technical Support is offered here.
    pub may_request: bool,
    /// Whether the caller writes canned replies here.
    pub may_write_replies: bool,
}

/// One entry of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// 0 is the problem description; what one may not read is left out.
    pub position: i64,
    pub kind: PostKind,
    pub author: String,
    pub by_requester: bool,
    /// Rendered by the server, safe to show as it is.
    pub html: String,
    pub at: Millis,
    pub files: Vec<PostFile>,
}

/// A file under an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFile {
    pub id: String,
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The page shows it; other files are downloaded.
    pub image: bool,
    /// Who removed it; then nothing but its name is left.
    pub removed_by: Option<String>,
    pub may_remove: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportDetail {
    pub row: SupportRow,
    pub domain: Option<String>,
    pub project: Option<String>,
    /// The newest of the thread, oldest first.
    pub posts: Vec<Post>,
    /// Entries before this position are left to be asked for.
    pub earlier: Option<i64>,
    /// What its requester said at the end.
    pub resolved: Option<bool>,
    pub rating: Option<i64>,
    pub comment: String,
    /// The closed ticket it goes on from, and the tickets that go on from it, as far as the caller may read them.
    pub follows: Option<TicketNumber>,
    pub followed_by: Vec<TicketNumber>,
    /// When it closes by itself if its requester says nothing.
    pub closes_at: Option<Millis>,
    /// The external system refused a part of it for good; what comes after that waits.
    pub laid_aside: bool,
    /// The caller may leave that part out there.
    pub may_skip: bool,
}

/// What somebody may write in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRights {
    /// Who asks, by their username.
    pub reader: String,
    /// As the ticket's requester, or as a handler.
    pub may_reply: bool,
    /// Internal notes.
    pub may_note: bool,
    /// The canned replies to answer with, by id and title.
    pub canned: Vec<Choice>,
}

#[server(endpoint = "list-support-tickets", output = Reading)]
pub async fn list_support(tab: SupportTab, filter: SupportFilter) -> Result<SupportList, AppError> {
    super::answered(crate::server::service::support::lists::list(&super::app(), &super::caller()?, tab, &filter).await)
}

/// One ticket with the newest of its thread, or with what comes before the position `before`.
#[server(endpoint = "get-support-ticket", output = Reading)]
pub async fn get_support(number: TicketNumber, before: Option<i64>) -> Result<SupportDetail, AppError> {
    use crate::server::service::support::details;
    super::answered(details::get(&super::app(), &super::caller()?, number, before).await)
}

#[server(endpoint = "get-reply-rights", output = Reading)]
pub async fn get_reply_rights(number: TicketNumber) -> Result<ReplyRights, AppError> {
    use crate::server::service::support::details;
    super::answered(details::reply_rights(&super::app(), &super::caller()?, number).await)
}

/// Who asks, by their username, where Request Technical Support is possible; otherwise it is refused with the reason.
#[server(endpoint = "check-support-request", output = Reading)]
pub async fn check_support_request() -> Result<String, AppError> {
    let caller = super::caller()?;
    let allowed = crate::server::service::support::request::check(&super::app(), &caller).await;
    super::answered(allowed.map(|()| caller.person.username))
}

#[server(endpoint = "request-support")]
pub async fn request_support(form: SupportForm, #[server(default)] file: Vec<String>) -> Result<Reply, AppError> {
    use crate::server::service::support::request;
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(match super::uploaded() {
        Ok(()) => request::request(&app, &caller, &form, &file).await,
        Err(refused) => Err(refused),
    })
}

/// View in My Pending: takes the ticket, then leads to it.
#[server(endpoint = "take-support-ticket")]
pub async fn take_support(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::support::handling::take(&super::app(), &super::caller()?, number).await)
}

/// `file`: files that came with it, each `ID:NAME`. `note`: `on` for an internal note. `preview`: the page is only to show what it would look like.
#[server(endpoint = "reply-support-ticket")]
pub async fn reply_support(
    number: TicketNumber,
    body: String,
    #[server(default)] note: Option<String>,
    #[server(default)] preview: Option<String>,
    #[server(default)] file: Vec<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::support::handling;
    let (app, caller) = (super::app(), super::caller()?);
    if let Err(refused) = super::uploaded() {
        return super::reply(Err(refused));
    }
    if preview.is_some() {
        return Ok(Reply::Refused(AppError::refused("Not sent yet. Below is how it will look.")));
    }
    let entry = handling::Entry { body: &body, note: note.is_some(), files: &file };
    super::reply(handling::reply(&app, &caller, number, entry).await)
}

/// What the dialog Remove Attachment is about.
#[server(endpoint = "get-attachment", output = Reading)]
pub async fn get_attachment(number: TicketNumber, file: String) -> Result<PostFile, AppError> {
    use crate::server::service::support::attachments;
    super::answered(attachments::get(&super::app(), &super::caller()?, number, &file).await)
}

#[server(endpoint = "remove-attachment")]
pub async fn remove_attachment(number: TicketNumber, file: String) -> Result<Reply, AppError> {
    use crate::server::service::support::attachments;
    super::reply(attachments::remove(&super::app(), &super::caller()?, number, &file).await)
}

/// Tells the others who have the ticket open that the caller writes a reply.
#[server(endpoint = "tell-writing", output = Reading)]
pub async fn tell_writing(number: TicketNumber) -> Result<(), AppError> {
    use crate::server::service::support::details;
    super::answered(details::tell_writing(&super::app(), &super::caller()?, number).await)
}

#[server(endpoint = "end-support-ticket")]
pub async fn end_support(
    number: TicketNumber,
    #[server(default)] resolved: String,
    #[server(default)] rating: String,
    #[server(default)] comment: String,
    back: String,
) -> Result<Reply, AppError> {
    use crate::server::service::support::handling;
    super::reply(handling::end(&super::app(), &super::caller()?, number, &resolved, &rating, &comment, &back).await)
}

/// Markdown as the server would show it.
#[server(endpoint = "preview-markdown", output = Reading)]
pub async fn preview_markdown(text: String) -> Result<String, AppError> {
    super::caller()?;
    super::answered(crate::server::service::support::preview(&text))
}
