//! Domains, projects, people, roles and who holds which role where.

pub mod change;
pub mod impact;
pub mod list;

use super::change::Change;
use super::db::{Db, Tx};
use super::value::args;
use crate::domain::directory::{Held, Person, Reach};
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::origin::LOCAL;
use crate::domain::time::Millis;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Domain {
    pub id: DomainId,
    pub name: String,
}

/// A project with the name of its domain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    #[sqlx(try_from = "String")]
    pub reach: Reach,
}

/// An account as pickers and the sign-in see it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Account {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub domain_id: DomainId,
    pub enabled: bool,
}

pub struct NewAccount<'a> {
    pub id: &'a UserId,
    pub domain: &'a DomainId,
    pub username: &'a str,
    pub display_name: &'a str,
    pub password_hash: &'a str,
    pub now: Millis,
}

macro_rules! account_where {
    ($condition:literal) => {
        concat!("SELECT id, username, display_name, domain_id, enabled FROM account ", $condition)
    };
}
macro_rules! project_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.name, p.domain_id, d.name AS domain_name
             FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.deleted_at IS NULL ",
            $condition
        )
    };
}

/// The person of this id with every role held, whether the account is enabled or not. Runs two statements.
pub async fn person(db: &Db, id: &UserId) -> sqlx::Result<Option<Person>> {
    let Some(account) = account(db, id).await? else {
        return Ok(None);
    };
    let held = held(db, id).await?;
    Ok(Some(Person {
        id: account.id,
        username: account.username,
        display_name: account.display_name,
        domain: account.domain_id,
        held,
    }))
}

/// A role that somebody holds in a project, by ids.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct HeldRole {
    pub role: RoleId,
    pub project: ProjectId,
    pub domain: DomainId,
}

/// The roles this person holds, as the transaction sees them.
pub async fn held_in(tx: &mut Tx, id: &UserId) -> sqlx::Result<Vec<HeldRole>> {
    tx.all(
        "SELECT x.role_id AS role, x.project_id AS project, p.domain_id AS domain
         FROM assignment x JOIN project p ON p.id = x.project_id WHERE x.account_id = $1",
        args![id],
    )
    .await
}

/// The roles this person holds, with the names that pages show.
pub async fn held(db: &Db, id: &UserId) -> sqlx::Result<Vec<Held>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        role: RoleId,
        #[sqlx(try_from = "String")]
        reach: Reach,
        project: ProjectId,
        project_name: String,
        domain: DomainId,
        domain_name: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT r.id AS role, r.reach, p.id AS project, p.name AS project_name, d.id AS domain, d.name AS domain_name
             FROM assignment x
             JOIN role r ON r.id = x.role_id
             JOIN project p ON p.id = x.project_id
             JOIN domain d ON d.id = p.domain_id
             WHERE x.account_id = $1
             ORDER BY p.id, r.id",
            args![id],
        )
        .await?;
    let held = |r: Row| Held {
        role: r.role,
        reach: r.reach,
        project: r.project,
        project_name: r.project_name,
        domain: r.domain,
        domain_name: r.domain_name,
    };
    Ok(rows.into_iter().map(held).collect())
}

pub async fn account(db: &Db, id: &UserId) -> sqlx::Result<Option<Account>> {
    db.opt(account_where!("WHERE id = $1"), args![id]).await
}

/// The account, as the transaction sees it.
pub async fn account_in(tx: &mut Tx, id: &UserId) -> sqlx::Result<Option<Account>> {
    tx.opt(account_where!("WHERE id = $1"), args![id]).await
}

/// Locks the account until the transaction ends, on Postgres. Under this lock a use case checks what a person may have
/// only once.
pub async fn lock_account(tx: &mut Tx, id: &UserId) -> sqlx::Result<()> {
    let sql = tx
        .dialect()
        .pick("SELECT id FROM account WHERE id = $1", "SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE");
    tx.scalar_opt::<String>(sql, args![id]).await.map(drop)
}

