//! Requesting technical support, in a Project or Domain View.

use super::attachments;
use crate::domain::directory::View;
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::origin::WEB;
use crate::domain::process::{Kind, TicketType};
use crate::domain::support::{PostKind, SupportForm, SupportRequest, SupportStatus, queue, title};
use crate::domain::workflow::State;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::external::errand::{self, Errand};
use crate::server::service::frame;
use crate::server::service::workflow::subject::ticket_subject;
use crate::server::service::workflow::submit::{forbidden, refuse_empty_link};
use crate::server::service::workflow::tasks::Route;
use crate::server::store::support::{self, NewPost};
use crate::server::store::{external, process, task, ticket};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

/// The stage of a ticket that is handled in another system.
const EXTERNAL_STAGE: &str = "External process";
const TYPE: TicketType = TicketType::CustomerService;

/// The project and domain that a ticket of this view belongs to. In a Domain View there is no project.
fn place(caller: &Caller) -> Result<(Option<ProjectId>, DomainId), AppError> {
    let found = match caller.view() {
        Some(View::Project(project)) => {
            let held = caller.person.held.iter().find(|held| held.project == *project);
            held.map(|held| (Some(project.clone()), held.domain.clone()))
        }
        Some(View::Domain(domain)) => Some((None, domain.clone())),
        Some(View::System) | None => {
            let message = "Technical support is requested in a Project or Domain View. Switch the view and try again.";
            return Err(AppError::Forbidden(message.into()));
        }
    };
    let may_start =
        |(project, domain): &(Option<ProjectId>, DomainId)| caller.person.may_start(TYPE, project.as_ref(), domain);
    found.filter(may_start).ok_or_else(|| forbidden(TYPE))
}

/// Refuses if technical support can't be requested: not in this view, or because its process isn't enabled.
pub async fn check(app: &App, caller: &Caller) -> Result<(), AppError> {
    place(caller)?;
    if frame::enabled(app, caller).await?.contains(&TYPE) { Ok(()) } else { Err(not_offered()) }
}

fn not_offered() -> AppError {
    AppError::refused("Technical Support isn't offered now. An administrator can enable its process in Ticket Setup.")
}

/// Requests technical support. `files`: those uploaded for it, each `ID:NAME`.
pub async fn request(app: &App, caller: &Caller, form: &SupportForm, files: &[String]) -> Result<Done, AppError> {
    let mut work =
        app.work(caller.operator(), Operation::Submit, Subject::new(ResourceType::Ticket, "", TYPE.label())).await?;
    let outcome = submit(&mut work, caller, form, files).await;
    work.finish(outcome).await
}

async fn submit(work: &mut Work, caller: &Caller, form: &SupportForm, files: &[String]) -> Result<Done, AppError> {
    let (project, domain) = place(caller)?;
    let request = form.parse()?;
    task::share_directory(&mut work.tx).await?;
    let process = process::share_by_type(&mut work.tx, TYPE).await?.filter(|process| process.enabled);
    let process = process.ok_or_else(not_offered)?;
    let route = Route {
        definition: &process.definition,
        project: project.as_ref().map(ProjectId::as_str),
        domain: Some(domain.as_str()),
        initiator: &caller.person.id,
    };
    refuse_empty_link(work, &route).await?;
    check_follows(work, caller, &request).await?;
    let number = ticket::next_number(&mut work.tx).await?;
    let (now, name, payload) = (work.now, title(&request.description), json!(request));
    let state = State::submitted(1);
    ticket::insert(
        &mut work.tx,
        ticket::NewRow {
            number,
            ticket_type: TYPE,
            process_id: &process.id,
            process_version: process.version,
            initiator: &caller.person.id,
            project: project.as_ref(),
            domain: Some(&domain),
            resource_name: &name,
            payload: payload.to_string(),
            names_hosts: false,
            state,
            stage: process.definition.links.first().map_or(EXTERNAL_STAGE, |link| &link.name),
            self_approval: process.definition.self_approval,
            via: WEB,
            now,
        },
    )
    .await?;
    support::insert(&mut work.tx, number, request.level, request.follows).await?;
    if process.definition.kind == Kind::BuiltIn {
        route.open(work, number, 0).await?;
    }
    support::set_queue(&mut work.tx, number, queue(request.level, SupportStatus::Submitted)).await?;
    let author = Some((&caller.person.id, caller.person.display_name.as_str()));
    let first = NewPost { number, kind: PostKind::Reply, author, body: &request.description, answers: false, at: now };
    support::add_post(&mut work.tx, first).await?;
    let files = attachments::take(work, &caller.person.id, number, 0, files).await?;
    if let Some(queue) = &process.definition.queue {
        external::insert(&mut work.tx, number, queue).await?;
        errand::send(work, number, Errand::Create).await?;
    }
    work.about(ticket_subject(number, TYPE, &name, project.as_ref(), Some(&domain)));
    work.details(json!({"process_version": process.version, "after": payload, "files": files}));
    Ok(Done::new(format!("Ticket {number} submitted."), "/tickets/support/mine"))
}

/// Checks that a follow-up goes on from a closed support ticket of the caller.
async fn check_follows(work: &mut Work, caller: &Caller, request: &SupportRequest) -> Result<(), AppError> {
    let Some(number) = request.follows else { return Ok(()) };
    let earlier = ticket::lock(&mut work.tx, number).await?;
    let is_own = earlier.is_some_and(|t| t.initiator_id == caller.person.id && t.ticket_type == TYPE);
    match support::get_in(&mut work.tx, number).await? {
        Some(earlier) if is_own && earlier.status == SupportStatus::Closed => Ok(()),
        Some(_) if is_own => Err(AppError::refused(format!("Ticket {number} is still open. Reply there instead."))),
        _ => Err(AppError::NotFound),
    }
}
