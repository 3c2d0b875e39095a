//! One record of the operation log in a dialog, to be read and copied.

use super::dialog::{NoticeDialog, refused};
use super::icon::{self, Icon};
use super::pill::{State, optional, text_or_none};
use super::time::exact_time;
use crate::domain::number;
use crate::functions::logs::get_log;
use crate::ui::browser;
use crate::ui::context::Clock;
use crate::ui::data::{awaited, read};
use crate::ui::markup::{block, fact};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::wire::logs::LogRecord;
use leptos::prelude::*;
use maud::html;

/// The dialog of `?dialog=record&about=NUMBER`.
#[component]
pub fn RecordDialog(#[prop(into)] page: String) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let is_open = query.get("dialog") == Some("record");
            is_open.then(|| number::whole(query.get("about")?)).flatten()
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
                Err(error) if open => refused(&error, page, keep),
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
    let LogRecord { row, operator_id, view, resource_id, project, domain, reason, seal, .. } = record;
    let seal = seal.map_or_else(|| "Not sealed yet".to_owned(), |number| format!("Sealed, seal {number}"));
    block(html! {
        dl class="facts" data-flow="columns" {
            (fact("ID", row.number))
            (fact("Time", exact_time(row.at)))
            (fact("Operator", text_or_none(&row.operator)))
            (fact("Operator ID", optional(operator_id.as_deref())))
            (fact("View", text_or_none(&view)))
            (fact("IP", text_or_none(&row.ip)))
            (fact("Operation", &row.operation))
            (fact("Result", row.result.pill()))
            (fact("Reason", optional(reason.as_deref())))
            (fact("Resource Type", &row.resource_type))
            (fact("Resource Name", text_or_none(&row.resource_name)))
            (fact("Resource ID", text_or_none(&resource_id)))
            (fact("Project", optional(project.as_deref())))
            (fact("Domain", optional(domain.as_deref())))
            (fact("Integrity", seal))
        }
    })
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
