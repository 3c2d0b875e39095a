//! What administrators write: domains, projects, users and roles are added, changed and deleted.

use crate::domain::directory::Reach;
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::time::Millis;
use crate::server::store::change::Change;
use crate::server::store::db::Tx;
use crate::server::store::value::args;

/// What administrators change of a domain or project.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Place {
    pub name: String,
    pub description: String,
}

/// What administrators change of a role.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct FullRole {
    pub name: String,
    #[sqlx(try_from = "String")]
    pub reach: Reach,
    pub built_in: bool,
    pub description: String,
}

/// The domain, unless it is deleted.
pub async fn domain(tx: &mut Tx, id: &DomainId) -> sqlx::Result<Option<Place>> {
    let sql = "SELECT name, description FROM domain WHERE id = $1 AND deleted_at IS NULL";
    tx.opt(sql, args![id]).await
}

/// The project, unless it is deleted.
pub async fn project(tx: &mut Tx, id: &ProjectId) -> sqlx::Result<Option<Place>> {
    let sql = "SELECT name, description FROM project WHERE id = $1 AND deleted_at IS NULL";
    tx.opt(sql, args![id]).await
}

/// The role, locked until the transaction ends, so that no process names it meanwhile.
pub async fn lock_role(tx: &mut Tx, id: &RoleId) -> sqlx::Result<Option<FullRole>> {
    let sql = tx.dialect().pick(
        "SELECT name, reach, built_in, description FROM role WHERE id = $1",
        "SELECT name, reach, built_in, description FROM role WHERE id = $1 FOR UPDATE",
    );
    tx.opt(sql, args![id]).await
}

/// Locks the project until the transaction ends, so that no request for a host in it is checked meanwhile.
pub async fn lock_project(tx: &mut Tx, id: &ProjectId) -> sqlx::Result<()> {
    let sql =
        tx.dialect().pick("SELECT id FROM project WHERE id = $1", "SELECT id FROM project WHERE id = $1 FOR UPDATE");
    tx.scalar_opt::<String>(sql, args![id]).await?;
    Ok(())
}

/// Adds a domain; a name that is taken is a unique violation.
pub async fn insert_domain(tx: &mut Tx, id: &DomainId, new: &Place, now: Millis) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec(
        "INSERT INTO domain (id, name, description, created_at) VALUES ($1, $2, $3, $4)",
        args![id, &new.name, &new.description, now],
    )
    .await?;
    Ok(())
}

pub async fn update_domain(tx: &mut Tx, id: &DomainId, new: &Place) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    let sql = "UPDATE domain SET name = $2, description = $3 WHERE id = $1";
    tx.exec(sql, args![id, &new.name, &new.description]).await?;
    Ok(())
}

/// Adds a project; a name that is taken in its domain is a unique violation.
pub async fn insert_project(
    tx: &mut Tx,
    id: &ProjectId,
    domain: &DomainId,
    new: &Place,
    now: Millis,
) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec(
        "INSERT INTO project (id, domain_id, name, description, created_at) VALUES ($1, $2, $3, $4, $5)",
        args![id, domain, &new.name, &new.description, now],
    )
    .await?;
    Ok(())
}

pub async fn update_project(tx: &mut Tx, id: &ProjectId, new: &Place) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    let sql = "UPDATE project SET name = $2, description = $3 WHERE id = $1";
    tx.exec(sql, args![id, &new.name, &new.description]).await?;
    Ok(())
}

pub async fn update_account(
    tx: &mut Tx,
    id: &UserId,
    domain: &DomainId,
    username: &str,
    display_name: &str,
) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec(
        "UPDATE account SET domain_id = $2, username = $3, display_name = $4 WHERE id = $1",
        args![id, domain, username, display_name],
    )
    .await?;
    Ok(())
}

/// Adds a role; a name that is taken is a unique violation.
pub async fn insert_role(tx: &mut Tx, id: &RoleId, new: &FullRole) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec(
        "INSERT INTO role (id, name, reach, built_in, description) VALUES ($1, $2, $3, $4, $5)",
        args![id, &new.name, new.reach.key(), new.built_in, &new.description],
    )
    .await?;
    Ok(())
}

pub async fn update_role(tx: &mut Tx, id: &RoleId, new: &FullRole) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    let sql = "UPDATE role SET name = $2, reach = $3, description = $4 WHERE id = $1";
    tx.exec(sql, args![id, &new.name, new.reach.key(), &new.description]).await?;
    Ok(())
}

pub async fn delete_role(tx: &mut Tx, id: &RoleId) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec("DELETE FROM role WHERE id = $1", args![id]).await?;
    Ok(())
}

/// How many people hold the role anywhere.
pub async fn count_holders(tx: &mut Tx, id: &RoleId) -> sqlx::Result<i64> {
    let sql = "SELECT COUNT(DISTINCT account_id) FROM assignment WHERE role_id = $1";
    tx.scalar(sql, args![id]).await
}

