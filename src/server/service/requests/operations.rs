//! Changing hosts that exist, adjusting their configuration and deleting them: by a ticket or at once, and how such
//! tickets are carried out.

use super::in_project;
use crate::domain::host::marked;
use crate::domain::host_operation::{AdjustForm, AdjustRequest, DeleteForm, DeleteRequest, MAX_HOSTS};
use crate::domain::ids::{HostId, TicketNumber, UserId};
use crate::domain::number::counted;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::payload::Payload;
use crate::domain::process::TicketType;
use crate::domain::request::Request;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::hosts::operations::{
    Obstacle, befores, begin_adjust, begin_delete, check_adjust, check_delete, lock_failed, obstacles_to_adjust,
    obstacles_to_delete, refuse_second, unadjustable, undeletable, waits,
};
use crate::server::service::quota;
use crate::server::service::workflow::kind::{Begun, LastPass, RequestKind};
use crate::server::service::workflow::route;
use crate::server::service::workflow::submit::{self, Amends, NewTicket};
use crate::server::store::db::Db;
use crate::server::store::directory::{self, Project};
use crate::server::store::host::change::{self, Existing};
use crate::server::store::{host, process};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::hosts::HostsDialog;
use async_trait::async_trait;
use serde_json::json;

const PAGE: &str = "/hosts";

/// Hosts of one project, with that project. Who doesn't see one of them is told the same as
/// of one that doesn't exist.
pub async fn selection(app: &App, caller: &Caller, ids: &[HostId]) -> Result<(Project, Vec<Existing>), AppError> {
    let mut wanted = ids.to_vec();
    wanted.sort();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(AppError::refused("Select at least one host."));
    }
    if wanted.len() > MAX_HOSTS {
        return Err(AppError::refused(format!("Select at most {MAX_HOSTS} hosts at once.")));
    }
    let hosts = change::existing(&app.db, &wanted).await?;
    let sees = |host: &Existing| caller.person.sees_project(&host.project_id, &host.domain_id);
    if hosts.len() != wanted.len() || !hosts.iter().all(sees) {
        return Err(AppError::NotFound);
    }
    let first = &hosts[0];
    if hosts.iter().any(|host| host.project_id != first.project_id) {
        return Err(AppError::refused("Select hosts of one project: each project has approvers of its own."));
    }
    let project = directory::project(&app.db, &first.project_id).await?.ok_or(AppError::NotFound)?;
    Ok((project, hosts))
}

/// What the dialogs *Adjust configuration* and *Delete* show of the hosts they are about; `amends` is the ticket whose
/// request they replace.
pub async fn dialog(
    app: &App,
    caller: &Caller,
    ids: &[HostId],
    deletes: bool,
    amends: Option<TicketNumber>,
) -> Result<HostsDialog, AppError> {
    let (project, hosts) = selection(app, caller, ids).await?;
    let (ticket_type, obstacle): (_, Obstacle) = match deletes {
        true => (TicketType::ApplyServerDelete, undeletable),
        false => (TicketType::ApplyServerChangeconfig, unadjustable),
    };
    check_may_start(caller, &project, ticket_type)?;
    let awaited = change::awaited(&app.db, ticket_type, ids, amends).await?;
    let mut shown = befores(&hosts)?;
    for (shown, _) in shown.iter_mut().zip(&hosts).filter(|(_, host)| host.has_twin) {
        shown.name = marked(&shown.name, &shown.id);
    }
    Ok(HostsDialog {
        hosts: shown,
        obstacles: hosts.iter().filter_map(obstacle).chain(awaited.iter().map(waits)).collect(),
        specifications: if deletes { vec![] } else { host::specifications(&app.db).await? },
        standings: if deletes { vec![] } else { quota::standings(&app.db, &project.id).await? },
        route: route::preview(app, caller, ticket_type, Some(&project.id), &project.domain_id).await?,
        project: project.name,
    })
}

/// Adjusts hosts: a ticket where the process is enabled, otherwise at once.
pub async fn adjust(app: &App, caller: &Caller, form: &AdjustForm, amends: Option<Amends>) -> Result<Done, AppError> {
    let ticket_type = TicketType::ApplyServerChangeconfig;
    let (project, hosts) = selection(app, caller, &form.hosts).await?;
    let request = form.parse(&project.id, befores(&hosts)?, &host::specifications(&app.db).await?)?;
    if amends.is_some() || process::is_enabled(&app.db, ticket_type).await? {
        return submit::by_ticket(app, caller, ticket(caller, &project, Request::Adjust(request)), amends).await;
    }
    let subject = in_project(Subject::new(ResourceType::Host, host_id(&hosts), request.resource_name()), &project);
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = adjust_at_once(&mut work, caller, &project, &request).await;
    work.finish(outcome).await
}

