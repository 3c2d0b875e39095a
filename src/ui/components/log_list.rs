//! The operation log as a list: all of it at `/logs`, or the part about one resource in its details page.
//!
//! Twenty records at a time. **Load more** is a link to the same page with more rows; with scripts it appends the next
//! ones, read from where the list ends, and the address says how many are shown.

use super::date_range::DateRange;
use super::dialog::{DialogButton, row_buttons};
use super::export_dialog::ExportDialog;
use super::field::{Control, FilterField};
use super::form::GetForm;
use super::icon::{self, Icon};
use super::list::{Column, Empty, Table, actions_cell, cell, line, link};
use super::log_record::RecordDialog;
use super::pill::{State, text_or_none};
use super::time::time;
use crate::domain::oplog::{LogColumn, Operation, Outcome, ResourceType};
use crate::domain::time::Millis;
use crate::functions::logs::list_logs;
use crate::ui::browser;
use crate::ui::components::field::all_choices;
use crate::ui::components::log_place::Place;
use crate::ui::context::{Toasts, lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::logs::{self, LogFilter, LogRow};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use maud::{Markup, html};

const STEP: usize = 20;
/// The server reads no more rows at once; from there on the link leads to what comes after them.
const MOST_SHOWN: usize = 1_000;

/// A column of the list, which is one of the file's too: its `data-col`, and what its cell shows of a record, where the text
/// is the address that shows all of it and the time is now.
type LogCell = (LogColumn, &'static str, fn(&LogRow, &str, Millis) -> Markup);

/// The file has more columns than there is room for on a page.
static COLUMNS: [LogCell; 8] = [
    (LogColumn::Number, "id", |row, address, _| link(address, &row.number.to_string())),
    (LogColumn::Time, "time", |row, _, now| time(row.at, now)),
    (LogColumn::Operator, "", |row, _, _| text_or_none(&row.operator)),
    (LogColumn::Operation, "", |row, _, _| text_or_none(&row.operation)),
    (LogColumn::ResourceType, "", |row, _, _| text_or_none(&row.resource_type)),
    (LogColumn::ResourceName, "", |row, _, _| text_or_none(&row.resource_name)),
    (LogColumn::Result, "state", |row, _, _| row.result.pill()),
    (LogColumn::Ip, "", |row, _, _| text_or_none(&row.ip)),
];

/// The columns of a list; one about a single resource doesn't name it in every row.
fn columns(limited: bool) -> impl Iterator<Item = LogCell> {
    let names_resource = |column: LogColumn| matches!(column, LogColumn::ResourceType | LogColumn::ResourceName);
    COLUMNS.iter().copied().filter(move |(column, ..)| !limited || !names_resource(*column))
}

/// The caption of a column and its `data-col`. Times on a page are those of the person's zone, in the file of UTC.
fn head((column, kind, _): LogCell) -> Column {
    (if column == LogColumn::Time { "Time" } else { column.label() }, kind)
}

/// The list with its filters and dialogs.
#[component]
pub fn LogList(place: Place) -> impl IntoView {
    let query = use_query();
    let revision = use_revision();
    let place = StoredValue::new(place);
    let filter = memo(move |_| query.with(|query| place.with_value(|place| place.filter(query))));
    let list = read(
        move || {
            revision.track();
            // How many are shown changes without the list being read again: the rows are appended.
            let shown = query.with_untracked(|query| query.text("shown"));
            LogFilter { shown, ..filter.get() }
        },
        list_logs,
    );
    let body = move |list: logs::LogList, frame: Frame| {
        let place = place.get_value();
        let rows = RwSignal::new(list.rows);
        let more = RwSignal::new(list.more);
        view! {
            {filters(&place, list.zone)}
            {shown(place.clone(), rows, more, frame.now)}
            <ExportDialog place filter=filter.get_untracked() rows/>
        }
        .into_any()
    };
    view! {
        {loaded(list, body)}
        <RecordDialog page=place.with_value(|place| place.page.clone())/>
    }
    .into_any()
}

fn filters(place: &Place, zone: String) -> AnyView {
    let query = use_query();
    let keep = query.with_untracked(Place::keep);
    let clear = keep.url(&place.page);
    let export = keep_all(&query);
    let all = place.about.is_none().then(|| {
        view! {
            <FilterField label="Operator" name="operator"/>
            <FilterField label="Operation" name="operation" control=Control::Select(all_choices!("All", Operation))/>
            <FilterField label="Resource Type" name="resource_type" control=Control::Select(all_choices!("All", ResourceType))/>
            <FilterField label="Result" name="result" control=Control::Select(all_choices!("All", Outcome))/>
        }.into_any()
    });
    view! {
        <div class="filters">
            <GetForm page=place.page.clone() keep class="filters-form" label="Filters">
                <button type="button" class="button filters-toggle" popovertarget="filters-panel">
                    <Icon paths=icon::FILTER/><span>"Filters"</span>
                </button>
                <div class="filters-panel" id="filters-panel" popover="auto">
                    {all}
                    <DateRange from="Start date" to="End date" zone/>
                    <div class="filters-actions">
                        <button class="button" type="submit"><span>"Apply"</span></button>
                        <a class="button" data-kind="quiet" href=clear><span>"Clear"</span></a>
                    </div>
                </div>
            </GetForm>
            <div class="filters-end">
                <DialogButton page=place.page.clone() keep=export dialog="export" label="Export" kind="quiet" paths=icon::DOWNLOAD/>
            </div>
        </div>
    }
    .into_any()
}

fn keep_all(query: &Memo<Query>) -> Query {
    query.with_untracked(Query::lasting)
}

/// The rows and what leads to more of them.
fn shown(place: Place, rows: RwSignal<Vec<LogRow>>, more: RwSignal<bool>, now: Millis) -> AnyView {
    if rows.with_untracked(Vec::is_empty) {
        return empty(&place);
    }
    let limited = place.about.is_some();
    let columns: Vec<Column> = columns(limited).map(head).collect();
    let page = place.page.clone();
    let lines = move || rows.with(|rows| rows.iter().map(|row| line(record_row(&page, row, limited, now))).views());
    view! {
        <Table caption="Operation Log" columns actions=true>{lines}</Table>
        <LoadMore place rows more/>
    }
    .into_any()
}

fn record_row(page: &str, row: &LogRow, limited: bool, now: Millis) -> Markup {
    let (query, number) = (lasting_query(), row.number.to_string());
    let view = query.clone().with("dialog", "record").with("about", number.as_str()).url(page);
    html! {
        @for column in columns(limited) { (cell(head(column), "", column.2(row, &view, now))) }
        (actions_cell(row_buttons(page, &query, ("about", &number), &[("record", "View", "")])))
    }
}

impl State for Outcome {
    fn label(self) -> &'static str {
        Outcome::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Success => ("success", icon::CIRCLE_CHECK),
            Outcome::Failed => ("danger", icon::CIRCLE_X),
        }
    }
}

