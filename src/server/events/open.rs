//! The hub's side of a stream: the session behind it, and the hints that it hasn't read yet.

use crate::server::caller::Caller;
use crate::server::store::change::Event;
use crate::wire::live::Hint;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Notify;

/// With more unread ticket hints than this, a slow reader is told that many tickets changed, instead of each.
const MOST_TICKETS: usize = 50;

/// The hub's side of a stream. Unread hints are merged into one message, so a slow reader piles nothing up.
pub(super) struct Open {
    /// The session as it was last read. It decides what the stream may know.
    pub(super) caller: Caller,
    hints: BTreeSet<Hint>,
    ended: bool,
    wake: Arc<Notify>,
}

impl Open {
    pub(super) fn new(caller: Caller) -> Open {
        Open { caller, hints: BTreeSet::new(), ended: false, wake: Arc::new(Notify::new()) }
    }

    pub(super) fn wake(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    pub(super) fn say(&mut self, hint: Hint) {
        self.hints.insert(hint);
        if self.hints.iter().filter(|hint| matches!(hint, Hint::Ticket(_))).count() > MOST_TICKETS {
            self.hints.retain(|hint| !matches!(hint, Hint::Ticket(_)));
            self.hints.insert(Hint::Tickets);
        }
        self.wake.notify_one();
    }

    pub(super) fn end(&mut self, last: Option<Hint>) {
        self.hints.extend(last);
        self.ended = true;
        self.wake.notify_one();
    }

    /// Takes over the session as it was just read. If its rights or view differ, everything is to be read anew.
    pub(super) fn is_now(&mut self, caller: Caller) {
        let before = &self.caller;
        let differs =
            before.person != caller.person || before.view != caller.view || before.three_level != caller.three_level;
        self.caller = caller;
        if differs {
            self.say(Hint::All);
        }
    }

    pub(super) fn tell(&mut self, events: &[Event]) {
        for event in events {
            for hint in hints(event, &self.caller) {
                self.say(hint);
            }
        }
    }

    /// Tells the events that the stream missed. After one about this person, who may see things by old rights,
    /// everything is to be read anew.
    pub(super) fn catch_up<'a>(&mut self, missed: impl Iterator<Item = &'a Event>) {
        for event in missed {
            let is_about_me = match event {
                Event::Directory => true,
                Event::SessionsOf(account) => *account == self.caller.person.id,
                _ => false,
            };
            if is_about_me {
                self.say(Hint::All);
            }
            // A missed `Writing` is outdated: the reply has been sent or given up by now.
            if !matches!(event, Event::Writing { .. }) {
                self.tell(std::slice::from_ref(event));
            }
        }
    }

    /// The hints to send now, and whether the stream ends with them.
    pub(super) fn take(&mut self) -> (BTreeSet<Hint>, bool) {
        (std::mem::take(&mut self.hints), self.ended)
    }
}

/// The hints that an event gives this session. They name nothing that the session may not read.
fn hints(event: &Event, caller: &Caller) -> Vec<Hint> {
    let person = &caller.person;
    match event {
        Event::Ticket { number, concerned, .. } if concerned.contains(&person.id) => {
            vec![Hint::Frame, Hint::Ticket(*number)]
        }
        Event::Ticket { number, .. } if caller.reads_every_ticket() => vec![Hint::Ticket(*number)],
        Event::Ticket { number, domain: Some(domain), .. } if caller.reads_support_of(domain) => {
            vec![Hint::Ticket(*number)]
        }
        Event::Ticket { .. } => vec![],
        Event::Writing { by, .. } if *by == person.id => vec![],
        Event::Writing { number, concerned, domain, is_requester, .. } => {
            let may_know = concerned.contains(&person.id)
                || caller.reads_every_ticket()
                || domain.as_ref().is_some_and(|domain| caller.reads_support_of(domain));
            may_know.then_some(Hint::Writing(*number, *is_requester)).into_iter().collect()
        }
        Event::Tickets => vec![Hint::Frame, Hint::Tickets],
        Event::HostsIn { project, domain } if person.sees_project(project, domain) => vec![Hint::Hosts],
        Event::HostsIn { .. } | Event::SessionsOf(_) => vec![],
        Event::Directory if caller.administers() => vec![Hint::Directory],
        Event::Directory => vec![],
        Event::Processes => vec![Hint::Frame, Hint::Processes],
    }
}
