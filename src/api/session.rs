//! Signing in, changing the view, the password. Signing out is the plain POST `/logout`.

use super::Reply;
use super::error::AppError;
use super::wire::Reading;
use leptos::prelude::*;

/// The parameter, in the address that a form is sent to, with the id of the account that its page was made for.
pub const MADE_FOR: &str = "made-for";

/// Signs in and goes to `next`, a path of this site, or to the first page.
#[server(endpoint = "sign-in")]
pub async fn sign_in(username: String, password: String, next: Option<String>) -> Result<Reply, AppError> {
    super::reply(crate::http::session::sign_in(username, password, next).await)
}

/// Whether the first administrator is still to be set up, so that the one-time link leads to a form.
#[server(endpoint = "get-setup-open", output = Reading)]
pub async fn setup_is_open() -> Result<bool, AppError> {
    super::answered(crate::server::service::first_run::is_open(&super::app()).await)
}

/// Sets the first admin's password through the one-time link and signs in.
#[server(endpoint = "set-up")]
pub async fn set_up(token: String, username: String, password: String, repeat: String) -> Result<Reply, AppError> {
    super::reply(crate::http::session::set_up(token, username, password, repeat).await)
}

/// Works in another of the person's views from now on; `view` is a [`crate::domain::directory::View`] key.
#[server(endpoint = "switch-view")]
pub async fn switch_view(view: String) -> Result<Reply, AppError> {
    super::reply(crate::server::service::session::switch_view(&super::app(), &super::caller()?, &view).await)
}

#[server(endpoint = "change-password")]
pub async fn change_password(current: String, password: String, repeat: String) -> Result<Reply, AppError> {
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(crate::server::service::session::change_password(&app, &caller, &current, &password, &repeat).await)
}

/// Ends every session of the caller but this one.
#[server(endpoint = "sign-out-everywhere")]
pub async fn sign_out_everywhere() -> Result<Reply, AppError> {
    super::reply(crate::server::service::session::sign_out_everywhere(&super::app(), &super::caller()?).await)
}
