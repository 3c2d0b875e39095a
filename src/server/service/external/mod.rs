//! External Ticket: connects a third-party ticket system and keeps Technical Support in step with it (SPEC 4 and 8).

pub mod errand;
pub mod inbox;
pub mod outbox;

use super::rights::require_system_view;
use crate::domain::external::HelpdeskKind;
use crate::domain::number::counted;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::helpdesk::{self, Helpdesk, HelpdeskError, Queue};
use crate::server::job::{EXTERNAL_KEYS, Job};
use crate::server::secret;
use crate::server::store::external::{self, System};
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::external::{Connection, ConnectionForm};
use serde_json::json;
use std::sync::Arc;

const PAGE: &str = "/settings/external";
const WHAT: &str = "External Ticket";

/// The connection as its page shows it, without the token.
pub async fn get(app: &App, caller: &Caller) -> Result<Option<Connection>, AppError> {
    require_system_view(caller, WHAT)?;
    let Some(system) = external::system(&app.db).await? else { return Ok(None) };
    Ok(Some(Connection {
        kind: system.kind,
        address: system.address,
        queues: queue_names(&system.queues)?,
        problem: system.problem,
        updated_at: system.updated_at,
    }))
}

pub(super) fn queue_names(json: &str) -> Result<Vec<String>, AppError> {
    let queues: Vec<Queue> = serde_json::from_str(json)?;
    Ok(queues.into_iter().map(|queue| queue.name).collect())
}

/// The names of the connected system's queues; `None` if no system is connected.
pub async fn queues(app: &App) -> Result<Option<Vec<String>>, AppError> {
    match external::system(&app.db).await? {
        Some(system) => queue_names(&system.queues).map(Some),
        None => Ok(None),
    }
}

/// The connected system and its adapter; `None` if no system is connected.
async fn connected(app: &App) -> Result<Option<(System, Arc<dyn Helpdesk>)>, AppError> {
    let Some(system) = external::system(&app.db).await? else { return Ok(None) };
    let token = secret::open(&app.settings, &system.token).map_err(kept_secret)?;
    let helpdesk = helpdesk::connect(system.kind, &system.address, &token)
        .map_err(|error| AppError::Refused(error.to_string()))?;
    Ok(Some((system, helpdesk)))
}

/// What to tell whoever starts a server whose secret key doesn't open the kept account token. It isn't refused: the token
/// can only be saved once more where a server runs.
pub async fn unopenable(app: &App) -> Result<Option<String>, AppError> {
    let Some(system) = external::system(&app.db).await? else { return Ok(None) };
    let Err(error) = secret::open(&app.settings, &system.token) else { return Ok(None) };
    let setting = match &app.settings.secret_key {
        Some(_) => "--secret-key".to_owned(),
        None => format!("--secret-key-file {}", app.settings.secret_key_file.display()),
    };
    Ok(Some(format!(
        "{setting}: the account token for {} can't be opened: {error}. Nothing goes there until the server is started \
         with the key that this database was used with, or the token is saved once more at Settings / External Ticket.",
        system.address
    )))
}

fn kept_secret(error: secret::SecretError) -> AppError {
    tracing::error!("external ticket system: {error}");
    AppError::refused(
        "The kept account token can't be opened: the secret key is another one now. Save the token once more.",
    )
}

/// Checks whether the system can be used as typed, and saves nothing. An empty token stands for the kept one.
pub async fn test(app: &App, caller: &Caller, form: &ConnectionForm) -> Result<Done, AppError> {
    require_system_view(caller, WHAT)?;
    let (kind, address, token) = checked(app, form).await?;
    let (_, queues) = ask(kind, &address, &token).await?;
    // Without scripts the page is loaded anew: with these in its address, kind and address needn't be typed again.
    let kept = [("form[kind]", &form.kind), ("form[address]", &form.address)];
    let query = serde_urlencoded::to_string(kept).unwrap_or_default();
    Ok(Done::looked(format!("It works: {}.", described(&queues)), format!("{PAGE}?{query}")))
}

fn described(queues: &[Queue]) -> String {
    let names: Vec<&str> = queues.iter().map(|queue| queue.name.as_str()).collect();
    format!("{} ({})", counted(queues.len() as i64, "queue", "queues"), names.join(", "))
}

