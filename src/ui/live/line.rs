//! The connection to `/events`: one for all tabs of a browser.
//!
//! One tab holds a lock of the browser and has the only connection. It passes every message on to the other tabs. When
//! it closes, the next tab in the lock's queue connects from its own last position. Every message says from which
//! position to which it leads, so that a tab that stood elsewhere knows that it missed something. Where a browser has
//! no locks, each tab has a connection.

use crate::ui::browser;
use crate::wire::live::{Hint, Position};
use leptos::prelude::*;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{BroadcastChannel, EventSource, MessageEvent};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// The name of the lock and of the channel.
const NAME: &str = "countersign-live";
/// The message by which a new tab asks for the position of the tab with the connection.
const WHERE: &str = "?";
/// The message that the connection is lost.
const DOWN: &str = "down";
/// The first wait before connecting again, in milliseconds. Each failure doubles it, and it is up to half longer or
/// shorter at random.
const FIRST_WAIT: f64 = 500.0;
/// The longest wait before connecting again, in milliseconds, without the random part.
const LONGEST_WAIT: f64 = 15_000.0;
/// How many failures it counts as when the server says that the session has ended: connecting again then waits longer.
const ENDED: i32 = 4;
/// The silence after which the connection counts as lost, in milliseconds. The server sends something every 15 seconds.
const SILENCE: i64 = 40_000;
/// How often the silence is measured.
const LOOK: Duration = Duration::from_secs(5);

/// A page's share in the connection. Dropping it hangs up, and another tab may take over.
pub struct Line(Rc<Inner>);

type Hear = dyn Fn(&[Hint]);

struct Inner {
    up: Box<dyn Fn(bool)>,
    hear: Box<Hear>,
    position: RefCell<Position>,
    channel: Option<BroadcastChannel>,
    connection: RefCell<Option<Connection>>,
    /// Called to give the lock back.
    release: RefCell<Option<js_sys::Function>>,
    failures: Cell<i32>,
    last_heard: Cell<i64>,
    /// The connection is lost, and it isn't time yet to connect again.
    is_waiting: Cell<bool>,
    is_closed: Cell<bool>,
    handlers: RefCell<Vec<JsValue>>,
    watch: RefCell<Option<IntervalHandle>>,
}

/// An open connection with the closures that listen to it.
struct Connection {
    source: EventSource,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn()>,
}

