//! Quota: how it stands, whether a request fits, and what tickets hold of it from submission to their end.
//!
//! A host counts as used from the moment its row says Deploying. Until then, and again while it is Deploy failed, its
//! ticket holds the host's amounts. A move from held to used, or back, is one transaction.

use crate::domain::host::host_amounts;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::quota::{Amounts, Key, Overrun, Standing, UNLIMITED};
use crate::server::store::db::{Db, Tx};
use crate::server::store::directory::{self, Project};
use crate::server::store::quota::{self, Line};
use crate::server::work::Work;
use crate::wire::error::AppError;
use std::collections::{BTreeMap, BTreeSet};

pub use crate::server::store::quota::LimitScope;

/// The standing of the project's quota, then of its domain's; nothing for a project that doesn't exist.
pub async fn standings(db: &Db, project: &ProjectId) -> Result<Vec<Standing>, AppError> {
    let Some(project) = directory::project(db, project).await? else {
        return Ok(vec![]);
    };
    Ok(standings_of(db, std::slice::from_ref(&project)).await?.pop().unwrap_or_default())
}

/// The [`standings`] of several projects, in their order, read by one statement.
pub async fn standings_of(db: &Db, projects: &[Project]) -> Result<Vec<Vec<Standing>>, AppError> {
    let survey = survey(db, &[], projects).await?;
    Ok(projects.iter().map(|project| survey.of_both(project)).collect())
}

/// The standings of these domains, of these projects and of the projects' domains, read by one statement.
pub async fn survey(db: &Db, domains: &[DomainId], projects: &[Project]) -> Result<Survey, AppError> {
    let (domain_ids, project_ids) = ids(domains, projects);
    Ok(Survey::of(&quota::lines(db, domain_ids, project_ids).await?))
}

/// [`survey`] inside a transaction.
pub async fn survey_in(tx: &mut Tx, domains: &[DomainId], projects: &[Project]) -> Result<Survey, AppError> {
    let (domain_ids, project_ids) = ids(domains, projects);
    Ok(Survey::of(&quota::lines_in(tx, domain_ids, project_ids).await?))
}

/// Refuses amounts that don't fit in project and domain quota, naming every overrun. Until the transaction ends, no
/// other request for this domain is checked.
pub async fn check(work: &mut Work, project: &ProjectId, amounts: &Amounts) -> Result<(), AppError> {
    let project = directory::project_in(&mut work.tx, project).await?.ok_or(AppError::NotFound)?;
    quota::lock_scopes(&mut work.tx, &project.domain_id, &project.id).await?;
    let standings = survey_in(&mut work.tx, &[], std::slice::from_ref(&project)).await?.of_both(&project);
    match overruns(&standings, amounts) {
        None => Ok(()),
        Some(why) => Err(AppError::Refused(why)),
    }
}

/// Why [`check`] would refuse these amounts as things are now; `None` if it wouldn't.
pub async fn obstacle(db: &Db, project: &Project, amounts: &Amounts) -> Result<Option<String>, AppError> {
    let standings = survey(db, &[], std::slice::from_ref(project)).await?.of_both(project);
    Ok(overruns(&standings, amounts))
}

/// A line for every overrun of these quotas; `None` if there is none.
fn overruns(standings: &[Standing], amounts: &Amounts) -> Option<String> {
    let overruns = standings.iter().flat_map(|standing| standing.overruns(amounts));
    let sentences: Vec<String> = overruns.map(|overrun: Overrun| overrun.to_string()).collect();
    (!sentences.is_empty()).then(|| sentences.join("\n"))
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

/// Lets the ticket hold amounts that were in use until now, because one of its hosts failed.
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

/// Ends the ticket's hold on amounts that are in use from now on, because its hosts became Deploying.
pub(super) async fn put_to_use(work: &mut Work, number: TicketNumber, amounts: &Amounts) -> Result<(), AppError> {
    for (key, amount) in amounts.iter() {
        quota::lower_hold(&mut work.tx, number, key, amount).await?;
    }
    Ok(())
}

/// Ends all that the ticket holds, because the ticket ended.
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

fn ids(domains: &[DomainId], projects: &[Project]) -> (Vec<String>, Vec<String>) {
    let domains: BTreeSet<&DomainId> = domains.iter().chain(projects.iter().map(|p| &p.domain_id)).collect();
    let projects = projects.iter().map(|project| project.id.0.clone()).collect();
    (domains.into_iter().map(|id| id.0.clone()).collect(), projects)
}

/// The standings of several projects and domains, by their ids.
pub struct Survey {
    domains: BTreeMap<String, Standing>,
    projects: BTreeMap<String, Standing>,
}

impl Survey {
    fn of(lines: &[Line]) -> Survey {
        let mut survey = Survey { domains: BTreeMap::new(), projects: BTreeMap::new() };
        for line in lines {
            let domain = survey.domains.entry(line.domain.0.clone()).or_default();
            let project = survey.projects.entry(line.project.clone()).or_default();
            match (line.source.as_str(), Key::from_key(&line.key)) {
                ("limit", Some(key)) => {
                    let scope = if line.project.is_empty() { domain } else { project };
                    scope.limits.insert(key, line.amount);
                }
                ("held", Some(key)) => {
                    domain.held.add(key, line.amount);
                    project.held.add(key, line.amount);
                }
                _ => {
                    for (key, amount) in used(line).iter() {
                        domain.used.add(key, amount);
                        project.used.add(key, amount);
                    }
                }
            }
        }
        survey
    }

    pub fn of_project(&self, project: &Project) -> Standing {
        named(self.projects.get(project.id.as_str()), format!("project {}", project.name))
    }

    pub fn of_domain(&self, id: &DomainId, name: &str) -> Standing {
        named(self.domains.get(id.as_str()), format!("domain {name}"))
    }

    /// The project's standing and its domain's: a request must fit in both.
    pub fn of_both(&self, project: &Project) -> Vec<Standing> {
        vec![self.of_project(project), self.of_domain(&project.domain_id, &project.domain_name)]
    }
}

fn named(standing: Option<&Standing>, scope: String) -> Standing {
    Standing { scope, ..standing.cloned().unwrap_or_default() }
}

/// The amounts that the hosts of a line use; a line has the sums of `hosts` hosts.
fn used(line: &Line) -> Amounts {
    let mut used = host_amounts(line.vcpu, line.memory_mib, line.disks_gib);
    used.add(Key::HostCount, line.hosts - 1);
    used
}
