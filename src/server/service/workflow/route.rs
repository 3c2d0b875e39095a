//! The way a ticket would take, shown before it is submitted: each link and who could approve there.

use super::tasks::Route;
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::process::{Approver, Definition, TicketType};
use crate::domain::workflow::may_decide;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::db::Db;
use crate::server::store::task::{self, Meant};
use crate::server::store::{directory, process};
use crate::wire::error::AppError;
use crate::wire::workflow::{RouteLink, RoutePreview};
use std::fmt;

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

/// The route of a request that the caller is known to be allowed to start.
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
    let links = definition.links.iter().zip(could_decide(&app.db, &route).await?);
    let links = links.map(|(link, people)| RouteLink {
        name: link.name.clone(),
        is_empty: people.total == 0,
        who: people.to_string(),
    });
    Ok(RoutePreview { links: links.collect() })
}

/// Those who could decide at a link as the directory is now: the first by name, and how many they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct People {
    first: Vec<String>,
    pub total: i64,
}

impl People {
    pub fn new(names: &[&str]) -> People {
        let first = names.iter().take(NAMED as usize).map(|name| (*name).to_owned()).collect();
        People { first, total: names.len() as i64 }
    }
}

/// "Ada, Grace, Linus and 2 more".
impl fmt::Display for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join(", "))?;
        match self.total - self.first.len() as i64 {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Who could decide at each link of a route, in order.
pub async fn could_decide(db: &Db, route: &Route<'_>) -> Result<Vec<People>, AppError> {
    let links = &route.definition.links;
    let meant = links.iter().map(|link| match &link.approver {
        Approver::Role { role, scope } => Meant::Role(route.place(role.as_str(), *scope)),
        Approver::Persons { persons } => Meant::Persons(persons),
    });
    let but = Some(route.initiator).filter(|initiator| !may_decide(route.definition, initiator, initiator));
    let mut people = vec![People::default(); links.len()];
    for approver in task::named_approvers(db, &meant.collect::<Vec<_>>(), but, NAMED).await? {
        let link = &mut people[approver.link as usize];
        link.first.push(approver.name);
        link.total = approver.total;
    }
    Ok(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_others_counted() {
        let shown = |names: &[&str]| People::new(names).to_string();
        assert_eq!(shown(&["Ada", "Grace"]), "Ada, Grace");
        assert_eq!(shown(&["Ada", "Bo", "Cy"]), "Ada, Bo, Cy");
        assert_eq!(shown(&["Ada", "Bo", "Cy", "Di", "Ed"]), "Ada, Bo, Cy and 2 more");
        assert_eq!(shown(&[]), "");
    }
}
