//! Whom a process can name: the roles and persons its dialog offers.

use super::db::{Db, Tx};
use crate::args;
use crate::domain::ids::{RoleId, UserId};

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedRole {
    pub id: RoleId,
    pub name: String,
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedPerson {
    pub id: UserId,
    pub name: String,
}

/// All roles, widest reach first.
pub async fn roles(db: &Db) -> sqlx::Result<Vec<NamedRole>> {
    db.all(
        "SELECT id, name FROM role
         ORDER BY CASE reach WHEN 'system' THEN 0 WHEN 'domain' THEN 1 ELSE 2 END, name",
        args![],
    )
    .await
}

/// Everybody who can sign in.
pub async fn people(db: &Db) -> sqlx::Result<Vec<NamedPerson>> {
    db.all("SELECT id, display_name AS name FROM account WHERE enabled ORDER BY display_name, id", args![]).await
}

pub async fn role_exists(tx: &mut Tx, role: &RoleId) -> sqlx::Result<bool> {
    let found: Option<String> = tx.scalar_opt("SELECT id FROM role WHERE id = $1", args![role]).await?;
    Ok(found.is_some())
}

/// How many of these persons exist, enabled or not.
pub async fn count_people(tx: &mut Tx, persons: &[UserId]) -> sqlx::Result<i64> {
    let sql = tx.dialect().pick(
        "SELECT COUNT(*) FROM account WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT COUNT(*) FROM account WHERE id = ANY($1)",
    );
    tx.scalar(sql, args![persons.iter().map(|p| p.0.clone()).collect::<Vec<_>>()]).await
}
