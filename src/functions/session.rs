//! Signing in, the first administrator, changing the view, the password. Signing out is the plain POST `/logout`.

use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use leptos::prelude::*;

/// Signs in and goes to `next`, a path of this site, or to the first page.
#[server(endpoint = "sign-in", output = Changing)]
pub async fn sign_in(username: String, password: String, next: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::sign_in as service;
    let (app, from) = (super::app(), admission::Arrival::of_request());
    let signed_in = service::sign_in(&app, &username, password, from.session.as_deref(), &from.ip).await;
    super::reply(signed_in.map(|signed_in| admission::welcome(&app, &signed_in, next.as_deref())))
}

/// Whether the first administrator is still to be set up, so that the one-time link leads to a form.
#[server(endpoint = "get-setup-open", output = Reading)]
pub async fn setup_is_open() -> Result<bool, AppError> {
    super::answered(crate::server::service::first_run::is_open(&super::app()).await)
}

/// Sets the first admin's password through the one-time link and signs in.
#[server(endpoint = "set-up", output = Changing)]
pub async fn set_up(token: String, username: String, password: String, repeat: String) -> Result<Reply, AppError> {
    use crate::server::service::first_run;
    let (app, from) = (super::app(), admission::Arrival::of_request());
    let signed_in = first_run::set_up(&app, &token, &username, &password, &repeat, &from.ip).await;
    super::reply(signed_in.map(|signed_in| admission::welcome(&app, &signed_in, None)))
}

/// Works in another of the person's views from now on; `view` is a [`crate::domain::directory::View`] key.
#[server(endpoint = "switch-view", output = Changing)]
pub async fn switch_view(view: String) -> Result<Reply, AppError> {
    super::reply(crate::server::service::session::switch_view(&super::app(), &super::caller()?, &view).await)
}

#[server(endpoint = "change-password", output = Changing)]
pub async fn change_password(current: String, password: String, repeat: String) -> Result<Reply, AppError> {
    let (app, caller) = (super::app(), super::caller()?);
    super::reply(crate::server::service::session::change_password(&app, &caller, &current, &password, &repeat).await)
}

/// Ends every session of the caller but this one.
#[server(endpoint = "sign-out-everywhere", output = Changing)]
pub async fn sign_out_everywhere() -> Result<Reply, AppError> {
    super::reply(crate::server::service::session::sign_out_everywhere(&super::app(), &super::caller()?).await)
}

#[cfg(feature = "ssr")]
mod admission {
    use crate::domain::address::after_signing_in;
    use crate::server::app::App;
    use crate::server::auth::{cookie, token};
    use crate::server::caller::ClientIp;
    use crate::server::service::sign_in::SignedIn;
    use crate::wire::Done;
    use axum::http::header::SET_COOKIE;
    use axum::http::request::Parts;
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    /// Where somebody signs in from.
    pub struct Arrival {
        pub ip: String,
        /// The hash of the session that the browser had before.
        pub session: Option<String>,
    }

    impl Arrival {
        pub fn of_request() -> Arrival {
            let parts = use_context::<Parts>();
            let session = parts.and_then(|parts| cookie::token_in(&parts.headers)).map(|t| token::hash(&t));
            Arrival { ip: use_context::<ClientIp>().unwrap_or_default().0, session }
        }
    }

    /// Gives the browser the session's cookie and leads to `next`, or to where everybody begins.
    pub fn welcome(app: &App, signed_in: &SignedIn, next: Option<&str>) -> Done {
        let seconds = app.settings.session_lifetime / 1_000;
        let cookie = cookie::holding(&app.settings, &signed_in.token, seconds);
        if let (Some(cookie), Some(response)) = (cookie, use_context::<ResponseOptions>()) {
            response.append_header(SET_COOKIE, cookie);
        }
        let message = format!("Signed in as {}.", signed_in.person.display_name);
        Done::new(message, after_signing_in(next, !signed_in.person.held.is_empty()))
    }
}
