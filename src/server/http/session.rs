//! Stub.
use crate::api::{Done, error::AppError};
pub async fn sign_in(_username: String, _password: String, _next: Option<String>) -> Result<Done, AppError> { Err(AppError::NotFound) }
pub async fn set_up(_token: String, _username: String, _password: String, _repeat: String) -> Result<Done, AppError> { Err(AppError::NotFound) }
