//! Deciding, undoing, retrying, abandoning: each one step of the state machine in one transaction.

use super::submit::ticket_subject;
use super::tasks::Route;
use super::{execution, readable_in};
use crate::api::Done;
use crate::api::error::AppError;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::oplog::{Operation, ResourceType};
use crate::domain::process::Definition;
use crate::domain::time::utc_label;
use crate::domain::validation::Problems;
use crate::domain::workflow::{Effect, RecordKind, State, Step};
use crate::server::app::{App, Caller};
use crate::server::service::quota;
use crate::server::service::rights::back_to;
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::{process, task};
use crate::server::work::{Subject, Work};
use serde_json::json;

pub(super) const MAX_NOTE: usize = 2_000;

/// What a person wants to do with a ticket, and the version of it they saw.
struct Intent<'a> {
    number: TicketNumber,
    version: i64,
    step: Step,
    note: &'a str,
    back: &'a str,
}

pub async fn pass(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    note: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Pass, Intent { number, version, step: Step::Pass, note, back }).await
}

pub async fn reject(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    note: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Reject, Intent { number, version, step: Step::Reject, note, back }).await
}

pub async fn undo(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    reason: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Undo, Intent { number, version, step: Step::Undo, note: reason, back }).await
}

pub async fn retry(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Retry, Intent { number, version, step: Step::Retry, note: "", back }).await
}

pub async fn abandon(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    reason: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Abandon, Intent { number, version, step: Step::Abandon, note: reason, back }).await
}

async fn act(app: &App, caller: &Caller, operation: Operation, intent: Intent<'_>) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, intent.number, "");
    let mut work = app.work(caller.operator(), operation, subject).await?;
    let outcome = take_step(&mut work, caller, &intent).await;
    work.finish(outcome).await
}

async fn take_step(work: &mut Work, caller: &Caller, intent: &Intent<'_>) -> Result<Done, AppError> {
    let note = checked_note(intent)?;
    task::share_directory(&mut work.tx).await?;
    let ticket = ticket::lock(&mut work.tx, intent.number).await?.ok_or(AppError::NotFound)?;
    if !readable_in(work, caller, &ticket).await? {
        return Err(AppError::NotFound);
    }
    work.about(ticket_subject(
        ticket.number,
        ticket.ticket_type,
        &ticket.resource_name,
        ticket.project_id.as_ref(),
        ticket.domain_id.as_ref(),
    ));
    work.details(json!({"before": ticket.state(), "note": note}));
    let definition = process::definition_in(&mut work.tx, &ticket.process_id, ticket.process_version).await?;
    let person = &caller.person;
    match intent.step {
        Step::Pass | Step::Reject => {
            check_concerned(work, caller, &ticket, &definition).await?;
            check_current(work, &ticket, intent).await?;
            check_approver(work, caller, &ticket, &definition).await?;
        }
        Step::Undo if ticket.initiator_id != person.id => {
            return Err(AppError::Forbidden("Only who submitted a ticket can undo it.".into()));
        }
        Step::Retry | Step::Abandon if ticket.initiator_id != person.id && !caller.is_system_view() => {
            let message = "Only who submitted the ticket, or an administrator in the System View, can do this.";
            return Err(AppError::Forbidden(message.into()));
        }
        _ => check_current(work, &ticket, intent).await?,
    }
    let actor = Actor { id: Some(person.id.clone()), name: &person.display_name };
    let next = advance(work, &ticket, &definition, intent.step, actor, &note).await?;
    let back = back_to(intent.back, &format!("/tickets/workflow/{}", ticket.number));
    Ok(Done::new(said(intent.step, ticket.number, &next), back))
}

fn checked_note(intent: &Intent<'_>) -> Result<String, AppError> {
    let mut problems = Problems::default();
    let note = match intent.step {
        Step::Undo | Step::Abandon => problems.required("reason", "Reason", intent.note, MAX_NOTE),
        _ => problems.text("note", "Note", intent.note, MAX_NOTE),
    };
    problems.or(note).map_err(AppError::from)
}

/// Refuses a step on a version that isn't the current one, telling who moved the ticket on and when.
async fn check_current(work: &mut Work, ticket: &Ticket, intent: &Intent<'_>) -> Result<(), AppError> {
    let state = ticket.state();
    if intent.version == state.version && state.step(intent.step).is_ok() {
        return Ok(());
    }
    let Some(last) = ticket::last_record(&mut work.tx, ticket.number).await? else {
        return Err(AppError::refused("This ticket has changed. Reload the page."));
    };
    let what = match last.kind {
        RecordKind::Submit => "changed since you opened it".to_owned(),
        kind => {
            let stage = if matches!(kind, RecordKind::Pass | RecordKind::Reject) { last.stage.as_str() } else { "" };
            let at = if stage.is_empty() { String::new() } else { format!(" at \u{201c}{stage}\u{201d}") };
            format!("already {}{at} by {} on {}", kind.label().to_lowercase(), last.actor_name, utc_label(last.at))
        }
    };
    Err(AppError::refused(format!("Ticket {} was {what}. Your decision was not counted.", ticket.number)))
}

