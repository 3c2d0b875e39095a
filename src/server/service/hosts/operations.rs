//! Changing hosts that exist: adjusting their configuration and deleting them, by ticket or at once.

use super::{in_project, operating};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::{
    AdjustForm, AdjustRequest, Change, Configuration, DeleteForm, DeleteRequest, HostBefore, MAX_HOSTS,
};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::domain::request::Request;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::quota;
use crate::server::service::workflow::route;
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::db::Db;
use crate::server::store::directory::{self, Project};
use crate::server::store::host::change::{self, Awaited, Existing};
use crate::server::store::host::{self, step};
use crate::server::store::process;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::hosts::HostsDialog;
use serde_json::json;

const PAGE: &str = "/hosts";

/// Hosts of one project, with that project. Who doesn't see one of them is told the same as
/// of one that doesn't exist.
pub async fn selection(app: &App, caller: &Caller, ids: &[HostId]) -> Result<(Project, Vec<Existing>), AppError> {
    let mut wanted = ids.to_vec();
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(AppError::refused("Select at least one host."));
    }
    if wanted.len() > MAX_HOSTS {
        return Err(AppError::refused(format!("Select at most {MAX_HOSTS} hosts at once.")));
    }
    let hosts = change::existing(&app.db, &wanted).await?;
    let sees = |host: &Existing| caller.person.sees_project(&host.project_id, &host.domain_id);
    if hosts.len() != wanted.len() || !hosts.iter().all(sees) {
        return Err(AppError::NotFound);
    }
    let first = &hosts[0];
    if hosts.iter().any(|host| host.project_id != first.project_id) {
        return Err(AppError::refused("Select hosts of one project: each project has approvers of its own."));
    }
    let project = directory::project(&app.db, &first.project_id).await?.ok_or(AppError::NotFound)?;
    Ok((project, hosts))
}

/// What the dialogs *Adjust configuration* and *Delete* show of the hosts they are about; `amends` is the ticket whose
/// request they replace.
pub async fn dialog(
    app: &App,
    caller: &Caller,
    ids: &[HostId],
    deletes: bool,
    amends: Option<TicketNumber>,
) -> Result<HostsDialog, AppError> {
    let (project, hosts) = selection(app, caller, ids).await?;
    let (ticket_type, obstacle): (_, Obstacle) = match deletes {
        true => (TicketType::ApplyServerDelete, undeletable),
        false => (TicketType::ApplyServerChangeconfig, unadjustable),
    };
    check_may_start(caller, &project, ticket_type)?;
    let awaited = change::awaited(&app.db, ticket_type, ids, amends).await?;
    Ok(HostsDialog {
        hosts: befores(&hosts)?,
        obstacles: hosts.iter().filter_map(obstacle).chain(awaited.iter().map(waits)).collect(),
        specifications: if deletes { vec![] } else { host::specifications(&app.db).await? },
        standings: if deletes { vec![] } else { quota::standings(&app.db, &project.id).await? },
        route: route::preview(app, caller, ticket_type, Some(&project.id), &project.domain_id).await?,
        project: project.name,
    })
}

/// Adjusts hosts: a ticket where the process is enabled, otherwise at once.
pub async fn adjust(app: &App, caller: &Caller, form: &AdjustForm, amends: Option<Amends>) -> Result<Done, AppError> {
    let ticket_type = TicketType::ApplyServerChangeconfig;
    let (project, hosts) = selection(app, caller, &form.hosts).await?;
    let request = form.parse(&project.id, befores(&hosts)?, &host::specifications(&app.db).await?)?;
    if amends.is_some() || process::is_enabled(&app.db, ticket_type).await? {
        return submit::by_ticket(app, caller, ticket(caller, &project, Request::Adjust(request)), amends).await;
    }
    let subject = in_project(
        Subject::new(ResourceType::Host, host_id(&hosts), Request::Adjust(request.clone()).resource_name()),
        &project,
    );
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = adjust_at_once(&mut work, caller, &project, &request).await;
    work.finish(outcome).await
}

async fn adjust_at_once(
    work: &mut Work,
    caller: &Caller,
    project: &Project,
    request: &AdjustRequest,
) -> Result<Done, AppError> {
    check_may_start(caller, project, TicketType::ApplyServerChangeconfig)?;
    work.details(json!({"after": request}));
    let hosts = check_adjust(work, request).await?;
    quota::check(work, &request.project, &request.total()).await?;
    begin_adjust(work, request, &hosts, None).await?;
    Ok(Done::new(format!("Changing the configuration of {}.", counted(hosts.len())), PAGE))
}

