//! `/tickets/workflow/{number}`: one ticket: what is asked for, where it stands, what one may do with it.

use super::amend::{AmendDialog, amend_button};
use super::decision::DecisionDialog;
use super::ticket_request::request;
use crate::domain::ids::TicketNumber;
use crate::domain::machine::StepState;
use crate::domain::time::Millis;
use crate::domain::workflow::{ExecutionResult, RecordKind};
use crate::functions::workflow::{Retry, get_ticket};
use crate::ui::components::dialog::DialogButton;
use crate::ui::components::form::{ChangeForm, Hidden, SubmitButton, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Column, Table, cell, line, text_cell};
use crate::ui::components::numbered::by_number;
use crate::ui::components::pill::{State, optional, pill, pill_or_none, text_or_none};
use crate::ui::components::shortcuts::{OF_TICKET, Shortcuts, ShortcutsButton};
use crate::ui::components::time::{time, time_or_none};
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::markup::{block, fact, shown};
use crate::ui::views::Views;
use crate::wire::frame::Frame;
use crate::wire::workflow::{ExecutionStep, Record, Stage, StageState, TicketDetail};
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

#[component]
pub fn Ticket() -> impl IntoView {
    by_number(|number| view! { <TicketPage number/> }.into_any())
}

#[component]
fn TicketPage(number: Signal<TicketNumber>) -> impl IntoView {
    let revision = use_revision();
    let retry = use_button_change::<Retry>();
    let ticket = read(move || (number.get(), revision.track()), |(number, _)| get_ticket(number));
    let body = move |detail: TicketDetail, frame: Frame| {
        refetch_soon(detail.row.execution_result == Some(ExecutionResult::InProgress), ticket);
        let retry_form = detail.may_retry.then(|| {
            view! {
                <ChangeForm change=retry class="">
                    <Hidden name="number" value=detail.row.number.to_string()/>
                    <Hidden name="version" value=detail.row.version.to_string()/>
                    <Hidden name="back" value=path(detail.row.number)/>
                    <SubmitButton label="Retry" paths=icon::REFRESH/>
                </ChangeForm>
            }
            .into_any()
        });
        page(detail, frame.now, retry_form)
    };
    view! {
        {loaded(ticket, body)}
        <AmendDialog page=Signal::derive(move || path(number.get())) number/>
        <Shortcuts keys=OF_TICKET/>
        <DecisionDialog page=Signal::derive(move || path(number.get())) own=Signal::derive(move || Some(number.get()))/>
    }
    .into_any()
}

fn path(number: TicketNumber) -> String {
    format!("/tickets/workflow/{number}")
}

fn page(detail: TicketDetail, now: Millis, retry: Option<AnyView>) -> AnyView {
    let row = &detail.row;
    let title = format!("#{} {}", row.number, row.ticket_type.label());
    let (initiator, submitted) = (row.initiator.clone(), row.submitted_at);
    let summary = detail.summary.clone();
    view! {
        <Title text=title.clone()/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/tickets/workflow/mine">"Workflows"</a><Icon paths=icon::CHEVRON_RIGHT/>
            <span aria-current="page">{format!("#{}", row.number)}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{title}</h1>{shown(row.status.pill())}</div>
                <p>{format!("{initiator} asks for {summary}, ")}{shown(time(submitted, now))}"."</p>
            </div>
            <div class="page-actions">
                <ShortcutsButton/>
                {amend_button(&detail)}
                {row.may_undo.then(|| action(row.number, "undo", "Undo", icon::UNDO))}
            </div>
        </header>
        {panel(&detail, retry)}
        <div class="split">
            <div class="split-main">
                {request(&detail)}
                {execution(detail.steps.clone(), now)}
                {block(facts(&detail, now))}
            </div>
            <aside class="split-side">
                {block(html! { (stages(&detail.stages, now)) (records(&detail.records, now)) })}
            </aside>
        </div>
    }
    .into_any()
}

fn action(number: TicketNumber, dialog: &'static str, label: &'static str, paths: &'static str) -> AnyView {
    let (kind, key) = match dialog {
        "pass" => ("primary", "p"),
        "reject" => ("", "r"),
        _ => ("", ""),
    };
    view! { <DialogButton page=path(number) keep=lasting_query() dialog label kind paths key/> }.into_any()
}

/// What is asked of the person who looks, as the most prominent thing on the page.
fn panel(detail: &TicketDetail, retry: Option<AnyView>) -> AnyView {
    let row = &detail.row;
    let number = row.number;
    if row.may_decide {
        let next = detail.stages.iter().find(|stage| stage.state == StageState::Ahead).map(|stage| stage.name.clone());
        let then = next.map(|next| format!(" Next: {next}.")).unwrap_or_default();
        let text = format!("{}. Pass: {}.{then}", row.stage, detail.summary);
        return view! {
            <section class="action-panel" data-tone="accent" aria-labelledby="panel-title">
                <div class="action-text"><h2 id="panel-title">"Waits for your decision"</h2><p>{text}</p></div>
                <div class="action-buttons">
                    {action(number, "reject", "Reject", icon::X)}
                    {action(number, "pass", "Pass", icon::CHECK)}
                </div>
            </section>
        }
        .into_any();
    }
    if detail.may_retry || detail.may_abandon {
        let text = "Approved, but not all of it could be done. Retry does what is missing; Abandon ends the ticket and keeps what was made.";
        return view! {
            <section class="action-panel" data-tone="danger" aria-labelledby="panel-title">
                <div class="action-text"><h2 id="panel-title">"The execution failed"</h2><p>{text}</p></div>
                <div class="action-buttons">
                    {detail.may_abandon.then(|| action(number, "abandon", "Abandon", icon::BAN))}
                    {retry}
                </div>
            </section>
        }
        .into_any();
    }
    if row.waits_for_nobody {
        let text = "Nobody may decide the open link now. An administrator has to give somebody the role, or change the process for later tickets.";
        return view! {
            <div class="banner" data-tone="warning"><Icon paths=icon::ALERT_TRIANGLE/><p>{format!("Waiting for nobody. {text}")}</p></div>
        }
        .into_any();
    }
    ().into_any()
}

