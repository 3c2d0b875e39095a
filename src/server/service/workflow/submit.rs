//! Submitting a workflow ticket, and amending one that nobody has decided yet: the same for every type.

use super::current::check_current;
use super::kind::kind;
use super::subject::ticket_subject;
use super::tasks::Route;
use crate::domain::directory::Person;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::oplog::{Operation, Subject};
use crate::domain::origin::WEB;
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::domain::request::Request;
use crate::domain::workflow::{RecordKind, State, Step};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::quota;
use crate::server::store::{process, task, ticket};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

/// What is asked for, by whom, where. The form was checked by the type's own use case.
pub struct NewTicket {
    pub request: Request,
    pub initiator: Person,
    pub project: Option<ProjectId>,
    pub domain: Option<DomainId>,
}

/// The ticket that a request replaces the request of, and the version of it that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amends {
    pub number: TicketNumber,
    pub version: i64,
}

impl Amends {
    /// From two fields of a form, of which both are there or none.
    pub fn from_fields(number: Option<TicketNumber>, version: Option<i64>) -> Option<Amends> {
        number.map(|number| Amends { number, version: version.unwrap_or_default() })
    }
}

/// Makes the ticket, or puts this in the place of what one asks for; leads to where it is seen.
pub async fn by_ticket(app: &App, caller: &Caller, new: NewTicket, amends: Option<Amends>) -> Result<Done, AppError> {
    let (operation, number) = match amends {
        None => (Operation::Submit, None),
        Some(amends) => (Operation::Amend, Some(amends.number)),
    };
    let mut work = app.work(caller.operator(), operation, subject(number, &new)).await?;
    let outcome = match amends {
        _ if !may_start(&new) => Err(forbidden(new.request.ticket_type())),
        None => submit(&mut work, &new)
            .await
            .map(|number| Done::new(format!("Ticket {number} submitted."), "/tickets/workflow/mine")),
        Some(amends) => amend(&mut work, caller, &new, amends).await.map(|()| {
            let number = amends.number;
            Done::new(format!("Ticket {number} amended."), format!("/tickets/workflow/{number}"))
        }),
    };
    work.finish(outcome).await
}

fn may_start(new: &NewTicket) -> bool {
    let domain = new.domain.as_ref();
    domain.is_some_and(|domain| new.initiator.may_start(new.request.ticket_type(), new.project.as_ref(), domain))
}

/// What a person is told whose role doesn't let them ask for this.
pub fn forbidden(ticket_type: TicketType) -> AppError {
    let message = "Your role here doesn't let you ask for this. Ask an owner of the project.";
    AppError::Forbidden(format!("{}: {message}", ticket_type.label()))
}

fn subject(number: Option<TicketNumber>, new: &NewTicket) -> Subject {
    let id = number.map(|number| number.to_string()).unwrap_or_default();
    let (ticket_type, name) = (new.request.ticket_type(), new.request.resource_name());
    ticket_subject(id, ticket_type, &name, new.project.as_ref(), new.domain.as_ref())
}

