//! Roles given and taken, people disabled and enabled: with each change, the open approvals follow in the same transaction.

use crate::api::Done;
use crate::api::error::AppError;
use crate::domain::directory::{Reach, View};
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::oplog::{Operation, ResourceType};
use crate::server::app::{App, Caller};
use crate::server::store::directory::{Account, Project, Role};
use crate::server::store::{directory, session, task};
use crate::server::work::{Subject, Work};
use serde_json::json;

/// Gives a role in a project. Links that wait for the role there wait for its new holder too.
pub async fn assign(
    app: &App,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Assign, Subject::new(ResourceType::User, user, "")).await?;
    let outcome = give(&mut work, caller, user, project, role).await;
    work.finish(outcome).await
}

/// Takes a role away. Who lost it loses the tasks it brought, unless it is held elsewhere within their link's scope.
pub async fn unassign(
    app: &App,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Unassign, Subject::new(ResourceType::User, user, "")).await?;
    let outcome = take(&mut work, caller, user, project, role).await;
    work.finish(outcome).await
}

/// Disables or enables a user. Disabling ends every session at once and takes the user's tasks; enabling gives them back.
pub async fn set_enabled(app: &App, caller: &Caller, user: &UserId, enabled: bool) -> Result<Done, AppError> {
    let operation = if enabled { Operation::Enable } else { Operation::Disable };
    let mut work = app.work(caller.operator(), operation, Subject::new(ResourceType::User, user, "")).await?;
    let outcome = switch(&mut work, caller, user, enabled).await;
    work.finish(outcome).await
}

const PAGE: &str = "/directory/users";

async fn give(
    work: &mut Work,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<Done, AppError> {
    let (account, project, role) = check_grant(work, caller, user, project, role).await?;
    let now = work.now;
    if !directory::assign(&mut work.tx, &account.id, &project.id, &role.id, now).await? {
        let message = format!("{} holds {} in {} already.", account.display_name, role.name, project.name);
        return Err(AppError::refused(message));
    }
    if account.enabled {
        task::gained(&mut work.tx, &account.id, &role.id, &project.id, &project.domain_id, now).await?;
    }
    Ok(Done::new(format!("{} is now {} in {}.", account.display_name, role.name, project.name), PAGE))
}

async fn take(
    work: &mut Work,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<Done, AppError> {
    let (account, project, role) = check_grant(work, caller, user, project, role).await?;
    let now = work.now;
    if !directory::unassign(&mut work.tx, &account.id, &project.id, &role.id).await? {
        return Err(AppError::refused(format!("{} doesn't hold {} in {}.", account.display_name, role.name, project.name)));
    }
    task::lost(&mut work.tx, &account.id, &role.id, now).await?;
    Ok(Done::new(format!("{} is no longer {} in {}.", account.display_name, role.name, project.name), PAGE))
}

/// Who may give or take which role where (SPEC 1): the System View everything; a Domain View in its domain, to its own
/// people, no role that reaches wider than the domain. What lies outside is as if it weren't there.
async fn check_grant(
    work: &mut Work,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<(Account, Project, Role), AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let account = directory::account_in(&mut work.tx, user).await?;
    let project = directory::project_in(&mut work.tx, project).await?;
    let role = directory::role_in(&mut work.tx, role).await?;
    let (Some(account), Some(project), Some(role)) = (account, project, role) else {
        return Err(AppError::NotFound);
    };
    if let Some(domain) = scope {
        if account.domain_id != *domain || project.domain_id != *domain {
            return Err(AppError::NotFound);
        }
        if role.reach == Reach::System {
            return Err(AppError::Forbidden(format!("{} reaches the whole system: only the System View grants it.", role.name)));
        }
    }
    work.about(
        Subject::new(ResourceType::User, &account.id, &account.username)
            .in_project(&project.id, &project.name)
            .in_domain(&project.domain_id, &project.domain_name),
    );
    work.details(json!({"role": role.name, "project": project.name}));
    Ok((account, project, role))
}

/// The domain an administrator is bound to in this view; `None` in the System View.
fn admin_scope(caller: &Caller) -> Result<Option<&DomainId>, AppError> {
    match caller.view() {
        Some(View::System) if caller.person.is_system_admin() => Ok(None),
        Some(View::Domain(domain)) if caller.person.is_admin_of_domain(domain) => Ok(Some(domain)),
        _ => Err(AppError::Forbidden("Administration is for the System View and the Domain View.".into())),
    }
}

async fn switch(work: &mut Work, caller: &Caller, user: &UserId, enabled: bool) -> Result<Done, AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let account = directory::account_in(&mut work.tx, user).await?;
    let account = account.filter(|a| scope.is_none_or(|domain| a.domain_id == *domain)).ok_or(AppError::NotFound)?;
    work.about(Subject::new(ResourceType::User, user, &account.username));
    work.details(json!({"before": {"enabled": account.enabled}, "after": {"enabled": enabled}}));
    if account.id == caller.person.id {
        return Err(AppError::refused("You can't disable yourself. Ask another administrator."));
    }
    let word = if enabled { "enabled" } else { "disabled" };
    if !directory::set_enabled(&mut work.tx, user, enabled).await? {
        return Err(AppError::refused(format!("{} is already {word}.", account.display_name)));
    }
    let now = work.now;
    if enabled {
        task::restore_named(&mut work.tx, user).await?;
        for held in directory::held_in(&mut work.tx, user).await? {
            task::gained(&mut work.tx, user, &held.role, &held.project, &held.domain, now).await?;
        }
    } else {
        task::withdraw_all(&mut work.tx, user, now).await?;
        session::end_others(&mut work.tx, user, None).await?;
    }
    Ok(Done::new(format!("{} is {word}.", account.display_name), PAGE))
}
