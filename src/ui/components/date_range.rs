//! Two dates of a filter, and the zone whose days they are: the browser's own, sent along once a date is given.

use super::field::{Control, FilterField};
use crate::ui::browser;
use crate::ui::query::{Query, use_query};
use leptos::prelude::*;

/// The fields `from` and `to`, under these labels.
#[component]
pub fn DateRange(
    from: &'static str,
    to: &'static str,
    /// The zone that the dates shown were read in.
    zone: String,
) -> impl IntoView {
    let query = use_query();
    let dated = RwSignal::new(query.with_untracked(has_date));
    let own_zone = RwSignal::new(query.with_untracked(|query| query.text("zone")));
    let note = RwSignal::new(zone);
    Effect::new(move |_| {
        if let Some(zone) = browser::zone() {
            own_zone.set(zone.clone());
            if !query.with_untracked(has_date) {
                note.set(zone);
            }
        }
    });
    let on_input = move |event: leptos::ev::Event| {
        dated.set(has_date(&Query(browser::typed(&event))));
    };
    view! {
        <div class="filters-dates" on:input=on_input>
            <FilterField label=from name="from" control=Control::Date/>
            <FilterField label=to name="to" control=Control::Date/>
            <input type="hidden" name="zone" value=move || own_zone.get() disabled=move || !dated.get()/>
            <p class="field-help filters-note">"Days are those of " {move || note.get()} "."</p>
        </div>
    }
    .into_any()
}

fn has_date(query: &Query) -> bool {
    ["from", "to"].iter().any(|name| query.get(name).is_some_and(|value| !value.is_empty()))
}
