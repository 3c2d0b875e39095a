//! Applying to join a project.

use crate::domain::ids::TicketNumber;
use crate::domain::join::JoinForm;
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::joining::JoinFormData;
use leptos::prelude::*;

#[server(endpoint = "get-join-form", output = Reading)]
pub async fn get_join_form() -> Result<JoinFormData, AppError> {
    super::answered(crate::server::service::requests::join::form(&super::app(), &super::caller()?).await)
}

/// Submits the application.
#[server(endpoint = "apply-to-join", output = Changing)]
pub async fn apply_to_join(
    form: JoinForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::requests::join;
    let amends = crate::server::service::workflow::submit::Amends::from_fields(amends, version);
    super::reply(join::apply(&super::app(), &super::caller()?, &form, amends).await)
}
