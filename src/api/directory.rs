//! Administration: domains, projects, users, roles, who holds which role where, and what a change would take from tickets.

use super::error::AppError;
use super::wire::Reading;
use super::{Choice, Page, Reply};
use crate::domain::directory::Reach;
use crate::domain::ids::{DomainId, ProjectId, RoleId, TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a list of the directory shows, from its query; each list reads what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectoryFilter {
    /// A part of the name.
    pub search: String,
    /// A domain's id, in the System View.
    pub domain: String,
    /// `enabled`, `disabled` or empty, for users.
    pub status: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRow {
    pub id: DomainId,
    pub name: String,
    pub description: String,
    pub projects: i64,
    pub users: i64,
    /// The first domain: it keeps its name and stays.
    pub is_default: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainList {
    pub rows: Vec<DomainRow>,
    pub is_system: bool,
    pub may_create: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    pub id: ProjectId,
    pub name: String,
    pub domain: String,
    pub description: String,
    /// People who hold a role in it.
    pub members: i64,
    /// Those in the trash count.
    pub hosts: i64,
    /// The system's own project: it keeps its name and stays.
    pub is_system: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectList {
    pub page: Page<ProjectRow>,
    /// Where a new one may lie.
    pub domains: Vec<Choice>,
    pub is_system: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub domain: String,
    pub domain_id: DomainId,
    pub enabled: bool,
    /// "member in web", within what the caller administers.
    pub roles: Vec<String>,
    pub is_self: bool,
    /// Not in a Domain View for somebody who reaches beyond it.
    pub may_change: bool,
    pub created_at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    pub page: Page<UserRow>,
    /// Where a new one may belong.
    pub domains: Vec<Choice>,
    pub is_system: bool,
}

/// A role somebody holds in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    pub role: RoleId,
    pub role_name: String,
    pub reach: Reach,
    pub project: ProjectId,
    pub project_name: String,
    pub domain_name: String,
    pub may_remove: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetail {
    pub user: UserRow,
    pub held: Vec<HeldRow>,
    /// What may be given, and where.
    pub projects: Vec<Choice>,
    pub roles: Vec<Choice>,
    pub is_system: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleRow {
    pub id: RoleId,
    pub name: String,
    pub reach: Reach,
    pub built_in: bool,
    pub description: String,
    /// People who hold it, within what the caller administers.
    pub holders: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleList {
    pub rows: Vec<RoleRow>,
    pub may_change: bool,
}

/// What is about to be taken: a user disabled (only `user`), a role taken (all three), a project deleted (only `project`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImpactAsk {
    pub user: String,
    pub project: String,
    pub role: String,
}

/// The open tickets that would lose an approver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// The first of them; those left with nobody come first.
    pub tickets: Vec<TouchedTicket>,
    pub total: i64,
    /// How many of them would wait for nobody.
    pub orphaned: i64,
    /// Whether the caller may open them here.
    pub may_read: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchedTicket {
    pub number: TicketNumber,
    pub ticket_type: TicketType,
    pub stage: String,
    pub orphaned: bool,
}

/// The fields of a user, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserForm {
    pub username: String,
    pub display_name: String,
    /// An id; empty where there is only one to choose.
    pub domain: String,
}

/// The fields of a role, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleForm {
    pub name: String,
    /// A [`Reach`] key.
    pub reach: String,
    pub description: String,
}

#[server(endpoint = "list-domains", output = Reading)]
pub async fn list_domains(filter: DirectoryFilter) -> Result<DomainList, AppError> {
    use crate::server::service::directory::domains;
    super::answered(domains::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-domain")]
pub async fn create_domain(name: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::create(&super::app(), &super::caller()?, &name, &description).await)
}

#[server(endpoint = "edit-domain")]
pub async fn edit_domain(id: DomainId, name: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::edit(&super::app(), &super::caller()?, &id, &name, &description).await)
}

#[server(endpoint = "delete-domain")]
pub async fn delete_domain(id: DomainId) -> Result<Reply, AppError> {
    use crate::server::service::directory::domains;
    super::reply(domains::delete(&super::app(), &super::caller()?, &id).await)
}

#[server(endpoint = "list-projects", output = Reading)]
pub async fn list_projects(filter: DirectoryFilter) -> Result<ProjectList, AppError> {
    use crate::server::service::directory::projects;
    super::answered(projects::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-project")]
pub async fn create_project(name: String, domain: Option<String>, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::projects;
    let domain = domain.unwrap_or_default();
    super::reply(projects::create(&super::app(), &super::caller()?, &name, &domain, &description).await)
}

#[server(endpoint = "edit-project")]
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

#[server(endpoint = "delete-project")]
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

#[server(endpoint = "create-user")]
pub async fn create_user(
    username: String,
    display_name: String,
    domain: Option<String>,
    password: String,
    repeat: String,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    let form = UserForm { username, display_name, domain: domain.unwrap_or_default() };
    super::reply(users::create(&super::app(), &super::caller()?, &form, &password, &repeat).await)
}

#[server(endpoint = "edit-user")]
pub async fn edit_user(
    id: UserId,
    username: String,
    display_name: String,
    domain: Option<String>,
    back: Option<String>,
) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    let form = UserForm { username, display_name, domain: domain.unwrap_or_default() };
    super::reply(users::edit(&super::app(), &super::caller()?, &id, &form).await.map(|done| done.landing(back)))
}

#[server(endpoint = "enable-user")]
pub async fn enable_user(id: UserId, back: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    super::reply(users::set_enabled(&super::app(), &super::caller()?, &id, true).await.map(|done| done.landing(back)))
}

#[server(endpoint = "disable-user")]
pub async fn disable_user(id: UserId, back: Option<String>) -> Result<Reply, AppError> {
    use crate::server::service::directory::users;
    super::reply(users::set_enabled(&super::app(), &super::caller()?, &id, false).await.map(|done| done.landing(back)))
}

/// Sets a new password for somebody else and ends their sessions.
#[server(endpoint = "reset-password")]
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

#[server(endpoint = "assign-role")]
pub async fn assign_role(user: UserId, project: ProjectId, role: RoleId) -> Result<Reply, AppError> {
    use crate::server::service::directory;
    super::reply(directory::assign(&super::app(), &super::caller()?, &user, &project, &role).await)
}

#[server(endpoint = "remove-role")]
pub async fn remove_role(user: UserId, project: ProjectId, role: RoleId) -> Result<Reply, AppError> {
    use crate::server::service::directory;
    super::reply(directory::unassign(&super::app(), &super::caller()?, &user, &project, &role).await)
}

#[server(endpoint = "list-roles", output = Reading)]
pub async fn list_roles(filter: DirectoryFilter) -> Result<RoleList, AppError> {
    use crate::server::service::directory::roles;
    super::answered(roles::list(&super::app(), &super::caller()?, &filter).await)
}

#[server(endpoint = "create-role")]
pub async fn create_role(name: String, reach: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::roles;
    let form = RoleForm { name, reach, description };
    super::reply(roles::create(&super::app(), &super::caller()?, &form).await)
}

#[server(endpoint = "edit-role")]
pub async fn edit_role(id: RoleId, name: String, reach: String, description: String) -> Result<Reply, AppError> {
    use crate::server::service::directory::roles;
    let form = RoleForm { name, reach, description };
    super::reply(roles::edit(&super::app(), &super::caller()?, &id, &form).await)
}

#[server(endpoint = "delete-role")]
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
