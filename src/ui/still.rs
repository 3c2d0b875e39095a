//! Markup that stands still: rows of tables, states, times, facts. It is text, written with maud (which escapes what it is
//! given), and put into the page as it is.
//!
//! Most of a page has no behaviour of its own. As views, fifty rows are thousands of nodes that the server builds and throws
//! away for every page, that the browser half has the code for, and that it walks through before the page wakes up. So views
//! are for what changes by itself, and what stands still is still. What happens in it is heard further out: links by the
//! router, forms that ask for a page by [`follow_forms`], the rest by the [`Region`] around it.

use crate::ui::browser;
use crate::ui::components::form::Change;
use crate::ui::components::selection::Selection;
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

/// What surrounds still markup and hears what happens in it.
#[component]
pub fn Region(
    class: &'static str,
    /// What forms in it change, as far as they don't ask for a page.
    #[prop(optional_no_strip)]
    change: Option<Change>,
    /// What boxes in it select.
    #[prop(optional_no_strip)]
    selection: Option<Selection>,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let on_submit = move |event: SubmitEvent| {
        if let Some(change) = change.filter(|_| browser::posts(&event)) {
            event.prevent_default();
            change.send(&event, navigate.clone());
        }
    };
    let on_change = move |_: Event| {
        if let Some(selection) = selection {
            selection.look();
        }
    };
    let busy = move || change.is_some_and(Change::is_pending).then_some("true");
    view! { <div class=class aria-busy=busy on:submit=on_submit on:change=on_change>{children()}</div> }.into_any()
}

/// Follows forms that ask for another page as the router follows links: without leaving. Empty fields are left out of the
/// address. A form with `data-external` is left alone, as links with `rel="external"` are.
pub fn follow_forms() {
    let navigate = use_navigate();
    Effect::new(move |_| {
        let navigate = navigate.clone();
        let handle = window_event_listener(leptos::ev::submit, move |event| {
            let Some(page) = browser::asked_page(&event) else { return };
            event.prevent_default();
            browser::close_popovers();
            let mut pairs = browser::pairs(&event);
            pairs.retain(|(_, value)| !value.is_empty());
            let url = crate::ui::query::Query(pairs).url(&page);
            navigate(&url, NavigateOptions { scroll: false, ..Default::default() });
        });
        on_cleanup(move || handle.remove());
    });
}
