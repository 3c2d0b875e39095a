//! The way a ticket would take, shown before it is submitted: each link and who could approve there.

use super::tasks::Route;
use crate::api::error::AppError;
use crate::api::workflow::{RouteLink, RoutePreview};
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::process::{Approver, Definition, TicketType};
use crate::domain::workflow::may_decide;
use crate::server::app::{App, Caller};
use crate::server::store::task::{self, Meant};
use crate::server::store::{directory, process};

/// How many of a link's approvers are named; the others are counted.
const NAMED: i64 = 3;

/// The route of a ticket of this type that the caller may start there; `None` where the type isn't under approval.
pub async fn of_place(
    app: &App,
    caller: &Caller,
    ticket_type: TicketType,
    project: &ProjectId,
) -> Result<Option<RoutePreview>, AppError> {
    // Who holds a role there brings the names along.
    let held = caller.person.held.iter().find(|held| held.project == *project).map(|held| held.domain.clone());
    let domain = match held {
        Some(domain) => domain,
        None => directory::project(&app.db, project).await?.ok_or(AppError::NotFound)?.domain_id,
    };
    if !caller.person.may_start(ticket_type, Some(project), &domain) {
        return Err(AppError::NotFound);
    }
    preview(app, caller, ticket_type, Some(project), &domain).await
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
    of_definition(app, caller, &process.definition, project, domain).await.map(Some)
}

/// The route that a process leads from there.
pub async fn of_definition(
    app: &App,
    caller: &Caller,
    definition: &Definition,
    project: Option<&ProjectId>,
    domain: &DomainId,
) -> Result<RoutePreview, AppError> {
    let route = Route {
        definition,
        project: project.map(ProjectId::as_str),
        domain: Some(domain.as_str()),
        initiator: &caller.person.id,
    };
    let links = &definition.links;
    let meant = links.iter().map(|link| match &link.approver {
        Approver::Role { role, scope } => Meant::Role(route.place(role.as_str(), *scope)),
        Approver::Persons { persons } => Meant::Persons(persons),
    });
    let initiator = &caller.person.id;
    let but = Some(initiator).filter(|initiator| !may_decide(definition, initiator, initiator));
    let found = task::named_approvers(&app.db, &meant.collect::<Vec<_>>(), but, NAMED).await?;
    let shown = links.iter().enumerate().map(|(i, link)| {
        let here = || found.iter().filter(move |approver| approver.link == i as i64);
        RouteLink {
            name: link.name.clone(),
            who: here().map(|approver| approver.name.clone()).collect(),
            count: here().next().map_or(0, |approver| approver.total),
        }
    });
    Ok(RoutePreview { links: shown.collect() })
}
