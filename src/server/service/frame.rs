//! What surrounds every page of a signed-in person: the views, the bell, and what kind of system this is.

use crate::domain::directory::View;
use crate::domain::process::TicketType;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::store::bell::{self, Bell};
use crate::wire::error::AppError;
use crate::wire::frame::Frame;

/// Reads nothing from the database that was read with the session.
pub async fn frame(app: &App, caller: &Caller) -> Result<Frame, AppError> {
    let Bell { counts, enabled } = bell(app, caller).await?;
    let offered = enabled.iter().copied().filter(|ticket_type| is_offered(caller, *ticket_type)).collect();
    Ok(Frame {
        username: caller.person.username.clone(),
        display_name: caller.person.display_name.clone(),
        view: caller.view.clone(),
        views: caller.person.views(caller.three_level),
        counts,
        enabled,
        offered,
        three_level: caller.three_level,
        demo: app.settings.demo,
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

/// Whether the bell lets the caller start such a ticket in their view (SPEC 3, the table's last column).
fn is_offered(caller: &Caller, ticket_type: TicketType) -> bool {
    let person = &caller.person;
    match (ticket_type, caller.view()) {
        (TicketType::ApplyJoinProject, Some(View::Project(_))) => true,
        (TicketType::ApplyProjectQuota | TicketType::CustomerService, Some(View::Project(project))) => {
            let mut held = person.held.iter().filter(|held| held.project == *project);
            held.any(|held| person.may_start(ticket_type, Some(project), &held.domain))
        }
        (TicketType::ApplyDomainQuota | TicketType::CustomerService, Some(View::Domain(domain))) => {
            person.may_start(ticket_type, None, domain)
        }
        _ => false,
    }
}
