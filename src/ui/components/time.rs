//! Instants: how long ago, with the exact time in the person's zone on hover.
//!
//! A time stands still in the page's markup. While the page is awake all of them are told anew together, at every tick of the
//! clock ([`crate::ui::browser::tell_times`]).

use super::pill::none;
use crate::domain::time::{Millis, ago, iso, utc_label};
use crate::ui::browser;
use crate::ui::context::ticking;
use maud::{Markup, html};

/// `now` is the server's time when the page was made; a page that is awake knows better.
pub fn time(at: Millis, now: Millis) -> Markup {
    let clock = ticking();
    let title = if clock.is_some() { browser::local_label(at) } else { utc_label(at) };
    html! { time datetime=(iso(at)) title=(title) { (ago(at, clock.unwrap_or(now).max(now))) } }
}

/// An instant to the second, in the person's zone once the page is awake.
pub fn exact_time(at: Millis) -> Markup {
    let label = if ticking().is_some() { browser::local_label(at) } else { utc_label(at) };
    html! { time datetime=(iso(at)) data-exact { (label) } }
}

/// An instant as [`time`] shows it, or the dash of "none".
pub fn time_or_none(at: Option<Millis>, now: Millis) -> Markup {
    at.map_or_else(none, |at| time(at, now))
}
