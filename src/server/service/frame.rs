//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
pub async fn frame(_: &App, _: &Caller) -> Result<crate::api::frame::Frame, AppError> { Err(AppError::NotFound) }
