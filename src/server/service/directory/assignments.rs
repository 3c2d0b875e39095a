//! Roles given and taken. The tasks of open tickets follow in the same transaction.

use super::{admin_scope, keep_an_administrator, within};
use crate::domain::directory::Reach;
use crate::domain::ids::{ProjectId, RoleId, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::directory::{Account, Project, Role};
use crate::server::store::{directory, task};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

/// Gives a role in a project. Links that wait for the role there then wait for its new holder too.
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

/// Takes a role away. The user loses the tasks that it brought, unless they hold it elsewhere within the link's scope.
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

async fn give(
    work: &mut Work,
    caller: &Caller,
    user: &UserId,
    project: &ProjectId,
    role: &RoleId,
) -> Result<Done, AppError> {
    admin_scope(caller)?;
    let mut problems = Problems::default();
    if project.as_str().is_empty() {
        problems.add("project", "Choose a project.");
    }
    if role.as_str().is_empty() {
        problems.add("role", "Choose a role.");
    }
    problems.or(())?;
    let (account, project, role) = check_grant(work, caller, user, project, role).await?;
    let now = work.now;
    if !directory::assign(&mut work.tx, &account.id, &project.id, &role.id, now).await? {
        let message = format!("{} holds {} in {} already.", account.display_name, role.name, project.name);
        return Err(AppError::refused(message));
    }
    if account.enabled {
        task::gained(&mut work.tx, &account.id, &role.id, &project.id, &project.domain_id, now).await?;
    }
    let message = format!("{} is now {} in {}.", account.display_name, role.name, project.name);
    Ok(Done::new(message, super::users::page_of(user)))
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
        return Err(AppError::refused(format!(
            "{} doesn't hold {} in {}.",
            account.display_name, role.name, project.name
        )));
    }
    keep_an_administrator(work).await?;
    task::lost(&mut work.tx, &account.id, &role.id, now).await?;
    let message = format!("{} is no longer {} in {}.", account.display_name, role.name, project.name);
    Ok(Done::new(message, super::users::page_of(user)))
}

/// Checks who may give or take which role where (SPEC 1): the System View everything; a Domain View in its domain, to
/// its own people, no role that reaches the whole system. What lies outside is treated as not existing.
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
    if !within(scope, &account.domain_id) || !within(scope, &project.domain_id) {
        return Err(AppError::NotFound);
    }
    work.about(
        Subject::new(ResourceType::User, &account.id, &account.username)
            .in_project(&project.id, &project.name)
            .in_domain(&project.domain_id, &project.domain_name),
    );
    work.details(json!({"role": role.name, "project": project.name}));
    if scope.is_some() && role.reach == Reach::System {
        return Err(AppError::Forbidden(format!(
            "{} reaches the whole system: only the System View grants it.",
            role.name
        )));
    }
    Ok((account, project, role))
}
