//! Coverage: for each link of a process, where nobody could approve (SPEC 4), read from the directory as it is now.

use super::rights::require_system_view;
use crate::domain::ids::RoleId;
use crate::domain::process::{Approver, Definition, Scope, TicketType};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::coverage::{self, Gap};
use crate::server::store::db::Db;
use crate::wire::error::AppError;
use crate::wire::processes::LinkGaps;

/// How many places without an approver are named for a link; of all of them there is the number.
const NAMED: i64 = 12;

/// The gaps of each of these links, in the order of the links.
pub(super) async fn of_links(db: &Db, links: &[&Approver]) -> Result<Vec<LinkGaps>, AppError> {
    let mut all = vec![LinkGaps::default(); links.len()];
    for Gap { link, name, total } in coverage::gaps(db, links, "everywhere", NAMED).await? {
        if let Some(gaps) = usize::try_from(link).ok().and_then(|link| all.get_mut(link)) {
            gaps.total = total;
            gaps.names.push(name);
        }
    }
    Ok(all)
}

/// The gaps of each link of a definition.
pub(super) async fn of_definition(db: &Db, definition: &Definition) -> Result<Vec<LinkGaps>, AppError> {
    of_links(db, &definition.links.iter().map(|link| &link.approver).collect::<Vec<_>>()).await
}

/// The gaps of a link that is being configured. An unknown role has approvers nowhere.
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
    Ok(of_links(&app.db, &[&Approver::Role { role, scope }]).await?.pop().unwrap_or_default())
}