/// Deletes hosts: a ticket where the process is enabled, otherwise at once. They go to the trash.
pub async fn delete(app: &App, caller: &Caller, form: &DeleteForm, amends: Option<Amends>) -> Result<Done, AppError> {
    let ticket_type = TicketType::ApplyServerDelete;
    let (project, hosts) = selection(app, caller, &form.hosts).await?;
    let request = form.parse(&project.id, befores(&hosts)?)?;
    if amends.is_some() || process::is_enabled(&app.db, ticket_type).await? {
        return submit::by_ticket(app, caller, ticket(caller, &project, Request::Delete(request)), amends).await;
    }
    let subject = in_project(
        Subject::new(ResourceType::Host, host_id(&hosts), Request::Delete(request.clone()).resource_name()),
        &project,
    );
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = delete_at_once(&mut work, caller, &project, &request).await;
    work.finish(outcome).await
}

async fn delete_at_once(
    work: &mut Work,
    caller: &Caller,
    project: &Project,
    request: &DeleteRequest,
) -> Result<Done, AppError> {
    check_may_start(caller, project, TicketType::ApplyServerDelete)?;
    work.details(json!({"before": request}));
    let hosts = check_delete(work, request).await?;
    begin_delete(work, &hosts, None).await?;
    Ok(Done::new(format!("Deleting {}.", counted(hosts.len())), PAGE))
}

fn check_may_start(caller: &Caller, project: &Project, ticket_type: TicketType) -> Result<(), AppError> {
    let may = caller.person.may_start(ticket_type, Some(&project.id), &project.domain_id);
    if may { Ok(()) } else { Err(submit::forbidden(ticket_type)) }
}

fn ticket(caller: &Caller, project: &Project, request: Request) -> NewTicket {
    let (project, domain) = (Some(project.id.clone()), Some(project.domain_id.clone()));
    NewTicket { request, initiator: caller.person.clone(), project, domain }
}

/// The host's id, where there is one host only.
fn host_id(hosts: &[Existing]) -> String {
    if let [host] = hosts { host.id.to_string() } else { String::new() }
}

fn counted(hosts: usize) -> String {
    if hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") }
}

/// The hosts as a ticket keeps them.
pub fn befores(hosts: &[Existing]) -> Result<Vec<HostBefore>, AppError> {
    Ok(hosts.iter().map(Existing::before).collect::<Result<_, _>>()?)
}

/// Why an adjustment of the host isn't possible now.
fn unadjustable(host: &Existing) -> Option<String> {
    busy(host).or_else(|| match host.status {
        HostStatus::Running | HostStatus::Stopped => None,
        status => Some(format!("{} is {}: only running and stopped hosts can be adjusted.", host.name, status.label())),
    })
}

/// Why a deletion of the host isn't possible now.
fn undeletable(host: &Existing) -> Option<String> {
    if host.delete_locked {
        return Some(format!("{} is delete-locked. Unlock it first.", host.name));
    }
    busy(host).or_else(|| match host.status {
        HostStatus::Running | HostStatus::Stopped => None,
        HostStatus::DeployFailed if host.is_of_open_ticket => {
            Some(format!("{} belongs to a ticket that failed. Retry or Abandon it there.", host.name))
        }
        HostStatus::DeployFailed => None,
        status => Some(format!("{} is {} and can't be deleted now.", host.name, status.label())),
    })
}

fn busy(host: &Existing) -> Option<String> {
    host.is_changing.then(|| format!("Something is under way with {}. Wait until it is over.", host.name))
}

/// What is asked for twice would be weighed twice against what is now, and the second could never be carried out.
fn waits(awaited: &Awaited) -> String {
    let Awaited { name, number } = awaited;
    format!("{name} already waits for ticket {number}. Wait for what becomes of it, or have it amended or undone.")
}

/// Refuses a request about hosts that an open ticket of its type is about; `amends` is the one it replaces. The hosts are
/// locked, so of two at once the second sees the first.
pub async fn refuse_second(work: &mut Work, request: &Request, amends: Option<TicketNumber>) -> Result<(), AppError> {
    let hosts = match request {
        Request::Adjust(adjust) => ids(&adjust.hosts),
        Request::Delete(delete) => ids(&delete.hosts),
        Request::Host(_) | Request::Join(_) | Request::Quota(_) => return Ok(()),
    };
    match change::awaited_in(&mut work.tx, request.ticket_type(), &hosts, amends).await?.as_slice() {
        [] => Ok(()),
        awaited => Err(AppError::Refused(awaited.iter().map(waits).collect::<Vec<_>>().join(" "))),
    }
}

/// Locks the hosts of an adjustment and refuses it unless each is as it was shown and can be adjusted.
pub async fn check_adjust(work: &mut Work, request: &AdjustRequest) -> Result<Vec<Existing>, AppError> {
    check(work, &request.hosts, unadjustable, configuration_is_as_shown).await
}

/// Locks the hosts of a deletion and refuses it unless each can be deleted.
pub async fn check_delete(work: &mut Work, request: &DeleteRequest) -> Result<Vec<Existing>, AppError> {
    check(work, &request.hosts, undeletable, |_, _| true).await
}

