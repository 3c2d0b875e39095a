//! What the server adds to [`AppError`]: its HTTP status, and faults whose detail goes into the log and not to the
//! person.

use crate::server::clock::new_id;
use crate::server::store::db::Unsure;
use crate::wire::error::AppError;
use axum::http::StatusCode;

impl AppError {
    pub fn status(&self) -> StatusCode {
        match self {
            AppError::SignedOut => StatusCode::UNAUTHORIZED,
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Forbidden(_) => StatusCode::FORBIDDEN,
            AppError::Refused(_) | AppError::AnotherPerson { .. } | AppError::Outdated => StatusCode::CONFLICT,
            AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::Internal { .. } | AppError::Unsure { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            AppError::Unreachable => StatusCode::BAD_REQUEST,
        }
    }

    /// Logs the detail under a reference and keeps it from the person.
    pub fn internal(detail: impl std::fmt::Display) -> AppError {
        AppError::Internal { reference: logged(detail) }
    }
}

/// Logs the detail under a new reference, which it returns.
fn logged(detail: impl std::fmt::Display) -> String {
    let reference = new_id()[24..].to_owned();
    tracing::error!(%reference, "{detail}");
    reference
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> AppError {
        match &error {
            sqlx::Error::AnyDriverError(cause) if cause.is::<Unsure>() => {
                AppError::Unsure { reference: logged(format_args!("database: {cause}")) }
            }
            _ => AppError::internal(format_args!("database: {error}")),
        }
    }
}

impl From<serde_json::Error> for AppError {
    fn from(error: serde_json::Error) -> AppError {
        AppError::internal(format_args!("stored JSON: {error}"))
    }
}
