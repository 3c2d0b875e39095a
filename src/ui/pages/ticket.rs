//! `/tickets/workflow/{number}`: one ticket: what is asked for, where it stands, what one may do with it.

use super::amend::{AmendDialog, amend_button};
use super::decision::DecisionDialog;
use super::ticket_request::request;
use crate::api::frame::Frame;
use crate::api::workflow::{ExecutionStep, Record, Retry, Stage, StageState, TicketDetail, get_ticket};
use crate::domain::ids::TicketNumber;
use crate::domain::time::Millis;
use crate::domain::workflow::{ExecutionResult, RecordKind};
use crate::ui::components::dialog::DialogButton;
use crate::ui::components::form::{ChangeForm, Hidden, SubmitButton, use_button_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Column, Table, cell, text_cell};
use crate::ui::components::pill::{Pill, State, none, pill_or_none, text_or_none};
use crate::ui::components::shortcuts::{OF_TICKET, Shortcuts, ShortcutsButton};
use crate::ui::components::time::Time;
use crate::ui::context::{lasting_query, loaded, refetch_soon, use_revision};
use crate::ui::data::read;
use crate::ui::views::Views;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn TicketPage(number: Signal<TicketNumber>) -> impl IntoView {
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
                <div class="cluster"><h1>{title}</h1>{row.status.pill()}</div>
                <p>{format!("{initiator} asks for {summary}, ")}<Time at=submitted now/>"."</p>
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
                {facts(&detail, now)}
            </div>
            <aside class="split-side">
                {stages(detail.stages, now)}
                {records(detail.records, now)}
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
const ENDED: Column = ("Ended", "time");

fn execution(steps: Vec<ExecutionStep>, now: Millis) -> AnyView {
    if steps.is_empty() {
        return ().into_any();
    }
    let rows = steps.into_iter().map(|step| {
        let (tone, paths, label) = match step.state.as_str() {
            "done" => ("success", icon::CIRCLE_CHECK, "Done"),
            "running" => ("info", icon::LOADER, "Running"),
            "failed" => ("danger", icon::CIRCLE_X, "Failed"),
            _ => ("neutral", icon::CLOCK, "Waiting"),
        };
        let ended = match step.ended_at {
            Some(at) => view! { <Time at now/> }.into_any(),
            None => none(),
        };
        view! {
            <tr>
                {cell(STEP, String::new(), step.step)}
                {text_cell(HOST, step.host)}
                {cell(STEP_STATE, String::new(), view! { <Pill tone paths label/> })}
                {text_cell(("Error", "wide"), step.error.unwrap_or_default())}
                {cell(ENDED, String::new(), ended)}
            </tr>
        }
    });
    let rows = rows.views();
    view! {
        <section class="card" aria-labelledby="execution-title">
            <header class="card-header"><h2 id="execution-title">"Execution"</h2></header>
            <Table caption="Execution" columns=vec![STEP, HOST, STEP_STATE, ("Error", "wide"), ENDED]>{rows}</Table>
        </section>
    }
    .into_any()
}

fn facts(detail: &TicketDetail, now: Millis) -> AnyView {
    let row = &detail.row;
    let closed = match row.closed_at {
        Some(at) => view! { <Time at now/> }.into_any(),
        None => none(),
    };
    view! {
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">
                <dl class="facts" data-flow="columns">
                    <div><dt>"ID"</dt><dd>{row.number}</dd></div>
                    <div><dt>"Type"</dt><dd>{row.ticket_type.label()}</dd></div>
                    <div><dt>"Initiator"</dt><dd>{row.initiator.clone()}</dd></div>
                    <div><dt>"Domain"</dt><dd>{text_or_none(detail.domain.clone().unwrap_or_default())}</dd></div>
                    <div><dt>"Status"</dt><dd>{row.status.pill()}</dd></div>
                    <div><dt>"Stage"</dt><dd>{text_or_none(row.stage.clone())}</dd></div>
                    <div><dt>"Process Result"</dt><dd>{pill_or_none(row.process_result)}</dd></div>
                    <div><dt>"Execution Result"</dt><dd>{pill_or_none(row.execution_result)}</dd></div>
                    <div><dt>"Time Submitted"</dt><dd><Time at=row.submitted_at now/></dd></div>
                    <div><dt>"Time Closed"</dt><dd>{closed}</dd></div>
                    <div><dt>"Process version"</dt><dd>{detail.process_version}</dd></div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

fn stages(stages: Vec<Stage>, now: Millis) -> AnyView {
    let step = |stage: Stage| {
        let (state, mark) = match stage.state {
            StageState::Done => ("done", icon::CHECK),
            StageState::Current => ("current", icon::CIRCLE_DOT),
            StageState::Rejected | StageState::Failed => ("failed", icon::X),
            StageState::Canceled => ("skipped", icon::MINUS),
            StageState::Ahead => ("waiting", icon::CIRCLE),
        };
        let current = (stage.state == StageState::Current).then_some("step");
        let at = stage.at.map(|at| view! { ", "<Time at now/> }.into_any());
        view! {
            <li class="step" data-state=state aria-current=current>
                <span class="step-mark"><Icon paths=mark size=14/></span>
                <div class="step-body">
                    <p class="step-name">{stage.name}</p>
                    <p class="step-note">{stage.who}{at}<span class="visually-hidden">{format!(" {}", stage.state.label())}</span></p>
                </div>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="stages-title">
            <header class="card-header"><h2 id="stages-title">"Stages"</h2></header>
            <div class="card-body"><ol class="stepper">{stages.into_iter().map(step).views()}</ol></div>
        </section>
    }
    .into_any()
}

fn records(records: Vec<Record>, now: Millis) -> AnyView {
    let record = |record: Record| {
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
        let note =
            (!record.note.is_empty()).then(|| view! { <p class="record-note">{record.note.clone()}</p> }.into_any());
        // "submitted Submit" would say it twice.
        let stage = (!matches!(record.kind, RecordKind::Submit | RecordKind::Amend))
            .then(|| view! { <em>{record.stage.clone()}</em> }.into_any());
        view! {
            <li class="record" data-tone=tone>
                <span class="record-mark"><Icon paths=mark size=14/></span>
                <div class="record-body">
                    <p class="record-head">
                        <strong>{record.actor}</strong>{format!(" {verb} ")}{stage}" "<Time at=record.at now/>
                    </p>
                    {note}
                </div>
            </li>
        }
    };
    view! {
        <section class="card" aria-labelledby="records-title">
            <header class="card-header"><h2 id="records-title">"Records"</h2></header>
            <div class="card-body"><ol class="records">{records.into_iter().map(record).views()}</ol></div>
        </section>
    }
    .into_any()
}
