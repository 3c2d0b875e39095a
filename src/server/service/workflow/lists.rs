//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::workflow::*;
pub async fn list(_: &App, _: &Caller, _: Tab, _: &TicketFilter) -> Result<TicketList, AppError> { Err(AppError::NotFound) }
