//! What crosses between browser and server: filters, rows, plain forms, replies, refusals and hints, one file per area,
//! and their codec. Forms that have rules of their own are in `domain`. It isn't the public API.

pub mod canned_replies;
pub mod codec;
pub mod directory;
pub mod error;
pub mod external;
pub mod filter;
pub mod flash;
pub mod frame;
pub mod hosts;
pub mod joining;
pub mod live;
pub mod logs;
pub mod processes;
pub mod quotas;
pub mod session;
pub mod settings;
pub mod support;
pub mod workflow;

use error::AppError;
use serde::{Deserialize, Serialize};

/// What a form gets back: 200 either way, because a refusal is an answer and not a fault of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done(Done),
    Refused(AppError),
}

/// What a change did, and where the person goes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A sentence for the toast, e.g. "Ticket 12 passed."
    pub message: String,
    /// The page that shows the result.
    pub location: String,
    /// Nothing was changed, only looked at: with scripts the page stays as it is, with what is typed into it.
    #[serde(default)]
    pub stays: bool,
}

impl Done {
    pub fn new(message: impl Into<String>, location: impl Into<String>) -> Done {
        Done { message: message.into(), location: location.into(), stays: false }
    }

    /// The reply with a further sentence behind its message; unchanged if the sentence is empty.
    pub fn and(self, more: &str) -> Done {
        let message = if more.is_empty() { self.message } else { format!("{} {more}", self.message) };
        Done { message, ..self }
    }

    /// For what only looked.
    pub fn looked(message: impl Into<String>, location: impl Into<String>) -> Done {
        Done { stays: true, ..Done::new(message, location) }
    }
}

/// One page of a list read by key: no counting, no offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The query value `after=` of the next page, if there are more rows.
    pub next: Option<String>,
    /// The query value `before=` of the previous page, if there is one.
    pub previous: Option<String>,
}

/// An entry of a `<select>` or of a list of checkboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}
