//! Canned replies: a project's `support` people and administrators write them, and the handlers of the project's
//! tickets answer with them.

use super::details;
use crate::domain::canned_reply::{About, CannedReply, MOST_OFFERED, filled};
use crate::domain::directory::View;
use crate::domain::ids::{ProjectId, TicketNumber};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::store::canned_reply::{self, Stored};
use crate::server::store::directory;
use crate::server::store::support_page::Page;
use crate::server::work::Work;
use crate::wire::canned_replies::{CannedList, CannedRow};
use crate::wire::error::AppError;
use crate::wire::{Choice, Done};
use serde_json::json;

const PAGE: &str = "/tickets/support/replies";

/// The projects of the caller's view whose canned replies the caller manages.
async fn projects(app: &App, caller: &Caller) -> Result<Vec<Choice>, AppError> {
    let person = &caller.person;
    let found = match caller.view() {
        None => vec![],
        Some(View::System) => directory::projects(&app.db).await?,
        Some(View::Domain(domain)) => directory::projects_of(&app.db, domain).await?,
        Some(View::Project(project)) => directory::project(&app.db, project).await?.into_iter().collect(),
    };
    let managed = found.into_iter().filter(|project| person.writes_replies_of(&project.id, &project.domain_id));
    Ok(managed.map(|project| Choice { value: project.id.0, label: project.name }).collect())
}

pub async fn list(app: &App, caller: &Caller, search: &str) -> Result<CannedList, AppError> {
    let projects = projects(app, caller).await?;
    let view = caller.view().filter(|_| !projects.is_empty()).ok_or_else(forbidden)?;
    let found = canned_reply::list(&app.db, view, search.trim(), MOST_OFFERED).await?;
    let row = |stored: Stored| CannedRow {
        id: stored.id,
        project: stored.project,
        title: stored.title,
        body: stored.body,
        changed_by: stored.changed_by,
        changed_at: stored.changed_at,
    };
    Ok(CannedList { rows: found.into_iter().map(row).collect(), projects })
}

fn forbidden() -> AppError {
    AppError::Forbidden(
        "Canned replies are written by a project's support people and administrators. Switch the view and try again."
            .into(),
    )
}

fn subject(id: &str, title: &str, project: Option<(&ProjectId, &str)>) -> Subject {
    let subject = Subject::new(ResourceType::CannedReply, id, title);
    match project {
        Some((id, name)) => subject.in_project(id, name),
        None => subject,
    }
}

pub async fn create(app: &App, caller: &Caller, project: &str, title: &str, body: &str) -> Result<Done, AppError> {
    let offered = projects(app, caller).await?;
    let mut work = app.work(caller.operator(), Operation::Create, subject("", title.trim(), None)).await?;
    let outcome = write(&mut work, caller, &offered, project, (title, body)).await;
    work.finish(outcome).await
}

async fn write(
    work: &mut Work,
    caller: &Caller,
    offered: &[Choice],
    project: &str,
    (title, body): (&str, &str),
) -> Result<Done, AppError> {
    if offered.is_empty() {
        return Err(forbidden());
    }
    let new = CannedReply::parse(title, body);
    let Some(project) = offered.iter().find(|offered| offered.value == project) else {
        let mut problems = Problems::default();
        problems.add("project", "Choose one of the projects.");
        return Err(problems.or(()).and(new).map_or_else(AppError::from, |_| forbidden()));
    };
    let (new, id, key) = (new?, new_id(), ProjectId::from(project.value.clone()));
    work.about(subject(&id, &new.title, Some((&key, &project.label))));
    work.details(json!({"before": null, "after": new}));
    let by = &caller.person.display_name;
    canned_reply::insert(&mut work.tx, &id, &key, &new, by, work.now).await.map_err(unless_taken)?;
    Ok(Done::new(format!("{} is there to answer with.", new.title), PAGE))
}

fn unless_taken(error: sqlx::Error) -> AppError {
    if error.as_database_error().is_some_and(|error| error.is_unique_violation()) {
        let mut problems = Problems::default();
        problems.add("title", "The project has a canned reply of this title already. Choose another one.");
        return problems.or(()).map_or_else(AppError::from, |()| AppError::NotFound);
    }
    error.into()
}

/// The reply with this id, if the caller manages it; another one is treated as not existing.
async fn found(work: &mut Work, caller: &Caller, id: &str) -> Result<Stored, AppError> {
    let stored = canned_reply::get_in(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let in_view = match caller.view() {
        Some(View::System) => true,
        Some(View::Domain(domain)) => *domain == stored.domain_id,
        Some(View::Project(project)) => *project == stored.project_id,
        None => false,
    };
    if !in_view || !caller.person.writes_replies_of(&stored.project_id, &stored.domain_id) {
        return Err(AppError::NotFound);
    }
    work.about(subject(id, &stored.title, Some((&stored.project_id, &stored.project))));
    Ok(stored)
}

pub async fn edit(app: &App, caller: &Caller, id: &str, title: &str, body: &str) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Configure, subject(id, "", None)).await?;
    let outcome = rewrite(&mut work, caller, id, (title, body)).await;
    work.finish(outcome).await
}

async fn rewrite(work: &mut Work, caller: &Caller, id: &str, (title, body): (&str, &str)) -> Result<Done, AppError> {
    let before = found(work, caller, id).await?;
    let new = CannedReply::parse(title, body)?;
    work.details(json!({"before": {"title": before.title, "body": before.body}, "after": new}));
    let by = &caller.person.display_name;
    canned_reply::update(&mut work.tx, id, &new, by, work.now).await.map_err(unless_taken)?;
    Ok(Done::new(format!("{} is changed.", new.title), PAGE))
}

pub async fn delete(app: &App, caller: &Caller, id: &str) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Delete, subject(id, "", None)).await?;
    let outcome = remove(&mut work, caller, id).await;
    work.finish(outcome).await
}

async fn remove(work: &mut Work, caller: &Caller, id: &str) -> Result<Done, AppError> {
    let before = found(work, caller, id).await?;
    work.details(json!({"before": {"title": before.title, "body": before.body}, "after": null}));
    canned_reply::delete(&mut work.tx, id).await?;
    Ok(Done::new(format!("{} is deleted.", before.title), PAGE))
}

/// The text of a canned reply, filled in for this ticket.
pub async fn text(app: &App, caller: &Caller, number: TicketNumber, id: &str) -> Result<String, AppError> {
    let Page { listed, project, .. } = details::read(app, caller, number, 0).await?;
    let project = project.filter(|_| listed.is_mine).ok_or(AppError::NotFound)?;
    let body = canned_reply::body(&app.db, &project, id).await?.ok_or(AppError::NotFound)?;
    let about = About { requester: &listed.initiator, handler: &caller.person.display_name, ticket: number };
    Ok(filled(&body, &about))
}
