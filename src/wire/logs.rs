//! The operation log: the list at `/logs`, the part of it about one resource, and one record.

use crate::domain::oplog::Outcome;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What the list shows, from its query. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogFilter {
    /// A [`crate::domain::oplog::ResourceType`] key and an id: only what is about this resource.
    pub about_type: String,
    pub about_id: String,
    /// A user's name or a part of it.
    pub operator: String,
    /// An [`crate::domain::oplog::Operation`] key.
    pub operation: String,
    /// A [`crate::domain::oplog::ResourceType`] key.
    pub resource_type: String,
    /// An [`Outcome`] key.
    pub result: String,
    /// Dates, inclusive, `2026-11-24`.
    pub from: String,
    pub to: String,
    /// The zone the dates are meant in, by its IANA name; UTC without one.
    pub zone: String,
    /// How many records are shown; 20 unless it says more.
    pub shown: String,
    /// Only what comes after the record of this key.
    pub after: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    pub number: i64,
    pub at: Millis,
    pub operator: String,
    /// The operation's and the resource type's words as they are shown.
    pub operation: String,
    pub resource_type: String,
    pub resource_name: String,
    pub result: Outcome,
    pub ip: String,
    /// The row's key: what `after` takes.
    pub key: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogList {
    pub rows: Vec<LogRow>,
    /// Whether there are more after the last row.
    pub more: bool,
    /// The zone that dates were read in.
    pub zone: String,
}

/// One record with everything it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRecord {
    pub row: LogRow,
    pub operator_id: Option<String>,
    pub view: String,
    pub resource_id: String,
    pub project: Option<String>,
    pub domain: Option<String>,
    pub reason: Option<String>,
    /// As indented JSON; empty if there are none.
    pub details: String,
    /// The whole record as indented JSON, to be copied.
    pub text: String,
    /// The seal that covers it, if one does yet.
    pub seal: Option<i64>,
}
