//! Instants: how long ago, with the exact time in the person's zone on hover.

use crate::domain::time::{Millis, ago, iso, utc_label};
use crate::ui::browser;
use crate::ui::context::Clock;
use leptos::prelude::*;

#[component]
pub fn Time(
    at: Millis,
    /// The server's time when the page was made.
    now: Millis,
) -> impl IntoView {
    let clock = expect_context::<Clock>().0;
    let label = move || ago(at, clock.get().unwrap_or(now).max(now));
    let title = move || {
        if clock.get().is_some() { browser::local_label(at) } else { utc_label(at) }
    };
    view! { <time class="time" datetime=iso(at) title=title>{label}</time> }
}
