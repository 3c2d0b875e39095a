//! Administration of domains, projects, users, roles and assignments.

use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::directory::{
    DirectoryFilter, DomainList, Impact, ImpactAsk, ProjectList, RoleList, UserDetail, UserList,
};
use crate::wire::error::AppError;
use leptos::prelude::*;

#[server(endpoint = "list-domains", output = Reading)]
pub async fn list_domains(filter: DirectoryFilter) -> Result<DomainList, AppError> {
    use crate::server::service::directory::domains;
    super::answered(domains::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-domain", output = Changing)]
pub async fn create_domain(name: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::create(&super::app(), &super::caller()?, &name, &description).await)
}

#[server(endpoint = "edit-domain", output = Changing)]
pub async fn edit_domain(id: DomainId, name: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::edit(&super::app(), &super::caller()?, &id, &name, &description).await)
}

#[server(endpoint = "delete-domain", output = Changing)]
pub async fn delete_domain(id: DomainId) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::delete(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "list-projects", output = Reading)]
pub async fn list_projects(filter: DirectoryFilter) -> Result<ProjectList, AppError> {
    use crate::server::service::directory::projects;
    super::answered(projects::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-project", output = Changing)]
pub async fn create_project(name: String, domain: Option<String>, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::projects;
    let domain = domain.unwrap_or_default();
    super::reply(projects::create(&super::app(), &super::caller()?, &name, &domain, &description).await)
}

#[server(endpoint = "edit-project", output = Changing)]
pub async fn edit_project(
    id: ProjectId,
    name: String,
    description: String,
    back: Option<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::projects;
    super::reply(
        projects::edit(&super::app(), &super::caller()?, &id, &name, &description).await.map(|done| done.landing(back)),
    )
}

#[server(endpoint = "delete-project", output = Changing)]
pub async fn delete_project(id: ProjectId, back: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::directory::projects;
    super::reply(projects::delete(&super::app(), &super::caller()?, &id).await.map(|done| done.landing(back)))
}

#[server(endpoint = "list-users", output = Reading)]
pub async fn list_users(filter: DirectoryFilter) -> Result<UserList, AppError> {
    use crate::server::service::directory::users;
    super::answered(users::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "get-user", output = Reading)]
pub async fn get_user(id: UserId) -> Result<UserDetail, AppError> {
    use crate::server::service::directory::users;
    super::answered(users::get(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "create-user", output = Changing)]
pub async fn create_user(
    username: String,
    display_name: String,
    domain: Option<String>,
    password: String,
    repeat: String,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    use crate::wire::directory::UserForm;
    let form = UserForm { username, display_name, domain: domain.unwrap_or_default() };
    super::reply(users::create(&super::app(), &super::caller()?, &form, &password, &repeat).await)
}

#[server(endpoint = "edit-user", output = Changing)]
pub async fn edit_user(
    id: UserId,
    username: String,
    display_name: String,
    domain: Option<String>,
    back: Option<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    use crate::wire::directory::UserForm;
    let form = UserForm { username, display_name, domain: domain.unwrap_or_default() };
    super::reply(users::edit(&super::app(), &super::caller()?, &id, &form).await.map(|done| done.landing(back)))
}

#[server(endpoint = "enable-user", output = Changing)]
pub async fn enable_user(id: UserId, back: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    super::reply(users::set_enabled(&super::app(), &super::caller()?, &id, true).await.map(|done| done.landing(back)))
}

#[server(endpoint = "disable-user", output = Changing)]
pub async fn disable_user(id: UserId, back: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    super::reply(users::set_enabled(&super::app(), &super::caller()?, &id, false).await.map(|done| done.landing(back)))
}

/// Sets a new password for somebody else and ends their sessions.
#[server(endpoint = "reset-password", output = Changing)]
pub async fn reset_password(
    id: UserId,
    password: String,
    repeat: String,
    back: Option<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    super::reply(
        users::reset_password(&super::app(), &super::caller()?, &id, &password, &repeat)
            .await
            .map(|done| done.landing(back)),
    )
}

#[server(endpoint = "assign-role", output = Changing)]
pub async fn assign_role(user: UserId, project: ProjectId, role: RoleId) -> Result<Reply, AppError> {
    use crate::server::service::directory;
    super::reply(directory::assign(&super::app(), &super::caller()?, &user, &project, &role).await)
}

#[server(endpoint = "remove-role", output = Changing)]
pub async fn remove_role(user: UserId, project: ProjectId, role: RoleId) -> Result<Reply, AppError> {
    use crate::server::service::directory;
    super::reply(directory::unassign(&super::app(), &super::caller()?, &user, &project, &role).await)
}

#[server(endpoint = "list-roles", output = Reading)]
pub async fn list_roles(filter: DirectoryFilter) -> Result<RoleList, AppError> {
    use crate::server::service::directory::roles;
    super::answered(roles::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-role", output = Changing)]
pub async fn create_role(name: String, reach: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::roles;
    use crate::wire::directory::RoleForm;
    let form = RoleForm { name, reach, description };
    super::reply(roles::create(&super::app(), &super::caller()?, &form).await)
}

#[server(endpoint = "edit-role", output = Changing)]
pub async fn edit_role(id: RoleId, name: String, reach: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::roles;
    use crate::wire::directory::RoleForm;
    let form = RoleForm { name, reach, description };
    super::reply(roles::edit(&super::app(), &super::caller()?, &id, &form).await)
}

#[server(endpoint = "delete-role", output = Changing)]
pub async fn delete_role(id: RoleId) -> Result<Reply, AppError> {
    use crate::server::service::directory::roles;
    super::reply(roles::delete(&super::app(), &super::caller()?, &id).await)
}

/// The open tickets that would lose an approver by a change, to be shown before it is confirmed; `None` where there is
/// nothing to change any more, as for the dialog that has just deleted what it asks about.
#[server(endpoint = "get-impact", output = Reading)]
pub async fn get_impact(ask: ImpactAsk) -> Result<Option<Impact>, AppError> {
    use crate::server::service::directory::impact;
    match impact::of(&super::app(), &super::caller()?, &ask).await {
        Err(AppError::NotFound) => Ok(None),
        found => super::answered(found.map(Some)),
    }
}
