//! Join Project: letting an applicant into a project with the roles that its approver chose.

use crate::domain::directory::{Reach, View};
use crate::domain::ids::{DomainId, UserId};
use crate::domain::process::TicketType;
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::workflow::grant::Grant;
use crate::server::store::directory::{Project, Role};
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::{directory, task};
use crate::server::work::Work;
use crate::wire::Choice;
use crate::wire::error::AppError;
use std::collections::BTreeSet;

/// Refuses a second application while one is open. Two at once wait for each other.
pub(super) async fn refuse_second(work: &mut Work, applicant: &UserId) -> Result<(), AppError> {
    directory::lock_account(&mut work.tx, applicant).await?;
    match ticket::open_of(&mut work.tx, applicant, TicketType::ApplyJoinProject).await? {
        None => Ok(()),
        Some(number) => Err(AppError::refused(format!(
            "Your application {number} is still open. Wait for what becomes of it, or undo it before you apply again."
        ))),
    }
}

/// The roles somebody may grant by passing: none that reaches wider than the view they pass in (SPEC 1). `domain` is where
/// the role will be held: what reaches a whole domain is wider than the view of another one.
pub fn grantable(caller: &Caller, domain: Option<&DomainId>, role: Reach) -> bool {
    match (role, caller.view()) {
        (_, Some(View::System)) | (Reach::Project, _) => true,
        (Reach::Domain, Some(View::Domain(own))) => Some(own) == domain,
        (Reach::Domain | Reach::System, _) => false,
    }
}

/// What the Pass dialog offers: the projects of the applicant's domain, and the roles the caller may grant there.
pub(super) async fn offered(
    app: &App,
    caller: &Caller,
    domain: Option<&DomainId>,
) -> Result<(Vec<Choice>, Vec<Choice>), AppError> {
    let Some(domain) = domain else { return Ok((vec![], vec![])) };
    let projects = directory::projects_of(&app.db, domain).await?.into_iter();
    let roles = directory::roles(&app.db).await?.into_iter();
    let roles = roles.filter(|role| grantable(caller, Some(domain), role.reach));
    Ok((
        projects.map(|project| Choice { value: project.id.0, label: project.name }).collect(),
        roles.map(|role| Choice { value: role.id.0, label: role.name }).collect(),
    ))
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
    for id in grant.roles.iter().collect::<BTreeSet<_>>() {
        match directory::role_in(&mut work.tx, id).await? {
            Some(role) if grantable(caller, domain, role.reach) => roles.push(role),
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
