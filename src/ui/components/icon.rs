//! The icons in use: Lucide 1.62.0, as symbols of one file that browsers keep, the sprite `public/icons.svg`. A page names
//! a symbol where it shows an icon; neither pages nor the browser half bear the drawings.
//!
//! Lucide is under the ISC licence (Copyright (c) 2026 Lucide Icons and Contributors; parts derived from Feather, MIT,
//! Copyright (c) 2013-2026 Cole Bemis): its notice is kept in `public/licences/lucide.txt`.

use leptos::prelude::*;
use maud::{Markup, PreEscaped, Render, html};

/// The address of the sprite, which changes with its content: build.rs makes a digest of it.
macro_rules! sprite {
    () => {
        concat!("/icons-", env!("COUNTERSIGN_ICONS"), ".svg")
    };
}

/// Each icon's constant, which is the inner markup of its `<svg>`, and the id of its symbol.
macro_rules! icons {
    ($($icon:ident = $symbol:literal,)+) => {
        $(pub const $icon: &str = concat!("<use href=\"", sprite!(), "#", $symbol, "\"/>");)+

        #[cfg(test)]
        const SYMBOLS: &[&str] = &[$($symbol),+];
    };
}

/// The address of the sprite, for what serves it.
#[cfg(feature = "ssr")]
pub const SPRITE: &str = sprite!();

icons! {
    MENU = "menu",
    BELL = "bell",
    USER = "user",
    CHEVRON_DOWN = "chevron-down",
    CHEVRON_RIGHT = "chevron-right",
    PENCIL = "pencil",
    LOCK = "lock",
    PLUS = "plus",
    X = "x",
    CHECK = "check",
    CIRCLE = "circle",
    CIRCLE_CHECK = "circle-check",
    CIRCLE_X = "circle-x",
    CIRCLE_DOT = "circle-dot",
    CLOCK = "clock",
    LOADER = "loader",
    ALERT_TRIANGLE = "alert-triangle",
    FILTER = "filter",
    SERVER = "server",
    GAUGE = "gauge",
    TICKET = "ticket",
    WORKFLOW = "workflow",
    KEY = "key",
    LOG_OUT = "log-out",
    ARROW_UP = "arrow-up",
    ARROW_DOWN = "arrow-down",
    STOP = "stop",
    TRASH = "trash",
    BAN = "ban",
    INBOX = "inbox",
    PANEL_LEFT = "panel-left",
    UNDO = "undo",
    REFRESH = "refresh",
    SEARCH = "search",
    GLOBE = "globe",
    FOLDER = "folder",
    USERS = "users",
    SHIELD = "shield",
    SLIDERS = "sliders",
    EXTERNAL = "external",
    PAPERCLIP = "paperclip",
    MINUS = "minus",
    DOWNLOAD = "download",
    KEYBOARD = "keyboard",
    COPY = "copy",
    LIFE_BUOY = "life-buoy",
    HISTORY = "history",
}

/// An icon beside a word; it says nothing to assistive technology.
#[component]
pub fn Icon(
    /// One of this module's constants.
    paths: &'static str,
    #[prop(default = 16)] size: i32,
) -> impl IntoView {
    view! { <svg class="icon" width=size height=size aria-hidden="true" inner_html=paths></svg> }
}

/// An icon in markup that stands still.
pub fn still(paths: &'static str, size: i32) -> Markup {
    html! {
        svg class="icon" width=(size) height=(size) aria-hidden="true" { (PreEscaped(paths)) }
    }
}

/// An icon of the size that the stylesheet gives it where it stands, for what a page has very many of.
pub struct Small(pub &'static str);

impl Render for Small {
    fn render_to(&self, markup: &mut String) {
        markup.push_str("<svg class=\"icon\" aria-hidden=\"true\">");
        markup.push_str(self.0);
        markup.push_str("</svg>");
    }
}

/// The product's mark. It is the first thing to be seen of the page to sign in, which has no other icon: so it comes with
/// the page.
#[component]
pub fn BrandMark() -> impl IntoView {
    let mark = r##"<rect width="32" height="32" rx="7" fill="currentColor"/><g fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><path d="m5.5 17 5 5L20 11"/><path d="m16.5 22 10-11.5"/></g>"##;
    view! { <svg class="brand-mark" width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" inner_html=mark></svg> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_is_drawn_and_every_drawing_is_in_use() {
        let sprite = include_str!("../../../public/icons.svg");
        let drawn = |line: &'static str| line.strip_prefix("<symbol id=\"")?.split_once('"');
        let ids: Vec<_> = sprite.lines().filter_map(|line| Some(drawn(line)?.0)).collect();
        // An icon without use is a warning of the compiler's.
        assert_eq!(ids, SYMBOLS);
        for (_, drawing) in sprite.lines().filter_map(drawn) {
            assert!(drawing.starts_with(" viewBox=\"0 0 24 24\"><") && drawing.ends_with("/></symbol>"), "{drawing}");
        }
    }

    #[test]
    fn an_icon_names_its_symbol() {
        assert_eq!(CHECK, format!("<use href=\"{SPRITE}#check\"/>"));
        let small = html! { (Small(CHECK)) }.into_string();
        assert_eq!(small, format!("<svg class=\"icon\" aria-hidden=\"true\">{CHECK}</svg>"));
    }
}
