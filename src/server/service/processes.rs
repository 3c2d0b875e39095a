//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::{Done, processes::*};
pub async fn setup(_: &App, _: &Caller) -> Result<Setup, AppError> { Err(AppError::NotFound) }
pub async fn configure(_: &App, _: &Caller, _: &crate::domain::process::ProcessForm) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn set_enabled(_: &App, _: &Caller, _: &crate::domain::ids::ProcessId, _: bool) -> Result<Done, AppError> { Err(AppError::NotFound) }
