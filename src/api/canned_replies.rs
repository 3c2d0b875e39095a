//! Canned replies: the page where they are written, and their use in a thread.

use super::error::AppError;
use super::wire::Reading;
use super::{Choice, Reply};
use crate::domain::ids::TicketNumber;
use crate::domain::time::Millis;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedRow {
    pub id: String,
    /// The project's name.
    pub project: String,
    pub title: String,
    /// Markdown with placeholders.
    pub body: String,
    pub changed_by: String,
    pub changed_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedList {
    pub rows: Vec<CannedRow>,
    /// The projects the caller writes them for in this view.
    pub projects: Vec<Choice>,
}

/// `search`: a part of the title.
#[server(endpoint = "list-canned-replies", output = Reading)]
pub async fn list_canned(search: String) -> Result<CannedList, AppError> {
    use crate::server::service::support::canned;
    super::answered(canned::list(&super::app(), &super::caller()?, &search).await)
}

#[server(endpoint = "create-canned-reply")]
pub async fn create_canned(
    #[server(default)] project: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> Result<Reply, AppError> {
    use crate::server::service::support::canned;
    super::reply(canned::create(&super::app(), &super::caller()?, &project, &title, &body).await)
}

#[server(endpoint = "edit-canned-reply")]
pub async fn edit_canned(
    id: String,
    #[server(default)] title: String,
    #[server(default)] body: String,
) -> Result<Reply, AppError> {
    use crate::server::service::support::canned;
    super::reply(canned::edit(&super::app(), &super::caller()?, &id, &title, &body).await)
}

#[server(endpoint = "delete-canned-reply")]
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
