//! Canned replies: the page where they are written, and their use in a thread.

use super::Choice;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedRow {
    pub id: String,
    /// The project's name.
    pub project: String,
    pub title: String,
    /// Markdown with placeholders.
    pub body: String,
    pub changed_by: String,
    pub changed_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedList {
    pub rows: Vec<CannedRow>,
    /// The projects the caller writes them for in this view.
    pub projects: Vec<Choice>,
}
