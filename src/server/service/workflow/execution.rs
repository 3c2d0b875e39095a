//! Whether what a ticket asks for can be done, and how it is begun, taken up again and given up: an arm per type.

use super::grant::Grant;
use super::{joining, limits};
use crate::domain::host::{HostStatus, host_amounts};
use crate::domain::ids::TicketNumber;
use crate::domain::quota::Amounts;
use crate::domain::request::Request;
use crate::server::caller::Caller;
use crate::server::job::{AfterCleanUp, Job};
use crate::server::service::hosts::{operating, operations};
use crate::server::service::quota;
use crate::server::store::db::Db;
use crate::server::store::host::{self, step};
use crate::server::store::ticket::Ticket;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// How far carrying out is once it was begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Jobs go on with it.
    UnderWay,
    /// It was done in this transaction; what, for the ticket's record.
    Done(String),
}

/// Refuses what can't be done as it was asked for, and says why: before it is submitted, at every Pass, and (because the
/// last Pass begins it) when it is carried out. What a ticket takes of the quota is weighed at submission, and held since.
pub async fn check(work: &mut Work, request: &Request) -> Result<(), AppError> {
    match request {
        Request::Host(_) => Ok(()),
        Request::Adjust(adjust) => operations::check_adjust(work, adjust).await.map(drop),
        Request::Delete(delete) => operations::check_delete(work, delete).await.map(drop),
        Request::Join(_) => Ok(()),
        Request::Quota(quota) => limits::check(work, quota).await,
    }
}

/// What [`check`] would refuse as things are now.
pub async fn obstacles(db: &Db, request: &Request) -> Result<Vec<String>, AppError> {
    match request {
        Request::Adjust(adjust) => operations::obstacles_to_adjust(db, adjust).await,
        Request::Delete(delete) => operations::obstacles_to_delete(db, delete).await,
        Request::Host(_) | Request::Join(_) | Request::Quota(_) => Ok(vec![]),
    }
}

/// The last Pass: begins what the ticket asks for. `caller` is who passed it, with what they grant an applicant.
pub async fn execute(
    work: &mut Work,
    ticket: &Ticket,
    request: &Request,
    caller: Option<&Caller>,
    grant: &Grant,
) -> Result<Begun, AppError> {
    let number = ticket.number;
    match request {
        Request::Host(hosts) => {
            quota::put_to_use(work, number, &hosts.total()).await?;
            operating::begin_making(work, Some(number), hosts).await?;
            Ok(Begun::UnderWay)
        }
        Request::Adjust(adjust) => {
            let hosts = operations::check_adjust(work, adjust).await?;
            quota::put_to_use(work, number, &adjust.total()).await?;
            operations::begin_adjust(work, adjust, &hosts, Some(number)).await?;
            Ok(Begun::UnderWay)
        }
        Request::Delete(delete) => {
            let hosts = operations::check_delete(work, delete).await?;
            operations::begin_delete(work, &hosts, Some(number)).await?;
            Ok(Begun::UnderWay)
        }
        Request::Join(_) => joining::join(work, ticket, caller, grant).await.map(Begun::Done),
        Request::Quota(quota) => limits::set(work, quota).await.map(Begun::Done),
    }
}

/// Retry: takes up again what failed. Hosts that couldn't be made begin at their first step once the cloud is clean of
/// the failed attempt; a change of a host is begun anew.
pub async fn resume(work: &mut Work, number: TicketNumber, request: &Request) -> Result<(), AppError> {
    match request {
        Request::Host(_) => resume_making(work, number).await,
        Request::Adjust(adjust) => {
            let failed = operations::lock_failed(work, number).await?;
            let growth = operations::begin_adjust(work, adjust, &failed, Some(number)).await?;
            quota::put_to_use(work, number, &growth).await
        }
        Request::Delete(_) => {
            let failed = operations::lock_failed(work, number).await?;
            operations::begin_delete(work, &failed, Some(number)).await
        }
        // These are carried out in the transaction of the last Pass: they can't have failed.
        Request::Join(_) | Request::Quota(_) => Ok(()),
    }
}

async fn resume_making(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    let mut in_use = Amounts::default();
    for failed in host::failed_of_ticket(&mut work.tx, number).await? {
        host::set_status(&mut work.tx, &failed.id, HostStatus::DeployFailed, HostStatus::Deploying).await?;
        step::restart_making(&mut work.tx, &failed.id).await?;
        for (key, amount) in host_amounts(failed.vcpu, failed.memory_mib, failed.disks_gib).iter() {
            in_use.add(key, amount);
        }
        let (attempt, since) = (failed.attempt + 1, work.now);
        let clean_up = Job::CleanUpHost { host: failed.id, attempt, then: AfterCleanUp::Start, since };
        work.enqueue(clean_up.at(since)).await?;
    }
    quota::put_to_use(work, number, &in_use).await
}

/// Abandon: removes hosts that couldn't be made, here and in the cloud; keeps what was done.
pub async fn give_up(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    for failed in host::failed_of_ticket(&mut work.tx, number).await? {
        let (attempt, since) = (failed.attempt, work.now);
        let clean_up = Job::CleanUpHost { host: failed.id, attempt, then: AfterCleanUp::Remove, since };
        work.enqueue(clean_up.at(since)).await?;
    }
    Ok(())
}