impl Line {
    /// Opens the line from the position at which the page was rendered. `up` is told whether hints arrive, `hear` is
    /// given the hints.
    pub fn open(up: impl Fn(bool) + 'static, hear: impl Fn(&[Hint]) + 'static) -> Line {
        let position = browser::meta("live").and_then(|text| Position::parse(&text)).unwrap_or_default();
        let inner = Rc::new(Inner {
            up: Box::new(up),
            hear: Box::new(hear),
            position: RefCell::new(position),
            channel: BroadcastChannel::new(NAME).ok(),
            connection: RefCell::default(),
            release: RefCell::default(),
            failures: Cell::new(0),
            last_heard: Cell::new(0),
            is_waiting: Cell::new(false),
            is_closed: Cell::new(false),
            handlers: RefCell::default(),
            watch: RefCell::default(),
        });
        inner.clone().overhear();
        inner.clone().wait_for_lock();
        Line(inner)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let inner = &self.0;
        inner.is_closed.set(true);
        inner.hang_up();
        if let Some(watch) = inner.watch.take() {
            watch.clear();
        }
        if let Some(channel) = &inner.channel {
            channel.close();
        }
        if let Some(release) = inner.release.take() {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

impl Inner {
    /// Listens to what the tab with the connection passes on, and asks for that tab's position.
    fn overhear(self: Rc<Self>) {
        let Some(channel) = &self.channel else { return };
        let inner = Rc::downgrade(&self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let (Some(inner), Some(text)) = (inner.upgrade(), event.data().as_string()) {
                inner.told(&text);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        self.handlers.borrow_mut().push(on_message.into_js_value());
        self.pass_on(WHERE);
    }

    fn told(&self, text: &str) {
        match text {
            WHERE if self.connection.borrow().is_some() && !self.is_waiting.get() => {
                let position = self.position.borrow().to_string();
                self.pass_on(&format!("{position} {position}"));
            }
            WHERE => {}
            DOWN => (self.up)(false),
            _ => {
                let mut words = text.split(' ');
                let mut position = || words.next().and_then(Position::parse);
                let (Some(from), Some(to)) = (position(), position()) else { return };
                let was_there = self.position.borrow().reaches(&from);
                self.move_to(to);
                self.pass_in(words, !was_there);
            }
        }
    }

    fn pass_on(&self, text: &str) {
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&text.into());
        }
    }

    fn move_to(&self, to: Position) {
        let mut position = self.position.borrow_mut();
        if !position.reaches(&to) {
            *position = to;
        }
    }

    fn pass_in<'a>(&self, words: impl Iterator<Item = &'a str>, missed: bool) {
        let mut hints: Vec<Hint> = words.filter_map(Hint::parse).collect();
        if missed {
            hints.push(Hint::All);
        }
        (self.up)(true);
        if !hints.is_empty() {
            (self.hear)(&hints);
        }
    }

    /// Connects once this tab holds the lock, which may be never.
    fn wait_for_lock(self: Rc<Self>) {
        let navigator = window().navigator();
        let locks = js_sys::Reflect::get(&navigator, &"locks".into()).ok().filter(|locks| locks.is_object());
        let request = locks.as_ref().and_then(|locks| js_sys::Reflect::get(locks, &"request".into()).ok());
        let (Some(locks), Some(request), Some(_)) = (locks, request, &self.channel) else {
            self.lead();
            return;
        };
        let inner = Rc::downgrade(&self);
        // The lock is held until the promise that this returns is resolved.
        let granted = Closure::<dyn Fn() -> js_sys::Promise>::new(move || {
            let Some(inner) = inner.upgrade().filter(|inner| !inner.is_closed.get()) else {
                return js_sys::Promise::resolve(&JsValue::NULL);
            };
            let held = js_sys::Promise::new(&mut |keep, _| {
                inner.release.replace(Some(keep));
            });
            inner.lead();
            held
        });
        let granted = granted.into_js_value();
        let asked = request.unchecked_into::<js_sys::Function>().call2(&locks, &NAME.into(), &granted);
        self.handlers.borrow_mut().push(granted);
        if asked.is_err() {
            self.lead();
        }
    }

    fn lead(self: Rc<Self>) {
        let inner = Rc::downgrade(&self);
        let look = move || {
            let Some(inner) = inner.upgrade() else { return };
            if browser::now() - inner.last_heard.get() > SILENCE {
                inner.lost();
            }
        };
        self.watch.replace(set_interval_with_handle(look, LOOK).ok());
        self.connect();
    }

    fn connect(self: Rc<Self>) {
        if self.is_closed.get() {
            return;
        }
        self.hang_up();
        self.is_waiting.set(false);
        let address = format!("/events?since={}", self.position.borrow());
        let Ok(source) = EventSource::new(&address) else { return };
        let inner = Rc::downgrade(&self);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(inner) = inner.upgrade() {
                inner.heard(&event);
            }
        });
        let inner = Rc::downgrade(&self);
        let on_error = Closure::<dyn Fn()>::new(move || {
            if let Some(inner) = inner.upgrade() {
                inner.lost();
            }
        });
        source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.last_heard.set(browser::now());
        self.connection.replace(Some(Connection { source, _on_message: on_message, _on_error: on_error }));
    }

    fn heard(&self, event: &MessageEvent) {
        let Some(words) = event.data().as_string() else { return };
        let from = self.position.borrow().to_string();
        let to = event.last_event_id();
        self.last_heard.set(browser::now());
        let has_ended = words.split(' ').any(|word| Hint::parse(word) == Some(Hint::SignedOut));
        self.failures.set(if has_ended { ENDED } else { 0 });
        self.pass_on(&format!("{from} {to} {words}"));
        if let Some(to) = Position::parse(&to) {
            // The server sends a position of another epoch only together with [`Hint::All`].
            self.position.replace(to);
        }
        self.pass_in(words.split(' '), false);
    }

    /// Closes the connection and connects again after a while: later after every failure, and at random, so that not
    /// all browsers connect at once.
    fn lost(self: Rc<Self>) {
        if self.is_waiting.replace(true) {
            return;
        }
        if let Some(connection) = &*self.connection.borrow() {
            connection.source.close();
        }
        (self.up)(false);
        self.pass_on(DOWN);
        let failures = self.failures.get();
        self.failures.set(failures + 1);
        let wait = (FIRST_WAIT * f64::from(failures).exp2()).min(LONGEST_WAIT) * (0.5 + browser::random());
        // This may be called by a closure of the connection, so the connection is dropped only later, on connecting
        // again.
        set_timeout(move || self.connect(), Duration::from_millis(wait as u64));
    }

    fn hang_up(&self) {
        if let Some(connection) = self.connection.take() {
            connection.source.set_onmessage(None);
            connection.source.set_onerror(None);
            connection.source.close();
        }
    }
}
