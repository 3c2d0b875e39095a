//! Roles: listed for every administrator, made and changed in the System View; the built-in ones stay as they are.

use super::{admin_scope, at_field, description, keep_an_administrator, name, unless_taken};
use crate::domain::directory::Reach;
use crate::domain::ids::RoleId;
use crate::domain::number::counted;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::{Approver, Definition, TicketType};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::service::rights::require_system_view;
use crate::server::store::directory::change::{self, FullRole};
use crate::server::store::directory::list;
use crate::server::store::task;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::directory::{DirectoryFilter, RoleForm, RoleList, RoleRow};
use crate::wire::error::AppError;
use serde_json::json;

const PAGE: &str = "/directory/roles";
const TAKEN: &str = "There is a role of this name already. Choose another one.";

pub async fn list(app: &App, caller: &Caller, filter: &DirectoryFilter) -> Result<RoleList, AppError> {
    let scope = admin_scope(caller)?;
    let roles = list::roles(&app.db, scope, filter.search.trim()).await?;
    let rows = roles.into_iter().map(|role| RoleRow {
        id: role.id,
        name: role.name,
        reach: role.reach,
        built_in: role.built_in,
        description: role.description,
        holders: role.holders,
    });
    Ok(RoleList { rows: rows.collect(), may_change: scope.is_none() })
}

pub async fn create(app: &App, caller: &Caller, form: &RoleForm) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Role, "", form.name.trim());
    let mut work = app.work(caller.operator(), Operation::Create, subject).await?;
    let outcome = make(&mut work, caller, form).await;
    work.finish(outcome).await
}

async fn make(work: &mut Work, caller: &Caller, form: &RoleForm) -> Result<Done, AppError> {
    require_system_view(caller, "Creating a role")?;
    let new = parse(form)?;
    task::lock_directory(&mut work.tx).await?;
    let id = RoleId::from(new_id());
    work.about(Subject::new(ResourceType::Role, &id, &new.name));
    work.details(json!({"before": null, "after": facts(&new)}));
    let inserted = change::insert_role(&mut work.tx, &id, &new).await;
    inserted.map_err(|error| unless_taken(error, "name", TAKEN))?;
    Ok(Done::new(format!("Role {} is created.", new.name), PAGE))
}

pub async fn edit(app: &App, caller: &Caller, id: &RoleId, form: &RoleForm) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Configure, Subject::new(ResourceType::Role, id, "")).await?;
    let outcome = alter(&mut work, caller, id, form).await;
    work.finish(outcome).await
}

async fn alter(work: &mut Work, caller: &Caller, id: &RoleId, form: &RoleForm) -> Result<Done, AppError> {
    let before = own_role(work, caller, id, "Changing a role").await?;
    let new = parse(form)?;
    work.details(json!({"before": facts(&before), "after": facts(&new)}));
    let updated = change::update_role(&mut work.tx, id, &new).await;
    updated.map_err(|error| unless_taken(error, "name", TAKEN))?;
    // With a shorter reach of this role, nobody might administer the system any more.
    keep_an_administrator(work).await?;
    work.about(Subject::new(ResourceType::Role, id, &new.name));
    Ok(Done::new(format!("Role {} is changed.", new.name), PAGE))
}

/// Deletes a role that nobody holds and no process names.
pub async fn delete(app: &App, caller: &Caller, id: &RoleId) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Delete, Subject::new(ResourceType::Role, id, "")).await?;
    let outcome = remove(&mut work, caller, id).await;
    work.finish(outcome).await
}

async fn remove(work: &mut Work, caller: &Caller, id: &RoleId) -> Result<Done, AppError> {
    let before = own_role(work, caller, id, "Deleting a role").await?;
    work.details(json!({"before": facts(&before), "after": null}));
    let holders = change::count_holders(&mut work.tx, id).await?;
    if holders > 0 {
        let held = counted(holders, "user holds", "users hold");
        return Err(AppError::refused(format!("{held} {}. Take it from them first.", before.name)));
    }
    let naming = processes_naming(work, id).await?;
    if !naming.is_empty() {
        let message = format!(
            "{} is named by {}, or by a ticket of it under way. Modify the process or wait for the ticket first.",
            before.name,
            naming.join(", "),
        );
        return Err(AppError::refused(message));
    }
    change::delete_role(&mut work.tx, id).await?;
    Ok(Done::new(format!("Role {} is deleted.", before.name), PAGE))
}

/// The labels of the processes that name the role, now or for a ticket under way.
async fn processes_naming(work: &mut Work, id: &RoleId) -> Result<Vec<&'static str>, AppError> {
    let mut naming = Vec::new();
    for (ticket_type, stored) in change::living_definitions(&mut work.tx).await? {
        let definition: Definition = serde_json::from_str(&stored)?;
        let names = |approver: &Approver| matches!(approver, Approver::Role { role, .. } if role == id);
        if definition.links.iter().any(|link| names(&link.approver)) {
            naming.push(TicketType::from_key(&ticket_type).map_or("a process", TicketType::label));
        }
    }
    naming.dedup();
    Ok(naming)
}

/// The role as it is, locked, if it is one that can be changed.
async fn own_role(work: &mut Work, caller: &Caller, id: &RoleId, what: &str) -> Result<FullRole, AppError> {
    require_system_view(caller, what)?;
    task::lock_directory(&mut work.tx).await?;
    let role = change::lock_role(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.about(Subject::new(ResourceType::Role, id, &role.name));
    if role.built_in {
        return Err(AppError::refused(format!("{} is built in and stays as it is.", role.name)));
    }
    Ok(role)
}

fn parse(form: &RoleForm) -> Result<FullRole, AppError> {
    let mut problems = Problems::default();
    let name = name(&mut problems, "name", "Name", &form.name);
    let reach = Reach::from_key(&form.reach);
    if reach.is_none() {
        problems.add("reach", "Choose how far the role reaches.");
    }
    let description = description(&mut problems, &form.description);
    problems.or(())?;
    let reach = reach.ok_or_else(|| at_field("reach", "Choose how far the role reaches."))?;
    Ok(FullRole { name, reach, built_in: false, description })
}

fn facts(role: &FullRole) -> serde_json::Value {
    json!({"name": role.name, "reach": role.reach.key(), "description": role.description})
}
