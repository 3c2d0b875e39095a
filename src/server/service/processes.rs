//! Ticket Setup: which types are under approval, and by whom (SPEC 4). For the System View only.

use super::rights::require_system_view;
use crate::api::error::AppError;
use crate::api::processes::{ProcessRow, Setup};
use crate::api::{Choice, Done};
use crate::domain::directory::DEFAULT_DOMAIN;
use crate::domain::ids::ProcessId;
use crate::domain::oplog::{Operation, ResourceType};
use crate::domain::process::{Approver, Definition, ProcessForm, TicketType};
use crate::domain::validation::Problems;
use crate::server::app::{App, Caller};
use crate::server::clock::new_id;
use crate::server::store::{directory, process};
use crate::server::work::{Subject, Work};
use serde_json::json;
use std::collections::HashMap;

const PAGE: &str = "/settings/tickets";

pub async fn setup(app: &App, caller: &Caller) -> Result<Setup, AppError> {
    require_system_view(caller, "Ticket Setup")?;
    let processes = process::list(&app.db).await?;
    let roles = directory::roles(&app.db).await?;
    let persons = directory::enabled_people(&app.db).await?;
    let names: HashMap<&str, &str> = persons.iter().map(|p| (p.id.as_str(), p.display_name.as_str())).collect();
    let available = TicketType::ALL.iter().copied().filter(|t| !processes.iter().any(|p| p.ticket_type == *t)).collect();
    let processes = processes
        .into_iter()
        .map(|p| ProcessRow {
            links: p.definition.links.iter().map(|link| link_label(&link.approver, &names)).collect(),
            id: p.id,
            ticket_type: p.ticket_type,
            enabled: p.enabled,
            description: p.description,
            version: p.version,
            definition: p.definition,
            created_at: p.created_at,
            updated_at: p.updated_at,
        })
        .collect();
    Ok(Setup {
        processes,
        available,
        roles: roles.into_iter().map(|r| Choice { value: r.id.0, label: r.name }).collect(),
        persons: persons.into_iter().map(|p| Choice { value: p.id.0, label: p.display_name }).collect(),
        external_ready: false,
    })
}

/// The short form of a link: `role@scope`, or the persons' names.
fn link_label(approver: &Approver, names: &HashMap<&str, &str>) -> String {
    match approver {
        Approver::Role { role, scope } => format!("{role}@{}", scope.key()),
        Approver::Persons { persons } => {
            let known = persons.iter().map(|id| names.get(id.as_str()).copied().unwrap_or("(disabled)"));
            known.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Creates the type's process, Disabled, or writes a new version of it.
pub async fn configure(app: &App, caller: &Caller, form: &ProcessForm) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Process, &form.ticket_type, label_of(&form.ticket_type))
        .in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = write_version(&mut work, caller, form).await;
    work.finish(outcome).await
}

fn label_of(ticket_type: &str) -> &'static str {
    TicketType::from_key(ticket_type).map_or("", TicketType::label)
}

async fn write_version(work: &mut Work, caller: &Caller, form: &ProcessForm) -> Result<Done, AppError> {
    require_system_view(caller, "Ticket Setup")?;
    let (ticket_type, definition, description) = form.parse(false)?;
    check_directory(work, &definition).await?;
    let now = work.now;
    let existing = process::lock_by_type(&mut work.tx, ticket_type).await?;
    let (id, version) = match &existing {
        None => (ProcessId::from(new_id()), 1),
        Some(process) => (process.id.clone(), process.version + 1),
    };
    work.about(Subject::new(ResourceType::Process, &id, ticket_type.label()).in_domain(DEFAULT_DOMAIN, "Default"));
    let before = existing.as_ref().map(|p| json!({"version": p.version, "definition": p.definition}));
    work.details(json!({"before": before, "after": {"version": version, "definition": definition}}));
    if existing.is_none() {
        process::insert(&mut work.tx, &id, ticket_type, &description, &definition, now).await?;
        let created = format!("{} is configured. It is disabled until you enable it.", ticket_type.label());
        return Ok(Done::new(created, PAGE));
    }
    process::add_version(&mut work.tx, &id, version, &description, &definition, now).await?;
    let changed = format!("{} is now at version {version}. Tickets under way keep theirs.", ticket_type.label());
    Ok(Done::new(changed, PAGE))
}

/// That the named roles and persons exist, which only the directory knows.
async fn check_directory(work: &mut Work, definition: &Definition) -> Result<(), AppError> {
    let mut problems = Problems::default();
    for (i, link) in definition.links.iter().enumerate() {
        match &link.approver {
            Approver::Role { role, .. } => {
                if !directory::role_exists(&mut work.tx, role).await? {
                    problems.add(format!("form[links][{i}][role]"), "This role no longer exists. Choose another one.");
                }
            }
            Approver::Persons { persons } => {
                if directory::count_people(&mut work.tx, persons).await? != persons.len() as i64 {
                    problems.add(format!("form[links][{i}][persons]"), "One of these persons no longer exists.");
                }
            }
        }
    }
    problems.or(()).map_err(AppError::from)
}

/// Enables or disables a process. Tickets under way are finished either way.
pub async fn set_enabled(app: &App, caller: &Caller, id: &ProcessId, enabled: bool) -> Result<Done, AppError> {
    let operation = if enabled { Operation::Enable } else { Operation::Disable };
    let subject = Subject::new(ResourceType::Process, id, "").in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(caller.operator(), operation, subject).await?;
    let outcome = switch(&mut work, caller, id, enabled).await;
    work.finish(outcome).await
}

async fn switch(work: &mut Work, caller: &Caller, id: &ProcessId, enabled: bool) -> Result<Done, AppError> {
    require_system_view(caller, "Ticket Setup")?;
    let process = process::lock(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let label = process.ticket_type.label();
    work.about(Subject::new(ResourceType::Process, id, label).in_domain(DEFAULT_DOMAIN, "Default"));
    work.details(json!({"before": {"enabled": process.enabled}, "after": {"enabled": enabled}}));
    if process.enabled == enabled {
        let word = if enabled { "enabled" } else { "disabled" };
        return Err(AppError::refused(format!("{label} is already {word}.")));
    }
    process::set_enabled(&mut work.tx, id, enabled, work.now).await?;
    let message = if enabled {
        format!("{label} is enabled: from now on it makes a ticket.")
    } else {
        format!("{label} is disabled: from now on it runs at once. Tickets under way are still to be finished.")
    };
    Ok(Done::new(message, PAGE))
}
