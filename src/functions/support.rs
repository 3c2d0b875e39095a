//! Technical support: the tabs, one ticket with its thread, and what its people do with it.

use crate::domain::ids::TicketNumber;
use crate::domain::support::{SupportForm, SupportTab};
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::support::{PostFile, ReplyRights, SupportDetail, SupportFilter, SupportList};
use leptos::prelude::*;

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

#[server(endpoint = "request-support", output = Changing)]
pub async fn request_support(form: SupportForm, #[server(default)] file: Vec<String>) -> Result<Reply, AppError> {
    use crate::server::service::support::request;
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(match super::uploaded() {
        Ok(()) => request::request(&app, &caller, &form, &file).await,
        Err(refused) => Err(refused),
    })
}

/// View in My Pending: takes the ticket, then leads to it.
#[server(endpoint = "take-support-ticket", output = Changing)]
pub async fn take_support(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::support::handling::take(&super::app(), &super::caller()?, number).await)
}

/// `file`: files that came with it, each `ID:NAME`. `note`: `on` for an internal note. `preview`: the page is only to show what it would look like.
#[server(endpoint = "reply-support-ticket", output = Changing)]
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
        return super::reply(Err(AppError::refused("Not sent yet. Below is how it will look.")));
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

#[server(endpoint = "remove-attachment", output = Changing)]
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

#[server(endpoint = "end-support-ticket", output = Changing)]
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
