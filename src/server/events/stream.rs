//! The browser's side of a stream.

use super::hub::{Hub, State};
use crate::wire::live::{Hint, Position};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How often a message is sent although nothing happened, so that each side notices when the other is gone.
pub const BEAT: Duration = Duration::from_secs(15);

/// What a stream sends: the position reached, and hints of what may have changed. The first message may have no hints,
/// and that of a beat has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub position: Position,
    pub hints: BTreeSet<Hint>,
}

/// The reader's side of an open stream, which dropping it closes.
pub struct Stream {
    hub: Arc<Hub>,
    id: u64,
    wake: Arc<Notify>,
    ending: CancellationToken,
    is_new: bool,
    is_over: bool,
}

impl Stream {
    pub(super) fn new(hub: Arc<Hub>, (id, wake): (u64, Arc<Notify>), ending: CancellationToken) -> Stream {
        Stream { hub, id, wake, ending, is_new: true, is_over: false }
    }

    /// The next message. The first comes at once, later ones when there are hints, or after [`BEAT`] without any.
    /// `None` once the session is over or the server stops.
    pub async fn next(&mut self) -> Option<Message> {
        while !self.is_over && !self.ending.is_cancelled() {
            let id = self.id;
            let (message, ended) = self.hub.with(|state| take(state, id))?;
            self.is_over = ended;
            let is_first = std::mem::take(&mut self.is_new);
            if is_first || !message.hints.is_empty() {
                return Some(message);
            }
            if ended {
                return None;
            }
            tokio::select! {
                () = self.ending.cancelled() => return None,
                woken = timeout(BEAT, self.wake.notified()) => if woken.is_err() {
                    return Some(message);
                },
            }
        }
        None
    }
}

fn take(state: &mut State, id: u64) -> Option<(Message, bool)> {
    let position = state.position();
    let (hints, ended) = state.streams.get_mut(&id)?.take();
    Some((Message { position, hints }, ended))
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.hub.with(|state| state.streams.remove(&self.id));
    }
}
