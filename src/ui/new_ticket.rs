//! The bell's section New Ticket: the tickets that the person may start in this view.

use super::components::icon::Icon;
use super::requests::{Entry, entries};
use crate::wire::frame::Frame;
use leptos::prelude::*;

/// Nothing where nothing may be started.
pub fn new_ticket(frame: &Frame) -> Option<AnyView> {
    let line = |Entry { href, paths, label }| {
        view! { <li><a class="menu-item" href=href><Icon paths/><span>{label}</span></a></li> }.into_any()
    };
    let entries: Vec<_> = entries(&frame.offered).into_iter().map(line).collect();
    (!entries.is_empty()).then(|| {
        view! {
            <div class="menu-section">
                <p class="menu-title" id="bell-new">"New Ticket"</p>
                <ul aria-labelledby="bell-new">{entries}</ul>
            </div>
        }
        .into_any()
    })
}
