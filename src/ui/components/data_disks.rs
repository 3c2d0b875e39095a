//! The rows of data disks of a form: one size each, added and taken away through the URL.

use super::field::{Control, Field, FieldError};
use super::form::{FormState, RestateButton, field_id};
use super::icon;
use crate::domain::host::DATA_DISK_GIB;
use leptos::prelude::*;

/// How the form names them.
pub const DISKS: &str = "form[data_disks]";

#[component]
pub fn DataDisks(
    /// The page the form is on.
    #[prop(into)]
    page: String,
    legend: &'static str,
    rows: usize,
    /// How many there may be.
    most: usize,
) -> impl IntoView {
    let problem = expect_context::<FormState>().problem(DISKS);
    let (low, high) = (*DATA_DISK_GIB.start(), *DATA_DISK_GIB.end());
    let row_page = page.clone();
    let row = |i: usize| {
        let size = Control::Number { min: low, max: high, unit: Some("GiB") };
        view! {
            <li class="row">
                <Field label=format!("Data disk {}", i + 1) name=format!("{DISKS}[{i}]") control=size/>
                <RestateButton page=row_page.clone() value=format!("remove-{i}") label=format!("Remove data disk {}", i + 1) paths=icon::X icon_only=true/>
            </li>
        }
        .into_any()
    };
    let more = most.saturating_sub(rows);
    view! {
        <fieldset class="fieldset" id=field_id(DISKS) tabindex="-1">
            <legend>{legend}</legend>
            <ul class="rows">{(0..rows).map(row).collect::<Vec<_>>()}</ul>
            <div class="cluster">
                <RestateButton page value="add" label="Add data disk" paths=icon::PLUS disabled={more == 0}/>
                <span class="field-help">{format!("{more} more possible, {low} to {high} GiB each.")}</span>
            </div>
            <FieldError problem id="data-disks-error"/>
        </fieldset>
    }
    .into_any()
}
