//! Keys pressed without modifiers: `j` and `k` walk through the rows of a list, the others press what a row or a page
//! offers.
//!
//! A control names its key in `data-key`. The current row is the one whose link has the focus: so it is marked and read
//! out, and Enter opens it without any help from here. When a list is read anew, the focus stays at its row.

#[cfg(feature = "hydrate")]
mod real {
    use leptos::ev::KeyboardEvent;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::JsCast;
    use leptos::web_sys::{Element, HtmlElement, Storage};
    use std::cell::RefCell;

    /// The link of each row.
    const ROWS: &str = "main tbody [data-col=id] > a";
    /// Matches while keys mean something else: somebody types, or a dialog or menu stands over the page.
    const BUSY: &str = "dialog[open], :popover-open, select:focus, textarea:focus, \
                        input:not([type=checkbox], [type=radio]):focus";
    const SETTING: &str = "countersign-shortcuts";

    /// The row that had the focus last.
    #[derive(Clone)]
    struct Place {
        page: String,
        index: usize,
        name: String,
    }

    /// How long a dialog may take to close, in animation frames.
    const MOST_FRAMES: u16 = 120;
    /// The heading that is shown instead of a list without rows.
    const EMPTY: &str = "main .empty > h2";

    thread_local! {
        static PLACE: RefCell<Option<Place>> = const { RefCell::new(None) };
        /// The page that rows were last seen on.
        static LISTED: RefCell<String> = const { RefCell::new(String::new()) };
    }

    /// Listens for as long as the page is there.
    pub fn listen() {
        Effect::new(|_| {
            let handle = window_event_listener(leptos::ev::keydown, |event| {
                if on_its_own(&event) && is_on() && act(&event.key()).is_some() {
                    event.prevent_default();
                }
            });
            on_cleanup(move || handle.remove());
            // A row that is reached by Tab is the current row as well.
            let handle = window_event_listener(leptos::ev::focusin, |_| {
                if document().query_selector("main tbody :focus-visible").is_ok_and(|found| found.is_some()) {
                    let rows = rows();
                    focused(&rows).and_then(|index| note(&rows, index));
                }
            });
            on_cleanup(move || handle.remove());
        });
    }

    fn on_its_own(event: &KeyboardEvent) -> bool {
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing();
        !modified && !event.default_prevented() && matches!(document().query_selector(BUSY), Ok(None))
    }

    fn act(key: &str) -> Option<()> {
        match key {
            "j" => walk(true),
            "k" => walk(false),
            "p" | "r" | "x" | "?" => press(key),
            _ => None,
        }
    }

    fn rows() -> Vec<HtmlElement> {
        let Ok(found) = document().query_selector_all(ROWS) else { return vec![] };
        (0..found.length()).filter_map(|i| found.item(i)?.dyn_into().ok()).collect()
    }

    /// The row that holds the focus.
    fn focused(rows: &[HtmlElement]) -> Option<usize> {
        let row = document().active_element()?.closest("tr").ok()??;
        rows.iter().position(|link| row.contains(Some(link)))
    }

    fn remembered() -> Option<Place> {
        PLACE.with_borrow(|place| place.clone()).filter(|place| place.page == crate::ui::browser::path())
    }

    fn walk(onwards: bool) -> Option<()> {
        let rows = rows();
        let last = rows.len().checked_sub(1)?;
        let step = |index: usize| if onwards { index + 1 } else { index.saturating_sub(1) };
        let next = match (focused(&rows), remembered()) {
            (Some(index), _) => step(index),
            (None, Some(place)) => match rows.iter().position(|link| named(link, &place)) {
                Some(index) => step(index),
                // The remembered row is gone, and the one after it has its place now.
                None if onwards => place.index,
                None => place.index.saturating_sub(1),
            },
            (None, None) => 0,
        };
        stand_at(&rows, next.min(last))
    }

    fn stand_at(rows: &[HtmlElement], index: usize) -> Option<()> {
        rows.get(index)?.focus().ok()?;
        note(rows, index)
    }

    fn note(rows: &[HtmlElement], index: usize) -> Option<()> {
        let name = rows.get(index)?.text_content().unwrap_or_default();
        PLACE.set(Some(Place { page: crate::ui::browser::path(), index, name }));
        Some(())
    }

    fn named(link: &HtmlElement, place: &Place) -> bool {
        link.text_content().as_deref() == Some(place.name.as_str())
    }

    /// Presses the control of this key: the current row's, or the page's if the page has no rows or the key is `?`.
    fn press(key: &str) -> Option<()> {
        let control = format!("[data-key=\"{key}\"]");
        let rows = rows();
        let within: Element = if key == "?" || rows.is_empty() {
            document().query_selector("main").ok()??
        } else {
            rows.get(focused(&rows)?)?.closest("tr").ok()??
        };
        within.query_selector(&control).ok()??.dyn_into::<HtmlElement>().ok()?.click();
        Some(())
    }

    /// Call it when a list has been rendered anew. If the focus was lost with the old rows, it goes back to the same
    /// row, or else to the row that has its place now. If no row is left, it goes to the heading of the empty list.
    pub fn stay() {
        Effect::new(|_| settle(MOST_FRAMES));
    }

    /// Waits up to `frames` animation frames for a dialog to close, because it gives the focus back first.
    fn settle(frames: u16) {
        request_animation_frame(move || {
            if frames > 0 && matches!(document().query_selector("dialog[open]"), Ok(Some(_))) {
                return settle(frames - 1);
            }
            let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
            let (rows, page) = (rows(), crate::ui::browser::path());
            let had_rows = LISTED.with_borrow(|listed| *listed == page);
            if rows.is_empty() && had_rows && lost {
                let title = document().query_selector(EMPTY).ok().flatten();
                title.and_then(|title| title.dyn_into::<HtmlElement>().ok()).map(|title| title.focus());
            }
            LISTED.set(if rows.is_empty() { String::new() } else { page });
            let Some(place) = remembered().filter(|_| lost) else { return };
            let same = rows.iter().position(|link| named(link, &place));
            let index = same.unwrap_or_else(|| place.index.min(rows.len().saturating_sub(1)));
            stand_at(&rows, index);
        });
    }

    fn storage() -> Option<Storage> {
        window().local_storage().ok().flatten()
    }

    /// Whether the shortcuts are on: they are unless the person turned them off in this browser.
    pub fn is_on() -> bool {
        storage().and_then(|storage| storage.get_item(SETTING).ok().flatten()).as_deref() != Some("off")
    }

    pub fn turn(on: bool) {
        if let Some(storage) = storage() {
            let _ = if on { storage.remove_item(SETTING) } else { storage.set_item(SETTING, "off") };
        }
    }
}

#[cfg(not(feature = "hydrate"))]
mod real {
    pub fn listen() {}
    pub fn stay() {}
    pub fn is_on() -> bool {
        true
    }
    pub fn turn(_on: bool) {}
}

pub use real::{is_on, listen, stay, turn};
