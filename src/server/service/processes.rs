//! Ticket Setup: which types are under approval, and by whom (SPEC 4). For the System View only.

use super::rights::require_system_view;
use super::{coverage, external};
use crate::domain::directory::DEFAULT_DOMAIN;
use crate::domain::ids::{ProcessId, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::{Approver, Definition, Kind, Link, ProcessForm, TicketType};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::service::approvers::Names;
use crate::server::store::process::{self, Around, Process};
use crate::server::store::{directory, task, ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;
use crate::wire::processes::{LinkGaps, LinkRow, ProcessDetail, ProcessRow, Setup};
use crate::wire::{Choice, Done};
use serde_json::json;

const PAGE: &str = "/settings/tickets";

/// What the page Ticket Setup shows, without the people that its dialogs offer.
pub async fn setup(app: &App, caller: &Caller) -> Result<Setup, AppError> {
    Ok(read(app, caller, None).await?.0)
}

/// One process with what its page shows.
pub async fn get(app: &App, caller: &Caller, id: &ProcessId) -> Result<ProcessDetail, AppError> {
    let (setup, around) = read(app, caller, Some(id)).await?;
    let process = setup.processes.iter().find(|p| p.id == *id).cloned().ok_or(AppError::NotFound)?;
    let is_unreachable = process.kind == Kind::ThirdParty && !around.is_reachable;
    Ok(ProcessDetail { setup, process, in_flight: around.in_flight, is_unreachable })
}

/// Adds everybody whom a link could name. They may be thousands, so they are read for an open dialog only.
pub async fn with_people(app: &App, setup: Setup) -> Result<Setup, AppError> {
    let people = directory::enabled_people(&app.db).await?.into_iter();
    let persons = people.map(|person| Choice { value: person.id.0, label: person.display_name }).collect();
    Ok(Setup { persons: Some(persons), ..setup })
}

async fn read(app: &App, caller: &Caller, id: Option<&ProcessId>) -> Result<(Setup, Around), AppError> {
    require_system_view(caller, "Ticket Setup")?;
    let processes = process::list(&app.db).await?;
    let around = process::around(&app.db, id).await?;
    let links: Vec<&Approver> = processes.iter().flat_map(|p| &p.definition.links).map(|link| &link.approver).collect();
    let mut gaps = coverage::of_links(&app.db, &links).await?.into_iter();
    let persons: Vec<UserId> = links.iter().flat_map(|approver| approver.persons()).cloned().collect();
    let people = if persons.is_empty() { vec![] } else { task::named_among(&app.db, &persons).await? };
    let names = Names::new(around.roles.clone(), people);
    let available =
        TicketType::ALL.iter().copied().filter(|t| !processes.iter().any(|p| p.ticket_type == *t)).collect();
    let link = |(link, gaps): (&Link, LinkGaps)| LinkRow { form: link.into(), who: names.label(&link.approver), gaps };
    let row = |p: Process| ProcessRow {
        links: p.definition.links.iter().zip(gaps.by_ref()).map(link).collect(),
        id: p.id,
        ticket_type: p.ticket_type,
        enabled: p.enabled,
        description: p.description,
        version: p.version,
        kind: p.definition.kind,
        queue: p.definition.queue,
        self_approval: p.definition.self_approval,
        created_at: p.created_at,
        updated_at: p.updated_at,
    };
    let setup = Setup {
        processes: processes.into_iter().map(row).collect(),
        available,
        roles: around.roles.iter().map(|(id, name)| Choice { value: id.0.clone(), label: name.clone() }).collect(),
        persons: None,
        queues: around.queues.as_deref().map(external::queue_names).transpose()?,
    };
    Ok((setup, around))
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
    let queues = external::queues(work.app()).await?;
    let (ticket_type, definition, description) = form.parse(queues.is_some())?;
    if let Some(queue) = definition.queue.as_ref().filter(|queue| !queues.unwrap_or_default().contains(queue)) {
        let mut problems = Problems::default();
        problems.add("form[queue]", format!("The connected system shows the account no queue {queue}."));
        problems.or(())?;
    }
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
    let label = ticket_type.label();
    let changed = match ticket::count_in_flight_in(&mut work.tx, &id).await? {
        0 => format!("{label} is now at version {version}."),
        1 => format!("{label} is now at version {version}. 1 ticket under way keeps the version it was started with."),
        n => format!(
            "{label} is now at version {version}. {n} tickets under way keep the version they were started with."
        ),
    };
    Ok(Done::new(changed, PAGE))
}

/// Checks that the named roles and persons exist, which only the directory knows.
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

/// Enables a process. If there are places where nobody could approve at a link, `accept_gaps` has to accept that.
pub async fn enable(app: &App, caller: &Caller, id: &ProcessId, accept_gaps: bool) -> Result<Done, AppError> {
    set_enabled(app, caller, Operation::Enable, id, accept_gaps).await
}

/// Disables a process. Tickets under way still have to be finished.
pub async fn disable(app: &App, caller: &Caller, id: &ProcessId) -> Result<Done, AppError> {
    set_enabled(app, caller, Operation::Disable, id, true).await
}

async fn set_enabled(
    app: &App,
    caller: &Caller,
    operation: Operation,
    id: &ProcessId,
    accept_gaps: bool,
) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Process, id, "").in_domain(DEFAULT_DOMAIN, "Default");
    let mut work = app.work(caller.operator(), operation, subject).await?;
    let outcome = switch(&mut work, caller, operation == Operation::Enable, id, accept_gaps).await;
    work.finish(outcome).await
}

async fn switch(
    work: &mut Work,
    caller: &Caller,
    enabled: bool,
    id: &ProcessId,
    accept_gaps: bool,
) -> Result<Done, AppError> {
    require_system_view(caller, "Ticket Setup")?;
    let process = process::lock(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    let label = process.ticket_type.label();
    work.about(Subject::new(ResourceType::Process, id, label).in_domain(DEFAULT_DOMAIN, "Default"));
    work.details(json!({"before": {"enabled": process.enabled}, "after": {"enabled": enabled}}));
    if process.enabled == enabled {
        let word = if enabled { "enabled" } else { "disabled" };
        return Err(AppError::refused(format!("{label} is already {word}.")));
    }
    if !accept_gaps {
        let gaps = coverage::of_definition(&work.app().db, &process.definition).await?;
        if gaps.iter().any(|gap| gap.total > 0) {
            let mut problems = Problems::default();
            problems
                .add("accept_gaps", "Some links have nobody who could approve. Tick this to enable it all the same.");
            problems.or(())?;
        }
    }
    process::set_enabled(&mut work.tx, id, enabled, work.now).await?;
    let message = if enabled {
        format!("{label} is enabled: from now on it makes a ticket.")
    } else {
        format!("{label} is disabled: from now on it runs at once. Tickets under way are still to be finished.")
    };
    Ok(Done::new(message, PAGE))
}
