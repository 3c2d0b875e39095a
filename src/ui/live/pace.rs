//! Limits how often something is done that many ask for: soon after the first asks, then not more often than [`APART`]
//! allows.

use crate::ui::browser;
use leptos::prelude::*;
use std::time::Duration;

/// The least time between two runs, in milliseconds.
const APART: f64 = 400.0;
/// The time over which reads of many browsers are spread at random, in milliseconds.
const SPREAD: f64 = 300.0;
/// The wait before the next try if the action can't be done now, in milliseconds.
const AGAIN: f64 = 300.0;

/// An action that is done when asked for, at this pace.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Does the action; `false` if it can't be done now.
    act: StoredValue<Box<dyn Fn() -> bool + Send + Sync>>,
    is_asked: StoredValue<bool>,
    last: StoredValue<f64>,
}

impl Pace {
    pub fn new(act: impl Fn() -> bool + Send + Sync + 'static) -> Pace {
        Pace { act: StoredValue::new(Box::new(act)), is_asked: StoredValue::new(false), last: StoredValue::new(0.0) }
    }

    /// Has the action done soon. `spread`: many browsers ask at the same time, so a random wait is added.
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
