//! Submitting a workflow ticket: the same for every type.

use super::tasks::Route;
use crate::api::error::AppError;
use crate::domain::directory::Person;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::oplog::ResourceType;
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::domain::workflow::{RecordKind, State};
use crate::server::service::quota;
use crate::server::store::{process, task, ticket};
use crate::server::work::{Subject, Work};
use serde_json::json;

/// What is asked for, by whom, where. Rights and the payload were checked by the type's own use case.
pub struct NewTicket {
    pub ticket_type: TicketType,
    pub initiator: Person,
    pub project: Option<ProjectId>,
    pub domain: Option<DomainId>,
    pub resource_name: String,
    pub payload: serde_json::Value,
    /// What it holds of its project's and domain's quota until it ends.
    pub takes: Amounts,
}

/// Makes the ticket and opens its first link. Refused: no enabled process, a link that nobody could decide, no quota.
pub async fn submit(work: &mut Work, new: NewTicket) -> Result<TicketNumber, AppError> {
    task::share_directory(&mut work.tx).await?;
    let process = process::share_by_type(&mut work.tx, new.ticket_type).await?.filter(|p| p.enabled);
    let Some(process) = process else {
        let label = new.ticket_type.label();
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
    if let Some(link) = route.empty_link(work).await? {
        return Err(AppError::refused(format!(
            "Nobody could approve this at {link}. Ask an administrator to change the process or to assign its approvers."
        )));
    }
    let number = ticket::next_number(&mut work.tx).await?;
    if let Some(project) = &new.project
        && new.takes != Amounts::default()
    {
        quota::check_and_hold(work, number, project, &new.takes).await?;
    }
    let state = State::submitted(process.definition.links.len() as i64);
    let stage = process.definition.links[0].name.as_str();
    let now = work.now;
    ticket::insert(
        &mut work.tx,
        ticket::NewRow {
            number,
            ticket_type: new.ticket_type,
            process_id: &process.id,
            process_version: process.version,
            initiator: &new.initiator.id,
            project: new.project.as_ref(),
            domain: new.domain.as_ref(),
            resource_name: &new.resource_name,
            payload: new.payload.to_string(),
            state,
            stage,
            self_approval: process.definition.self_approval,
            now,
        },
    )
    .await?;
    route.open(work, number, 0).await?;
    ticket::insert_record(
        &mut work.tx,
        ticket::NewRecord {
            number,
            position: state.version,
            kind: RecordKind::Submit,
            stage: "Submit",
            actor: Some(new.initiator.id.clone()),
            actor_name: &new.initiator.display_name,
            note: new.payload["reason"].as_str().unwrap_or_default(),
            at: now,
        },
    )
    .await?;
    work.about(ticket_subject(number, new.ticket_type, &new.resource_name, new.project.as_ref(), new.domain.as_ref()));
    work.details(json!({"process_version": process.version, "after": new.payload}));
    Ok(number)
}

/// How the operation log names a ticket.
pub(super) fn ticket_subject(
    number: TicketNumber,
    ticket_type: TicketType,
    resource_name: &str,
    project: Option<&ProjectId>,
    domain: Option<&DomainId>,
) -> Subject {
    let mut subject = Subject::new(ResourceType::Ticket, number, format!("{} {resource_name}", ticket_type.label()));
    if let Some(project) = project {
        subject = subject.in_project(project, "");
    }
    if let Some(domain) = domain {
        subject = subject.in_domain(domain, "");
    }
    subject
}
