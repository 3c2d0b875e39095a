//! The dialog that asks how the operation log is exported: a plain GET form, whose answer is a download.

use super::dialog::{CancelButton, modal};
use super::icon::{self, Icon};
use super::log_place::Place;
use crate::domain::oplog::{ExportFormat, ExportScope, LogColumn};
use crate::ui::context::Toasts;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::filter;
use crate::wire::logs::{LogFilter, LogRow};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

const ACTION: &str = "/logs/export";

/// The dialog of `?dialog=export`; `&about=columns` says that none was chosen.
#[component]
pub fn ExportDialog(place: Place, filter: LogFilter, rows: RwSignal<Vec<LogRow>>) -> impl IntoView {
    let query = use_query();
    let open = memo(move |_| query.with(|query| query.get("dialog") == Some("export")));
    move || open.get().then(|| dialog(place.clone(), filter.clone(), rows))
}

fn dialog(place: Place, filter: LogFilter, rows: RwSignal<Vec<LogRow>>) -> AnyView {
    let query = use_query();
    let toasts = expect_context::<Toasts>();
    let navigate = use_navigate();
    let keep = query.with_untracked(Query::lasting);
    let back = keep.url(&place.page);
    let missing = query.with_untracked(|query| query.get("about") == Some("columns"));
    let behind = back.clone();
    let on_submit = move |_| {
        // The browser sends the form first: what it answers is a download, and the page stays.
        let (navigate, behind) = (navigate.clone(), behind.clone());
        set_timeout(
            move || {
                let quiet = NavigateOptions { replace: true, scroll: false, ..Default::default() };
                navigate(&behind, quiet);
                toasts.say("The export has begun. Your browser shows how far it is.".to_owned(), false);
            },
            std::time::Duration::from_millis(100),
        );
    };
    let panel = view! {
        <form class="dialog-panel" method="get" data-external="" action=ACTION on:submit=on_submit>
            <header class="dialog-header"><h2 id="dialog-title">"Export"</h2></header>
            <div class="dialog-body">
                {hidden(filter, back)}
                {displayed(rows)}
                {columns(missing)}
                {radios("Format", "format", ExportFormat::ALL.iter().map(|f| (f.key(), f.label())).collect())}
                {radios("Records", "scope", ExportScope::ALL.iter().map(|s| (s.key(), s.label())).collect())}
            </div>
            <footer class="dialog-footer">
                <CancelButton/>
                <button class="button" type="submit" data-kind="primary"><span>"OK"</span></button>
            </footer>
        </form>
    };
    modal(place.page, keep, true, panel.into_any())
}

/// What the list is limited to, and the way back should something be missing.
fn hidden(filter: LogFilter, back: String) -> AnyView {
    // How much is shown, and from where on, is said by the first and the last record.
    let filter = LogFilter { shown: String::new(), after: String::new(), ..filter };
    let mut fields = filter::written(&filter);
    fields.push(("back".to_owned(), back));
    let field = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
    let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(field).views().into_any()
}

/// The first and the last record of what is displayed.
fn displayed(rows: RwSignal<Vec<LogRow>>) -> AnyView {
    let key = move |row: fn(&[LogRow]) -> Option<&LogRow>| {
        rows.with(|rows| row(rows).map(|row| row.key.clone()).unwrap_or_default())
    };
    view! {
        <input type="hidden" name="first" value=move || key(|rows| rows.first())/>
        <input type="hidden" name="last" value=move || key(|rows| rows.last())/>
    }
    .into_any()
}

fn columns(missing: bool) -> AnyView {
    let choice = |column: &LogColumn| {
        let id = format!("export-{}", column.key());
        view! {
            <div class="choice">
                <input type="checkbox" name="columns" id=id.clone() value=column.key() checked=!missing/>
                <label for=id>{column.label()}</label>
            </div>
        }
    };
    let problem = missing.then(|| {
        view! {
            <p class="field-error" id="export-columns-error" role="alert">
                <Icon paths=icon::CIRCLE_X/><span>"Choose at least one column."</span>
            </p>
        }
        .into_any()
    });
    view! {
        <fieldset class="fieldset" aria-describedby=missing.then_some("export-columns-error")>
            <legend>"Columns"</legend>
            <div class="choices" data-flow="row">{LogColumn::ALL.iter().map(choice).views()}</div>
            {problem}
        </fieldset>
    }
    .into_any()
}

/// One of several; the first is preset.
fn radios(legend: &'static str, name: &'static str, choices: Vec<(&'static str, &'static str)>) -> AnyView {
    let choice = |(i, (value, label)): (usize, (&'static str, &'static str))| {
        let id = format!("export-{name}-{value}");
        view! {
            <div class="choice">
                <input type="radio" name=name id=id.clone() value=value checked=i == 0/>
                <label for=id>{label}</label>
            </div>
        }
    };
    view! {
        <fieldset class="fieldset">
            <legend>{legend}</legend>
            <div class="choices" data-flow="row">{choices.into_iter().enumerate().map(choice).views()}</div>
        </fieldset>
    }
    .into_any()
}
