//! Applying to join a project.

use crate::domain::address::NO_PROJECT_PAGE;
use crate::domain::directory::{DEFAULT_DOMAIN, View};
use crate::domain::ids::{DomainId, TicketNumber};
use crate::domain::process::TicketType;
use crate::domain::request::{JoinForm, Request, WishedProject};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::frame;
use crate::server::service::workflow::lists::row;
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::{directory, ticket, ticket_page};
use crate::wire::error::AppError;
use crate::wire::joining::{Application, JoinFormData};
use crate::wire::{Choice, Done};

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
