//! Asking for floating IPs by a ticket, and what the last Pass does.

use crate::domain::floating_ip::{FloatingIpForm, FloatingIpRequest};
use crate::domain::ids::ProjectId;
use crate::domain::request::Request;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::workflow::kind::{Begun, LastPass, RequestKind};
use crate::server::service::workflow::submit::{self, NewTicket};
use crate::server::store::directory;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use async_trait::async_trait;

pub async fn ask(app: &App, caller: &Caller, project: &ProjectId, form: &FloatingIpForm) -> Result<Done, AppError> {
    let request = Request::FloatingIp(form.parse()?);
    let project = directory::project(&app.db, project).await?.ok_or(AppError::NotFound)?;
    let (initiator, domain) = (caller.person.clone(), Some(project.domain_id));
    submit::by_ticket(app, caller, NewTicket { request, initiator, project: Some(project.id), domain }, None).await
}

#[async_trait]
impl RequestKind for FloatingIpRequest {
    async fn execute(&self, _work: &mut Work, _pass: LastPass<'_>) -> Result<Begun, AppError> {
        Ok(Begun::Done(format!("{} assigned.", self.in_short())))
    }
}
