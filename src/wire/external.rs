//! External Ticket: the third-party ticket system that Technical Support can live in.

use crate::domain::external::HelpdeskKind;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// The connected system; its token stays on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    pub kind: HelpdeskKind,
    pub address: String,
    pub queues: Vec<String>,
    /// Why it couldn't be reached at the last attempt.
    pub problem: Option<String>,
    pub updated_at: Millis,
}

/// The page's form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionForm {
    /// A [`HelpdeskKind`] key.
    pub kind: String,
    pub address: String,
    /// Empty: the one that is kept.
    pub token: String,
}
