//! Coverage: for each link of a process, where nobody could approve (SPEC 4), read from the directory as it is now.

use super::rights::require_system_view;
use crate::api::error::AppError;
use crate::api::processes::LinkGaps;
use crate::domain::ids::RoleId;
use crate::domain::process::{Approver, Definition, Scope, TicketType};
use crate::server::app::{App, Caller};
use crate::server::store::coverage::{self, Gap};
use crate::server::store::db::Db;

/// How many places are named; beyond them there is the number.
const NAMED: i64 = 12;

/// The gaps of every link, in the links' order.
pub(super) async fn of_definition(db: &Db, definition: &Definition) -> Result<Vec<LinkGaps>, AppError> {
    let mut all = Vec::with_capacity(definition.links.len());
    for link in &definition.links {
        all.push(of_approver(db, &link.approver).await?);
    }
    Ok(all)
}

/// The gaps of a link that is being configured. An unknown role has nobody anywhere.
pub async fn of_role(
    app: &App,
    caller: &Caller,
    ticket_type: TicketType,
    role: RoleId,
    scope: Scope,
) -> Result<LinkGaps, AppError> {
    require_system_view(caller, "Ticket Setup")?;
    if !ticket_type.scopes().contains(&scope) {
        return Ok(LinkGaps::default());
    }
    of_approver(&app.db, &Approver::Role { role, scope }).await
}

async fn of_approver(db: &Db, approver: &Approver) -> Result<LinkGaps, AppError> {
    let everywhere = |covered: bool| match covered {
        true => LinkGaps::default(),
        false => LinkGaps { total: 1, names: vec!["everywhere".to_owned()] },
    };
    Ok(match approver {
        Approver::Persons { persons } => {
            let persons = persons.iter().map(|id| id.0.clone()).collect();
            everywhere(coverage::any_enabled(db, persons).await?)
        }
        Approver::Role { role, scope: Scope::Global } => everywhere(coverage::is_held_anywhere(db, role).await?),
        Approver::Role { role, scope: Scope::Domain } => named(coverage::domains_without(db, role, NAMED).await?),
        Approver::Role { role, scope: Scope::Project } => named(coverage::projects_without(db, role, NAMED).await?),
    })
}

fn named(gaps: Vec<Gap>) -> LinkGaps {
    LinkGaps { total: gaps.first().map_or(0, |gap| gap.total), names: gaps.into_iter().map(|gap| gap.name).collect() }
}
