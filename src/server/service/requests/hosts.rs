//! Asking for more hosts: by a ticket or at once, and how such a ticket is carried out.

use super::in_project;
use crate::domain::directory::View;
use crate::domain::host::{HostForm, HostRequest, HostStatus, host_amounts};
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::domain::request::Request;
use crate::domain::validation::Problem;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::job::{AfterCleanUp, Job};
use crate::server::service::hosts::{may_ask_for, operating};
use crate::server::service::quota;
use crate::server::service::workflow::kind::{Begun, LastPass, RequestKind};
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::directory::{self, Project};
use crate::server::store::host::{self, Offer, step};
use crate::server::store::process;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use async_trait::async_trait;
use serde_json::json;

/// Asks for hosts: a ticket where the process is enabled, otherwise they are created at once.
pub async fn create(app: &App, caller: &Caller, form: &HostForm, amends: Option<Amends>) -> Result<Done, AppError> {
    let Offer { specifications, images, .. } = host::offer(&app.db, None).await?;
    let found = directory::project(&app.db, &form.project.as_str().into()).await?;
    let project = found.filter(|project| is_in_view(caller, project));
    let (request, project) = match (form.parse(&specifications, &images), project) {
        (Ok(request), Some(project)) => (request, project),
        (parsed, project) => {
            let mut problems = parsed.err().unwrap_or_default();
            let takes = form.takes(&specifications, &images);
            problems.extend(problem_of_place(app, form, project.as_ref(), takes, amends.is_some()).await?);
            return Err(problems.into());
        }
    };
    let twins = twins(app, &project, &request).await?;
    if amends.is_some() || process::is_enabled(&app.db, TicketType::ApplyMachine).await? {
        let (id, domain) = (Some(project.id.clone()), Some(project.domain_id.clone()));
        let (request, initiator) = (Request::Host(request), caller.person.clone());
        let new = NewTicket { request, initiator, project: id, domain };
        return Ok(submit::by_ticket(app, caller, new, amends).await?.and(&twins));
    }
    let subject = in_project(Subject::new(ResourceType::Host, "", &request.name), &project);
    let mut work = app.work(caller.operator(), Operation::Create, subject).await?;
    let outcome = at_once(&mut work, caller, &project, &request).await;
    Ok(work.finish(outcome).await?.and(&twins))
}

/// Which of the names hosts of the project have already: they may, but nobody means it. Empty if none has.
async fn twins(app: &App, project: &Project, request: &HostRequest) -> Result<String, AppError> {
    let taken = host::names_taken(&app.db, &project.id, request.host_names()).await?;
    Ok(match taken.as_slice() {
        [] => String::new(),
        [name] => format!("{} has a host named {name} already: only their IDs differ.", project.name),
        [first, rest @ ..] => {
            format!(
                "{} has hosts named {first} and {} more of these names already: only their IDs differ.",
                project.name,
                rest.len()
            )
        }
    })
}

/// What is wrong with where the hosts are to be, told together with what else is wrong with the form: a project that
/// the view doesn't show, or a quota that they don't fit in. What a ticket holds that is amended is its own again.
async fn problem_of_place(
    app: &App,
    form: &HostForm,
    project: Option<&Project>,
    takes: Option<Amounts>,
    amending: bool,
) -> Result<Option<Problem>, AppError> {
    let problem = |field: &str, message: String| Some(Problem { field: field.into(), message });
    Ok(match (project, takes) {
        // An empty choice is the form's own problem.
        (None, _) if form.project.is_empty() => None,
        (None, _) => problem("form[project]", "Choose one of the projects of this view.".to_owned()),
        (Some(project), Some(takes)) if !amending => {
            let obstacle = quota::obstacle(&app.db, project, &takes).await?;
            obstacle.and_then(|why| problem("form[quantity]", why))
        }
        (Some(_), _) => None,
    })
}

async fn at_once(work: &mut Work, caller: &Caller, project: &Project, request: &HostRequest) -> Result<Done, AppError> {
    check_may_ask(caller, project)?;
    quota::check(work, &project.id, &request.total()).await?;
    let hosts = operating::begin_making(work, None, request).await?;
    let id = hosts.first().map(HostId::to_string).unwrap_or_default();
    work.about(in_project(Subject::new(ResourceType::Host, id, &request.name), project));
    work.details(json!({"after": request, "hosts": hosts}));
    let said = match request.quantity {
        1 => format!("{} is being created.", request.name),
        n => format!("{n} hosts are being created."),
    };
    Ok(Done::new(said, "/hosts"))
}

/// Whether the project is one the view shows. What is outside is refused like what doesn't exist.
fn is_in_view(caller: &Caller, project: &Project) -> bool {
    let is_shown = match caller.view() {
        None => false,
        Some(View::System) => true,
        Some(View::Domain(id)) => project.domain_id == *id,
        Some(View::Project(id)) => project.id == *id,
    };
    is_shown && caller.person.sees_project(&project.id, &project.domain_id)
}

fn check_may_ask(caller: &Caller, project: &Project) -> Result<(), AppError> {
    if may_ask_for(caller, project) { Ok(()) } else { Err(submit::forbidden(TicketType::ApplyMachine)) }
}

#[async_trait]
impl RequestKind for HostRequest {
    async fn execute(&self, work: &mut Work, pass: LastPass<'_>) -> Result<Begun, AppError> {
        let number = pass.ticket.number;
        quota::put_to_use(work, number, &self.total()).await?;
        operating::begin_making(work, Some(number), self).await?;
        Ok(Begun::UnderWay)
    }

    /// Hosts that couldn't be made begin at their first step, once the cloud is clean of the failed attempt.
    async fn resume(&self, work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
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

    /// Removes hosts that couldn't be made, here and in the cloud.
    async fn give_up(&self, work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
        for failed in host::failed_of_ticket(&mut work.tx, number).await? {
            let (attempt, since) = (failed.attempt, work.now);
            let clean_up = Job::CleanUpHost { host: failed.id, attempt, then: AfterCleanUp::Remove, since };
            work.enqueue(clean_up.at(since)).await?;
        }
        Ok(())
    }
}
