//! What a form sent without scripts comes back with after its redirect (`?flash=ID`).
//!
//! `http::plain_forms` keeps the answer and what was typed for a few minutes; the page that is redirected to shows both.

use super::Reply;
use super::error::AppError;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The server function's path, e.g. `/api/pass`: which form on the page this belongs to.
    pub action: String,
    /// What was typed, name by name, passwords left out.
    pub values: Vec<(String, String)>,
    pub reply: Reply,
}

impl Flash {
    /// The refusal, if this answers the form of `action`.
    pub fn error_for(&self, action: &str) -> Option<&AppError> {
        match &self.reply {
            Reply::Refused(error) if self.action == action => Some(error),
            _ => None,
        }
    }
}
