//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::Done;
pub async fn switch_view(_: &App, _: &Caller, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn change_password(_: &App, _: &Caller, _: &str, _: &str, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn sign_out_everywhere(_: &App, _: &Caller) -> Result<Done, AppError> { Err(AppError::NotFound) }
