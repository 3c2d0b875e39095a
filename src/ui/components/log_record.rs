//! One record of the operation log in a dialog, to be read and copied.

use super::dialog::NoticeDialog;
use super::icon::{self, Icon};
use super::pill::{State, text_or_none};
use crate::api::error::AppError;
use crate::api::logs::{LogRecord, get_log};
use crate::domain::time::utc_label;
use crate::ui::browser;
use crate::ui::context::Clock;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use leptos::prelude::*;

/// The dialog of `?dialog=record&about=NUMBER`.
#[component]
pub fn RecordDialog(#[prop(into)] page: String) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let is_open = query.get("dialog") == Some("record");
            is_open.then(|| query.get("about")?.parse::<i64>().ok()).flatten()
        })
    });
    let record = read(
        move || wanted.get(),
        |wanted| async move {
            match wanted {
                Some(number) => get_log(number).await.map(Some),
                None => Ok(None),
            }
        },
    );
    awaited(move || {
        let (open, page) = (wanted.get().is_some(), page.clone());
        let keep = query.with_untracked(Query::lasting);
        async move {
            match record.wait().await {
                Ok(Some(record)) if open => opened(record, page, keep),
                Err(error) if open => refused(error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

fn opened(record: LogRecord, page: String, keep: Query) -> AnyView {
    let title = format!("{} {}", record.row.operation, record.row.resource_name);
    let copy = view! { <CopyButton text=record.text.clone()/> }.into_any();
    let details = if record.details.is_empty() { "-".to_owned() } else { record.details.clone() };
    view! {
        <NoticeDialog title=title.trim().to_owned() page keep wide=true actions=copy>
            {facts(record)}
            <div class="code">
                <h3>"Details"</h3>
                <pre tabindex="0" role="region" aria-label="Details"><code>{details}</code></pre>
            </div>
        </NoticeDialog>
    }
    .into_any()
}

fn facts(record: LogRecord) -> AnyView {
    let clock = expect_context::<Clock>().0;
    let LogRecord { row, operator_id, view, resource_id, project, domain, reason, seal, .. } = record;
    let at = row.at;
    let time = move || {
        if clock.get().is_some() { browser::local_label(at) } else { utc_label(at) }
    };
    let text = |text: Option<String>| text_or_none(text.unwrap_or_default());
    let seal = match seal {
        Some(number) => format!("Sealed, seal {number}").into_any(),
        None => "Not sealed yet".into_any(),
    };
    let facts = [
        ("ID", row.number.into_any()),
        ("Time", time.into_any()),
        ("Operator", text_or_none(row.operator)),
        ("Operator ID", text(operator_id)),
        ("View", text_or_none(view)),
        ("IP", text_or_none(row.ip)),
        ("Operation", row.operation.into_any()),
        ("Result", row.result.pill()),
        ("Reason", text(reason)),
        ("Resource Type", row.resource_type.into_any()),
        ("Resource Name", text_or_none(row.resource_name)),
        ("Resource ID", text_or_none(resource_id)),
        ("Project", text(project)),
        ("Domain", text(domain)),
        ("Integrity", seal),
    ];
    let line = |(label, value): (&'static str, AnyView)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts" data-flow="columns">{facts.into_iter().map(line).views()}</dl> }.into_any()
}

/// There once scripts are: without them the text is marked by hand.
#[component]
fn CopyButton(text: String) -> impl IntoView {
    let clock = expect_context::<Clock>().0;
    let said = RwSignal::new("");
    let copy = move |_| {
        browser::copy(&text, move |done| {
            said.try_set(if done { "Copied." } else { "The browser refused. Mark the text and copy it by hand." });
        });
    };
    let button = move || {
        let copy = copy.clone();
        let awake = clock.get().is_some();
        awake.then(|| {
            view! {
                <button class="button" type="button" on:click=copy><Icon paths=icon::COPY/><span>"Copy"</span></button>
            }
            .into_any()
        })
    };
    view! { <p role="status">{said}</p> {button} }.into_any()
}

fn refused(error: AppError, page: String, keep: Query) -> AnyView {
    view! { <NoticeDialog title="That isn't possible" page keep><p>{error.to_string()}</p></NoticeDialog> }.into_any()
}