/// Who never was asked may not decide, and needn't be told what became of the ticket.
async fn check_concerned(
    work: &mut Work,
    caller: &Caller,
    ticket: &Ticket,
    definition: &Definition,
) -> Result<(), AppError> {
    let person = &caller.person.id;
    if ticket.initiator_id == *person && !definition.self_approval {
        return Err(AppError::Forbidden("You can't decide on your own ticket: this process doesn't allow it.".into()));
    }
    if !task::had_in(&mut work.tx, ticket.number, person).await? {
        return Err(AppError::Forbidden("You are not an approver of this ticket.".into()));
    }
    Ok(())
}

/// Only who has an open task may decide, and the directory is asked once more.
async fn check_approver(
    work: &mut Work,
    caller: &Caller,
    ticket: &Ticket,
    definition: &Definition,
) -> Result<(), AppError> {
    let person = &caller.person.id;
    let link = ticket.state().link;
    let has_task = task::is_open(&mut work.tx, ticket.number, link, person).await?;
    if !has_task || !route(ticket, definition).is_approver(work, link as usize, person).await? {
        return Err(AppError::Forbidden("You are not an approver of this ticket's current link.".into()));
    }
    Ok(())
}

fn route<'a>(ticket: &'a Ticket, definition: &'a Definition) -> Route<'a> {
    Route {
        definition,
        project: ticket.project_id.as_ref().map(|id| id.as_str()),
        domain: ticket.domain_id.as_ref().map(|id| id.as_str()),
        initiator: &ticket.initiator_id,
    }
}

/// Who a record names; the system itself has no id.
struct Actor<'a> {
    id: Option<UserId>,
    name: &'a str,
}

/// Takes the step and does all it sets off, in the work's transaction.
async fn advance(
    work: &mut Work,
    ticket: &Ticket,
    definition: &Definition,
    step: Step,
    actor: Actor<'_>,
    note: &str,
) -> Result<State, AppError> {
    let before = ticket.state();
    let (next, effects) = before.step(step).map_err(|impossible| AppError::refused(impossible.to_string()))?;
    let now = work.now;
    let stage = definition.links.get(next.link as usize).map_or(ticket.stage.as_str(), |link| link.name.as_str());
    ticket::set_state(&mut work.tx, ticket.number, &next, stage, now).await?;
    for effect in effects {
        match effect {
            Effect::CloseLink(link) => {
                let decider = matches!(step, Step::Pass | Step::Reject).then_some(actor.id.as_ref()).flatten();
                task::close_link(&mut work.tx, ticket.number, link, decider, now).await?;
                ticket::set_waits(&mut work.tx, ticket.number, None).await?;
            }
            Effect::OpenLink(link) => route(ticket, definition).open(work, ticket.number, link).await?,
            Effect::Execute => execution::execute(work, ticket).await?,
            Effect::Resume => execution::resume(work, ticket.number).await?,
            Effect::Release => {
                if step == Step::Abandon {
                    execution::give_up(work, ticket.number).await?;
                }
                quota::release(work, ticket.number).await?;
            }
        }
    }
    let (kind, stage) = match step {
        Step::Pass => (RecordKind::Pass, ticket.stage.as_str()),
        Step::Reject => (RecordKind::Reject, ticket.stage.as_str()),
        Step::Undo => (RecordKind::Undo, ticket.stage.as_str()),
        Step::Succeed => (RecordKind::Succeed, "Execution"),
        Step::Fail => (RecordKind::Fail, "Execution"),
        Step::Retry => (RecordKind::Retry, "Execution"),
        Step::Abandon => (RecordKind::Abandon, "Execution"),
    };
    ticket::insert_record(
        &mut work.tx,
        ticket::NewRecord {
            number: ticket.number,
            position: next.version,
            kind,
            stage,
            actor: actor.id,
            actor_name: actor.name,
            note,
            at: now,
        },
    )
    .await?;
    Ok(next)
}

fn said(step: Step, number: TicketNumber, next: &State) -> String {
    match step {
        Step::Pass if next.is_waiting() => format!("Ticket {number} passed: it goes on to the next link."),
        Step::Pass => format!("Ticket {number} passed: it is being carried out."),
        Step::Reject => format!("Ticket {number} rejected."),
        Step::Undo => format!("Ticket {number} undone."),
        Step::Retry => format!("Ticket {number} is being carried out again."),
        Step::Abandon => format!("Ticket {number} abandoned."),
        Step::Succeed | Step::Fail => format!("Ticket {number} carried out."),
    }
}

/// The execution of a ticket came to its end: it completes the ticket, or fails it with the reason.
pub async fn executed(work: &mut Work, number: TicketNumber, result: Result<(), String>) -> Result<(), AppError> {
    let ticket = ticket::lock(&mut work.tx, number).await?.ok_or(AppError::NotFound)?;
    let definition = process::definition_in(&mut work.tx, &ticket.process_id, ticket.process_version).await?;
    let (step, note) = match result {
        Ok(()) => (Step::Succeed, String::new()),
        Err(reason) => (Step::Fail, reason),
    };
    let system = Actor { id: None, name: "Countersign" };
    advance(work, &ticket, &definition, step, system, &note).await?;
    Ok(())
}