/// The account of this user name, compared exactly.
pub async fn find_by_username(db: &Db, username: &str) -> sqlx::Result<Option<Account>> {
    db.opt(account_where!("WHERE username = $1"), args![username]).await
}

/// The argon2id hash of the account's password, if it has one.
pub async fn password_hash(db: &Db, id: &UserId) -> sqlx::Result<Option<String>> {
    Ok(db.scalar_opt::<Option<String>>("SELECT password_hash FROM account WHERE id = $1", args![id]).await?.flatten())
}

/// Every enabled account, sorted by name.
pub async fn enabled_people(db: &Db) -> sqlx::Result<Vec<Account>> {
    db.all(account_where!("WHERE enabled ORDER BY display_name, id"), args![]).await
}

/// How many of these ids are accounts.
pub async fn count_people(tx: &mut Tx, ids: &[UserId]) -> sqlx::Result<i64> {
    let sql = tx.dialect().pick(
        "SELECT COUNT(*) FROM account WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT COUNT(*) FROM account WHERE id = ANY($1)",
    );
    let ids: Vec<String> = ids.iter().map(|id| id.0.clone()).collect();
    tx.scalar(sql, args![ids]).await
}

pub async fn has_accounts(db: &Db) -> sqlx::Result<bool> {
    Ok(db.scalar_opt::<String>("SELECT id FROM account LIMIT 1", args![]).await?.is_some())
}

/// [`has_accounts`] inside a transaction.
pub async fn has_accounts_in(tx: &mut Tx) -> sqlx::Result<bool> {
    Ok(tx.scalar_opt::<String>("SELECT id FROM account LIMIT 1", args![]).await?.is_some())
}

/// Every domain, by name.
pub async fn domains(db: &Db) -> sqlx::Result<Vec<Domain>> {
    db.all("SELECT id, name FROM domain WHERE deleted_at IS NULL ORDER BY name, id", args![]).await
}

pub async fn domain(db: &Db, id: &DomainId) -> sqlx::Result<Option<Domain>> {
    db.opt("SELECT id, name FROM domain WHERE id = $1 AND deleted_at IS NULL", args![id]).await
}

/// The domain, as the transaction sees it.
pub async fn domain_in(tx: &mut Tx, id: &DomainId) -> sqlx::Result<Option<Domain>> {
    let sql = "SELECT id, name FROM domain WHERE id = $1 AND deleted_at IS NULL";
    tx.opt(sql, args![id]).await
}

/// Every project, by name.
pub async fn projects(db: &Db) -> sqlx::Result<Vec<Project>> {
    db.all(project_where!("ORDER BY p.name, p.id"), args![]).await
}

pub async fn projects_of(db: &Db, domain: &DomainId) -> sqlx::Result<Vec<Project>> {
    db.all(project_where!("AND p.domain_id = $1 ORDER BY p.name, p.id"), args![domain]).await
}

pub async fn project(db: &Db, id: &ProjectId) -> sqlx::Result<Option<Project>> {
    db.opt(project_where!("AND p.id = $1"), args![id]).await
}

/// The project, as the transaction sees it.
pub async fn project_in(tx: &mut Tx, id: &ProjectId) -> sqlx::Result<Option<Project>> {
    tx.opt(project_where!("AND p.id = $1"), args![id]).await
}

/// Every role, by name.
pub async fn roles(db: &Db) -> sqlx::Result<Vec<Role>> {
    db.all("SELECT id, name, reach FROM role ORDER BY name, id", args![]).await
}

/// The role, as the transaction sees it.
pub async fn role_in(tx: &mut Tx, id: &RoleId) -> sqlx::Result<Option<Role>> {
    tx.opt("SELECT id, name, reach FROM role WHERE id = $1", args![id]).await
}

/// Whether the role exists; if so, it can't be deleted until the transaction ends.
pub async fn role_exists(tx: &mut Tx, id: &RoleId) -> sqlx::Result<bool> {
    let sql = tx.dialect().pick("SELECT id FROM role WHERE id = $1", "SELECT id FROM role WHERE id = $1 FOR SHARE");
    Ok(tx.scalar_opt::<String>(sql, args![id]).await?.is_some())
}

