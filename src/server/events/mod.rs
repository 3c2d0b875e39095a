//! Live updates: events that transactions commit, in this process or another, become hints for the open streams of the
//! people who may know of them.
//!
//! Committed events ([`crate::server::store::change::Event`]) arrive one after the other, through [`source`]. Each gets
//! a number, and the last few are kept, so that a stream that was away for a moment, or a page that was rendered a
//! moment ago, goes on from its position. Who may know of an event is decided in memory, by each stream's session as it
//! was last read ([`Caller`]). When the directory or a session changes, one statement reads all sessions concerned.

mod hub;
mod open;
mod source;
mod stream;

pub use stream::{Message, Stream};

use crate::domain::time::Millis;
use crate::server::caller::Caller;
use crate::server::clock::Clock;
use crate::server::store::db::Db;
use crate::wire::live::Position;
use hub::Hub;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How many messages from the source may wait for the hub before the source has to wait.
const WAITING: usize = 1_000;

/// The open streams of this process and the tasks that feed them, which stop when this is dropped.
pub struct Events {
    hub: Arc<Hub>,
    ending: CancellationToken,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Events {
    /// Begins to listen. `session_idle`: how long (ms) a session lives without a request.
    pub fn start(db: &Db, clock: Arc<dyn Clock>, session_idle: Millis) -> Arc<Events> {
        let hub = Arc::new(Hub::new(db.clone(), clock, session_idle));
        let (teller, told) = mpsc::channel(WAITING);
        let listening = tokio::spawn(source::listen(db, teller));
        let telling = tokio::spawn(hub.clone().run(told));
        let tasks = [listening, telling].map(AbortOnDropHandle::new);
        Arc::new(Events { hub, ending: CancellationToken::new(), _tasks: tasks })
    }

    /// The position up to which streams have been told. What is read from the database afterwards is at least as new.
    pub fn position(&self) -> Position {
        self.hub.with(|state| state.position())
    }

    /// Opens the stream of a session that was authenticated at position `asked`, going on from `since`. `None` if the
    /// session may have changed after `asked`: authenticate it again.
    pub fn open(&self, caller: Caller, asked: &Position, since: Option<&Position>) -> Option<Stream> {
        let open = self.hub.with(|state| state.open(caller, asked, since))?;
        Some(Stream::new(self.hub.clone(), open, self.ending.child_token()))
    }

    /// The number of open streams.
    pub fn open_streams(&self) -> usize {
        self.hub.with(|state| state.streams.len())
    }

    /// Ends every stream, also those opened later: a server that stops would wait for them.
    pub fn end(&self) {
        self.ending.cancel();
    }
}
