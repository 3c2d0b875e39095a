//! Quota: how it stands, whether a request fits, and what tickets hold of it from submission to their end.
//!
//! A host counts as used from the moment its row says Deploying. Until then, and again while it is Deploy failed, its
//! ticket holds what it takes; every change from the one to the other happens in one transaction.

use crate::api::error::AppError;
use crate::domain::host::host_amounts;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::quota::{Amounts, Key, Overrun, Standing, UNLIMITED};
use crate::server::store::db::{Db, Tx};
use crate::server::store::directory::{self, Project};
use crate::server::store::quota::{self, Line};
use crate::server::work::Work;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::server::store::quota::LimitScope;

/// How the project's quota and its domain's stand, in this order; nothing for a project that doesn't exist.
pub async fn standings(db: &Db, project: &ProjectId) -> Result<Vec<Standing>, AppError> {
    let Some(project) = directory::project(db, project).await? else {
        return Ok(vec![]);
    };
    Ok(standings_of(db, std::slice::from_ref(&project)).await?.pop().unwrap_or_default())
}

/// The same for several projects at once, in their order; one statement for all.
pub async fn standings_of(db: &Db, projects: &[Project]) -> Result<Vec<Vec<Standing>>, AppError> {
    let (domain_ids, project_ids) = ids(projects);
    let lines = quota::lines(db, domain_ids, project_ids).await?;
    Ok(standings_from(&lines, projects))
}

/// Refuses what doesn't fit in project and domain quota, naming every overrun. Until the transaction ends nobody else's
/// request for this domain is weighed.
pub async fn check(work: &mut Work, project: &ProjectId, amounts: &Amounts) -> Result<(), AppError> {
    let project = directory::project_in(&mut work.tx, project).await?.ok_or(AppError::NotFound)?;
    let project = std::slice::from_ref(&project);
    quota::lock_scopes(&mut work.tx, &project[0].domain_id, &project[0].id).await?;
    let (domain_ids, project_ids) = ids(project);
    let lines = quota::lines_in(&mut work.tx, domain_ids, project_ids).await?;
    let standings = standings_from(&lines, project);
    let overruns: Vec<Overrun> = standings.iter().flatten().flat_map(|standing| standing.overruns(amounts)).collect();
    if overruns.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = overruns.iter().map(Overrun::to_string).collect();
    Err(AppError::Refused(sentences.join(" ")))
}

/// [`check`], then lets the ticket hold the amounts.
pub async fn check_and_hold(
    work: &mut Work,
    number: TicketNumber,
    project: &ProjectId,
    amounts: &Amounts,
) -> Result<(), AppError> {
    check(work, project, amounts).await?;
    hold(work, number, project, amounts).await
}

/// Lets the ticket hold what was in use until now: a host of it failed.
pub(super) async fn hold(
    work: &mut Work,
    number: TicketNumber,
    project: &ProjectId,
    amounts: &Amounts,
) -> Result<(), AppError> {
    for (key, amount) in amounts.iter() {
        quota::add_hold(&mut work.tx, number, project, key, amount).await?;
    }
    Ok(())
}

/// Ends the hold on what is in use from now on: hosts of the ticket became Deploying.
pub(super) async fn put_to_use(work: &mut Work, number: TicketNumber, amounts: &Amounts) -> Result<(), AppError> {
    for (key, amount) in amounts.iter() {
        quota::lower_hold(&mut work.tx, number, key, amount).await?;
    }
    Ok(())
}

/// The ticket ended: it holds nothing any more.
pub async fn release(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    Ok(quota::release(&mut work.tx, number).await?)
}

/// Sets limits, in stored units; [`UNLIMITED`] takes a limit away. Keys that aren't named stay as they are.
pub async fn set_limits(tx: &mut Tx, scope: &LimitScope, limits: &BTreeMap<Key, i64>) -> Result<(), AppError> {
    for (key, value) in limits {
        match *value {
            UNLIMITED => quota::remove_limit(tx, scope, *key).await?,
            value => quota::set_limit(tx, scope, *key, value).await?,
        }
    }
    Ok(())
}

fn ids(projects: &[Project]) -> (Vec<String>, Vec<String>) {
    let domains: BTreeSet<&DomainId> = projects.iter().map(|project| &project.domain_id).collect();
    let projects = projects.iter().map(|project| project.id.0.clone()).collect();
    (domains.into_iter().map(|id| id.0.clone()).collect(), projects)
}

/// Each project's standing and its domain's.
fn standings_from(lines: &[Line], projects: &[Project]) -> Vec<Vec<Standing>> {
    let mut of_domain: BTreeMap<&str, Standing> = BTreeMap::new();
    let mut of_project: BTreeMap<&str, Standing> = BTreeMap::new();
    for line in lines {
        match (line.source.as_str(), Key::from_key(&line.key)) {
            ("limit", Some(key)) if line.project.is_empty() => {
                of_domain.entry(line.domain.as_str()).or_default().limits.insert(key, line.amount);
            }
            ("limit", Some(key)) => {
                of_project.entry(&line.project).or_default().limits.insert(key, line.amount);
            }
            ("held", Some(key)) => {
                of_domain.entry(line.domain.as_str()).or_default().held.add(key, line.amount);
                of_project.entry(&line.project).or_default().held.add(key, line.amount);
            }
            _ => {
                for (key, amount) in used(line).iter() {
                    of_domain.entry(line.domain.as_str()).or_default().used.add(key, amount);
                    of_project.entry(&line.project).or_default().used.add(key, amount);
                }
            }
        }
    }
    let named =
        |standing: Option<&Standing>, scope: String| Standing { scope, ..standing.cloned().unwrap_or_default() };
    let of = |project: &Project| {
        vec![
            named(of_project.get(project.id.as_str()), format!("project {}", project.name)),
            named(of_domain.get(project.domain_id.as_str()), format!("domain {}", project.domain_name)),
        ]
    };
    projects.iter().map(of).collect()
}

/// What hosts of these sums use.
fn used(line: &Line) -> Amounts {
    let mut used = host_amounts(line.vcpu, line.memory_mib, line.disks_gib);
    used.add(Key::HostCount, line.hosts - 1);
    used
}
