//! What lists share: the head cells, the pager, the empty state, the box of filters.

use super::form::{Change, GetForm};
use super::icon::{self, Icon};
use super::pill::NONE;
use super::selection::Selection;
use crate::domain::bell::Counts;
use crate::ui::context::LiveCounts;
use crate::ui::markup::some;
use crate::ui::query::{Query, use_query};
use crate::ui::still::Region;
use crate::ui::views::Views;
use crate::wire::Page;
use leptos::prelude::*;
use maud::{Markup, PreEscaped, Render, html};

/// A column: its caption and its `data-col` (empty for plain text).
pub type Column = (&'static str, &'static str);

/// A tab that leads to a list.
pub struct TabLink {
    pub href: String,
    pub label: &'static str,
    pub is_current: bool,
    /// What the bell counts of it.
    pub count: Option<fn(Counts) -> i64>,
    /// What it counts waits for the person.
    pub waits: bool,
}

/// The tabs above a list.
pub fn tabs(label: &'static str, tabs: Vec<TabLink>, counts: LiveCounts) -> AnyView {
    let entry = |TabLink { href, label, is_current, count, waits }: TabLink| {
        let count = count.map(|of| {
            let tone = move || (waits && of(counts.get()) > 0).then_some("accent");
            view! { <span class="count" data-tone=tone>{move || of(counts.get())}</span> }.into_any()
        });
        view! { <li><a href=href aria-current=is_current.then_some("page")>{label}</a>{count}</li> }
    };
    view! { <nav class="tabs" aria-label=label><ul>{tabs.into_iter().map(entry).views()}</ul></nav> }.into_any()
}

/// A table with these columns around its rows, which are [`line`]s. The last column holds the row's actions where `actions`
/// says so.
#[component]
pub fn Table(
    caption: &'static str,
    columns: Vec<Column>,
    #[prop(optional)] actions: bool,
    /// What the buttons of its rows change.
    #[prop(optional)]
    change: Option<Change>,
    /// What the boxes of its rows select.
    #[prop(optional)]
    selection: Option<Selection>,
    children: Children,
) -> impl IntoView {
    let head = html! {
        @for (label, col) in columns {
            // A box has no room for its column's name.
            th scope="col" data-col=[some(col)] { span class=[(col == "check").then_some("visually-hidden")] { (label) } }
        }
        @if actions { th scope="col" data-col="actions" { span class="visually-hidden" { "Actions" } } }
    };
    view! {
        <Region class="table-wrap" change selection>
            <table class="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead>{line(head)}</thead>
                <tbody>{children()}</tbody>
            </table>
        </Region>
    }
    .into_any()
}

/// A line of a table: its cells stand still, and are replaced together when one of them differs.
pub fn line(cells: Markup) -> AnyView {
    view! { <tr inner_html=cells.into_string()></tr> }.into_any()
}

/// A cell; `title` says more of what it holds and may be empty. (A caption is ours, and there is nothing in it to escape.)
pub fn cell((label, col): Column, title: &str, content: impl Render) -> Markup {
    html! { td data-label=(PreEscaped(label)) data-col=[some(col).map(PreEscaped)] title=[some(title)] { (content) } }
}

/// A cell of plain text.
pub fn text_cell(column: Column, text: &str) -> Markup {
    if text.is_empty() { cell(column, "", NONE) } else { cell(column, cut(column, text), text) }
}

/// A cell of plain text that leads to a page of ours.
pub fn link_cell(column: Column, href: &str, text: &str) -> Markup {
    cell(column, cut(column, text), link(href, text))
}

/// The whole of a text that its column may cut off; others wrap.
fn cut((_, col): Column, text: &str) -> &str {
    if matches!(col, "id" | "wide") { text } else { "" }
}

/// A link to a page of ours.
pub fn link(href: &str, text: &str) -> Markup {
    html! { a href=(href) { (text) } }
}

/// The cell at the end of a row, with what can be done there.
pub fn actions_cell(actions: Markup) -> Markup {
    html! { td data-col="actions" { div class="table-actions" { (actions) } } }
}

/// Onwards and back through a list read by key.
#[component]
pub fn Pager(
    page: String,
    query: Query,
    shown: usize,
    previous: Option<String>,
    next: Option<String>,
    /// What leads back and onwards; a list in the order of names isn't of newer and older.
    #[prop(default = ("Newer", "Older"))]
    labels: (&'static str, &'static str),
) -> impl IntoView {
    let query = query.without(&["after", "before"]);
    let step = |key: Option<String>, name: &'static str, rel: &'static str, label: &'static str| match key {
        Some(key) => {
            let href = query.clone().with(name, key).url(&page);
            view! { <a class="button" data-size="small" rel=rel href=href>{label}</a> }.into_any()
        }
        None => view! { <span class="button" data-size="small" aria-disabled="true">{label}</span> }.into_any(),
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="pager-info">{format!("{shown} shown")}</p>
            {step(previous, "before", "prev", labels.0)}
            {step(next, "after", "next", labels.1)}
        </nav>
    }
    .into_any()
}

/// The pager of a page of rows.
pub fn pager<T>(page: &Page<T>, path: &str, query: Query) -> AnyView {
    let (shown, previous, next) = (page.rows.len(), page.previous.clone(), page.next.clone());
    view! { <Pager page=path.to_owned() query shown previous next/> }.into_any()
}

/// The filters above a list; they live in the URL.
#[component]
pub fn Filters(#[prop(into)] page: String, children: Children) -> impl IntoView {
    let query = use_query();
    let set = move || {
        query.try_with(|query| {
            let counts = |name: &str| !["after", "before", "sort", "zone"].contains(&name);
            query.lasting().0.iter().filter(|(name, value)| counts(name) && !value.is_empty()).count()
        })
    };
    let count = move || set().filter(|n| *n > 0).map(|n| view! { <span class="count">{n}</span> }.into_any());
    let clear = page.clone();
    view! {
        <GetForm page class="filters" label="Filters">
            <button type="button" class="button filters-toggle" popovertarget="filters-panel">
                <Icon paths=icon::FILTER/><span>"Filters"</span>
            </button>
            {count}
            <div class="filters-panel" id="filters-panel" popover="auto">
                {children()}
                <div class="filters-actions">
                    <button class="button" type="submit"><span>"Apply"</span></button>
                    <a class="button" data-kind="quiet" href=clear><span>"Clear"</span></a>
                </div>
            </div>
        </GetForm>
    }
    .into_any()
}

/// A place without anything yet: what it is for, and the first thing to do.
#[component]
pub fn Empty(
    #[prop(default = icon::INBOX)] paths: &'static str,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <section class="empty">
            <Icon paths size=24/>
            <h2 tabindex="-1">{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="cluster">{children()}</div> }.into_any())}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_text() {
        let cell = text_cell(("Name", "id"), "<b title=\"x\">&").into_string();
        let typed = "&lt;b title=&quot;x&quot;&gt;&amp;";
        assert_eq!(cell, format!("<td data-label=\"Name\" data-col=\"id\" title=\"{typed}\">{typed}</td>"));
        let href = link("/hosts?name=\"><script>", "web").into_string();
        assert_eq!(href, "<a href=\"/hosts?name=&quot;&gt;&lt;script&gt;\">web</a>");
    }
}
