//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::Done;
pub async fn pass(_: &App, _: &Caller, _: i64, _: i64, _: &str, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn reject(_: &App, _: &Caller, _: i64, _: i64, _: &str, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn undo(_: &App, _: &Caller, _: i64, _: i64, _: &str, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn retry(_: &App, _: &Caller, _: i64, _: i64, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn abandon(_: &App, _: &Caller, _: i64, _: i64, _: &str, _: &str) -> Result<Done, AppError> { Err(AppError::NotFound) }
