//! Quotas as a view shows them: of which projects and domains, how they stand, and whether the caller may set them, ask
//! for more or only look. [`super::requests::quota`] changes them.

use crate::domain::directory::View;
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::oplog::{ResourceType, Subject};
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::quota_request::QuotaScope;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::frame;
use crate::server::service::quota::{self, Survey};
use crate::server::store::directory::{self, Domain, Project};
use crate::wire::Choice;
use crate::wire::error::AppError;
use crate::wire::quotas::{QuotaList, ScopeQuota, Way};

/// A project or a domain, as the owner of a quota.
pub(super) enum Place {
    Project(Project),
    Domain(Domain),
}

/// The quotas that the caller's view shows. `chosen`: in the System View `domain:ID`, `project:ID`, or empty for all.
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

pub(super) async fn survey(app: &App, places: &[Place]) -> Result<Survey, AppError> {
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
    pub(super) fn scope(&self) -> QuotaScope {
        match self {
            Place::Project(_) => QuotaScope::Project,
            Place::Domain(_) => QuotaScope::Domain,
        }
    }

    pub(super) fn ticket_type(&self) -> TicketType {
        self.scope().ticket_type()
    }

    fn id(&self) -> &str {
        match self {
            Place::Project(project) => project.id.as_str(),
            Place::Domain(domain) => domain.id.as_str(),
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Place::Project(project) => &project.name,
            Place::Domain(domain) => &domain.name,
        }
    }

    pub(super) fn project(&self) -> Option<&ProjectId> {
        match self {
            Place::Project(project) => Some(&project.id),
            Place::Domain(_) => None,
        }
    }

    pub(super) fn domain(&self) -> &DomainId {
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

    pub(super) fn standing(&self, survey: &Survey) -> Standing {
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

    /// The place as the operation log names it.
    pub(super) fn subject(&self) -> Subject {
        let subject = match self {
            Place::Project(project) => {
                Subject::new(ResourceType::Project, &project.id, &project.name).in_project(&project.id, &project.name)
            }
            Place::Domain(domain) => Subject::new(ResourceType::Domain, &domain.id, &domain.name),
        };
        subject.in_domain(self.domain(), self.domain_name())
    }
}

/// How the caller may change a place's quota in their view, if at all (SPEC 3). The System View sets every quota. A
/// Domain View sets those of its projects while no ticket is needed for that. Everything else goes by ticket, from the
/// place's own view.
pub(super) fn way(caller: &Caller, place: &Place, enabled: &[TicketType]) -> Option<Way> {
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
