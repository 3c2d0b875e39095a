//! Which open tickets a change would take an approver from, shown before the change is confirmed.

use super::{admin_scope, within};
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::directory;
use crate::server::store::directory::impact::{Loss, touched};
use crate::wire::directory::{Impact, ImpactAsk, TouchedTicket};
use crate::wire::error::AppError;

/// How many tickets are named at most; of all of them there is the number.
const NAMED: i64 = 20;

/// The open tickets that would lose an approver if a user were disabled, a role taken, or a project deleted.
pub async fn of(app: &App, caller: &Caller, ask: &ImpactAsk) -> Result<Impact, AppError> {
    let scope = admin_scope(caller)?;
    let (user, project, role) =
        (UserId::from(ask.user.as_str()), ProjectId::from(ask.project.as_str()), RoleId::from(ask.role.as_str()));
    if !ask.user.is_empty() {
        check_user(app, scope, &user).await?;
    }
    if !ask.project.is_empty() {
        check_project(app, scope, &project).await?;
    }
    let loss = match (ask.user.as_str(), ask.project.as_str(), ask.role.as_str()) {
        ("", "", _) => return Err(AppError::NotFound),
        ("", _, _) => Loss::Project(&project),
        (_, "", _) => Loss::User(&user),
        _ => Loss::Assignment { user: &user, project: &project, role: &role },
    };
    let found = touched(&app.db, loss, NAMED).await?;
    Ok(Impact {
        total: found.first().map_or(0, |ticket| ticket.total),
        orphaned: found.first().map_or(0, |ticket| ticket.total_orphaned),
        tickets: found
            .into_iter()
            .map(|ticket| TouchedTicket {
                number: ticket.number,
                ticket_type: ticket.ticket_type,
                stage: ticket.stage,
                orphaned: ticket.orphaned,
            })
            .collect(),
        may_read: scope.is_none(),
    })
}

async fn check_user(app: &App, scope: Option<&DomainId>, id: &UserId) -> Result<(), AppError> {
    let found = directory::account(&app.db, id).await?;
    found.filter(|account| within(scope, &account.domain_id)).map(drop).ok_or(AppError::NotFound)
}

async fn check_project(app: &App, scope: Option<&DomainId>, id: &ProjectId) -> Result<(), AppError> {
    let found = directory::project(&app.db, id).await?;
    found.filter(|project| within(scope, &project.domain_id)).map(drop).ok_or(AppError::NotFound)
}
