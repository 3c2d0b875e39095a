//! Projects: listed, made, changed and deleted. A project stays in its domain: quota, hosts and tickets count there.

use super::{
    PAGE_SIZE, admin_scope, chosen_domain, description, domain_choices, into_rows, keep_an_administrator, name, page,
    position, unless_taken, what_is_left, within,
};
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::service::first_run::SYSTEM_PROJECT;
use crate::server::store::directory::change::{self, Place};
use crate::server::store::directory::list::{self, Selection};
use crate::server::store::directory::{self, Project};
use crate::server::store::task;
use crate::server::work::Work;
use crate::wire::Done;
use crate::wire::directory::{DirectoryFilter, ProjectList, ProjectRow};
use crate::wire::error::AppError;
use serde_json::json;

const PAGE: &str = "/directory/projects";
const TAKEN: &str = "The domain has a project of this name already. Choose another one.";

pub async fn list(app: &App, caller: &Caller, filter: &DirectoryFilter) -> Result<ProjectList, AppError> {
    let scope = admin_scope(caller)?;
    let asked = Some(DomainId::from(filter.domain.as_str())).filter(|_| !filter.domain.is_empty());
    let position = position(&filter.after, &filter.before);
    let selection = Selection {
        domain: scope.or(asked.as_ref()),
        search: filter.search.trim(),
        enabled: None,
        position,
        limit: PAGE_SIZE as i64 + 1,
    };
    let found = list::projects(&app.db, &selection).await?;
    let row = |project: list::ListedProject| ProjectRow {
        is_system: project.id.as_str() == SYSTEM_PROJECT,
        id: project.id,
        name: project.name,
        description: project.description,
        domain: project.domain_name,
        members: project.members,
        hosts: project.hosts,
        created_at: project.created_at,
    };
    Ok(ProjectList {
        page: into_rows(page(found, position, |project| project.key.clone()), row),
        domains: domain_choices(app, caller, scope).await?,
        is_system: scope.is_none(),
    })
}

/// Creates a project. `domain` may be empty if there is only one to choose.
pub async fn create(
    app: &App,
    caller: &Caller,
    typed_name: &str,
    domain: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Project, "", typed_name.trim());
    let mut work = app.work(caller.operator(), Operation::Create, subject).await?;
    let outcome = make(&mut work, caller, typed_name, domain, typed_description).await;
    work.finish(outcome).await
}

async fn make(
    work: &mut Work,
    caller: &Caller,
    typed_name: &str,
    domain: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let domain = chosen_domain(work, scope, caller.three_level, domain).await;
    if let Err(AppError::NotFound) = domain {
        return Err(AppError::NotFound);
    }
    let parsed = parse(typed_name, typed_description);
    // The problems of the domain and of the other fields are told together.
    let (domain, new) = super::both(domain, parsed)?;
    let (id, now) = (ProjectId::from(new_id()), work.now);
    let project = Project { id, name: new.name.clone(), domain_id: domain.id, domain_name: domain.name };
    work.about(subject(&project));
    work.details(json!({"before": null, "after": facts(&new)}));
    let inserted = change::insert_project(&mut work.tx, &project.id, &project.domain_id, &new, now).await;
    inserted.map_err(|error| unless_taken(error, "name", TAKEN))?;
    Ok(Done::new(format!("Project {} is created.", new.name), PAGE))
}

/// Changes name and description.
pub async fn edit(
    app: &App,
    caller: &Caller,
    id: &ProjectId,
    typed_name: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Project, id, "");
    let mut work = app.work(caller.operator(), Operation::Configure, subject).await?;
    let outcome = alter(&mut work, caller, id, typed_name, typed_description).await;
    work.finish(outcome).await
}