/// The typed kind and address, and the typed token or, if that is empty, the kept one.
async fn checked(app: &App, form: &ConnectionForm) -> Result<(HelpdeskKind, String, String), AppError> {
    let mut problems = Problems::default();
    let kind = HelpdeskKind::from_key(&form.kind).unwrap_or_else(|| {
        problems.add("form[kind]", "Choose what kind of system it is.");
        HelpdeskKind::RequestTracker
    });
    let address = problems.required("form[address]", "Address", &form.address, 300);
    let is_url =
        ["http://", "https://"].iter().any(|scheme| address.len() > scheme.len() && address.starts_with(scheme));
    if !address.is_empty() && !is_url {
        problems
            .add("form[address]", "The address begins with http:// or https://, e.g. https://helpdesk.example.com.");
    }
    let kept = external::system(&app.db).await?;
    let token = match (form.token.trim(), &kept) {
        // The kept token goes to the address that it was saved for and nowhere else.
        ("", Some(system)) if system.kind == kind && system.address == address => {
            secret::open(&app.settings, &system.token).map_err(kept_secret)?
        }
        ("", _) => {
            problems.add("form[token]", "Account token is required.");
            String::new()
        }
        (typed, _) => typed.to_owned(),
    };
    problems.or(())?;
    Ok((kind, address, token))
}

/// Asks the system for its queues. An error becomes a problem of the field that is to be corrected.
async fn ask(kind: HelpdeskKind, address: &str, token: &str) -> Result<(Arc<dyn Helpdesk>, Vec<Queue>), AppError> {
    let asked = match helpdesk::connect(kind, address, token) {
        Ok(helpdesk) => helpdesk.queues().await.map(|queues| (helpdesk, queues)),
        Err(error) => Err(error),
    };
    asked.map_err(|error| {
        let field = match &error {
            HelpdeskError::Unreachable(_) => "form[address]",
            _ => "form[token]",
        };
        let mut problems = Problems::default();
        problems.add(field, error.to_string());
        problems.or(()).err().map_or_else(|| AppError::Refused(error.to_string()), AppError::from)
    })
}

/// Connects the system, if it answers.
pub async fn connect(app: &App, caller: &Caller, form: &ConnectionForm) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Setting, "external", "External Ticket");
    // The system is asked before the transaction begins, because on SQLite nobody else could write meanwhile.
    let answer = match require_system_view(caller, WHAT) {
        Ok(()) => look(app, form).await,
        Err(error) => Err(error),
    };
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = match answer {
        Ok(system) => save(&mut work, app, system).await,
        Err(error) => Err(error),
    };
    work.finish(outcome).await
}

async fn look(app: &App, form: &ConnectionForm) -> Result<System, AppError> {
    let (kind, address, token) = checked(app, form).await?;
    let (helpdesk, queues) = ask(kind, &address, &token).await?;
    let newest = helpdesk.newest().await.map_err(|error| AppError::Refused(error.to_string()))?;
    Ok(System {
        kind,
        address,
        token: secret::seal(&app.settings, &token).map_err(kept_secret)?,
        queues: serde_json::to_string(&queues)?,
        cursor: newest,
        instance: new_id(),
        problem: None,
        updated_at: app.now(),
    })
}

async fn save(work: &mut Work, app: &App, mut system: System) -> Result<Done, AppError> {
    let before = external::lock_system(&mut work.tx).await?;
    let is_another_kind = before.as_ref().is_some_and(|before| before.kind != system.kind);
    if is_another_kind && !external::queues_in_use(&app.db).await?.is_empty() {
        return Err(still_needed());
    }
    if let Some(before) = before.as_ref().filter(|before| !is_another_kind && before.address == system.address) {
        // Only the token is another one: the cursor stays, because news since then still have to be taken over.
        system.cursor = before.cursor;
        system.instance.clone_from(&before.instance);
    }
    external::connect(&mut work.tx, &system).await?;
    let queues = queue_names(&system.queues)?;
    let before = before.map(|before| before.address);
    work.details(json!({"kind": system.kind, "before": before, "after": system.address, "queues": queues}));
    work.hurry_ordered(EXTERNAL_KEYS).await?;
    work.hurry(Job::POLL_HELPDESK).await?;
    Ok(Done::new("The system is connected.", PAGE))
}

/// Disconnects the system, unless open tickets live in it.
pub async fn disconnect(app: &App, caller: &Caller) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Setting, "external", "External Ticket");
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = forget(&mut work, app, caller).await;
    work.finish(outcome).await
}

async fn forget(work: &mut Work, app: &App, caller: &Caller) -> Result<Done, AppError> {
    require_system_view(caller, WHAT)?;
    let open = external::queues_in_use(&app.db).await?;
    if !open.is_empty() {
        return Err(still_needed());
    }
    external::disconnect(&mut work.tx).await?;
    Ok(Done::new("The system is disconnected.", PAGE))
}

fn still_needed() -> AppError {
    AppError::refused("Tickets under way live in that system. They have to be ended first.")
}
