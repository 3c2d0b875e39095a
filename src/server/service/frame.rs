//! What surrounds every page of a signed-in person: the views, the bell, and what kind of system this is.

use crate::api::error::AppError;
use crate::api::frame::Frame;
use crate::server::app::{App, Caller};
use crate::server::store::{process, ticket};

/// Two statements beside those of the session: the bell's counts and the enabled types.
pub async fn frame(app: &App, caller: &Caller) -> Result<Frame, AppError> {
    let counts = ticket::counts(&app.db, &caller.person.id).await?;
    let enabled = process::enabled(&app.db).await?;
    Ok(Frame {
        username: caller.person.username.clone(),
        display_name: caller.person.display_name.clone(),
        view: caller.view.clone(),
        views: caller.person.views(caller.three_level),
        counts,
        enabled,
        three_level: caller.three_level,
        demo: app.settings.demo,
        cloud_note: app.cloud.note().map(str::to_owned),
        now: app.now(),
    })
}
