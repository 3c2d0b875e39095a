//! The port to a third-party ticket system in which Technical Support can live, and its adapters for Request Tracker
//! and Redmine.
//!
//! It is shaped for systems that are out of reach at times and don't know idempotency keys: what we create there
//! carries a marker, by which we look for it before another attempt. News are read from a cursor on.

mod adapters;
mod http;
mod redmine;
mod request_tracker;

pub use adapters::{connect, ticket_page};

use crate::domain::time::Millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// The marker: the last line of an entry of ours in the connected system, by which the entry is known again. Entry 0 is
/// the problem description. `instance` is this installation's id.
pub fn marker(instance: &str, ticket: i64, post: i64) -> String {
    format!("[countersign {instance} {ticket}/{post}]")
}

/// Whether a text ends with a marker, which means that Countersign wrote it.
pub fn is_ours(text: &str) -> bool {
    text.trim_end().lines().last().is_some_and(|line| line.starts_with("[countersign ") && line.ends_with(']'))
}

/// Why a call didn't do what it should; the texts are for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HelpdeskError {
    /// Nothing answers there, or nothing that is such a system. To be tried again.
    #[error("{0}")]
    Unreachable(String),
    #[error("The account token is not accepted. Make a new one there, and save it here.")]
    Unauthorized,
    /// The account may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// The call was understood and refused: another attempt can't help.
    #[error("{0}")]
    Refused(String),
}

/// A queue of the connected system, which a process can name to have its tickets handled there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub id: String,
    pub name: String,
}

/// A ticket to create in the connected system, once: `marker` is looked for before every attempt.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    pub marker: &'a str,
    pub queue: &'a str,
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    pub files: &'a [File],
}

/// A reply to add in the connected system.
#[derive(Debug, Clone)]
pub struct NewReply<'a> {
    pub marker: &'a str,
    /// Plain text.
    pub text: &'a str,
    pub files: &'a [File],
    /// Set if an earlier attempt may have added the reply. It is then looked for by its marker first.
    pub may_be_there: bool,
}

/// A file to send along; it is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

/// A text, followed by the names of its files, which stay in the system where it was written.
pub fn naming(text: &str, files: &[String]) -> String {
    match files {
        [] => text.to_owned(),
        _ if text.trim().is_empty() => format!("(Attached there: {})", files.join(", ")),
        _ => format!("{}\n\n(Attached there: {})", text.trim_end(), files.join(", ")),
    }
}

/// What a ticket's status in the connected system means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteStatus {
    New,
    Open,
    /// The ticket waits for its requester.
    Stalled,
    /// Resolved, rejected or deleted.
    Closed,
}

/// Something that happened to a ticket in the connected system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Unique, and greater than that of earlier news. The cursor is the last id read.
    pub id: i64,
    /// The ticket's id there.
    pub ticket: String,
    pub by: String,
    pub at: Millis,
    pub what: Event,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Reply(String),
    /// An internal note, which the requester may not read.
    Note(String),
    /// The new status by its name there, and what it means.
    Status(String, RemoteStatus),
}

#[async_trait]
pub trait Helpdesk: Send + Sync {
    /// The queues in which the account may create tickets.
    async fn queues(&self) -> Result<Vec<Queue>, HelpdeskError>;

    /// Creates the ticket, or finds the one with this marker; returns its id there.
    async fn create(&self, new: NewTicket<'_>) -> Result<String, HelpdeskError>;

    /// Adds a reply.
    async fn reply(&self, ticket: &str, new: NewReply<'_>) -> Result<(), HelpdeskError>;

    /// Closes the ticket; a closed one stays closed.
    async fn close(&self, ticket: &str) -> Result<(), HelpdeskError>;

    /// The ticket's status by its name there, and its owner's name, which is empty if there is none.
    async fn look(&self, ticket: &str) -> Result<(String, String), HelpdeskError>;

    /// What happened in these queues after `cursor`, oldest first, perhaps not all of it. Texts with a marker of ours
    /// are left out. Also returns the cursor to go on from.
    async fn news(&self, queues: &[String], cursor: i64) -> Result<(Vec<News>, i64), HelpdeskError>;

    /// The cursor from which only news later than now are read.
    async fn newest(&self) -> Result<i64, HelpdeskError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_from_here_is_known_by_its_last_line() {
        let marker = marker("01J", 12, 3);
        for (text, ours) in [
            (format!("words\n\n{marker}"), true),
            (format!("words\r\n\r\n{marker}\r\n"), true),
            (format!("> {marker}\n\nan answer that quotes it"), false),
            ("words".to_owned(), false),
        ] {
            assert_eq!(is_ours(&text), ours, "{text:?}");
        }
    }
}
