//! Live: what other transactions commit, in this process or another, becomes hints for the open streams of whoever may
//! know.
//!
//! Committed events ([`crate::server::store::change::Event`]) arrive in one row, through [`source`]. Each gets a number; the last
//! few are kept, so that a stream that was away for a moment, or a page that was rendered a moment ago, goes on where it
//! stands. Who may know is decided in memory, by what each stream's session was last seen to be ([`Caller`]); when the
//! directory or a session changes, all that may be touched are read anew by one statement, however many they are.

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

/// How many events may wait to be told before the source waits.
const WAITING: usize = 1_000;

/// The open streams of this process and what they are told. Dropping the last one stops its tasks.
pub struct Events {
    hub: Arc<Hub>,
    ending: CancellationToken,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Events {
    /// Begins to listen. `session_idle` is how long a session lives without a request.
    pub fn start(db: &Db, clock: Arc<dyn Clock>, session_idle: Millis) -> Arc<Events> {
        let hub = Arc::new(Hub::new(db.clone(), clock, session_idle));
        let (teller, told) = mpsc::channel(WAITING);
        let listening = tokio::spawn(source::listen(db, teller));
        let telling = tokio::spawn(hub.clone().run(told));
        let tasks = [listening, telling].map(AbortOnDropHandle::new);
        Arc::new(Events { hub, ending: CancellationToken::new(), _tasks: tasks })
    }

    /// Where this process stands. What is read from the database afterwards holds at least everything up to here.
    pub fn position(&self) -> Position {
        self.hub.with(|state| state.position())
    }

    /// Opens the stream of a session that was authenticated after `asked`, going on from `since`. `None` when the session
    /// may have changed since it was authenticated.
    pub fn open(&self, caller: Caller, asked: &Position, since: Option<&Position>) -> Option<Stream> {
        let open = self.hub.with(|state| state.open(caller, asked, since))?;
        Some(Stream::new(self.hub.clone(), open, self.ending.child_token()))
    }

    /// How many streams are open.
    pub fn open_streams(&self) -> usize {
        self.hub.with(|state| state.streams.len())
    }

    /// Ends every stream, now and from now on: the server stops, and would wait for them.
    pub fn end(&self) {
        self.ending.cancel();
    }
}