async fn alter(
    work: &mut Work,
    caller: &Caller,
    id: &ProjectId,
    typed_name: &str,
    typed_description: &str,
) -> Result<Done, AppError> {
    let (project, before) = found(work, caller, id).await?;
    let new = parse(typed_name, typed_description)?;
    if id.as_str() == SYSTEM_PROJECT && new.name != before.name {
        return Err(super::at_field("name", "The system's own project keeps its name."));
    }
    work.details(json!({"before": facts(&before), "after": facts(&new)}));
    let updated = change::update_project(&mut work.tx, id, &new).await;
    updated.map_err(|error| unless_taken(error, "name", TAKEN))?;
    work.about(subject(&Project { name: new.name.clone(), ..project }));
    Ok(Done::new(format!("Project {} is changed.", new.name), PAGE))
}

/// Deletes a project without hosts and open tickets. Roles held in it are taken, and with them the tasks they brought.
pub async fn delete(app: &App, caller: &Caller, id: &ProjectId) -> Result<Done, AppError> {
    let subject = Subject::new(ResourceType::Project, id, "");
    let mut work = app.work(caller.operator(), Operation::Delete, subject).await?;
    let outcome = remove(&mut work, caller, id).await;
    work.finish(outcome).await
}

async fn remove(work: &mut Work, caller: &Caller, id: &ProjectId) -> Result<Done, AppError> {
    let (project, before) = found(work, caller, id).await?;
    work.details(json!({"before": facts(&before), "after": null}));
    if id.as_str() == SYSTEM_PROJECT {
        return Err(AppError::refused("The system's own project stays: administrators get their role in it."));
    }
    change::lock_project(&mut work.tx, id).await?;
    let left = change::left_in_project(&mut work.tx, id).await?;
    if left.hosts > 0 || left.tickets > 0 {
        let what = what_is_left(&[
            (left.hosts, "host (those in the trash count)", "hosts (those in the trash count)"),
            (left.tickets, "open ticket", "open tickets"),
        ]);
        let first = match (left.hosts > 0, left.tickets > 0) {
            (true, true) => "Delete the hosts and finish the tickets first.",
            (true, false) => "Delete the hosts first.",
            (false, _) => "Finish the tickets first.",
        };
        return Err(AppError::refused(format!("{} has {what}. {first}", before.name)));
    }
    let now = work.now;
    let held = change::take_all_roles(&mut work.tx, id).await?;
    keep_an_administrator(work).await?;
    for (user, role) in &held {
        task::lost(&mut work.tx, user, role, now).await?;
    }
    work.details(json!({"before": facts(&before), "after": null, "roles_taken": held.len()}));
    let mut epitaph = format!("{} (deleted)", before.name);
    for count in 2.. {
        if !change::project_name_taken(&mut work.tx, &project.domain_id, &epitaph).await? {
            break;
        }
        epitaph = format!("{} (deleted {count})", before.name);
    }
    change::bury_project(&mut work.tx, id, &epitaph, now).await?;
    Ok(Done::new(format!("Project {} is deleted.", before.name), PAGE))
}

/// The project as it is, under the directory's lock, if it lies within the caller's scope.
async fn found(work: &mut Work, caller: &Caller, id: &ProjectId) -> Result<(Project, Place), AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let project = directory::project_in(&mut work.tx, id).await?;
    let project = project.filter(|p| within(scope, &p.domain_id)).ok_or(AppError::NotFound)?;
    let place = change::project(&mut work.tx, id).await?.ok_or(AppError::NotFound)?;
    work.about(subject(&project));
    Ok((project, place))
}

fn parse(typed_name: &str, typed_description: &str) -> Result<Place, AppError> {
    let mut problems = Problems::default();
    let place = Place {
        name: name(&mut problems, "name", "Name", typed_name),
        description: description(&mut problems, typed_description),
    };
    Ok(problems.or(place)?)
}

fn subject(project: &Project) -> Subject {
    Subject::new(ResourceType::Project, &project.id, &project.name)
        .in_project(&project.id, &project.name)
        .in_domain(&project.domain_id, &project.domain_name)
}

fn facts(project: &Place) -> serde_json::Value {
    json!({"name": project.name, "description": project.description})
}
