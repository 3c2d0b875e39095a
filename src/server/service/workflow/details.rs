//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::workflow::*;
pub async fn get(_: &App, _: &Caller, _: i64) -> Result<TicketDetail, AppError> { Err(AppError::NotFound) }
pub async fn decision(_: &App, _: &Caller, _: i64) -> Result<Decision, AppError> { Err(AppError::NotFound) }
