//! External Ticket: the third-party ticket system that Technical Support can live in.

use super::Reply;
use super::error::AppError;
use super::wire::Reading;
use crate::domain::external::HelpdeskKind;
use crate::domain::ids::TicketNumber;
use crate::domain::time::Millis;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The connected system; its token stays on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub kind: HelpdeskKind,
    pub address: String,
    pub queues: Vec<String>,
    /// Why it couldn't be reached at the last attempt.
    pub problem: Option<String>,
    pub updated_at: Millis,
}

/// The page's form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionForm {
    /// A [`HelpdeskKind`] key.
    pub kind: String,
    pub address: String,
    /// Empty: the one that is kept.
    pub token: String,
}

#[server(endpoint = "get-external", output = Reading)]
pub async fn get_external() -> Result<Option<Connection>, AppError> {
    super::answered(crate::server::service::external::get(&super::app(), &super::caller()?).await)
}

/// `test`: the button Test connection was pressed, so nothing is saved.
#[server(endpoint = "connect-external")]
pub async fn connect_external(
    form: ConnectionForm,
    #[server(default)] test: Option<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::external;
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(match test {
        Some(_) => external::test(&app, &caller, &form).await,
        None => external::connect(&app, &caller, &form).await,
    })
}

#[server(endpoint = "disconnect-external")]
pub async fn disconnect_external() -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::disconnect(&super::app(), &super::caller()?).await)
}

/// Leaves out there what of a ticket was laid aside.
#[server(endpoint = "skip-external")]
pub async fn skip_external(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::outbox::skip(&super::app(), &super::caller()?, number).await)
}

/// Has what of a ticket isn't there yet sent once more.
#[server(endpoint = "retry-external")]
pub async fn retry_external(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::outbox::retry(&super::app(), &super::caller()?, number).await)
}
