//! Users: listed, made, changed, disabled and enabled, given a new password.

use super::{
    MAX_NAME, PAGE_SIZE, admin_scope, both, chosen_domain, domain_choices, into_rows, keep_an_administrator, name,
    page, position, unless_taken, within,
};
use crate::domain::directory::Reach;
use crate::domain::ids::{DomainId, UserId};
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::validation::Problems;
use crate::server::app::App;
use crate::server::auth::password;
use crate::server::caller::Caller;
use crate::server::clock::new_id;
use crate::server::store::directory::list::{self, ListedUser, NamedRole, Selection};
use crate::server::store::directory::{self, Account, Domain, NewAccount, change};
use crate::server::store::{session, task};
use crate::server::work::Work;
use crate::wire::directory::{DirectoryFilter, HeldRow, UserDetail, UserForm, UserList, UserRow};
use crate::wire::error::AppError;
use crate::wire::{Choice, Done};
use serde_json::json;
use std::collections::HashMap;

const PAGE: &str = "/directory/users";
const TAKEN: &str = "Somebody has this user name already. Choose another one.";

/// The address of a user's page.
pub(super) fn page_of(user: &UserId) -> String {
    format!("{PAGE}/{user}")
}

/// One page of users by user name, each with the roles held within the caller's scope; two statements and one for the
/// domains to choose from.
pub async fn list(app: &App, caller: &Caller, filter: &DirectoryFilter) -> Result<UserList, AppError> {
    let scope = admin_scope(caller)?;
    let asked = Some(DomainId::from(filter.domain.as_str())).filter(|_| !filter.domain.is_empty());
    let position = position(&filter.after, &filter.before);
    let selection = Selection {
        domain: scope.or(asked.as_ref()),
        search: filter.search.trim(),
        enabled: match filter.status.as_str() {
            "enabled" => Some(true),
            "disabled" => Some(false),
            _ => None,
        },
        position,
        limit: PAGE_SIZE as i64 + 1,
    };
    let found = page(list::users(&app.db, &selection).await?, position, |user| user.username.clone());
    let ids = found.rows.iter().map(|user| user.id.0.clone()).collect();
    let mut held: HashMap<UserId, Vec<NamedRole>> = HashMap::new();
    for role in list::roles_of(&app.db, ids).await? {
        held.entry(role.account_id.clone()).or_default().push(role);
    }
    let row = |user: ListedUser| {
        let held = held.get(&user.id).map(Vec::as_slice).unwrap_or_default();
        row(caller, scope, user, held)
    };
    Ok(UserList {
        page: into_rows(found, row),
        domains: domain_choices(app, caller, scope).await?,
        is_system: scope.is_none(),
    })
}

/// One user with the roles held, and the projects and roles that the caller may give.
pub async fn get(app: &App, caller: &Caller, id: &UserId) -> Result<UserDetail, AppError> {
    let scope = admin_scope(caller)?;
    let found = list::user(&app.db, id).await?;
    let (user, all) = found.filter(|(user, _)| within(scope, &user.domain_id)).ok_or(AppError::NotFound)?;
    let projects = match scope {
        Some(domain) => directory::projects_of(&app.db, domain).await?,
        None => directory::projects(&app.db).await?,
    };
    let names_domain = scope.is_none() && caller.three_level;
    let project = |project: directory::Project| Choice {
        label: if names_domain { format!("{} ({})", project.name, project.domain_name) } else { project.name },
        value: project.id.0,
    };
    let roles = directory::roles(&app.db).await?;
    let roles = roles.into_iter().filter(|role| scope.is_none() || role.reach != Reach::System);
    let held = all.iter().filter(|role| within(scope, &role.domain_id)).map(|held| HeldRow {
        role: held.role_id.clone(),
        role_name: held.role_name.clone(),
        reach: held.reach,
        project: held.project_id.clone(),
        project_name: held.project_name.clone(),
        domain_name: held.domain_name.clone(),
        may_remove: scope.is_none() || held.reach != Reach::System,
    });
    Ok(UserDetail {
        held: held.collect(),
        user: row(caller, scope, user, &all),
        projects: projects.into_iter().map(project).collect(),
        roles: roles.map(|role| Choice { value: role.id.0, label: role.name }).collect(),
        is_system: scope.is_none(),
    })
}

