//! The page of quotas: what a view shows of them, and changing them, by ticket or at once.

use crate::domain::address::back_to;
use crate::domain::directory::View;
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::quota_request::{QuotaForm, QuotaRequest, QuotaScope};
use crate::domain::request::Request;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::frame;
use crate::server::service::quota::{self, Survey};
use crate::server::service::workflow::limits;
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::directory::{self, Domain, Project};
use crate::server::store::process;
use crate::server::work::Work;
use crate::wire::error::AppError;
use crate::wire::quotas::{QuotaList, ScopeQuota, Way, ticket_type};
use crate::wire::{Choice, Done};
use serde_json::json;

const PAGE: &str = "/quotas";

/// A project or a domain, as the owner of a quota.
enum Place {
    Project(Project),
    Domain(Domain),
}

/// What the caller's view shows.
pub async fn list(app: &App, caller: &Caller, chosen: &str) -> Result<QuotaList, AppError> {
    let (mut choices, mut is_overview) = (vec![], false);
    let places = match caller.view().ok_or(AppError::NotFound)? {
        View::Project(id) => of_project(app, id).await?,
        View::Domain(id) => of_domain(app, id).await?,
        View::System => {
            let all = everything(app).await?;
            choices = all.iter().map(choice).collect();
            is_overview = chosen.is_empty();
            match chosen.split_once(':') {
                None if is_overview => all,
                Some(("domain", id)) => of_domain(app, &id.into()).await?,
                Some(("project", id)) => of_project(app, &id.into()).await?,
                _ => vec![],
            }
        }
    };
    if places.is_empty() {
        return Err(AppError::NotFound);
    }
    let enabled = frame::enabled(app, caller).await?;
    let survey = survey(app, &places).await?;
    let scopes = places.iter().map(|place| place.row(&survey, way(caller, place, &enabled))).collect();
    Ok(QuotaList { scopes, choices, is_overview })
}

/// The project, then its domain.
async fn of_project(app: &App, id: &ProjectId) -> Result<Vec<Place>, AppError> {
    let Some(project) = directory::project(&app.db, id).await? else { return Ok(vec![]) };
    let domain = Domain { id: project.domain_id.clone(), name: project.domain_name.clone() };
    Ok(vec![Place::Project(project), Place::Domain(domain)])
}

/// The domain, then its projects by name.
async fn of_domain(app: &App, id: &DomainId) -> Result<Vec<Place>, AppError> {
    let Some(domain) = directory::domain(&app.db, id).await? else { return Ok(vec![]) };
    let projects = directory::projects_of(&app.db, id).await?.into_iter().map(Place::Project);
    Ok(std::iter::once(Place::Domain(domain)).chain(projects).collect())
}

/// Each domain followed by its projects, by name.
async fn everything(app: &App) -> Result<Vec<Place>, AppError> {
    let mut projects = directory::projects(&app.db).await?;
    let mut places = Vec::new();
    for domain in directory::domains(&app.db).await? {
        let (own, others) = projects.into_iter().partition(|project: &Project| project.domain_id == domain.id);
        projects = others;
        places.push(Place::Domain(domain));
        places.extend(own.into_iter().map(Place::Project));
    }
    Ok(places)
}

async fn survey(app: &App, places: &[Place]) -> Result<Survey, AppError> {
    let (mut domains, mut projects) = (vec![], vec![]);
    for place in places {
        match place {
            Place::Project(project) => projects.push(project.clone()),
            Place::Domain(domain) => domains.push(domain.id.clone()),
        }
    }
    quota::survey(&app.db, &domains, &projects).await
}

fn choice(place: &Place) -> Choice {
    let (kind, id) = (place.scope().key(), place.id());
    let label = match place {
        Place::Project(project) => format!("{} ({})", project.name, project.domain_name),
        Place::Domain(domain) => format!("Domain {}", domain.name),
    };
    Choice { value: format!("{kind}:{id}"), label }
}

