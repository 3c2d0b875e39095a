//! How often something is done that many ask for: soon after the first, then not more than so often.

use crate::ui::browser;
use leptos::prelude::*;
use std::time::Duration;

/// From one time to the next at least this many milliseconds.
const APART: f64 = 400.0;
/// Over so many milliseconds the same question of many browsers is spread.
const SPREAD: f64 = 300.0;
/// How soon it is tried again when it can't be done now, in milliseconds.
const AGAIN: f64 = 300.0;

/// Something done when asked for, at this pace.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Does it, and tells whether it could.
    act: StoredValue<Box<dyn Fn() -> bool + Send + Sync>>,
    is_asked: StoredValue<bool>,
    last: StoredValue<f64>,
}

impl Pace {
    pub fn new(act: impl Fn() -> bool + Send + Sync + 'static) -> Pace {
        Pace { act: StoredValue::new(Box::new(act)), is_asked: StoredValue::new(false), last: StoredValue::new(0.0) }
    }

    /// Has it done in a moment; `spread` where many browsers ask at the same time.
    pub fn ask(self, spread: bool) {
        if self.is_asked.try_get_value() != Some(false) {
            return;
        }
        self.is_asked.set_value(true);
        let rest = self.last.get_value() + APART - browser::now() as f64;
        self.after(rest.max(0.0) + if spread { browser::random() * SPREAD } else { 0.0 });
    }

    fn after(self, milliseconds: f64) {
        let try_it = move || {
            if self.is_asked.try_get_value() != Some(true) {
                return;
            }
            if self.act.with_value(|act| act()) {
                self.is_asked.set_value(false);
                self.last.set_value(browser::now() as f64);
            } else {
                self.after(AGAIN);
            }
        };
        set_timeout(try_it, Duration::from_millis(milliseconds as u64));
    }
}