fn row(caller: &Caller, scope: Option<&DomainId>, user: ListedUser, held: &[NamedRole]) -> UserRow {
    let wider = |domain: &DomainId| {
        held.iter().any(|h| h.reach == Reach::System || (h.reach == Reach::Domain && h.domain_id != *domain))
    };
    UserRow {
        is_self: user.id == caller.person.id,
        may_change: scope.is_none_or(|domain| !wider(domain)),
        roles: held
            .iter()
            .filter(|role| within(scope, &role.domain_id))
            .map(|role| format!("{} in {}", role.role_name, role.project_name))
            .collect(),
        id: user.id,
        username: user.username,
        display_name: user.display_name,
        domain: user.domain_name,
        domain_id: user.domain_id,
        enabled: user.enabled,
        created_at: user.created_at,
    }
}

/// Creates a user with an initial password. `form.domain` may be empty if there is only one to choose.
pub async fn create(
    app: &App,
    caller: &Caller,
    form: &UserForm,
    password: &str,
    repeat: &str,
) -> Result<Done, AppError> {
    let checked = check_new(caller, form, password, repeat).await;
    let subject = Subject::new(ResourceType::User, "", form.username.trim());
    let mut work = app.work(caller.operator(), Operation::Create, subject).await?;
    let outcome = make(&mut work, caller, form, checked).await;
    work.finish(outcome).await
}

/// Checks a new user; gives user name, name and the password's hash. Holds no transaction while hashing, and doesn't
/// hash for callers without the right.
async fn check_new(
    caller: &Caller,
    form: &UserForm,
    password: &str,
    repeat: &str,
) -> Result<(String, String, String), AppError> {
    admin_scope(caller)?;
    let mut problems = Problems::default();
    let (username, display_name) = names(&mut problems, form);
    password::check(&mut problems, password, repeat);
    problems.or(())?;
    Ok((username, display_name, password::hash(password.to_owned()).await?))
}

async fn make(
    work: &mut Work,
    caller: &Caller,
    form: &UserForm,
    checked: Result<(String, String, String), AppError>,
) -> Result<Done, AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let domain = chosen_domain(work, scope, caller.three_level, &form.domain).await;
    if let Err(AppError::NotFound) = domain {
        return Err(AppError::NotFound);
    }
    let (domain, (username, display_name, hash)) = both(domain, checked)?;
    let (id, now) = (UserId::from(new_id()), work.now);
    work.about(subject(&id, &username, &domain));
    work.details(json!({"before": null, "after": facts(&username, &display_name, &domain.name)}));
    let new = NewAccount {
        id: &id,
        domain: &domain.id,
        username: &username,
        display_name: &display_name,
        password_hash: &hash,
        now,
    };
    let inserted = directory::insert_account(&mut work.tx, &new).await;
    inserted.map_err(|error| unless_taken(error, "username", TAKEN))?;
    Ok(Done::new(format!("User {username} is created. Give a role in a project next."), page_of(&id)))
}

/// Changes user name, name and, in the System View, the domain (empty: unchanged).
pub async fn edit(app: &App, caller: &Caller, id: &UserId, form: &UserForm) -> Result<Done, AppError> {
    let mut work = app.work(caller.operator(), Operation::Configure, Subject::new(ResourceType::User, id, "")).await?;
    let outcome = alter(&mut work, caller, id, form).await;
    work.finish(outcome).await
}

async fn alter(work: &mut Work, caller: &Caller, id: &UserId, form: &UserForm) -> Result<Done, AppError> {
    let (account, old) = found(work, caller, id).await?;
    let scope = admin_scope(caller)?;
    let mut problems = Problems::default();
    let named = names(&mut problems, form);
    let named = problems.or(named).map_err(AppError::from);
    let domain = match form.domain.trim() {
        "" => Ok(old.clone()),
        wanted if wanted == old.id.as_str() => Ok(old.clone()),
        wanted => chosen_domain(work, scope, caller.three_level, wanted).await,
    };
    if let Err(AppError::NotFound) = domain {
        return Err(AppError::NotFound);
    }
    let (domain, (username, display_name)) = both(domain, named)?;
    work.details(json!({
        "before": facts(&account.username, &account.display_name, &old.name),
        "after": facts(&username, &display_name, &domain.name),
    }));
    let updated = change::update_account(&mut work.tx, id, &domain.id, &username, &display_name).await;
    updated.map_err(|error| unless_taken(error, "username", TAKEN))?;
    work.about(subject(id, &username, &domain));
    Ok(Done::new(format!("User {username} is changed."), PAGE))
}

/// Disables or enables a user. Disabling ends every session at once and takes the user's tasks; enabling returns them.
pub async fn set_enabled(app: &App, caller: &Caller, user: &UserId, enabled: bool) -> Result<Done, AppError> {
    let operation = if enabled { Operation::Enable } else { Operation::Disable };
    let mut work = app.work(caller.operator(), operation, Subject::new(ResourceType::User, user, "")).await?;
    let outcome = switch(&mut work, caller, user, enabled).await;
    work.finish(outcome).await
}