async fn adjust_at_once(
    work: &mut Work,
    caller: &Caller,
    project: &Project,
    request: &AdjustRequest,
) -> Result<Done, AppError> {
    check_may_start(caller, project, TicketType::ApplyServerChangeconfig)?;
    work.details(json!({"after": request}));
    let hosts = check_adjust(work, request).await?;
    quota::check(work, &request.project, &request.total()).await?;
    begin_adjust(work, request, &hosts, None).await?;
    Ok(Done::new(format!("Changing the configuration of {}.", counted(hosts.len() as i64, "host", "hosts")), PAGE))
}

/// Deletes hosts: a ticket where the process is enabled, otherwise at once. They go to the trash.
pub async fn delete(app: &App, caller: &Caller, form: &DeleteForm, amends: Option<Amends>) -> Result<Done, AppError> {
    let ticket_type = TicketType::ApplyServerDelete;
    let (project, hosts) = selection(app, caller, &form.hosts).await?;
    let request = form.parse(&project.id, befores(&hosts)?)?;
    if amends.is_some() || process::is_enabled(&app.db, ticket_type).await? {
        return submit::by_ticket(app, caller, ticket(caller, &project, Request::Delete(request)), amends).await;
    }
    let subject = in_project(Subject::new(ResourceType::Host, host_id(&hosts), request.resource_name()), &project);
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = delete_at_once(&mut work, caller, &project, &request).await;
    work.finish(outcome).await
}

async fn delete_at_once(
    work: &mut Work,
    caller: &Caller,
    project: &Project,
    request: &DeleteRequest,
) -> Result<Done, AppError> {
    check_may_start(caller, project, TicketType::ApplyServerDelete)?;
    work.details(json!({"before": request}));
    let hosts = check_delete(work, request).await?;
    begin_delete(work, &hosts, None).await?;
    Ok(Done::new(format!("Deleting {}.", counted(hosts.len() as i64, "host", "hosts")), PAGE))
}

fn check_may_start(caller: &Caller, project: &Project, ticket_type: TicketType) -> Result<(), AppError> {
    let may = caller.person.may_start(ticket_type, Some(&project.id), &project.domain_id);
    if may { Ok(()) } else { Err(submit::forbidden(ticket_type)) }
}

fn ticket(caller: &Caller, project: &Project, request: Request) -> NewTicket {
    let (project, domain) = (Some(project.id.clone()), Some(project.domain_id.clone()));
    NewTicket { request, initiator: caller.person.clone(), project, domain }
}

/// The host's id, where there is one host only.
fn host_id(hosts: &[Existing]) -> String {
    if let [host] = hosts { host.id.to_string() } else { String::new() }
}

#[async_trait]
impl RequestKind for AdjustRequest {
    async fn refuse_second(
        &self,
        work: &mut Work,
        _initiator: &UserId,
        amends: Option<TicketNumber>,
    ) -> Result<(), AppError> {
        refuse_second(work, self.ticket_type(), &self.hosts, amends).await
    }

    async fn check(&self, work: &mut Work) -> Result<(), AppError> {
        check_adjust(work, self).await.map(drop)
    }

    async fn obstacles(&self, db: &Db) -> Result<Vec<String>, AppError> {
        obstacles_to_adjust(db, self).await
    }

    async fn execute(&self, work: &mut Work, pass: LastPass<'_>) -> Result<Begun, AppError> {
        let number = pass.ticket.number;
        let hosts = check_adjust(work, self).await?;
        quota::put_to_use(work, number, &self.total()).await?;
        begin_adjust(work, self, &hosts, Some(number)).await?;
        Ok(Begun::UnderWay)
    }

    async fn resume(&self, work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
        let failed = lock_failed(work, number).await?;
        let growth = begin_adjust(work, self, &failed, Some(number)).await?;
        quota::put_to_use(work, number, &growth).await
    }
}

#[async_trait]
impl RequestKind for DeleteRequest {
    async fn refuse_second(
        &self,
        work: &mut Work,
        _initiator: &UserId,
        amends: Option<TicketNumber>,
    ) -> Result<(), AppError> {
        refuse_second(work, self.ticket_type(), &self.hosts, amends).await
    }

    async fn check(&self, work: &mut Work) -> Result<(), AppError> {
        check_delete(work, self).await.map(drop)
    }

    async fn obstacles(&self, db: &Db) -> Result<Vec<String>, AppError> {
        obstacles_to_delete(db, self).await
    }

    async fn execute(&self, work: &mut Work, pass: LastPass<'_>) -> Result<Begun, AppError> {
        let hosts = check_delete(work, self).await?;
        begin_delete(work, &hosts, Some(pass.ticket.number)).await?;
        Ok(Begun::UnderWay)
    }

    async fn resume(&self, work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
        let failed = lock_failed(work, number).await?;
        begin_delete(work, &failed, Some(number)).await
    }
}
