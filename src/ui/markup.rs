//! Still markup among views, and small pieces of it. What is still and what hears of what happens in it:
//! [`super::still`].

use leptos::prelude::*;
use maud::{Markup, Render, html};

/// Still markup among views: words, pills, times.
pub fn shown(markup: Markup) -> AnyView {
    view! { <span class="still" inner_html=markup.into_string()></span> }.into_any()
}

/// Still markup among views: what stands in no paragraph.
pub fn block(markup: Markup) -> AnyView {
    view! { <div class="still" inner_html=markup.into_string()></div> }.into_any()
}

/// The value of an attribute, which is left out where the text is empty.
pub fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A line of a list of facts (`dl.facts`).
pub fn fact(name: &str, value: impl Render) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