const HOST: Column = ("Host", "");
const STEP: Column = ("Step", "id");
const STEP_STATE: Column = ("State", "state");
const ERROR: Column = ("Error", "wide");
const ENDED: Column = ("Ended", "time");

fn execution(steps: Vec<ExecutionStep>, now: Millis) -> AnyView {
    if steps.is_empty() {
        return ().into_any();
    }
    let rows = steps.iter().map(|step| line(step_row(step, now))).views();
    view! {
        <section class="card" aria-labelledby="execution-title">
            <header class="card-header"><h2 id="execution-title">"Execution"</h2></header>
            <Table caption="Execution" columns=vec![STEP, HOST, STEP_STATE, ERROR, ENDED]>{rows}</Table>
        </section>
    }
    .into_any()
}

fn step_row(step: &ExecutionStep, now: Millis) -> Markup {
    let (tone, paths) = match step.state {
        StepState::Done => ("success", icon::CIRCLE_CHECK),
        StepState::Running => ("info", icon::LOADER),
        StepState::Failed => ("danger", icon::CIRCLE_X),
        StepState::Waiting => ("neutral", icon::CLOCK),
    };
    html! {
        (text_cell(STEP, &step.step))
        (text_cell(HOST, &step.host))
        (cell(STEP_STATE, "", pill(tone, paths, step.state.label())))
        (text_cell(ERROR, step.error.as_deref().unwrap_or_default()))
        (cell(ENDED, "", time_or_none(step.ended_at, now)))
    }
}

/// A card of still markup.
fn card(id: &str, title: &str, body: Markup) -> Markup {
    html! {
        section class="card" aria-labelledby=(id) {
            header class="card-header" { h2 id=(id) { (title) } }
            div class="card-body" { (body) }
        }
    }
}

fn facts(detail: &TicketDetail, now: Millis) -> Markup {
    let row = &detail.row;
    let facts = html! {
        dl class="facts" data-flow="columns" {
            (fact("ID", row.number))
            (fact("Type", row.ticket_type.label()))
            (fact("Initiator", &row.initiator))
            (fact("Domain", optional(detail.domain.as_deref())))
            (fact("Status", row.status.pill()))
            (fact("Stage", text_or_none(&row.stage)))
            (fact("Process Result", pill_or_none(row.process_result)))
            (fact("Execution Result", pill_or_none(row.execution_result)))
            (fact("Time Submitted", time(row.submitted_at, now)))
            (fact("Time Closed", time_or_none(row.closed_at, now)))
            (fact("Process version", detail.process_version))
        }
    };
    card("facts-title", "Facts", facts)
}

fn stages(stages: &[Stage], now: Millis) -> Markup {
    card("stages-title", "Stages", html! { ol class="stepper" { @for one in stages { (stage(one, now)) } } })
}

fn stage(stage: &Stage, now: Millis) -> Markup {
    let (state, mark) = match stage.state {
        StageState::Done => ("done", icon::CHECK),
        StageState::Current => ("current", icon::CIRCLE_DOT),
        StageState::Rejected | StageState::Failed => ("failed", icon::X),
        StageState::Canceled => ("skipped", icon::MINUS),
        StageState::Ahead => ("waiting", icon::CIRCLE),
    };
    let current = (stage.state == StageState::Current).then_some("step");
    html! {
        li class="step" data-state=(state) aria-current=[current] {
            span class="step-mark" { (icon::still(mark, 14)) }
            div class="step-body" {
                p class="step-name" { (stage.name) }
                p class="step-note" {
                    (stage.who)
                    @if let Some(at) = stage.at { ", " (time(at, now)) }
                    span class="visually-hidden" { " " (stage.state.label()) }
                }
            }
        }
    }
}

fn records(records: &[Record], now: Millis) -> Markup {
    card("records-title", "Records", html! { ol class="records" { @for one in records { (record(one, now)) } } })
}

fn record(record: &Record, now: Millis) -> Markup {
    let (tone, mark, verb) = match record.kind {
        RecordKind::Submit => ("info", icon::ARROW_UP, "submitted"),
        RecordKind::Amend => ("info", icon::PENCIL, "amended"),
        RecordKind::Pass => ("success", icon::CIRCLE_CHECK, "passed"),
        RecordKind::Reject => ("danger", icon::CIRCLE_X, "rejected"),
        RecordKind::Undo => ("neutral", icon::UNDO, "undid the ticket at"),
        RecordKind::Succeed => ("success", icon::CIRCLE_CHECK, "finished"),
        RecordKind::Fail => ("danger", icon::CIRCLE_X, "failed"),
        RecordKind::Retry => ("info", icon::REFRESH, "retried"),
        RecordKind::Abandon => ("neutral", icon::BAN, "abandoned"),
    };
    // "submitted Submit" would say it twice.
    let names_stage = !matches!(record.kind, RecordKind::Submit | RecordKind::Amend);
    html! {
        li class="record" data-tone=(tone) {
            span class="record-mark" { (icon::still(mark, 14)) }
            div class="record-body" {
                p class="record-head" {
                    strong { (record.actor) } " " (verb) " "
                    @if names_stage { em { (record.stage) } }
                    " " (time(record.at, now))
                }
                @if !record.note.is_empty() { p class="record-note" { (record.note) } }
            }
        }
    }
}
