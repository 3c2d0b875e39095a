//! Deciding, undoing, retrying, abandoning: each one step of the state machine in one transaction.

use super::current::check_current;
use super::grant::Grant;
use super::kind::{Begun, LastPass, gives_roles, kind};
use super::readable_in;
use super::subject::ticket_subject;
use super::tasks::Route;
use crate::domain::address::back_to;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::Definition;
use crate::domain::request::Request;
use crate::domain::validation::Problems;
use crate::domain::workflow::{Effect, RecordKind, State, Step};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::quota;
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::{process, task};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;
use sha2::{Digest, Sha256};

pub(super) const MAX_NOTE: usize = 2_000;

/// A decision as it was made: on which ticket, on what of it, with which words.
#[derive(Debug, Clone, Default)]
pub struct Ruling {
    pub number: TicketNumber,
    /// The ticket's version the person saw.
    pub version: i64,
    /// The [`digest`] of what the person saw.
    pub seen: String,
    pub note: String,
    /// The page to return to.
    pub back: String,
    pub grant: Grant,
}

/// What a person wants to do with a ticket.
struct Intent {
    step: Step,
    ruling: Ruling,
}

pub async fn pass(app: &App, caller: &Caller, ruling: Ruling) -> Result<Done, AppError> {
    act(app, caller, Operation::Pass, Intent { step: Step::Pass, ruling }).await
}

pub async fn reject(app: &App, caller: &Caller, ruling: Ruling) -> Result<Done, AppError> {
    act(app, caller, Operation::Reject, Intent { step: Step::Reject, ruling }).await
}

pub async fn undo(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    reason: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Undo, intent(Step::Undo, number, version, reason, back)).await
}

pub async fn retry(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Retry, intent(Step::Retry, number, version, "", back)).await
}

pub async fn abandon(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    reason: &str,
    back: &str,
) -> Result<Done, AppError> {
    act(app, caller, Operation::Abandon, intent(Step::Abandon, number, version, reason, back)).await
}

fn intent(step: Step, number: TicketNumber, version: i64, note: &str, back: &str) -> Intent {
    let ruling = Ruling { number, version, note: note.into(), back: back.into(), ..Ruling::default() };
    Intent { step, ruling }
}

async fn act(app: &App, caller: &Caller, operation: Operation, intent: Intent) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Ticket, intent.ruling.number, "");
    // A type never changes, so it may be read before; unknown numbers are refused where all others are.
    let known = ticket::get(&app.db, intent.ruling.number).await?;
    let gives_roles = intent.step == Step::Pass && known.is_some_and(|ticket| gives_roles(ticket.ticket_type));
    let mut work = app.work(caller.operator(), operation, subject).await?;
    let outcome = take_step(&mut work, caller, &intent, gives_roles).await;
    work.finish(outcome).await
}

async fn take_step(work: &mut Work, caller: &Caller, intent: &Intent, gives_roles: bool) -> Result<Done, AppError> {
    let Intent { step, ruling } = intent;
    let note = checked_note(intent)?;
    if gives_roles {
        task::lock_directory(&mut work.tx).await?;
    } else {
        task::share_directory(&mut work.tx).await?;
    }
    let ticket = ticket::lock(&mut work.tx, ruling.number).await?.ok_or(AppError::NotFound)?;
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
    let mut details = json!({"before": ticket.state(), "note": note});
    if gives_roles {
        details["granted"] = json!({"project": ruling.grant.project, "roles": ruling.grant.roles});
    }
    work.details(details);
    let definition = process::definition_in(&mut work.tx, &ticket.process_id, ticket.process_version).await?;
    let request = Request::read(ticket.ticket_type, &ticket.payload)?;
    let person = &caller.person;
    match step {
        Step::Pass | Step::Reject => {
            let had_task = task::had_in(&mut work.tx, ticket.number, &person.id).await?;
            check_concerned(&person.id, &ticket, &definition, had_task)?;
            check_current(work, &ticket, ruling.version, *step, &person.id).await?;
            if ruling.seen != digest(&ticket) {
                return Err(AppError::refused("What this ticket asks for isn't what you were shown. Reload the page."));
            }
            check_approver(work, caller, &ticket, &definition).await?;
        }
        Step::Undo if ticket.initiator_id != person.id => {
            return Err(AppError::Forbidden("Only who submitted a ticket can undo it.".into()));
        }
        Step::Retry | Step::Abandon if ticket.initiator_id != person.id && !caller.administers_system() => {
            let message = "Only who submitted the ticket, or an administrator in the System View, can do this.";
            return Err(AppError::Forbidden(message.into()));
        }
        _ => check_current(work, &ticket, ruling.version, *step, &person.id).await?,
    }
    if *step == Step::Pass {
        kind(&request).check(work).await.map_err(cant_pass)?;
    }
    let actor = Actor { id: Some(person.id.clone()), name: &person.display_name };
    let change =
        Advance { step: *step, actor, note: &note, request: &request, caller: Some(caller), grant: &ruling.grant };
    let next = advance(work, &ticket, &definition, change).await?;
    let back = back_to(&ruling.back, &format!("/tickets/workflow/{}", ticket.number));
    Ok(Done::new(said(*step, ticket.number, &next), back))
}

/// Why a Pass isn't possible, with what an approver can do about it.
fn cant_pass(error: AppError) -> AppError {
    match error {
        AppError::Refused(why) => {
            AppError::Refused(format!("This can't be passed now. {why} Reject it, or ask its initiator to amend it."))
        }
        other => other,
    }
}

