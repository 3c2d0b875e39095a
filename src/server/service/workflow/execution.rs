//! How an approved ticket's work is begun, taken up again and given up: one arm per ticket type.

use super::decide;
use crate::api::error::AppError;
use crate::domain::host::{HostRequest, HostStatus, host_amounts};
use crate::domain::ids::TicketNumber;
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::server::jobs::{AfterCleanUp, Job};
use crate::server::service::hosts::making;
use crate::server::service::quota;
use crate::server::store::host::{self, step};
use crate::server::store::ticket::Ticket;
use crate::server::work::Work;

/// How many failures a ticket's record spells out.
const FAILURES_NAMED: usize = 3;

/// The last Pass: begins what the ticket asks for.
pub async fn execute(work: &mut Work, ticket: &Ticket) -> Result<(), AppError> {
    match ticket.ticket_type {
        TicketType::ApplyMachine => {
            let request: HostRequest = serde_json::from_str(&ticket.payload)?;
            begin(work, ticket.number, &request).await
        }
        other => Err(AppError::refused(format!("{} can't be carried out by this version.", other.label()))),
    }
}

/// Inserts the hosts as Deploying, gives back the hold they replace, and enqueues their first step.
pub async fn begin(work: &mut Work, number: TicketNumber, request: &HostRequest) -> Result<(), AppError> {
    quota::put_to_use(work, number, &request.total()).await?;
    making::begin(work, Some(number), request).await?;
    Ok(())
}

/// Retry: takes the failed hosts up again, each from its first step, once the cloud is clean of the failed attempt.
pub async fn resume(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    let mut in_use = Amounts::default();
    for failed in host::failed_of_ticket(&mut work.tx, number).await? {
        host::set_status(&mut work.tx, &failed.id, HostStatus::DeployFailed, HostStatus::Deploying).await?;
        step::restart(&mut work.tx, &failed.id).await?;
        for (key, amount) in host_amounts(failed.vcpu, failed.memory_mib, failed.disks_gib).iter() {
            in_use.add(key, amount);
        }
        let (attempt, since) = (failed.attempt + 1, work.now);
        let clean_up = Job::CleanUpHost { host: failed.id, attempt, then: AfterCleanUp::Start, since };
        work.enqueue(clean_up.at(since)).await?;
    }
    quota::put_to_use(work, number, &in_use).await
}

/// Abandon: removes what failed, here and in the cloud; keeps what was made.
pub async fn give_up(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    for failed in host::failed_of_ticket(&mut work.tx, number).await? {
        let (attempt, since) = (failed.attempt, work.now);
        let clean_up = Job::CleanUpHost { host: failed.id, attempt, then: AfterCleanUp::Remove, since };
        work.enqueue(clean_up.at(since)).await?;
    }
    Ok(())
}

/// A host of the ticket came to its end. With the last of them the ticket's execution has succeeded or failed. The
/// ticket is locked.
pub(in crate::server::service) async fn host_settled(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    let tally = host::tally(&mut work.tx, number).await?;
    if tally.deploying > 0 {
        return Ok(());
    }
    let result = match tally.failed {
        0 => Ok(()),
        failed => Err(failure_text(failed, tally.hosts, &step::failed_of_ticket(&mut work.tx, number).await?)),
    };
    decide::executed(work, number, result).await
}

fn failure_text(failed: i64, hosts: i64, failures: &[step::Shown]) -> String {
    let spell =
        |f: &step::Shown| format!("{} at {}: {}", f.host, f.step.label(), f.error.as_deref().unwrap_or_default());
    let mut named: Vec<String> = failures.iter().take(FAILURES_NAMED).map(spell).collect();
    if failures.len() > FAILURES_NAMED {
        named.push(format!("And {} more.", failures.len() - FAILURES_NAMED));
    }
    let of_all = if hosts == 1 { String::new() } else { format!("{failed} of {hosts} hosts failed. ") };
    format!("{of_all}{}", named.join(" "))
}
