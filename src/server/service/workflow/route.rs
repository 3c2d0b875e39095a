//! The way a ticket would take, shown before it is submitted: each link and who could approve there.

use super::tasks::Route;
use crate::api::error::AppError;
use crate::api::workflow::{RouteLink, RoutePreview};
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::process::{Approver, TicketType};
use crate::domain::workflow::may_decide;
use crate::server::app::{App, Caller};
use crate::server::store::db::Db;
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
    for (i, link) in process.definition.links.iter().enumerate() {
        let people = could_decide(&app.db, &route, i).await?;
        links.push(RouteLink { name: link.name.clone(), is_empty: people.is_empty(), who: named(&people) });
    }
    Ok(Some(RoutePreview { links }))
}

/// The names of those who could decide at this link as the directory is now, in their order.
pub async fn could_decide(db: &Db, route: &Route<'_>, link: usize) -> Result<Vec<String>, AppError> {
    let people = match &route.definition.links[link].approver {
        Approver::Role { role, scope } => task::named_holders(db, route.place(role.as_str(), *scope)).await?,
        Approver::Persons { persons } => task::named_among(db, persons).await?,
    };
    let people = people.into_iter().filter(|(id, _)| may_decide(route.definition, route.initiator, id));
    Ok(people.map(|(_, name)| name).collect())
}

/// "Ada, Grace, Linus and 2 more": the first by name, the others counted.
pub fn named<T: AsRef<str>>(people: &[T]) -> String {
    let first: Vec<&str> = people.iter().take(NAMED).map(AsRef::as_ref).collect();
    match people.len() - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_others_counted() {
        assert_eq!(named(&["Ada", "Grace"]), "Ada, Grace");
        assert_eq!(named(&["Ada", "Bo", "Cy"]), "Ada, Bo, Cy");
        assert_eq!(named(&["Ada", "Bo", "Cy", "Di", "Ed"]), "Ada, Bo, Cy and 2 more");
        assert_eq!(named::<&str>(&[]), "");
    }
}
