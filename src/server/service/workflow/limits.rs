//! Quota applications: setting other limits, if what is there is still what was there when they were asked for.

use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::quota::Standing;
use crate::domain::quota_request::{QuotaRequest, QuotaScope};
use crate::server::service::quota::{LimitScope, set_limits, survey_in};
use crate::server::store::{directory, quota};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Refuses limits below what is used and held, and those that were meant to change others than there are now. The quota stays
/// locked until the transaction ends.
pub async fn check(work: &mut Work, request: &QuotaRequest) -> Result<(), AppError> {
    locked(work, request).await.map(drop)
}

/// Sets the limits, all of them or none; tells what they are now.
pub async fn set(work: &mut Work, request: &QuotaRequest) -> Result<String, AppError> {
    let scope = locked(work, request).await?;
    set_limits(&mut work.tx, &scope, &request.limits()).await?;
    Ok(format!("{}.", request.outcome()))
}

async fn locked(work: &mut Work, request: &QuotaRequest) -> Result<LimitScope, AppError> {
    let found = match request.scope {
        QuotaScope::Project => project(work, &request.id.as_str().into()).await?,
        QuotaScope::Domain => domain(work, &request.id.as_str().into()).await?,
    };
    let Some((scope, standing)) = found else {
        let kind = request.scope.label().to_lowercase();
        return Err(AppError::Refused(format!("The {kind} {} doesn't exist any more.", request.name)));
    };
    match request.obstacle(&standing) {
        None => Ok(scope),
        Some(why) => Err(AppError::Refused(why)),
    }
}

async fn project(work: &mut Work, id: &ProjectId) -> Result<Option<(LimitScope, Standing)>, AppError> {
    let Some(project) = directory::project_in(&mut work.tx, id).await? else { return Ok(None) };
    quota::lock_scopes(&mut work.tx, &project.domain_id, &project.id).await?;
    let standing = survey_in(&mut work.tx, &[], std::slice::from_ref(&project)).await?.of_project(&project);
    Ok(Some((LimitScope::Project(project.id), standing)))
}

async fn domain(work: &mut Work, id: &DomainId) -> Result<Option<(LimitScope, Standing)>, AppError> {
    let Some(domain) = directory::domain_in(&mut work.tx, id).await? else { return Ok(None) };
    quota::lock_domain(&mut work.tx, &domain.id).await?;
    let standing =
        survey_in(&mut work.tx, std::slice::from_ref(&domain.id), &[]).await?.of_domain(&domain.id, &domain.name);
    Ok(Some((LimitScope::Domain(domain.id), standing)))
}
