//! Domains: listed, made, changed and deleted.

use super::{admin_scope, description, name, unless_taken, what_is_left, within};
use crate::domain::directory::DEFAULT_DOMAIN;
use crate::domain::ids::DomainId;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::service::rights::require_system_view;
use crate::server::store::directory::change::{self, Place};
use crate::server::store::directory::list;
use crate::server::store::task;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::directory::{DirectoryFilter, DomainList, DomainRow};
use crate::wire::error::AppError;
use serde_json::json;

const PAGE: &str = "/directory/domains";
const TAKEN: &str = "There is a domain of this name already. Choose another one.";

pub async fn list(app: &App, caller: &Caller, filter: &DirectoryFilter) -> Result<DomainList, AppError> {
    let scope = admin_scope(caller)?;
    let domains = list::domains(&app.db, scope, filter.search.trim()).await?;
    let rows = domains.into_iter().map(|domain| DomainRow {
        is_default: domain.id.as_str() == DEFAULT_DOMAIN,
        id: domain.id,
        name: domain.name,
        description: domain.description,
        projects: domain.projects,
        users: domain.users,
        created_at: domain.created_at,
    });
    Ok(DomainList {
        rows: rows.collect(),
        is_system: scope.is_none(),
        may_create: scope.is_none() && caller.three_level,
    })
}

/// Creates a domain, which takes the three-level hierarchy.
pub async fn create(app: &App, caller: &Caller, typed_name: &str, typed_description: &str) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Domain, "", typed_name.trim());
    let mut work = app.work(caller.operator(), Operation::Create, subject).await?;
    let outcome = make(&mut work, caller, typed_name, typed_description).await;
    work.finish(outcome).await
}

async fn make(work: &mut Work, caller: &Caller, typed_name: &str, typed_description: &str) -> Result<Done, AppError> {
    require_system_view(caller, "Creating a domain")?;
    if !caller.three_level {
        let message =
            "Without the three-level hierarchy there is only the domain Default. Settings / System turns it on.";
        return Err(AppError::refused(message));
    }
    let new = parse(typed_name, typed_description)?;
    task::lock_directory(&mut work.tx).await?;
    let (id, now) = (DomainId::from(new_id()), work.now);
    work.about(subject(&id, &new.name));
    work.details(json!({"before": null, "after": facts(&new)}));
    let inserted = change::insert_domain(&mut work.tx, &id, &new, now).await;
    inserted.map_err(|error| unless_taken(error, "name", TAKEN))?;
    Ok(Done::new(format!("Domain {} is created.", new.name), PAGE))
}

/// Changes name and description.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &DomainId,
    typed_name: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Domain, id, "");
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = alter(&mut work, caller, id, typed_name, typed_description).await;
    work.finish(outcome).await
}

async fn alter(
    work: &mut Work,
    caller: &Caller,
    id: &DomainId,
    typed_name: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let before = found(work, caller, id).await?;
    let new = parse(typed_name, typed_description)?;
    if id.as_str() == DEFAULT_DOMAIN && new.name != before.name {
        return Err(super::at_field("name", "The first domain keeps its name."));
    }
    work.details(json!({"before": facts(&before), "after": facts(&new)}));
    let updated = change::update_domain(&mut work.tx, id, &new).await;
    updated.map_err(|error| unless_taken(error, "name", TAKEN))?;
    work.about(subject(id, &new.name));
    Ok(Done::new(format!("Domain {} is changed.", new.name), PAGE))
}

/// Deletes a domain to which nothing belongs any more.
pub async fn delete(app: &App, caller: &Caller, id: &DomainId) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Domain, id, "");
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = remove(&mut work, caller, id).await;
    work.finish(outcome).await
}

async fn remove(work: &mut Work, caller: &Caller, id: &DomainId) -> Result<Done, AppError> {
    let before = found(work, caller, id).await?;
    require_system_view(caller, "Deleting a domain")?;
    work.details(json!({"before": facts(&before), "after": null}));
    if id.as_str() == DEFAULT_DOMAIN {
        return Err(AppError::refused("The first domain stays: the system's own project belongs to it."));
    }
    let left = change::left_in_domain(&mut work.tx, id).await?;
    if left.projects > 0 || left.users > 0 || left.tickets > 0 {
        let what = what_is_left(&[
            (left.projects, "project", "projects"),
            (left.users, "user", "users"),
            (left.tickets, "open ticket", "open tickets"),
        ]);
        return Err(AppError::refused(format!("{} has {what}. Delete, move or finish them first.", before.name)));
    }
    let now = work.now;
    let mut epitaph = format!("{} (deleted)", before.name);
    for count in 2.. {
        if !change::domain_name_taken(&mut work.tx, &epitaph).await? {
            break;
        }
        epitaph = format!("{} (deleted {count})", before.name);
    }
    change::bury_domain(&mut work.tx, id, &epitaph, now).await?;
    Ok(Done::new(format!("Domain {} is deleted.", before.name), PAGE))
}

/// The domain as it is, under the directory's lock, if it lies within the caller's scope.
async fn found(work: &mut Work, caller: &Caller, id: &DomainId) -> Result<Place, AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let found = change::domain(&mut work.tx, id).await?.filter(|_| within(scope, id));
    let domain = found.ok_or(AppError::NotFound)?;
    work.about(subject(id, &domain.name));
    Ok(domain)
}

fn parse(typed_name: &str, typed_description: &str) -> Result<Place, AppError> {
    let mut problems = Problems::default();
    let place = Place {
        name: name(&mut problems, "name", "Name", typed_name),
        description: description(&mut problems, typed_description),
    };
    Ok(problems.or(place)?)
}

fn subject(id: &DomainId, name: &str) -> Subject {
    Subject::new(ResourceType::Domain, id, name).in_domain(id, name)
}

fn facts(domain: &Place) -> serde_json::Value {
    json!({"name": domain.name, "description": domain.description})
}
