//! Asking for other limits of a quota, and setting them if what is there is still what was there when they were asked
//! for.

use super::rivals;
use crate::domain::address::back_to;
use crate::domain::directory::View;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::oplog::Operation;
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::quota_request::{LimitChange, QuotaForm, QuotaRequest, QuotaScope};
use crate::domain::request::Request;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::quota::{LimitScope, set_limits, survey_in};
use crate::server::service::quotas::{Place, survey, way};
use crate::server::service::workflow::kind::{Begun, LastPass, RequestKind};
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::db::Db;
use crate::server::store::{directory, process, quota};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::quotas::Way;
use async_trait::async_trait;
use serde_json::json;

const PAGE: &str = "/quotas";

/// Changes a quota at once where the caller may, otherwise by a ticket.
pub async fn change(
    app: &App,
    caller: &Caller,
    form: &QuotaForm,
    amends: Option<Amends>,
    back: &str,
) -> Result<Done, AppError> {
    let place = place_of(app, caller, form).await?;
    let enabled = process::enabled(&app.db).await?;
    let way = way(caller, &place, &enabled);
    if way.is_none() && amends.is_none() {
        let work = app.work(caller.operator(), Operation::Configure, place.subject()).await?;
        return work.finish(Err(forbidden(caller, &place, &enabled))).await;
    }
    let survey = survey(app, std::slice::from_ref(&place)).await?;
    let request = form.parse(place.scope(), place.name(), &place.standing(&survey))?;
    if way == Some(Way::Set) && amends.is_none() {
        let mut work = app.work(caller.operator(), Operation::Configure, place.subject()).await?;
        let outcome = set(&mut work, &request, back).await;
        return work.finish(outcome).await;
    }
    let own = amends.as_ref().map(|amends| amends.number);
    let rivals = rivals::told(&app.db, place.ticket_type(), &request, own).await?;
    let new = NewTicket {
        request: Request::Quota(request),
        initiator: caller.person.clone(),
        project: place.project().cloned(),
        domain: Some(place.domain().clone()),
    };
    Ok(submit::by_ticket(app, caller, new, amends).await?.and(&rivals))
}

async fn set(work: &mut Work, request: &QuotaRequest, back: &str) -> Result<Done, AppError> {
    let side = |value: fn(&LimitChange) -> i64| -> serde_json::Value {
        request.changes.iter().map(|change| (change.key.key().to_owned(), json!(value(change)))).collect()
    };
    let (before, after) = (side(|change| change.old), side(|change| change.new));
    work.details(json!({"before": {"limits": before}, "after": {"limits": after}, "reason": request.reason}));
    let done = change_limits(work, request).await?;
    Ok(Done::new(done, back_to(back, PAGE)))
}

/// What the form is about, if the caller's view shows it.
async fn place_of(app: &App, caller: &Caller, form: &QuotaForm) -> Result<Place, AppError> {
    let id = form.id.as_str();
    let found = match QuotaScope::from_key(&form.scope) {
        Some(QuotaScope::Project) => directory::project(&app.db, &id.into()).await?.map(Place::Project),
        Some(QuotaScope::Domain) => directory::domain(&app.db, &id.into()).await?.map(Place::Domain),
        None => None,
    };
    let place = found.ok_or(AppError::NotFound)?;
    let is_shown = match (caller.view().ok_or(AppError::NotFound)?, &place) {
        (View::System, _) => true,
        (View::Domain(id), place) => place.domain() == id,
        (View::Project(id), Place::Project(project)) => project.id == *id,
        (View::Project(id), Place::Domain(domain)) => {
            caller.person.held.iter().any(|held| held.project == *id && held.domain == domain.id)
        }
    };
    if is_shown { Ok(place) } else { Err(AppError::NotFound) }
}

/// Why the caller may only look at a quota that their view shows.
fn forbidden(caller: &Caller, place: &Place, enabled: &[TicketType]) -> AppError {
    let ticket_type = place.ticket_type();
    let label = ticket_type.label();
    match (caller.view(), place) {
        (Some(View::Project(_)), Place::Domain(_)) => {
            AppError::Forbidden(format!("{label} belongs to the Domain View. Switch the view and try again."))
        }
        _ if enabled.contains(&ticket_type) => submit::forbidden(ticket_type),
        (_, Place::Project(_)) => {
            AppError::Forbidden(format!("{label} isn't enabled: administrators of the domain set this quota."))
        }
        (_, Place::Domain(_)) => {
            AppError::Forbidden(format!("{label} isn't enabled: administrators of the system set this quota."))
        }
    }
}

#[async_trait]
impl RequestKind for QuotaRequest {
    /// Refuses limits below what is used and held, and those that were meant to change others than there are now. The quota
    /// stays locked until the transaction ends.
    async fn check(&self, work: &mut Work) -> Result<(), AppError> {
        locked(work, self).await.map(drop)
    }

    async fn rivals(&self, db: &Db, ticket_type: TicketType, own: TicketNumber) -> Result<String, AppError> {
        rivals::told(db, ticket_type, self, Some(own)).await
    }

    async fn execute(&self, work: &mut Work, _pass: LastPass<'_>) -> Result<Begun, AppError> {
        change_limits(work, self).await.map(Begun::Done)
    }
}

/// Sets the limits, all of them or none; tells what they are now.
async fn change_limits(work: &mut Work, request: &QuotaRequest) -> Result<String, AppError> {
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