impl Place {
    fn scope(&self) -> QuotaScope {
        match self {
            Place::Project(_) => QuotaScope::Project,
            Place::Domain(_) => QuotaScope::Domain,
        }
    }

    fn ticket_type(&self) -> TicketType {
        ticket_type(self.scope())
    }

    fn id(&self) -> &str {
        match self {
            Place::Project(project) => project.id.as_str(),
            Place::Domain(domain) => domain.id.as_str(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Place::Project(project) => &project.name,
            Place::Domain(domain) => &domain.name,
        }
    }

    fn project(&self) -> Option<&ProjectId> {
        match self {
            Place::Project(project) => Some(&project.id),
            Place::Domain(_) => None,
        }
    }

    fn domain(&self) -> &DomainId {
        match self {
            Place::Project(project) => &project.domain_id,
            Place::Domain(domain) => &domain.id,
        }
    }

    fn domain_name(&self) -> &str {
        match self {
            Place::Project(project) => &project.domain_name,
            Place::Domain(domain) => &domain.name,
        }
    }

    fn standing(&self, survey: &Survey) -> Standing {
        match self {
            Place::Project(project) => survey.of_project(project),
            Place::Domain(domain) => survey.of_domain(&domain.id, &domain.name),
        }
    }

    fn row(&self, survey: &Survey, way: Option<Way>) -> ScopeQuota {
        ScopeQuota {
            scope: self.scope(),
            id: self.id().to_owned(),
            name: self.name().to_owned(),
            domain: self.domain_name().to_owned(),
            standing: self.standing(survey),
            way,
        }
    }

    /// How the operation log names it.
    fn subject(&self) -> Subject {
        let subject = match self {
            Place::Project(project) => {
                Subject::new(ResourceType::Project, &project.id, &project.name).in_project(&project.id, &project.name)
            }
            Place::Domain(domain) => Subject::new(ResourceType::Domain, &domain.id, &domain.name),
        };
        subject.in_domain(self.domain(), self.domain_name())
    }
}

/// Who changes which quota where (SPEC 3): the System View sets every one. A Domain View sets those of its projects while
/// no ticket is needed for that. Everything else goes by ticket, from the place's own view.
fn way(caller: &Caller, place: &Place, enabled: &[TicketType]) -> Option<Way> {
    let by_ticket = enabled.contains(&place.ticket_type());
    let may_start = || caller.person.may_start(place.ticket_type(), place.project(), place.domain());
    match (caller.view()?, place) {
        (View::System, _) => caller.person.is_system_admin().then_some(Way::Set),
        (View::Domain(id), Place::Project(project)) if project.domain_id == *id => {
            let is_admin = caller.person.is_admin_of_domain(id);
            is_admin.then_some(if by_ticket { Way::Apply } else { Way::Set })
        }
        (View::Domain(id), Place::Domain(domain)) if domain.id == *id => {
            (by_ticket && may_start()).then_some(Way::Apply)
        }
        (View::Project(id), Place::Project(project)) if project.id == *id => {
            (by_ticket && may_start()).then_some(Way::Apply)
        }
        _ => None,
    }
}

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
    let new = NewTicket {
        request: Request::Quota(request),
        initiator: caller.person.clone(),
        project: place.project().cloned(),
        domain: Some(place.domain().clone()),
    };
    submit::by_ticket(app, caller, new, amends).await
}

async fn set(work: &mut Work, request: &QuotaRequest, back: &str) -> Result<Done, AppError> {
    let side = |value: fn(&crate::domain::quota_request::LimitChange) -> i64| -> serde_json::Value {
        request.changes.iter().map(|change| (change.key.key().to_owned(), json!(value(change)))).collect()
    };
    let (before, after) = (side(|change| change.old), side(|change| change.new));
    work.details(json!({"before": {"limits": before}, "after": {"limits": after}, "reason": request.reason}));
    let done = limits::set(work, request).await?;
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
