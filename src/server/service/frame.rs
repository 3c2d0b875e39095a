//! What surrounds every page of a signed-in person: the views, the bell, and what kind of system this is.

use crate::domain::process::TicketType;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::bell::{self, Bell};
use crate::wire::error::AppError;
use crate::wire::frame::Frame;

/// Reads nothing from the database that was read with the session.
pub async fn frame(app: &App, caller: &Caller) -> Result<Frame, AppError> {
    let Bell { counts, enabled } = bell(app, caller).await?;
    let is_offered =
        |ticket_type: &TicketType| caller.view().is_some_and(|view| caller.person.is_offered(*ticket_type, view));
    let offered = enabled.iter().copied().filter(is_offered).collect();
    Ok(Frame {
        username: caller.person.username.clone(),
        display_name: caller.person.display_name.clone(),
        view: caller.view.clone(),
        views: caller.person.views(caller.three_level),
        counts,
        enabled,
        offered,
        three_level: caller.three_level,
        demo: app.is_demo,
        cloud_note: app.cloud.note().map(str::to_owned),
        now: app.now(),
    })
}

/// The bell as it was read with the session; if it wasn't, it is read now.
async fn bell(app: &App, caller: &Caller) -> Result<Bell, AppError> {
    match &caller.bell {
        Some(bell) => Ok(bell.clone()),
        None => Ok(bell::read(&app.db, &caller.person.id).await?),
    }
}

/// The types whose process is enabled, for showing. A change checks once more.
pub(super) async fn enabled(app: &App, caller: &Caller) -> Result<Vec<TicketType>, AppError> {
    Ok(bell(app, caller).await?.enabled)
}
