//! The hub: the last events that were heard, and the open streams. Of each batch of events it first reads the changed
//! sessions behind the streams anew, then tells the streams.

use super::open::Open;
use super::source::Heard;
use crate::domain::ids::UserId;
use crate::domain::time::Millis;
use crate::server::caller::Caller;
use crate::server::clock::{Clock, new_id};
use crate::server::metrics;
use crate::server::store::change::Event;
use crate::server::store::db::Db;
use crate::server::store::session;
use crate::wire::live::{Hint, Position};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// How many events are kept for streams that were away for a moment.
const KEPT: usize = 1_000;
/// How often all sessions behind streams are checked, because no event tells that one has expired.
const ROUND: Duration = Duration::from_secs(60);

/// State that the hub's tasks and the streams share.
pub(super) struct Hub {
    db: Db,
    clock: Arc<dyn Clock>,
    session_idle: Millis,
    state: Mutex<State>,
}

pub(super) struct State {
    epoch: String,
    /// How many events of this epoch have arrived.
    arrived: u64,
    /// How many of them every stream has been told.
    told: u64,
    /// The newest of the events that arrived, at most [`KEPT`].
    recent: VecDeque<Event>,
    pub(super) streams: HashMap<u64, Open>,
    last_stream: u64,
}

/// Whose sessions are to be read anew.
enum Whose {
    Everybody,
    These(BTreeSet<UserId>),
}

impl Hub {
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, session_idle: Millis) -> Hub {
        Hub { db, clock, session_idle, state: Mutex::new(State::new()) }
    }

    pub(super) fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn run(self: Arc<Self>, mut told: mpsc::Receiver<Heard>) {
        let mut round = interval(ROUND);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                heard = told.recv() => match heard {
                    Some(Heard::Events(events)) => self.tell(events).await,
                    Some(Heard::Gap) => {
                        self.with(State::begin_again);
                        self.read_again(&Whose::Everybody).await;
                    }
                    None => return,
                },
                _ = round.tick() => self.read_again(&Whose::Everybody).await,
            }
        }
    }

    /// Reads changed sessions first and gives hints afterwards, so that nobody is told by rights they no longer have.
    async fn tell(&self, events: Vec<Event>) {
        metrics::events(events.len());
        let whose = whose(&events);
        self.with(|state| state.take_in(&events));
        self.read_again(&whose).await;
        self.with(|state| {
            for open in state.streams.values_mut() {
                open.tell(&events);
            }
            state.told = state.arrived;
        });
    }

    /// Reads the sessions behind these streams anew; a stream whose session is over ends.
    async fn read_again(&self, whose: &Whose) {
        let is_meant = |open: &Open| match whose {
            Whose::Everybody => true,
            Whose::These(accounts) => accounts.contains(&open.caller.person.id),
        };
        let hashes: BTreeSet<String> = self.with(|state| {
            let meant = state.streams.values().filter(|open| is_meant(open));
            meant.map(|open| open.caller.session_hash.clone()).collect()
        });
        if hashes.is_empty() {
            return;
        }
        let now = self.clock.now();
        let found = session::live_among(&self.db, hashes.iter().cloned().collect(), now, now - self.session_idle).await;
        let found = found.inspect_err(|error| tracing::warn!("open streams can't be checked, so they end: {error}"));
        self.with(|state| {
            for open in state.streams.values_mut().filter(|open| hashes.contains(&open.caller.session_hash)) {
                match &found {
                    // Without a last hint, so their browsers connect again.
                    Err(_) => open.end(None),
                    Ok(found) => match found.get(&open.caller.session_hash) {
                        None => open.end(Some(Hint::SignedOut)),
                        Some(live) => {
                            let wanted = live.view.as_deref().and_then(crate::domain::directory::View::from_key);
                            let (hash, ip) = (open.caller.session_hash.clone(), &open.caller.ip);
                            let now = Caller::of(live.person.clone(), wanted.as_ref(), live.three_level, hash, ip);
                            open.is_now(now);
                        }
                    },
                }
            }
        });
    }
}

fn whose(events: &[Event]) -> Whose {
    if events.contains(&Event::Directory) {
        return Whose::Everybody;
    }
    let account = |event: &Event| match event {
        Event::SessionsOf(account) => Some(account.clone()),
        _ => None,
    };
    Whose::These(events.iter().filter_map(account).collect())
}

impl State {
    fn new() -> State {
        let streams = HashMap::new();
        State { epoch: new_id(), arrived: 0, told: 0, recent: VecDeque::new(), streams, last_stream: 0 }
    }

    pub(super) fn position(&self) -> Position {
        Position { epoch: self.epoch.clone(), count: self.told }
    }

    fn take_in(&mut self, events: &[Event]) {
        self.arrived += events.len() as u64;
        self.recent.extend(events.iter().cloned());
        let too_many = self.recent.len().saturating_sub(KEPT);
        self.recent.drain(..too_many);
    }

    /// Begins a new epoch because events were missed: older positions become invalid, every stream is to read all anew.
    fn begin_again(&mut self) {
        (self.epoch, self.arrived, self.told) = (new_id(), 0, 0);
        self.recent.clear();
        for open in self.streams.values_mut() {
            open.say(Hint::All);
        }
    }

    /// The events that arrived after this position, or `None` if they aren't kept any more.
    fn since(&self, position: &Position) -> Option<impl Iterator<Item = &Event>> {
        let missed = self.arrived.checked_sub(position.count).filter(|_| position.epoch == self.epoch)?;
        let missed = usize::try_from(missed).ok().filter(|missed| *missed <= self.recent.len())?;
        Some(self.recent.range(self.recent.len() - missed..))
    }

    pub(super) fn open(
        &mut self,
        caller: Caller,
        asked: &Position,
        since: Option<&Position>,
    ) -> Option<(u64, Arc<tokio::sync::Notify>)> {
        let may_differ = |event: &Event| match event {
            Event::Directory => true,
            Event::SessionsOf(account) => *account == caller.person.id,
            _ => false,
        };
        if self.since(asked).is_none_or(|mut events| events.any(may_differ)) {
            return None;
        }
        let mut open = Open::new(caller);
        match since.and_then(|position| self.since(position)) {
            None => open.say(Hint::All),
            Some(missed) => open.catch_up(missed),
        }
        self.last_stream += 1;
        let wake = open.wake();
        self.streams.insert(self.last_stream, open);
        Some((self.last_stream, wake))
    }
}
