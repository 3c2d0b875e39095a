//! Stub.
use crate::api::error::AppError;
use crate::server::app::{App, Caller};
use crate::api::{Done, hosts::*};
pub async fn list(_: &App, _: &Caller, _: &HostFilter) -> Result<HostList, AppError> { Err(AppError::NotFound) }
pub async fn get(_: &App, _: &Caller, _: &crate::domain::ids::HostId) -> Result<HostRow, AppError> { Err(AppError::NotFound) }
pub async fn form(_: &App, _: &Caller) -> Result<HostFormData, AppError> { Err(AppError::NotFound) }
pub async fn create(_: &App, _: &Caller, _: &crate::domain::host::HostForm) -> Result<Done, AppError> { Err(AppError::NotFound) }
