//! Reading and changing quotas.

use crate::domain::ids::TicketNumber;
use crate::domain::quota_request::QuotaForm;
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::quotas::QuotaList;
use leptos::prelude::*;

/// The quotas of the view; in the System View those of `chosen` (a
/// [`ScopeQuota::key`](crate::wire::quotas::ScopeQuota::key)), or an overview.
#[server(endpoint = "get-quotas", output = Reading)]
pub async fn get_quotas(chosen: String) -> Result<QuotaList, AppError> {
    super::answered(crate::server::service::quotas::list(&super::app(), &super::caller()?, &chosen).await)
}

/// Sets limits at once where the caller may, otherwise submits a ticket; `back` is the page to return to.
#[server(endpoint = "change-quota", output = Changing)]
pub async fn change_quota(
    form: QuotaForm,
    #[server(default)] back: String,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    let amends = crate::server::service::workflow::submit::Amends::from_fields(amends, version);
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(crate::server::service::requests::quota::change(&app, &caller, &form, amends, &back).await)
}
