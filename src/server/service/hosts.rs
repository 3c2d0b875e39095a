//! Hosts: the list, one host, and what the create form offers.

pub mod operating;
pub mod operations;
pub mod trash;

use crate::domain::directory::{Held, View};
use crate::domain::host::{HostStatus, marked};
use crate::domain::host_operation::Change;
use crate::domain::ids::HostId;
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::workflow::route;
use crate::server::service::{quota, system_settings};
use crate::server::store::directory::Project;
use crate::server::store::host::{self, Host, Listing, Offer, Position, Reader, step};
use crate::wire::error::AppError;
use crate::wire::hosts::{HostDetail, HostFilter, HostFormData, HostList, HostRow, OpenTicket, ProjectChoice};
use crate::wire::{Choice, Page};

const PAGE_SIZE: usize = 50;

/// The hosts of the caller's view, newest first. Those in the trash are left out unless asked for.
pub async fn list(app: &App, caller: &Caller, filter: &HostFilter) -> Result<HostList, AppError> {
    let Some(view) = caller.view() else {
        return Ok(HostList { page: Page { rows: vec![], next: None, previous: None }, may_create: false });
    };
    let position = match (&filter.after, &filter.before) {
        (_, Some(id)) => Position::Before(id),
        (Some(id), None) => Position::After(id),
        (None, None) => Position::Top,
    };
    let listing = Listing {
        view,
        name: filter.name.trim(),
        status: HostStatus::from_key(&filter.status),
        position,
        limit: PAGE_SIZE as i64 + 1,
    };
    let mut hosts = host::list(&app.db, &listing, &reader(caller)).await?;
    let has_more = hosts.len() > PAGE_SIZE;
    // A page before a key is read backwards, so its first row is the one too many.
    match position {
        Position::Before(_) if has_more => drop(hosts.remove(0)),
        _ => hosts.truncate(PAGE_SIZE),
    }
    let first = hosts.first().map(|host| host.id.0.clone());
    let last = hosts.last().map(|host| host.id.0.clone());
    let (next, previous) = match position {
        Position::Top => (last.filter(|_| has_more), None),
        Position::After(_) => (last.filter(|_| has_more), first),
        Position::Before(_) => (last, first.filter(|_| has_more)),
    };
    let delay = clearing_delay(app, &hosts).await?;
    let is_twin = |a: &Host, b: &Host| a.name == b.name && a.project_id == b.project_id && a.id != b.id;
    let twins: Vec<bool> = hosts.iter().map(|host| hosts.iter().any(|other| is_twin(host, other))).collect();
    let rows = hosts.into_iter().zip(twins).map(|(host, has_twin)| {
        let row = row(caller, delay, host)?;
        let name = if has_twin { marked(&row.name, &row.id) } else { row.name };
        Ok(HostRow { name, ..row })
    });
    let rows = rows.collect::<Result<_, AppError>>()?;
    Ok(HostList { page: Page { rows, next, previous }, may_create: may_create(caller, view) })
}

/// One host of a project the caller sees; to everybody else it doesn't exist.
pub async fn get(app: &App, caller: &Caller, id: &HostId) -> Result<HostDetail, AppError> {
    let (host, open) = host::get(&app.db, id, &reader(caller)).await?.ok_or(AppError::NotFound)?;
    if !caller.person.sees_project(&host.project_id, &host.domain_id) {
        return Err(AppError::NotFound);
    }
    let failed = step::latest_failure(&app.db, id).await?;
    let failure = failed.map(|step| format!("{}: {}", step.step.label(), step.error.unwrap_or_default()));
    let delay = clearing_delay(app, std::slice::from_ref(&host)).await?;
    let open = open.into_iter().map(|(number, ticket_type)| OpenTicket { number, ticket_type }).collect();
    Ok(HostDetail { host: row(caller, delay, host)?, failure, open })
}

