//! Applying to join a project.

use super::error::AppError;
use super::wire::Reading;
use super::workflow::TicketRow;
use super::{Choice, Reply};
use crate::domain::ids::TicketNumber;
use crate::domain::request::JoinForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// An application of the caller's and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub ticket: TicketRow,
    /// What was said about it last.
    pub note: String,
}

/// What the dialog "Apply to join project" offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinFormData {
    /// Whether one may apply at all: the process is enabled, and the view is a project's or none.
    pub may_apply: bool,
    /// The domain one may join a project of.
    pub domain: String,
    pub projects: Vec<Choice>,
    /// The caller's newest application.
    pub last: Option<Application>,
}

impl JoinFormData {
    /// The application that still waits: there is one at a time.
    pub fn open(&self) -> Option<TicketNumber> {
        let last = self.last.as_ref()?;
        (last.ticket.status == crate::domain::workflow::Status::Incomplete).then_some(last.ticket.number)
    }
}

#[server(endpoint = "get-join-form", output = Reading)]
pub async fn get_join_form() -> Result<JoinFormData, AppError> {
    super::answered(crate::server::service::workflow::joining::form(&super::app(), &super::caller()?).await)
}

/// Submits the application.
#[server(endpoint = "apply-to-join")]
pub async fn apply_to_join(
    form: JoinForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::workflow::joining;
    let amends = crate::server::service::workflow::submit::Amends::from_fields(amends, version);
    super::reply(joining::apply(&super::app(), &super::caller()?, &form, amends).await)
}
