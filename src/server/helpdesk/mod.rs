//! The port to a third-party ticket system in which Technical Support can live, and its adapters for Request Tracker
//! and Redmine.
//!
//! Shaped for systems that are out of reach at times and that know nothing of idempotency: what is made there carries a
//! marker and is looked for by it before another attempt; news are read on from a cursor.

mod adapters;
mod http;
mod redmine;
mod request_tracker;

pub use adapters::{connect, ticket_page};

use crate::domain::time::Millis;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What stands under a post of ours there, so that it is known again. The problem description is the post at 0.
/// `instance` is this installation's.
pub fn marker(instance: &str, ticket: i64, post: i64) -> String {
    format!("[countersign {instance} {ticket}/{post}]")
}

/// Whether a text carries a marker: then it came from here.
pub fn is_ours(text: &str) -> bool {
    text.trim_end().lines().last().is_some_and(|line| line.starts_with("[countersign ") && line.ends_with(']'))
}

/// Why a call didn't do what it should; the texts are for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HelpdeskError {
    /// Nothing there, or nothing that answers like such a system: to be tried again.
    #[error("{0}")]
    Unreachable(String),
    #[error("The account token is not accepted. Make a new one there, and save it here.")]
    Unauthorized,
    /// The account may not do this.
    #[error("{0}")]
    Forbidden(String),
    /// It was understood and refused: another attempt can't help.
    #[error("{0}")]
    Refused(String),
}

/// A queue there, which a process can name as its external process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    pub id: String,
    pub name: String,
}

/// A ticket to be made there, once: `marker` is looked for before every attempt.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    pub marker: &'a str,
    pub queue: &'a str,
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    pub files: &'a [File],
}

/// A reply to be added there.
#[derive(Debug, Clone)]
pub struct NewReply<'a> {
    pub marker: &'a str,
    /// Plain text.
    pub text: &'a str,
    pub files: &'a [File],
    /// An earlier attempt may have added it: then only if none with this marker is there.
    pub may_be_there: bool,
}

/// A file that goes along; it isn't empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

/// A text with the names of files that stay where it was written.
pub fn naming(text: &str, files: &[String]) -> String {
    match files {
        [] => text.to_owned(),
        _ if text.trim().is_empty() => format!("(Attached there: {})", files.join(", ")),
        _ => format!("{}\n\n(Attached there: {})", text.trim_end(), files.join(", ")),
    }
}

/// What became of a ticket there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteStatus {
    New,
    Open,
    /// It waits for its requester.
    Stalled,
    /// Resolved, rejected or deleted.
    Closed,
}

/// Something that happened there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// Grows with what happens, and no two have the same; the cursor is the last one read.
    pub id: i64,
    /// The ticket there.
    pub ticket: String,
    pub by: String,
    pub at: Millis,
    pub what: Event,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Reply(String),
    /// Not for the requester's eyes.
    Note(String),
    /// The status as it is called there, and what it means.
    Status(String, RemoteStatus),
}

#[async_trait]
pub trait Helpdesk: Send + Sync {
    /// The queues the account may make tickets in.
    async fn queues(&self) -> Result<Vec<Queue>, HelpdeskError>;

    /// Makes the ticket, or finds the one with this marker; gives its id there.
    async fn create(&self, new: NewTicket<'_>) -> Result<String, HelpdeskError>;

    /// Adds a reply.
    async fn reply(&self, ticket: &str, new: NewReply<'_>) -> Result<(), HelpdeskError>;

    /// Closes the ticket; one that is closed stays so.
    async fn close(&self, ticket: &str) -> Result<(), HelpdeskError>;

    /// The status as it is called there, and who has it.
    async fn look(&self, ticket: &str) -> Result<(String, String), HelpdeskError>;

    /// What happened in these queues after `cursor`, oldest first; not all of it at once. What was written by this account is
    /// left out. Gives how far it read.
    async fn news(&self, queues: &[String], cursor: i64) -> Result<(Vec<News>, i64), HelpdeskError>;

    /// The cursor of now.
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
