//! What can go wrong, in the words that reach the person: what happened and what to do, never an internal detail.

use crate::domain::time::{SECOND, waiting};
use crate::domain::validation::Problem;
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
    #[error("Too many attempts. Try again in {}.", wait(.seconds))]
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

/// "12 minutes"
fn wait(seconds: &i64) -> String {
    waiting(seconds.saturating_mul(SECOND))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_26_a_wait_is_told_as_people_say_it() {
        for (seconds, told) in [
            (1, "1 second"),
            (40, "40 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (681, "12 minutes"),
            (889, "15 minutes"),
        ] {
            let message = AppError::TooMany { seconds }.to_string();
            assert_eq!(message, format!("Too many attempts. Try again in {told}."));
        }
    }
}
