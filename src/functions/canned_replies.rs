//! Canned replies: reading, writing and deleting them, and the text of one as it answers a ticket.

use crate::domain::ids::TicketNumber;
use crate::wire::Reply;
use crate::wire::canned_replies::CannedList;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use leptos::prelude::*;

/// `search`: a part of the title.
#[server(endpoint = "list-canned-replies", output = Reading)]
pub async fn list_canned(search: String) -> Result<CannedList, AppError> {
    use crate::server::service::support::canned;
    super::answered(canned::list(&super::app(), &super::caller()?, &search).await)
}

#[server(endpoint = "create-canned-reply", output = Changing)]
pub async fn create_canned(
    #[server(default)] project: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> Result<Reply, AppError> {
    use crate::server::service::support::canned;
    super::reply(canned::create(&super::app(), &super::caller()?, &project, &title, &body).await)
}

#[server(endpoint = "edit-canned-reply", output = Changing)]
pub async fn edit_canned(
    id: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> Result<Reply, AppError> {
    use crate::server::service::support::canned;
    super::reply(canned::edit(&super::app(), &super::caller()?, &id, &title, &body).await)
}

#[server(endpoint = "delete-canned-reply", output = Changing)]
pub async fn delete_canned(id: String) -> Result<Reply, AppError> {
    use crate::server::service::support::canned;
    super::reply(canned::delete(&super::app(), &super::caller()?, &id).await)
}

/// The text of one as it answers this ticket.
#[server(endpoint = "get-canned-reply", output = Reading)]
pub async fn get_canned(number: TicketNumber, id: String) -> Result<String, AppError> {
    use crate::server::service::support::canned;
    super::answered(canned::text(&super::app(), &super::caller()?, number, &id).await)
}
