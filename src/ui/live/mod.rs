//! Live pages: a hint from the server makes the page read its data again, in place.
//!
//! The bell's counts change at once. The page waits while somebody uses it, because reading again renders again, which
//! would undo what is typed and close what is open. A burst of hints is read once.

#[cfg(feature = "hydrate")]
mod line;
mod pace;

use super::browser;
use super::context::{refresh_frame, use_revision};
use crate::ui::context::{Live, Writing};
use crate::wire::live::Hint;
use leptos::prelude::*;
use pace::Pace;
use std::sync::atomic::{AtomicU32, Ordering};

/// A guard for the time in which the code of the next page is loaded. The page before it is still shown, and may not
/// belong to the current view any more, so it isn't read again until this is dropped.
pub struct Leaving(());

static LEAVING: AtomicU32 = AtomicU32::new(0);

impl Leaving {
    pub fn begin() -> Leaving {
        LEAVING.fetch_add(1, Ordering::Relaxed);
        Leaving(())
    }

    fn is_under_way() -> bool {
        LEAVING.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        LEAVING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Keeps the pages below live for as long as the calling component exists. Returns a notice for a page that is in use,
/// and so isn't read again yet: it says that something on the page has changed.
pub fn keep_live() -> AnyView {
    let (live, writing, revision) = (expect_context::<Live>(), expect_context::<Writing>(), use_revision());
    // Rendering the frame again would close an open menu.
    let whole_frame = Pace::new(move || {
        let is_free = !browser::has_open_menu();
        if is_free {
            revision.bump_frame();
        }
        is_free
    });
    let refresh = refresh_frame(move || whole_frame.ask(false));
    let frame = Pace::new(move || {
        refresh();
        true
    });
    let signed_out = StoredValue::new(false);
    // `is_certain`: something on the page has changed for certain, which a line that was lost for a while doesn't say.
    // `is_behind`: the notice is shown.
    let (is_certain, is_behind) = (StoredValue::new(false), RwSignal::new(false));
    let page = Pace::new(move || {
        let is_used = browser::is_in_use();
        let behind = is_used && is_certain.try_get_value() == Some(true);
        if is_behind.try_get_untracked() == Some(!behind) {
            is_behind.set(behind);
        }
        let is_free = !Leaving::is_under_way() && !revision.is_changing() && !is_used;
        if is_free {
            is_certain.try_set_value(false);
        }
        match signed_out.try_get_value() {
            Some(true) if is_free => browser::sign_in_again(),
            _ if is_free => revision.follow_hint(),
            _ => {}
        }
        is_free
    });
    let parts = Pace::new(move || {
        let is_free = !Leaving::is_under_way() && !revision.is_changing();
        if is_free {
            revision.bump_live();
        }
        is_free
    });
    let hear = move |hints: &[Hint]| {
        let path = browser::path();
        // All open pages hear these hints at the same time, so their reads are spread.
        let is_broad = hints.iter().any(|hint| !matches!(hint, Hint::Frame | Hint::Ticket(_) | Hint::Writing(..)));
        for hint in hints {
            match hint {
                Hint::Writing(number, is_requester) => _ = writing.0.try_set(Some((*number, *is_requester))),
                // What somebody was writing may be what has changed, so they don't count as writing any more.
                Hint::Ticket(_) => _ = writing.0.try_set(None),
                _ => {}
            }
        }
        if hints.iter().any(|hint| matches!(hint, Hint::All | Hint::Frame)) {
            frame.ask(is_broad);
        }
        if hints.iter().any(|hint| hint.concerns(&path)) {
            if hints.contains(&Hint::SignedOut) {
                signed_out.set_value(true);
            }
            if hints.iter().any(|hint| !matches!(hint, Hint::All | Hint::SignedOut) && hint.concerns(&path)) {
                is_certain.set_value(true);
            }
            revision.note_hint();
            page.ask(is_broad);
            parts.ask(is_broad);
        }
    };
    open_line(move |up| live.is_now(up), hear);
    let told = move || is_behind.get().then(behind);
    view! { <div role="status">{told}</div> }.into_any()
}

fn behind() -> AnyView {
    view! { <p class="behind">"This page has changed elsewhere. "<a href="" rel="external">"Reload to see it"</a></p> }
        .into_any()
}

#[cfg(feature = "hydrate")]
fn open_line(up: impl Fn(bool) + 'static, hear: impl Fn(&[Hint]) + 'static) {
    let callbacks = StoredValue::new_local(Some((up, hear)));
    Effect::new(move |_| {
        if let Some(Some((up, hear))) = callbacks.try_update_value(Option::take) {
            // The line is dropped, and so closed, with its owner.
            StoredValue::new_local(line::Line::open(up, hear));
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn open_line(_up: impl Fn(bool) + 'static, _hear: impl Fn(&[Hint]) + 'static) {}