async fn switch(work: &mut Work, caller: &Caller, user: &UserId, enabled: bool) -> Result<Done, AppError> {
    let (account, _) = found(work, caller, user).await?;
    work.details(json!({"before": {"enabled": account.enabled}, "after": {"enabled": enabled}}));
    if account.id == caller.person.id {
        return Err(AppError::refused("You can't disable yourself. Ask another administrator."));
    }
    let word = if enabled { "enabled" } else { "disabled" };
    if !directory::set_enabled(&mut work.tx, user, enabled).await? {
        return Err(AppError::refused(format!("{} is already {word}.", account.display_name)));
    }
    let now = work.now;
    if enabled {
        task::restore_named(&mut work.tx, user).await?;
        for held in directory::held_in(&mut work.tx, user).await? {
            task::gained(&mut work.tx, user, &held.role, &held.project, &held.domain, now).await?;
        }
    } else {
        keep_an_administrator(work).await?;
        task::withdraw_all(&mut work.tx, user, now).await?;
        session::end_others(&mut work.tx, user, None).await?;
    }
    Ok(Done::new(format!("{} is {word}.", account.display_name), PAGE))
}

/// Sets a new password for somebody else and ends their sessions.
pub async fn reset_password(
    app: &App,
    caller: &Caller,
    user: &UserId,
    password: &str,
    repeat: &str,
) -> Result<Done, AppError> {
    let checked = check_password(caller, password, repeat).await;
    let subject = Subject::new(ResourceType::User, user, "");
    let mut work = app.work(caller.operator(), Operation::ResetPassword, subject).await?;
    let outcome = reset(&mut work, caller, user, checked).await;
    work.finish(outcome).await
}

async fn check_password(caller: &Caller, password: &str, repeat: &str) -> Result<String, AppError> {
    admin_scope(caller)?;
    let mut problems = Problems::default();
    password::check(&mut problems, password, repeat);
    problems.or(())?;
    password::hash(password.to_owned()).await
}

async fn reset(
    work: &mut Work,
    caller: &Caller,
    user: &UserId,
    checked: Result<String, AppError>,
) -> Result<Done, AppError> {
    let (account, _) = found(work, caller, user).await?;
    if account.id == caller.person.id {
        return Err(AppError::refused("This is your own account: change the password under Account."));
    }
    let hash = checked?;
    directory::set_password_hash(&mut work.tx, user, &hash).await?;
    let ended = session::end_others(&mut work.tx, user, None).await?;
    // Whoever knew the old password may have signed in with it.
    session::forget_known(&mut work.tx, user).await?;
    work.details(json!({"sessions_ended": ended}));
    Ok(Done::new(format!("{} has a new password and is signed out everywhere.", account.display_name), PAGE))
}

/// The account with its domain, under the directory's lock, if the caller may change it. Only the System View changes
/// people whose roles reach beyond their domain: a new password would hand over all that the person may do.
async fn found(work: &mut Work, caller: &Caller, id: &UserId) -> Result<(Account, Domain), AppError> {
    let scope = admin_scope(caller)?;
    task::lock_directory(&mut work.tx).await?;
    let account = directory::account_in(&mut work.tx, id).await?;
    let account = account.filter(|a| within(scope, &a.domain_id)).ok_or(AppError::NotFound)?;
    let domain = directory::domain_in(&mut work.tx, &account.domain_id).await?.ok_or(AppError::NotFound)?;
    work.about(subject(id, &account.username, &domain));
    if let Some(own) = scope
        && change::reaches_beyond(&mut work.tx, id, own).await?
    {
        let message =
            format!("{} reaches beyond this domain: only the System View changes them.", account.display_name);
        return Err(AppError::Forbidden(message));
    }
    Ok((account, domain))
}

/// User name and name; an empty name becomes the user name.
fn names(problems: &mut Problems, form: &UserForm) -> (String, String) {
    let username = name(problems, "username", "Username", &form.username);
    if username.chars().any(char::is_whitespace) {
        problems.add("username", "A user name can't hold spaces.");
    }
    let display_name = problems.text("display_name", "Name", &form.display_name, MAX_NAME);
    if display_name.chars().any(char::is_control) {
        problems.add("display_name", "Name can't hold control characters.");
    }
    let display_name = if display_name.is_empty() { username.clone() } else { display_name };
    (username, display_name)
}

fn subject(id: &UserId, username: &str, domain: &Domain) -> Subject {
    Subject::new(ResourceType::User, id, username).in_domain(&domain.id, &domain.name)
}

fn facts(username: &str, display_name: &str, domain: &str) -> serde_json::Value {
    json!({"username": username, "name": display_name, "domain": domain})
}
