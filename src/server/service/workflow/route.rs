//! The way a ticket would take, shown before it is submitted: each link and who could approve there.

use super::tasks::Route;
use crate::api::error::AppError;
use crate::api::workflow::{RouteLink, RoutePreview};
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::process::{Approver, TicketType};
use crate::domain::workflow::may_decide;
use crate::server::app::{App, Caller};
use crate::server::store::{directory, process, task};

/// How many of a link's approvers are named; the others are counted.
const NAMED: usize = 3;

/// The route of a ticket of this type that the caller may start there; `None` where the type isn't under approval.
pub async fn of_place(
    app: &App,
    caller: &Caller,
    ticket_type: TicketType,
    project: &ProjectId,
) -> Result<Option<RoutePreview>, AppError> {
    let project = directory::project(&app.db, project).await?.ok_or(AppError::NotFound)?;
    if !caller.person.may_start(ticket_type, Some(&project.id), &project.domain_id) {
        return Err(AppError::NotFound);
    }
    preview(app, caller, ticket_type, Some(&project.id), &project.domain_id).await
}

/// The same, where it is known that the caller may start it.
pub async fn preview(
    app: &App,
    caller: &Caller,
    ticket_type: TicketType,
    project: Option<&ProjectId>,
    domain: &DomainId,
) -> Result<Option<RoutePreview>, AppError> {
    let Some(process) = process::by_type(&app.db, ticket_type).await?.filter(|process| process.enabled) else {
        return Ok(None);
    };
    let route = Route {
        definition: &process.definition,
        project: project.map(ProjectId::as_str),
        domain: Some(domain.as_str()),
        initiator: &caller.person.id,
    };
    let mut links = Vec::with_capacity(process.definition.links.len());
    for link in process.definition.links.iter() {
        let mut people = match &link.approver {
            Approver::Role { role, scope } => task::named_holders(&app.db, route.place(role.as_str(), *scope)).await?,
            Approver::Persons { persons } => task::named_among(&app.db, persons).await?,
        };
        people.retain(|(id, _)| may_decide(&process.definition, &caller.person.id, id));
        let count = people.len() as i64;
        let who = people.into_iter().take(NAMED).map(|(_, name)| name).collect();
        links.push(RouteLink { name: link.name.clone(), who, count });
    }
    Ok(Some(RoutePreview { links }))
}