/// Makes the ticket and opens its first link. Refused: no enabled process, a link that nobody could decide, no quota, and
/// whatever would stand in the way of carrying it out.
pub async fn submit(work: &mut Work, new: &NewTicket) -> Result<TicketNumber, AppError> {
    task::share_directory(&mut work.tx).await?;
    let ticket_type = new.request.ticket_type();
    let process = process::share_by_type(&mut work.tx, ticket_type).await?.filter(|p| p.enabled);
    let Some(process) = process else {
        let label = ticket_type.label();
        return Err(AppError::refused(format!(
            "{label} is not under approval any more. Reload the page and try again."
        )));
    };
    let route = Route {
        definition: &process.definition,
        project: new.project.as_ref().map(ProjectId::as_str),
        domain: new.domain.as_ref().map(DomainId::as_str),
        initiator: &new.initiator.id,
    };
    refuse_empty_link(work, &route).await?;
    kind(&new.request).check(work).await?;
    kind(&new.request).refuse_second(work, &new.initiator.id, None).await?;
    let number = ticket::next_number(&mut work.tx).await?;
    take_hold(work, number, new).await?;
    let state = State::submitted(process.definition.links.len() as i64);
    let stage = process.definition.links[0].name.as_str();
    let (now, payload, name) = (work.now, new.request.payload(), new.request.resource_name());
    ticket::insert(
        &mut work.tx,
        ticket::NewRow {
            number,
            ticket_type,
            process_id: &process.id,
            process_version: process.version,
            initiator: &new.initiator.id,
            project: new.project.as_ref(),
            domain: new.domain.as_ref(),
            resource_name: &name,
            payload: payload.to_string(),
            names_hosts: new.request.names_hosts(),
            state,
            stage,
            self_approval: process.definition.self_approval,
            via: WEB,
            now,
        },
    )
    .await?;
    route.open(work, number, 0).await?;
    record(work, number, &new.initiator, RecordKind::Submit, state.version, new.request.reason()).await?;
    work.about(subject(Some(number), new));
    work.details(json!({"process_version": process.version, "after": payload}));
    Ok(number)
}

/// Puts another request of the same type and place into a ticket of the caller that nobody has decided yet. Its approvers
/// stay; whoever has it open is told that it changed, because a decision names the version it was made on.
async fn amend(work: &mut Work, caller: &Caller, new: &NewTicket, amends: Amends) -> Result<(), AppError> {
    task::share_directory(&mut work.tx).await?;
    let ticket = ticket::lock(&mut work.tx, amends.number).await?.ok_or(AppError::NotFound)?;
    if ticket.initiator_id != caller.person.id || ticket.ticket_type != new.request.ticket_type() {
        return Err(AppError::NotFound);
    }
    check_current(work, &ticket, amends.version, Step::Amend, &caller.person.id).await?;
    if ticket.project_id != new.project || ticket.domain_id != new.domain {
        let message = "A ticket stays in its project: its approvers were found there. Undo it and submit another one.";
        return Err(AppError::refused(message));
    }
    kind(&new.request).check(work).await?;
    kind(&new.request).refuse_second(work, &new.initiator.id, Some(ticket.number)).await?;
    quota::release(work, ticket.number).await?;
    take_hold(work, ticket.number, new).await?;
    let (state, _) = ticket.state().step(Step::Amend).map_err(|why| AppError::refused(why.to_string()))?;
    let (payload, name) = (new.request.payload(), new.request.resource_name());
    ticket::set_request(&mut work.tx, ticket.number, &name, &payload.to_string(), state.version).await?;
    record(work, ticket.number, &caller.person, RecordKind::Amend, state.version, new.request.reason()).await?;
    let before: serde_json::Value = serde_json::from_str(&ticket.payload)?;
    work.details(json!({"before": before, "after": payload}));
    Ok(())
}

pub(in crate::server::service) async fn refuse_empty_link(work: &mut Work, route: &Route<'_>) -> Result<(), AppError> {
    match route.empty_link(work).await? {
        None => Ok(()),
        Some(link) => Err(AppError::refused(format!(
            "Nobody could approve this at {link}. Ask an administrator to change the process or to assign its approvers."
        ))),
    }
}

async fn take_hold(work: &mut Work, number: TicketNumber, new: &NewTicket) -> Result<(), AppError> {
    let takes = new.request.takes();
    match &new.project {
        Some(project) if takes != Amounts::default() => quota::check_and_hold(work, number, project, &takes).await,
        _ => Ok(()),
    }
}

async fn record(
    work: &mut Work,
    number: TicketNumber,
    person: &Person,
    kind: RecordKind,
    position: i64,
    note: &str,
) -> Result<(), AppError> {
    let (actor, at) = (Some(person.id.clone()), work.now);
    let actor_name = &person.display_name;
    let new = ticket::NewRecord { number, position, kind, stage: "Submit", actor, actor_name, note, at, link: None };
    Ok(ticket::insert_record(&mut work.tx, new).await?)
}
