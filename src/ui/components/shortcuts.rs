//! The keyboard shortcuts of a page: the button that lists them, the list, and the switch that turns them off.

use super::icon::{self, Icon};
use crate::ui::keyboard;
use crate::ui::markup::block;
use leptos::prelude::*;
use maud::html;

const ID: &str = "shortcuts";
type Shortcut = (&'static str, &'static str);

/// Walking through a list of tickets; deciding where one may.
pub const OF_LISTS: &[Shortcut] = &[
    ("j", "Next ticket"),
    ("k", "Previous ticket"),
    ("Enter", "Open"),
    ("p", "Pass"),
    ("r", "Reject"),
    ("x", "Select"),
    HELP,
];
/// The page of one ticket.
pub const OF_TICKET: &[Shortcut] = &[("p", "Pass"), ("r", "Reject"), HELP];
const HELP: Shortcut = ("?", "Keyboard shortcuts");

/// Lists the shortcuts. Without scripts there are none, and it isn't shown.
#[component]
pub fn ShortcutsButton() -> impl IntoView {
    view! {
        <button type="button" class="button shortcuts-button" data-kind="quiet" popovertarget=ID data-key="?">
            <Icon paths=icon::KEYBOARD/><span>"Keyboard shortcuts"</span>
        </button>
    }
    .into_any()
}

/// Listens to the keys of this page, and is what [`ShortcutsButton`] opens. Stands outside what is read again and again.
#[component]
pub fn Shortcuts(keys: &'static [Shortcut]) -> impl IntoView {
    let on = RwSignal::new(true);
    Effect::new(move |_| on.set(keyboard::is_on()));
    keyboard::listen();
    let on_change = move |event: leptos::ev::Event| {
        on.set(event_target_checked(&event));
        keyboard::turn(on.get_untracked());
    };
    let keys = html! {
        dl class="shortcuts-keys" { @for (key, what) in keys { div { dt { kbd { (key) } } dd { (what) } } } }
    };
    view! {
        <div class="menu shortcuts" id=ID popover="auto" role="dialog" aria-labelledby="shortcuts-title" data-align="end">
            <h2 id="shortcuts-title">"Keyboard shortcuts"</h2>
            {block(keys)}
            <div class="choice">
                <input type="checkbox" id="shortcuts-on" checked=true prop:checked=move || on.get() autofocus=true on:change=on_change/>
                <label for="shortcuts-on">"Single-key shortcuts"</label>
                <p class="choice-help">"Turn them off if keys are pressed by accident, or by speech."</p>
            </div>
        </div>
    }
    .into_any()
}