/// The definitions that are in use, as stored: the current ones, and those of incomplete tickets. Each comes after its
/// ticket type.
pub async fn living_definitions(tx: &mut Tx) -> sqlx::Result<Vec<(String, String)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        ticket_type: String,
        definition: String,
    }
    let rows: Vec<Row> = tx
        .all(
            "SELECT p.ticket_type, v.definition FROM process p JOIN process_version v ON v.process_id = p.id
             WHERE v.version = p.version OR EXISTS (
               SELECT 1 FROM ticket t WHERE t.status = 'incomplete' AND t.process_id = v.process_id
                 AND t.process_version = v.version)
             ORDER BY p.ticket_type",
            args![],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.ticket_type, row.definition)).collect())
}

/// How many hosts and tickets keep a project from being deleted.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Left {
    /// Hosts in the trash are counted too.
    pub hosts: i64,
    /// Incomplete tickets.
    pub tickets: i64,
}

pub async fn left_in_project(tx: &mut Tx, id: &ProjectId) -> sqlx::Result<Left> {
    let left: Option<Left> = tx
        .opt(
            "SELECT (SELECT COUNT(*) FROM host WHERE project_id = $1) AS hosts,
               (SELECT COUNT(*) FROM ticket WHERE project_id = $1 AND status = 'incomplete') AS tickets",
            args![id],
        )
        .await?;
    Ok(left.unwrap_or(Left { hosts: 0, tickets: 0 }))
}

/// How many projects, users and tickets keep a domain from being deleted.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Belonging {
    pub projects: i64,
    pub users: i64,
    /// Incomplete tickets.
    pub tickets: i64,
}

pub async fn left_in_domain(tx: &mut Tx, id: &DomainId) -> sqlx::Result<Belonging> {
    let left: Option<Belonging> = tx
        .opt(
            "SELECT (SELECT COUNT(*) FROM project WHERE domain_id = $1 AND deleted_at IS NULL) AS projects,
               (SELECT COUNT(*) FROM account WHERE domain_id = $1) AS users,
               (SELECT COUNT(*) FROM ticket WHERE domain_id = $1 AND status = 'incomplete') AS tickets",
            args![id],
        )
        .await?;
    Ok(left.unwrap_or(Belonging { projects: 0, users: 0, tickets: 0 }))
}

/// Takes away every role that is held in the project; returns who held which.
pub async fn take_all_roles(tx: &mut Tx, id: &ProjectId) -> sqlx::Result<Vec<(UserId, RoleId)>> {
    tx.changed(Change::Directory);
    #[derive(sqlx::FromRow)]
    struct Row {
        account_id: UserId,
        role_id: RoleId,
    }
    let sql = "DELETE FROM assignment WHERE project_id = $1 RETURNING account_id, role_id";
    let rows: Vec<Row> = tx.all(sql, args![id]).await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.role_id)).collect())
}

/// Marks the project as deleted. Its row stays, because closed tickets show its name; `name` replaces it, so that a new
/// project can have the old one. Its quota limits are deleted.
pub async fn bury_project(tx: &mut Tx, id: &ProjectId, name: &str, now: Millis) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec("DELETE FROM quota_limit WHERE scope = 'project' AND scope_id = $1", args![id]).await?;
    let sql = "UPDATE project SET deleted_at = $2, name = $3 WHERE id = $1";
    tx.exec(sql, args![id, now, name]).await?;
    Ok(())
}

/// [`bury_project`] for a domain.
pub async fn bury_domain(tx: &mut Tx, id: &DomainId, name: &str, now: Millis) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec("DELETE FROM quota_limit WHERE scope = 'domain' AND scope_id = $1", args![id]).await?;
    let sql = "UPDATE domain SET deleted_at = $2, name = $3 WHERE id = $1";
    tx.exec(sql, args![id, now, name]).await?;
    Ok(())
}

/// Whether a domain has this name, or a deleted one has it still.
pub async fn domain_name_taken(tx: &mut Tx, name: &str) -> sqlx::Result<bool> {
    let sql = "SELECT id FROM domain WHERE name = $1";
    Ok(tx.scalar_opt::<String>(sql, args![name]).await?.is_some())
}

/// Whether a project of the domain has this name, or a deleted one has it still.
pub async fn project_name_taken(tx: &mut Tx, domain: &DomainId, name: &str) -> sqlx::Result<bool> {
    let sql = "SELECT id FROM project WHERE domain_id = $1 AND name = $2";
    Ok(tx.scalar_opt::<String>(sql, args![domain, name]).await?.is_some())
}

/// Whether any enabled user holds a role that reaches the whole system.
pub async fn has_system_admin(tx: &mut Tx) -> sqlx::Result<bool> {
    let found: Option<String> = tx
        .scalar_opt(
            "SELECT x.account_id FROM assignment x JOIN role r ON r.id = x.role_id AND r.reach = 'system'
             JOIN account a ON a.id = x.account_id AND a.enabled LIMIT 1",
            args![],
        )
        .await?;
    Ok(found.is_some())
}

/// Whether the person holds, in any project, a role for the whole system or for another domain than this one.
pub async fn reaches_beyond(tx: &mut Tx, user: &UserId, domain: &DomainId) -> sqlx::Result<bool> {
    let found: Option<String> = tx
        .scalar_opt(
            "SELECT r.id FROM assignment x JOIN role r ON r.id = x.role_id JOIN project p ON p.id = x.project_id
             WHERE x.account_id = $1 AND (r.reach = 'system' OR (r.reach = 'domain' AND p.domain_id <> $2)) LIMIT 1",
            args![user, domain],
        )
        .await?;
    Ok(found.is_some())
}
