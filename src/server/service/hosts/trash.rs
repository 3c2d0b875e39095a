//! What is done to a host at once, never under a ticket: starting and stopping, the delete-lock, and the trash.

use super::operating;
use super::operations::befores;
use crate::domain::address::back_to;
use crate::domain::host::HostStatus;
use crate::domain::host_operation::{Change, DirectAction};
use crate::domain::ids::HostId;
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::quota::Amounts;
use crate::domain::time::{HOUR, MINUTE, Millis};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::job::{Failure, Outcome};
use crate::server::service::system_settings;
use crate::server::store::host::change::{self, Existing};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use serde_json::json;

const EVERY: Millis = MINUTE;
/// A clearing that failed is tried again after this.
const PAUSE: Millis = HOUR;
const AT_ONCE: i64 = 100;

/// Does it to one host the caller sees. Restore and Clear are for owners of its project and for administrators, the others
/// for whoever operates its hosts.
pub async fn act(app: &App, caller: &Caller, id: &HostId, action: DirectAction, back: &str) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Host, id, "");
    let mut work = app.work(caller.operator(), operation(action), subject).await?;
    let outcome = take(&mut work, caller, id, action, back).await;
    work.finish(outcome).await
}

fn operation(action: DirectAction) -> Operation {
    match action {
        DirectAction::Start => Operation::Start,
        DirectAction::Stop => Operation::Stop,
        DirectAction::Lock => Operation::Lock,
        DirectAction::Unlock => Operation::Unlock,
        DirectAction::Restore => Operation::Restore,
        DirectAction::Clear => Operation::Clear,
    }
}

async fn take(
    work: &mut Work,
    caller: &Caller,
    id: &HostId,
    action: DirectAction,
    back: &str,
) -> Result<Done, AppError> {
    let host = change::lock(&mut work.tx, std::slice::from_ref(id)).await?.pop().ok_or(AppError::NotFound)?;
    if !caller.person.sees_project(&host.project_id, &host.domain_id) {
        return Err(AppError::NotFound);
    }
    work.about(subject(&host));
    let is_allowed = match action {
        DirectAction::Restore | DirectAction::Clear => may_empty_trash(caller, &host),
        _ => caller.person.operates_hosts(&host.project_id, &host.domain_id),
    };
    if !is_allowed {
        return Err(AppError::Forbidden(format!("Your role in {} doesn't let you do this.", host.project_name)));
    }
    let message = carry_out(work, &host, action).await?;
    let fallback = if host.status == HostStatus::InTrash { "/trash" } else { "/hosts" };
    Ok(Done::new(message, back_to(back, fallback)))
}

/// Whether the caller may restore and clear hosts of the host's project.
pub fn may_empty_trash(caller: &Caller, host: &Existing) -> bool {
    caller.person.owns_hosts(&host.project_id, &host.domain_id)
}

fn subject(host: &Existing) -> Subject {
    Subject::new(ResourceType::Host, &host.id, &host.name)
        .in_project(&host.project_id, &host.project_name)
        .in_domain(&host.domain_id, &host.domain_name)
}

async fn carry_out(work: &mut Work, host: &Existing, action: DirectAction) -> Result<String, AppError> {
    let name = &host.name;
    work.details(json!({"before": {"status": host.status, "delete_locked": host.delete_locked}}));
    let change = match (action, host.status) {
        (DirectAction::Lock | DirectAction::Unlock, status) if status != HostStatus::InTrash => {
            let locked = action == DirectAction::Lock;
            change::set_delete_lock(&mut work.tx, &host.id, locked).await?;
            let state = if locked { "delete-locked" } else { "no longer delete-locked" };
            return Ok(format!("{name} is {state}."));
        }
        (DirectAction::Start, HostStatus::Stopped) => Change::Start,
        (DirectAction::Stop, HostStatus::Running) => Change::Stop,
        (DirectAction::Restore, HostStatus::InTrash) => Change::Restore,
        (DirectAction::Clear, HostStatus::InTrash) => Change::Clear,
        (_, status) => {
            let message = format!("{name} is {}: {} isn't possible now.", status.label(), action.label());
            return Err(AppError::Refused(message));
        }
    };
    if host.is_changing {
        return Err(AppError::refused(format!("Something is under way with {name}. Wait until it is over.")));
    }
    operating::begin_change(work, host, &change, None, &Amounts::default()).await?;
    Ok(format!(
        "{name} is {}.",
        match change {
            Change::Start => "being started",
            Change::Stop => "being stopped",
            Change::Restore => "being restored; it will be stopped",
            _ => "being cleared for good",
        }
    ))
}

/// The job: clears hosts that have been in the trash for as long as the setting says, and comes again in a minute.
pub async fn clear_overdue(app: &App) -> Result<Outcome, Failure> {
    let now = app.now();
    let limit = now - system_settings::trash_delay(app).await?;
    for id in change::overdue(&app.db, limit, now - PAUSE, AT_ONCE).await? {
        clear(app, &id, limit).await?;
    }
    Ok(Outcome::Again(now + EVERY))
}

async fn clear(app: &App, id: &HostId, limit: Millis) -> Result<(), AppError> {
    let mut work = app.work(Operator::system(), Operation::Clear, Subject::new(ResourceType::Host, id, "")).await?;
    let found = change::lock(&mut work.tx, std::slice::from_ref(id)).await?.pop();
    // Somebody may have restored it meanwhile, or another server may clear it.
    let Some(host) = found.filter(|host| host.status == HostStatus::InTrash && !host.is_changing) else {
        return Ok(());
    };
    work.about(subject(&host));
    work.details(json!({"before": befores(std::slice::from_ref(&host))?, "in_trash_before": limit}));
    let outcome = operating::begin_change(&mut work, &host, &Change::Clear, None, &Amounts::default()).await;
    work.finish(outcome).await
}