/// Adds the domain unless its id is there already.
pub async fn insert_domain(tx: &mut Tx, id: &DomainId, name: &str, now: Millis) -> sqlx::Result<()> {
    let sql = "INSERT INTO domain (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    tx.exec(sql, args![id, name, now]).await?;
    Ok(())
}

/// Adds the project unless its id is there already.
pub async fn insert_project(
    tx: &mut Tx,
    id: &ProjectId,
    domain: &DomainId,
    name: &str,
    now: Millis,
) -> sqlx::Result<()> {
    let sql =
        "INSERT INTO project (id, domain_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    tx.exec(sql, args![id, domain, name, now]).await?;
    Ok(())
}

/// Adds a built-in role, whose id is its name, unless it is there already.
pub async fn insert_built_in_role(tx: &mut Tx, id: &str, reach: Reach, description: &str) -> sqlx::Result<()> {
    let sql = "INSERT INTO role (id, name, reach, built_in, description) VALUES ($1, $1, $2, $3, $4)
               ON CONFLICT (id) DO NOTHING";
    tx.exec(sql, args![id, reach.key(), true, description]).await?;
    Ok(())
}

pub async fn insert_account(tx: &mut Tx, account: &NewAccount<'_>) -> sqlx::Result<()> {
    tx.changed(Change::Directory);
    tx.exec(
        "INSERT INTO account (id, domain_id, username, display_name, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        args![account.id, account.domain, account.username, account.display_name, account.password_hash, account.now],
    )
    .await?;
    Ok(())
}

pub async fn set_password_hash(tx: &mut Tx, id: &UserId, hash: &str) -> sqlx::Result<()> {
    tx.exec("UPDATE account SET password_hash = $2 WHERE id = $1", args![id, hash]).await?;
    Ok(())
}

/// Enables or disables the account; `true` if that changed anything.
pub async fn set_enabled(tx: &mut Tx, id: &UserId, enabled: bool) -> sqlx::Result<bool> {
    tx.changed(Change::Directory);
    let sql = "UPDATE account SET enabled = $2 WHERE id = $1 AND enabled <> $2";
    Ok(tx.exec(sql, args![id, enabled]).await? == 1)
}

/// Gives the role in the project, as an assignment that is kept here; `true` if the user didn't hold it before.
pub async fn assign(tx: &mut Tx, user: &UserId, project: &ProjectId, role: &RoleId, now: Millis) -> sqlx::Result<bool> {
    tx.changed(Change::Directory);
    let sql = "INSERT INTO assignment (account_id, project_id, role_id, created_at, source) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (account_id, project_id, role_id) DO NOTHING";
    Ok(tx.exec(sql, args![user, project, role, now, LOCAL]).await? == 1)
}

/// Takes the role away; `true` if the user held it.
pub async fn unassign(tx: &mut Tx, user: &UserId, project: &ProjectId, role: &RoleId) -> sqlx::Result<bool> {
    tx.changed(Change::Directory);
    let sql = "DELETE FROM assignment WHERE account_id = $1 AND project_id = $2 AND role_id = $3";
    Ok(tx.exec(sql, args![user, project, role]).await? == 1)
}

/// Adds a specification to the catalogue unless its id is there already.
pub async fn insert_specification(
    tx: &mut Tx,
    name: &str,
    vcpu: i64,
    memory_mib: i64,
    position: i64,
) -> sqlx::Result<()> {
    let sql = "INSERT INTO specification (id, name, vcpu, memory_mib, position) VALUES ($1, $1, $2, $3, $4)
               ON CONFLICT (id) DO NOTHING";
    tx.exec(sql, args![name, vcpu, memory_mib, position]).await?;
    Ok(())
}

/// Adds an image to the catalogue unless its id is there already.
pub async fn insert_image(tx: &mut Tx, id: &str, name: &str, position: i64) -> sqlx::Result<()> {
    let sql = "INSERT INTO image (id, name, position) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    tx.exec(sql, args![id, name, position]).await?;
    Ok(())
}