async fn check(
    work: &mut Work,
    wanted: &[HostBefore],
    obstacle: Obstacle,
    is_as_shown: AsShown,
) -> Result<Vec<Existing>, AppError> {
    let hosts = change::lock(&mut work.tx, &ids(wanted)).await?;
    match obstacles(&hosts, wanted, obstacle, is_as_shown)?.as_slice() {
        [] => Ok(hosts),
        obstacles => Err(AppError::Refused(obstacles.join(" "))),
    }
}

/// Why a change of one host isn't possible.
type Obstacle = fn(&Existing) -> Option<String>;
/// Whether a host is as an approver is shown it.
type AsShown = fn(&Configuration, &HostBefore) -> bool;

/// Everything that stands in the way of an adjustment as the hosts are now.
pub async fn obstacles_to_adjust(db: &Db, request: &AdjustRequest) -> Result<Vec<String>, AppError> {
    let hosts = change::existing(db, &ids(&request.hosts)).await?;
    obstacles(&hosts, &request.hosts, unadjustable, configuration_is_as_shown)
}

/// Everything that stands in the way of a deletion as the hosts are now.
pub async fn obstacles_to_delete(db: &Db, request: &DeleteRequest) -> Result<Vec<String>, AppError> {
    let hosts = change::existing(db, &ids(&request.hosts)).await?;
    obstacles(&hosts, &request.hosts, undeletable, |_, _| true)
}

fn configuration_is_as_shown(now: &Configuration, before: &HostBefore) -> bool {
    *now == before.configuration
}

fn ids(hosts: &[HostBefore]) -> Vec<HostId> {
    hosts.iter().map(|host| host.id.clone()).collect()
}

fn obstacles(
    hosts: &[Existing],
    wanted: &[HostBefore],
    obstacle: Obstacle,
    is_as_shown: AsShown,
) -> Result<Vec<String>, AppError> {
    let mut obstacles = Vec::new();
    for before in wanted {
        match hosts.iter().find(|host| host.id == before.id) {
            None => obstacles.push(format!("{} doesn't exist any more.", before.name)),
            Some(host) => match obstacle(host) {
                Some(why) => obstacles.push(why),
                None if is_as_shown(&host.configuration()?, before) => {}
                None => {
                    obstacles.push(format!("{} has another configuration than when this was asked for.", host.name));
                }
            },
        }
    }
    Ok(obstacles)
}

/// Begins an adjustment of hosts that are locked; tells what they take beyond what they have.
pub async fn begin_adjust(
    work: &mut Work,
    request: &AdjustRequest,
    hosts: &[Existing],
    ticket: Option<TicketNumber>,
) -> Result<Amounts, AppError> {
    let mut total = Amounts::default();
    for host in hosts {
        let now = host.configuration()?;
        // What the host is to become follows from what it was when this was asked for: a Retry adds no disk twice.
        let before = request.hosts.iter().find(|before| before.id == host.id).map(|before| &before.configuration);
        let after = request.after(before.unwrap_or(&now));
        let growth = after.growth_from(&now);
        let change = Change::Adjust { after, auto_start: request.auto_start };
        operating::begin_change(work, host, &change, ticket, &growth).await?;
        for (key, amount) in growth.iter() {
            total.add(key, amount);
        }
    }
    Ok(total)
}

/// Begins the deletion of hosts that are locked. What couldn't be made is cleared at once: there is nothing to restore.
pub async fn begin_delete(work: &mut Work, hosts: &[Existing], ticket: Option<TicketNumber>) -> Result<(), AppError> {
    for host in hosts {
        let change = if host.status == HostStatus::DeployFailed { Change::Clear } else { Change::Delete };
        operating::begin_change(work, host, &change, ticket, &Amounts::default()).await?;
    }
    Ok(())
}

/// Locks the hosts of the ticket whose change failed, to begin it anew; refused while something else is in the way.
pub async fn lock_failed(work: &mut Work, number: TicketNumber) -> Result<Vec<Existing>, AppError> {
    let mut failed: Vec<HostId> =
        step::failed_of_ticket(&mut work.tx, number).await?.into_iter().map(|step| step.host_id).collect();
    failed.sort();
    failed.dedup();
    let hosts = change::lock(&mut work.tx, &failed).await?;
    let gone = (hosts.len() < failed.len()).then(|| "A host of this ticket doesn't exist any more.".to_owned());
    let blocked = hosts.iter().filter_map(|host| match host.status {
        HostStatus::Running | HostStatus::Stopped | HostStatus::DeployFailed => busy(host),
        status => Some(format!("{} is {} now.", host.name, status.label())),
    });
    let obstacles: Vec<String> = gone.into_iter().chain(blocked).collect();
    if !obstacles.is_empty() {
        return Err(AppError::Refused(format!("{} Abandon the ticket, or try again later.", obstacles.join(" "))));
    }
    step::remove_of_ticket(&mut work.tx, number, &failed).await?;
    Ok(hosts)
}