/// What the create form offers in the caller's view.
pub async fn form(app: &App, caller: &Caller) -> Result<HostFormData, AppError> {
    let Offer { specifications, images, process, mut projects } = host::offer(&app.db, caller.view()).await?;
    // In a Project View the project's names come with the caller's role in it.
    if let Some(View::Project(id)) = caller.view() {
        projects.extend(caller.person.held.iter().find(|held| held.project == *id).map(project_of));
    }
    projects.retain(|project| may_ask_for(caller, project));
    let standings = quota::standings_of(&app.db, &projects).await?;
    let by_ticket = process.is_some();
    let route = match (projects.first(), &process) {
        (Some(first), Some(definition)) => {
            Some(route::of_definition(app, caller, definition, Some(&first.id), &first.domain_id).await?)
        }
        _ => None,
    };
    // Projects of two domains may have one name, so the System View names the domain too.
    let names_domain = caller.is_system_view();
    let choice = |project: Project| Choice {
        label: if names_domain { format!("{} ({})", project.name, project.domain_name) } else { project.name },
        value: project.id.0,
    };
    let with_standings = projects.into_iter().zip(standings);
    Ok(HostFormData {
        projects: with_standings.map(|(p, standings)| ProjectChoice { project: choice(p), standings }).collect(),
        specifications,
        images,
        by_ticket,
        route,
    })
}

fn project_of(held: &Held) -> Project {
    Project {
        id: held.project.clone(),
        name: held.project_name.clone(),
        domain_id: held.domain.clone(),
        domain_name: held.domain_name.clone(),
    }
}

/// How long (ms) hosts stay in the trash. Only read if one of these hosts is in it; else 0.
async fn clearing_delay(app: &App, hosts: &[Host]) -> Result<Millis, AppError> {
    let any = hosts.iter().any(|host| host.trashed_at.is_some());
    if any { system_settings::trash_delay(app).await } else { Ok(0) }
}

fn reader(caller: &Caller) -> Reader<'_> {
    Reader { user: &caller.person.id, reads_all_tickets: caller.reads_every_ticket() }
}

/// Whether the caller may ask for hosts of this project.
pub(super) fn may_ask_for(caller: &Caller, project: &Project) -> bool {
    caller.person.may_start(TicketType::ApplyMachine, Some(&project.id), &project.domain_id)
}

fn may_create(caller: &Caller, view: &View) -> bool {
    let person = &caller.person;
    match view {
        View::System => person.is_system_admin(),
        View::Domain(domain) => person.is_admin_of_domain(domain),
        View::Project(project) => {
            let mut held = person.held.iter().filter(|held| held.project == *project);
            held.any(|held| person.may_start(TicketType::ApplyMachine, Some(project), &held.domain))
        }
    }
}

fn row(caller: &Caller, trash_delay: Millis, host: Host) -> Result<HostRow, AppError> {
    let change: Option<Change> = host.change.as_deref().map(serde_json::from_str).transpose()?;
    let said_by_status = matches!(host.status, HostStatus::ChangingConfiguration | HostStatus::Deleting);
    Ok(HostRow {
        under_way: change.filter(|_| !said_by_status).map(|change| change.label().to_owned()),
        clears_at: host.trashed_at.map(|at| at + trash_delay),
        may_operate: caller.person.operates_hosts(&host.project_id, &host.domain_id),
        may_own: caller.person.owns_hosts(&host.project_id, &host.domain_id),
        data_disks_gib: serde_json::from_str(&host.data_disks_gib)?,
        id: host.id,
        name: host.name,
        project: host.project_name,
        domain: host.domain_name,
        specification: host.specification_name,
        vcpu: host.vcpu,
        memory_mib: host.memory_mib,
        image: host.image_name,
        system_disk_gib: host.system_disk_gib,
        status: host.status,
        delete_locked: host.delete_locked,
        description: host.description,
        created_at: host.created_at,
        ticket: host.readable_ticket,
    })
}
