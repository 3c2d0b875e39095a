//! What surrounds every page: who is signed in, the views, the bell, and what kind of system this is.

use crate::domain::bell::Counts;
use crate::domain::directory::{NamedView, View};
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    pub username: String,
    pub display_name: String,
    /// The view the person works in; `None` without any project.
    pub view: Option<NamedView>,
    pub views: Vec<NamedView>,
    pub counts: Counts,
    /// Types with an enabled process; the bell is there while this isn't empty.
    pub enabled: Vec<TicketType>,
    /// The enabled types that the bell offers in this view.
    pub offered: Vec<TicketType>,
    pub three_level: bool,
    pub demo: bool,
    /// "Embedded inventory: it boots no machine", for the footer; `None` with a real cloud.
    pub cloud_note: Option<String>,
    /// The server's time when this was rendered.
    pub now: Millis,
}

impl Frame {
    /// Whether another reading of it shows nothing new but numbers.
    pub fn differs_only_in_counts(&self, other: &Frame) -> bool {
        Frame { counts: self.counts, now: self.now, ..other.clone() } == *self
    }

    pub fn is_system_view(&self) -> bool {
        matches!(self.view, Some(NamedView { view: View::System, .. }))
    }

    pub fn is_enabled(&self, ticket_type: TicketType) -> bool {
        self.enabled.contains(&ticket_type)
    }
}