#[component]
fn LoadMore(place: Place, rows: RwSignal<Vec<LogRow>>, more: RwSignal<bool>) -> impl IntoView {
    let query = use_query();
    let toasts = expect_context::<Toasts>();
    let navigate = use_navigate();
    let loading = RwSignal::new(false);
    let place = StoredValue::new(place);
    let count = move || rows.with(Vec::len);
    // Without scripts: this page with more rows, or what comes after the most that are shown at once.
    let next = move || {
        let page = place.with_value(|place| place.page.clone());
        let query = query.with(Query::lasting);
        if count() < MOST_SHOWN {
            return query.with("shown", (count() + STEP).to_string()).url(&page);
        }
        let last = rows.with(|rows| rows.last().map(|row| row.key.clone()).unwrap_or_default());
        query.without(&["shown"]).with("after", last).url(&page)
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        if loading.get_untracked() {
            return;
        }
        loading.set(true);
        let filter = query.with_untracked(|query| place.with_value(|place| place.filter(query)));
        let after = rows.with_untracked(|rows| rows.last().map(|row| row.key.clone()).unwrap_or_default());
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            let answer = list_logs(LogFilter { after, ..filter }).await;
            loading.try_set(false);
            match answer {
                Ok(list) => {
                    more.try_set(list.more);
                    rows.try_update(|rows| rows.extend(list.rows));
                    let Some(count) = rows.try_with_untracked(Vec::len) else {
                        return;
                    };
                    let here = query.with_untracked(Query::lasting).with("shown", count.to_string());
                    let quiet = NavigateOptions { replace: true, scroll: false, ..Default::default() };
                    navigate(&here.url(&browser::path()), quiet);
                }
                Err(error) => toasts.say(error.to_string(), true),
            }
        });
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <p class="pager-info" role="status">{move || format!("{} shown", count())}</p>
            {move || more.get().then(|| {
                let on_click = on_click.clone();
                view! {
                    <a class="button" data-size="small" href=next on:click=on_click
                        aria-busy=move || loading.get().then_some("true")>"Load more"</a>
                }
            })}
        </nav>
    }
    .into_any()
}

fn empty(place: &Place) -> AnyView {
    let query = use_query();
    let keep = query.with_untracked(Place::keep);
    if query.with_untracked(Query::lasting) != keep {
        let clear = keep.url(&place.page);
        return view! {
            <Empty paths=icon::SEARCH title="No record matches" text="Other dates or filters may find what you look for.">
                <a class="button" href=clear>"Clear"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty title="No records yet" text="Every change leaves a record here: who did what, when and from where."/> }
        .into_any()
}
