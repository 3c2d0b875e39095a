//! What adjusting and deleting hosts takes: what stands in the way, and how they are begun.

use super::operating;
use crate::domain::host::HostStatus;
use crate::domain::host_operation::{AdjustRequest, Change, Configuration, DeleteRequest, HostBefore};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::server::store::db::Db;
use crate::server::store::host::change::{self, Awaited, Existing};
use crate::server::store::host::step;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// The hosts as a ticket keeps them.
pub fn befores(hosts: &[Existing]) -> Result<Vec<HostBefore>, AppError> {
    Ok(hosts.iter().map(Existing::before).collect::<Result<_, _>>()?)
}

/// Why an adjustment of the host isn't possible now.
pub(in crate::server::service) fn unadjustable(host: &Existing) -> Option<String> {
    busy(host).or_else(|| match host.status {
        HostStatus::Running | HostStatus::Stopped => None,
        status => Some(format!("{} is {}: only running and stopped hosts can be adjusted.", host.name, status.label())),
    })
}

/// Why a deletion of the host isn't possible now.
pub(in crate::server::service) fn undeletable(host: &Existing) -> Option<String> {
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
pub(in crate::server::service) fn waits(awaited: &Awaited) -> String {
    let Awaited { name, number } = awaited;
    format!("{name} already waits for ticket {number}. Wait for what becomes of it, or have it amended or undone.")
}

/// Refuses a request about hosts that an open ticket of the same type is about; `amends` is the one it replaces. The hosts are
/// locked, so of two at once the second sees the first.
pub async fn refuse_second(
    work: &mut Work,
    ticket_type: TicketType,
    hosts: &[HostBefore],
    amends: Option<TicketNumber>,
) -> Result<(), AppError> {
    match change::awaited_in(&mut work.tx, ticket_type, &ids(hosts), amends).await?.as_slice() {
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
pub(in crate::server::service) type Obstacle = fn(&Existing) -> Option<String>;
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