/// What a decision was made on, in few characters: the request and the version of the process it goes by.
pub fn digest(ticket: &Ticket) -> String {
    let mut hash = Sha256::new();
    for part in [ticket.process_id.as_str(), &ticket.process_version.to_string(), &ticket.payload] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn checked_note(intent: &Intent) -> Result<String, AppError> {
    let mut problems = Problems::default();
    let typed = &intent.ruling.note;
    let note = match intent.step {
        Step::Undo | Step::Abandon => problems.required("reason", "Reason", typed, MAX_NOTE),
        _ => problems.text("note", "Note", typed, MAX_NOTE),
    };
    problems.or(note).map_err(AppError::from)
}

/// Who never was asked, which is who has and had no task in the ticket, may not decide, and needn't be told what became
/// of it.
pub(super) fn check_concerned(
    person: &UserId,
    ticket: &Ticket,
    definition: &Definition,
    had_task: bool,
) -> Result<(), AppError> {
    if ticket.initiator_id == *person && !definition.self_approval {
        return Err(AppError::Forbidden("You can't decide on your own ticket: this process doesn't allow it.".into()));
    }
    if !had_task {
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
    if !has_task || !Route::of(ticket, definition).is_approver(work, link as usize, person).await? {
        return Err(AppError::Forbidden("You are not an approver of this ticket's current link.".into()));
    }
    Ok(())
}

/// Who a record names; the system itself has no id.
struct Actor<'a> {
    id: Option<UserId>,
    name: &'a str,
}

/// A step with who takes it and what it takes to carry it out.
struct Advance<'a> {
    step: Step,
    actor: Actor<'a>,
    note: &'a str,
    request: &'a Request,
    /// Nobody where the system itself takes the step.
    caller: Option<&'a Caller>,
    grant: &'a Grant,
}

/// Takes the step and does all it sets off, in the work's transaction.
async fn advance(
    work: &mut Work,
    ticket: &Ticket,
    definition: &Definition,
    change: Advance<'_>,
) -> Result<State, AppError> {
    let Advance { step, actor, note, request, caller, grant } = change;
    let mut begun = Begun::UnderWay;
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
            Effect::OpenLink(link) => Route::of(ticket, definition).open(work, ticket.number, link).await?,
            Effect::Execute => begun = kind(request).execute(work, LastPass { ticket, caller, grant }).await?,
            Effect::Resume => kind(request).resume(work, ticket.number).await?,
            Effect::Release => {
                if step == Step::Abandon {
                    kind(request).give_up(work, ticket.number).await?;
                }
                quota::release(work, ticket.number).await?;
            }
        }
    }
    let at_link = (ticket.stage.as_str(), Some(before.link));
    let (kind, (stage, link)) = match step {
        Step::Amend => (RecordKind::Amend, ("Submit", None)),
        Step::Pass => (RecordKind::Pass, at_link),
        Step::Reject => (RecordKind::Reject, at_link),
        Step::Undo => (RecordKind::Undo, at_link),
        Step::Succeed => (RecordKind::Succeed, ("Execution", None)),
        Step::Fail => (RecordKind::Fail, ("Execution", None)),
        Step::Retry => (RecordKind::Retry, ("Execution", None)),
        Step::Abandon => (RecordKind::Abandon, ("Execution", None)),
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
            link,
        },
    )
    .await?;
    match begun {
        Begun::UnderWay => Ok(next),
        Begun::Done(what) => executed_with(work, ticket.number, Step::Succeed, &what).await,
    }
}

fn said(step: Step, number: TicketNumber, next: &State) -> String {
    match step {
        Step::Pass if next.is_waiting() => format!("Ticket {number} passed: it goes on to the next link."),
        Step::Pass if next.is_executing() => format!("Ticket {number} passed: it is being carried out."),
        Step::Pass => format!("Ticket {number} passed and carried out."),
        Step::Reject => format!("Ticket {number} rejected."),
        Step::Undo => format!("Ticket {number} undone."),
        Step::Retry => format!("Ticket {number} is being carried out again."),
        Step::Abandon => format!("Ticket {number} abandoned."),
        Step::Amend | Step::Succeed | Step::Fail => format!("Ticket {number} carried out."),
    }
}

/// The execution of a ticket came to its end: it completes the ticket, or fails it with the reason.
pub async fn executed(work: &mut Work, number: TicketNumber, result: Result<(), String>) -> Result<(), AppError> {
    match result {
        Ok(()) => executed_with(work, number, Step::Succeed, "").await?,
        Err(reason) => executed_with(work, number, Step::Fail, &reason).await?,
    };
    Ok(())
}

async fn executed_with(work: &mut Work, number: TicketNumber, step: Step, note: &str) -> Result<State, AppError> {
    let ticket = ticket::lock(&mut work.tx, number).await?.ok_or(AppError::NotFound)?;
    let definition = process::definition_in(&mut work.tx, &ticket.process_id, ticket.process_version).await?;
    let request = Request::read(ticket.ticket_type, &ticket.payload)?;
    let actor = Actor { id: None, name: "Countersign" };
    let change = Advance { step, actor, note, request: &request, caller: None, grant: &Grant::default() };
    Box::pin(advance(work, &ticket, &definition, change)).await
}
