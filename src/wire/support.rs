//! Technical support: the tabs, one ticket with its thread, and what its people do with it.

use super::{Choice, Page};
use crate::domain::ids::TicketNumber;
use crate::domain::support::{Level, PostKind, SupportStatus, SupportTab};
use crate::domain::time::Millis;
use serde::{Deserialize, Serialize};

/// What a tab shows, from its query. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportFilter {
    pub id: String,
    /// A [`SupportStatus`] key.
    pub status: String,
    /// A [`Level`] key.
    pub priority: String,
    /// A person's name or a part of it.
    pub initiator: String,
    /// A part of the problem description's first line.
    pub text: String,
    /// `oldest`; anything else is newest first. My Pending has an order of its own.
    pub sort: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportRow {
    pub number: TicketNumber,
    pub level: Level,
    /// The first line of the problem description.
    pub title: String,
    pub initiator: String,
    pub status: SupportStatus,
    /// Who took it last.
    pub handler: Option<String>,
    pub submitted_at: Millis,
    pub closed_at: Option<Millis>,
    /// The caller is its requester, and it is open.
    pub may_end: bool,
    /// The caller is asked to handle it.
    pub may_take: bool,
    /// Set if the ticket lives in the connected third-party system.
    pub external: Option<External>,
    /// The ticket waits for a handler, and nobody is one.
    pub waits_for_nobody: bool,
}

/// A ticket in the connected third-party system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct External {
    /// Its number there; `None` until it was made.
    pub id: Option<String>,
    /// Where it is to be seen there.
    pub href: Option<String>,
    /// As it is called there.
    pub status: String,
    pub owner: String,
    /// Why something of it isn't there yet.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportList {
    pub page: Page<SupportRow>,
    /// The tabs the caller has in this view.
    pub tabs: Vec<SupportTab>,
    /// Whether Request Technical Support is offered here.
    pub may_request: bool,
    /// Whether the caller writes canned replies here.
    pub may_write_replies: bool,
}

/// One entry of a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// 0 is the problem description; what one may not read is left out.
    pub position: i64,
    pub kind: PostKind,
    pub author: String,
    pub by_requester: bool,
    /// Rendered by the server, safe to show as it is.
    pub html: String,
    pub at: Millis,
    pub files: Vec<PostFile>,
}

/// A file under an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFile {
    pub id: String,
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// The page shows it; other files are downloaded.
    pub image: bool,
    /// Who removed it; then nothing but its name is left.
    pub removed_by: Option<String>,
    pub may_remove: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportDetail {
    pub row: SupportRow,
    pub domain: Option<String>,
    pub project: Option<String>,
    /// The newest of the thread, oldest first.
    pub posts: Vec<Post>,
    /// Entries before this position are left to be asked for.
    pub earlier: Option<i64>,
    /// What its requester said at the end.
    pub resolved: Option<bool>,
    pub rating: Option<i64>,
    pub comment: String,
    /// The closed ticket it goes on from, and the tickets that go on from it, as far as the caller may read them.
    pub follows: Option<TicketNumber>,
    pub followed_by: Vec<TicketNumber>,
    /// When it closes by itself if its requester says nothing.
    pub closes_at: Option<Millis>,
    /// The external system refused a part of it for good; what comes after that waits.
    pub laid_aside: bool,
    /// The caller may leave that part out there.
    pub may_skip: bool,
}

/// What somebody may write in a thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRights {
    /// Who asks, by their username.
    pub reader: String,
    /// As the ticket's requester, or as a handler.
    pub may_reply: bool,
    /// Internal notes.
    pub may_note: bool,
    /// The canned replies to answer with, by id and title.
    pub canned: Vec<Choice>,
}
