//! The lists and forms of hosts, and what is done to them, by ticket or at once.

use crate::domain::host::HostForm;
use crate::domain::host_operation::{AdjustForm, DeleteForm, DirectAction};
use crate::domain::ids::{HostId, TicketNumber};
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::hosts::{HostDetail, HostFilter, HostFormData, HostList, HostsDialog};
use leptos::prelude::*;

#[server(endpoint = "list-hosts", output = Reading)]
pub async fn list_hosts(filter: HostFilter) -> Result<HostList, AppError> {
    super::answered(crate::server::service::hosts::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "get-host", output = Reading)]
pub async fn get_host(id: HostId) -> Result<HostDetail, AppError> {
    super::answered(crate::server::service::hosts::get(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "get-host-form", output = Reading)]
pub async fn get_host_form() -> Result<HostFormData, AppError> {
    super::answered(crate::server::service::hosts::form(&super::app(), &super::caller()?).await)
}

/// Submits a ticket, or creates at once where the process isn't enabled.
#[server(endpoint = "create-host", output = Changing)]
pub async fn create_host(
    form: HostForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    let amends = crate::server::service::workflow::submit::Amends::from_fields(amends, version);
    super::reply(crate::server::service::requests::hosts::create(&super::app(), &super::caller()?, &form, amends).await)
}

#[server(endpoint = "get-hosts-dialog", output = Reading)]
pub async fn get_hosts_dialog(
    #[server(default)] hosts: Vec<HostId>,
    deletes: bool,
    #[server(default)] amends: Option<TicketNumber>,
) -> Result<HostsDialog, AppError> {
    use crate::server::service::requests::operations;
    super::answered(operations::dialog(&super::app(), &super::caller()?, &hosts, deletes, amends).await)
}

/// Submits a ticket, amends one, or adjusts at once where the process isn't enabled.
#[server(endpoint = "adjust-hosts", output = Changing)]
pub async fn adjust_hosts(
    form: AdjustForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::{requests::operations, workflow::submit::Amends};
    let amends = Amends::from_fields(amends, version);
    super::reply(operations::adjust(&super::app(), &super::caller()?, &form, amends).await)
}

/// Submits a ticket, amends one, or deletes at once where the process isn't enabled.
#[server(endpoint = "delete-hosts", output = Changing)]
pub async fn delete_hosts(
    form: DeleteForm,
    #[server(default)] amends: Option<TicketNumber>,
    #[server(default)] version: Option<i64>,
) -> Result<Reply, AppError> {
    use crate::server::service::{requests::operations, workflow::submit::Amends};
    let amends = Amends::from_fields(amends, version);
    super::reply(operations::delete(&super::app(), &super::caller()?, &form, amends).await)
}

/// Starts, stops, locks, unlocks, restores or clears one host.
#[server(endpoint = "act-on-host", output = Changing)]
pub async fn act_on_host(id: HostId, action: DirectAction, back: String) -> Result<Reply, AppError> {
    use crate::server::service::hosts::trash;
    super::reply(trash::act(&super::app(), &super::caller()?, &id, action, &back).await)
}
