//! Connecting the third-party ticket system, and what of a ticket is still to be sent there.

use crate::domain::ids::TicketNumber;
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::external::{Connection, ConnectionForm};
use leptos::prelude::*;

#[server(endpoint = "get-external", output = Reading)]
pub async fn get_external() -> Result<Option<Connection>, AppError> {
    super::answered(crate::server::service::external::get(&super::app(), &super::caller()?).await)
}

/// `test`: the button Test connection was pressed, so nothing is saved.
#[server(endpoint = "connect-external", output = Changing)]
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

#[server(endpoint = "disconnect-external", output = Changing)]
pub async fn disconnect_external() -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::disconnect(&super::app(), &super::caller()?).await)
}

/// Leaves out there what of a ticket was laid aside.
#[server(endpoint = "skip-external", output = Changing)]
pub async fn skip_external(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::outbox::skip(&super::app(), &super::caller()?, number).await)
}

/// Has what of a ticket isn't there yet sent once more.
#[server(endpoint = "retry-external", output = Changing)]
pub async fn retry_external(number: TicketNumber) -> Result<Reply, AppError> {
    super::reply(crate::server::service::external::outbox::retry(&super::app(), &super::caller()?, number).await)
}
