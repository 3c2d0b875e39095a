//! What can go wrong, in the words that reach the person: what happened and what to do, never an internal detail.

use crate::domain::validation::Problem;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    #[error("Your session has ended. Sign in again; what you typed is still here.")]
    SignedOut,
    /// Unknown and foreign ids alike.
    #[error("There is nothing here, or nothing that you may see.")]
    NotFound,
    #[error("{0}")]
    Forbidden(String),
    /// A rule says no; the sentence says which and what to do.
    #[error("{0}")]
    Refused(String),
    #[error("Some fields need another look.")]
    Invalid(Vec<Problem>),
    #[error("Too many attempts. Try again in {seconds} seconds.")]
    TooMany { seconds: i64 },
    /// The details are in the server's log under this reference.
    #[error(
        "Something failed on our side and nothing was changed. Try again; if it stays, tell an administrator the reference {reference}."
    )]
    Internal { reference: String },
    /// The details are in the server's log under this reference.
    #[error(
        "The connection to the database broke off while this was being kept, so it may be done or not. Look before you try again; if it stays, tell an administrator the reference {reference}."
    )]
    Unsure { reference: String },
    #[error("Countersign was updated since this page was opened. Reload it to go on.")]
    Outdated,
    #[error("The server can't be reached or didn't understand the request. Check the connection and try again.")]
    Unreachable,
    /// A form of a page that was made for another person; `now` is the name of the person who is signed in.
    #[error(
        "This page was opened by another person, and {now} has signed in in this browser since. Nothing was done. To go on as {now}, copy what you typed and reload the page; to go on as before, sign in again."
    )]
    AnotherPerson { now: String },
}

impl AppError {
    pub fn refused(message: impl Into<String>) -> AppError {
        AppError::Refused(message.into())
    }

    /// What is wrong with the field of this name, if anything is.
    pub fn problem(&self, field: &str) -> Option<&str> {
        match self {
            AppError::Invalid(problems) => problems.iter().find(|p| p.field == field).map(|p| p.message.as_str()),
            _ => None,
        }
    }

    pub fn problems(&self) -> &[Problem] {
        match self {
            AppError::Invalid(problems) => problems,
            _ => &[],
        }
    }
}

impl From<Vec<Problem>> for AppError {
    fn from(problems: Vec<Problem>) -> AppError {
        AppError::Invalid(problems)
    }
}

impl FromServerFnError for AppError {
    /// JSON for any program that asks, which `server::http::in_kind` translates for the browser half.
    #[cfg(feature = "ssr")]
    type Encoder = leptos::server_fn::codec::JsonEncoding;
    #[cfg(not(feature = "ssr"))]
    type Encoder = super::wire::Refusal;

    fn from_server_fn_error(error: ServerFnErrorErr) -> AppError {
        match error {
            // An answer that arrived whole and can't be read is of another release; see `api::wire`. (On the server it is a form.)
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "hydrate") => AppError::Outdated,
            _ => AppError::Unreachable,
        }
    }
}

#[cfg(feature = "ssr")]
mod server_side {
    use super::AppError;
    use crate::server::clock::new_id;
    use crate::server::store::db::Unsure;
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

    /// The reference that the detail stands under in the log.
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
}
