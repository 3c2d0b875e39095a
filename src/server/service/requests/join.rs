//! Applying to join a project, and letting an applicant into one with the roles that its approver chose.

use crate::domain::address::NO_PROJECT_PAGE;
use crate::domain::directory::{DEFAULT_DOMAIN, Reach, View};
use crate::domain::ids::{DomainId, TicketNumber, UserId};
use crate::domain::join::{JoinForm, JoinRequest, WishedProject};
use crate::domain::process::TicketType;
use crate::domain::request::Request;
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::frame;
use crate::server::service::workflow::grant::{Choices, Grant};
use crate::server::service::workflow::kind::{Begun, LastPass, RequestKind};
use crate::server::service::workflow::lists::row;
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::directory::{Project, Role};
use crate::server::store::ticket::Ticket;
use crate::server::store::{directory, task, ticket, ticket_page};
use crate::server::work::Work;
use crate::wire::error::AppError;
use crate::wire::joining::{Application, JoinFormData};
use crate::wire::{Choice, Done};
use async_trait::async_trait;
use std::collections::BTreeSet;

/// The domain whose projects the caller may join: their own, or the only one.
fn domain_to_join(caller: &Caller) -> DomainId {
    if caller.three_level { caller.person.domain.clone() } else { DEFAULT_DOMAIN.into() }
}

/// One applies in a Project View, or where one has no view yet (SPEC 3).
fn applies_here(caller: &Caller) -> bool {
    matches!(caller.view(), None | Some(View::Project(_)))
}

/// What the dialog offers, and what became of an earlier application.
pub async fn form(app: &App, caller: &Caller) -> Result<JoinFormData, AppError> {
    let id = domain_to_join(caller);
    let projects = directory::projects_of(&app.db, &id).await?;
    let domain = match projects.first() {
        Some(project) => project.domain_name.clone(),
        None => directory::domain(&app.db, &id).await?.ok_or(AppError::NotFound)?.name,
    };
    let last = match ticket::last_of(&app.db, &caller.person.id, TicketType::ApplyJoinProject).await? {
        Some(number) => Some(application(app, caller, number).await?),
        None => None,
    };
    Ok(JoinFormData {
        may_apply: applies_here(caller) && frame::enabled(app, caller).await?.contains(&TicketType::ApplyJoinProject),
        domain,
        projects: projects.into_iter().map(|project| Choice { value: project.id.0, label: project.name }).collect(),
        last,
    })
}

async fn application(app: &App, caller: &Caller, number: TicketNumber) -> Result<Application, AppError> {
    let page = ticket_page::read(&app.db, number, &caller.person.id).await?.ok_or(AppError::NotFound)?;
    let note = page.records.last().map(|record| record.note.clone()).unwrap_or_default();
    Ok(Application { ticket: row(&caller.person.id, page.listed, &page.tasks), note })
}

/// Asks to be let into a project of the applicant's domain.
pub async fn apply(app: &App, caller: &Caller, form: &JoinForm, amends: Option<Amends>) -> Result<Done, AppError> {
    if !applies_here(caller) {
        let message = "Applying to join a project belongs to a Project View. Switch the view and try again.";
        return Err(AppError::Forbidden(message.into()));
    }
    let domain = domain_to_join(caller);
    let offered = directory::projects_of(&app.db, &domain).await?.into_iter();
    let offered: Vec<_> = offered.map(|project| WishedProject { id: project.id, name: project.name }).collect();
    let request = Request::Join(form.parse(&offered)?);
    let new = NewTicket { request, initiator: caller.person.clone(), project: None, domain: Some(domain) };
    let done = submit::by_ticket(app, caller, new, amends).await?;
    // Without a project there is no list of tickets to land on.
    let stays = caller.view().is_none() && amends.is_none();
    Ok(if stays { Done::new(done.message, NO_PROJECT_PAGE) } else { done })
}

#[async_trait]
impl RequestKind for JoinRequest {
    fn gives_roles() -> bool {
        true
    }

    async fn refuse_second(
        &self,
        work: &mut Work,
        initiator: &UserId,
        amends: Option<TicketNumber>,
    ) -> Result<(), AppError> {
        if amends.is_some() {
            return Ok(());
        }
        directory::lock_account(&mut work.tx, initiator).await?;
        match ticket::open_of(&mut work.tx, initiator, TicketType::ApplyJoinProject).await? {
            None => Ok(()),
            Some(number) => Err(AppError::refused(format!(
                "Your application {number} is still open. Wait for what becomes of it, or undo it before you apply again."
            ))),
        }
    }

    async fn choices(&self, app: &App, caller: &Caller, domain: Option<&DomainId>) -> Result<Choices, AppError> {
        let (projects, roles) = offered(app, caller, domain).await?;
        Ok(Choices { projects, roles, wished: self.wished.as_ref().map(|wished| wished.id.clone()) })
    }

    async fn execute(&self, work: &mut Work, pass: LastPass<'_>) -> Result<Begun, AppError> {
        join(work, pass.ticket, pass.caller, pass.grant).await.map(Begun::Done)
    }
}

/// The roles somebody may grant by passing: none that reaches wider than the view they pass in (SPEC 1). `domain` is where
/// the role will be held: what reaches a whole domain is wider than the view of another one.
fn grantable(caller: &Caller, domain: Option<&DomainId>, role: Reach) -> bool {
    match (role, caller.view()) {
        (_, Some(View::System)) | (Reach::Project, _) => true,
        (Reach::Domain, Some(View::Domain(own))) => Some(own) == domain,
        (Reach::Domain | Reach::System, _) => false,
    }
}

/// The projects of the applicant's domain, and the roles the caller may grant there.
async fn offered(
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
async fn join(work: &mut Work, ticket: &Ticket, caller: Option<&Caller>, grant: &Grant) -> Result<String, AppError> {
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
