//! Join Project: letting an applicant into a project, with the project and the roles that its approver chose.

use crate::api::error::AppError;
use crate::domain::directory::{Reach, View};
use crate::domain::ids::{DomainId, ProjectId, RoleId};
use crate::domain::validation::Problems;
use crate::server::app::Caller;
use crate::server::store::directory::{Project, Role};
use crate::server::store::ticket::Ticket;
use crate::server::store::{directory, task};
use crate::server::work::Work;

/// What the Pass dialog of a Join Project ticket takes besides a note.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub project: Option<ProjectId>,
    pub roles: Vec<RoleId>,
}

/// The roles somebody may grant by passing: none that reaches wider than the view they pass in (SPEC 1).
pub fn grantable(caller: &Caller, role: Reach) -> bool {
    match caller.view() {
        Some(View::System) => true,
        Some(View::Domain(_)) => role != Reach::System,
        Some(View::Project(_)) | None => role == Reach::Project,
    }
}

/// Gives the ticket's initiator the granted roles; tells what became of them. The directory is locked.
pub async fn join(
    work: &mut Work,
    ticket: &Ticket,
    caller: Option<&Caller>,
    grant: &Grant,
) -> Result<String, AppError> {
    let caller = caller.ok_or_else(|| AppError::refused("Somebody has to choose the project and the roles."))?;
    let (project, roles) = checked(work, ticket.domain_id.as_ref(), caller, grant).await?;
    let applicant = directory::account_in(&mut work.tx, &ticket.initiator_id).await?.ok_or(AppError::NotFound)?;
    let now = work.now;
    for role in &roles {
        let is_new = directory::assign(&mut work.tx, &applicant.id, &project.id, &role.id, now).await?;
        if is_new && applicant.enabled {
            task::gained(&mut work.tx, &applicant.id, &role.id, &project.id, &project.domain_id, now).await?;
        }
    }
    let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
    Ok(format!("{} is now {} in {}.", applicant.display_name, names.join(", "), project.name))
}

async fn checked(
    work: &mut Work,
    domain: Option<&DomainId>,
    caller: &Caller,
    grant: &Grant,
) -> Result<(Project, Vec<Role>), AppError> {
    let mut problems = Problems::default();
    let project = match &grant.project {
        Some(id) => directory::project_in(&mut work.tx, id).await?.filter(|p| Some(&p.domain_id) == domain),
        None => None,
    };
    if project.is_none() {
        problems.add("project", "Choose the project the applicant joins.");
    }
    let mut roles = Vec::new();
    for id in &grant.roles {
        match directory::role_in(&mut work.tx, id).await? {
            Some(role) if grantable(caller, role.reach) => roles.push(role),
            _ => problems.add("roles", "One of these roles can't be granted in this view."),
        }
    }
    if grant.roles.is_empty() {
        problems.add("roles", "Choose at least one role.");
    }
    match project {
        Some(project) => Ok(problems.or((project, roles))?),
        None => Err(problems.or(()).err().unwrap_or_default().into()),
    }
}
