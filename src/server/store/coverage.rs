//! Where nobody holds a role: the places a process's link would leave without an approver.

use super::db::Db;
use crate::args;
use crate::domain::ids::RoleId;

/// A place without an approver, with how many there are in all.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Gap {
    pub name: String,
    pub total: i64,
}

/// The first `limit` projects, by name, in which no enabled user holds the role.
pub async fn projects_without(db: &Db, role: &RoleId, limit: i64) -> sqlx::Result<Vec<Gap>> {
    db.all(
        "SELECT p.name || ' (' || d.name || ')' AS name, COUNT(*) OVER () AS total
         FROM project p JOIN domain d ON d.id = p.domain_id
         WHERE p.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM assignment a JOIN account u ON u.id = a.account_id AND u.enabled
                           WHERE a.role_id = $1 AND a.project_id = p.id)
         ORDER BY d.name, p.name LIMIT $2",
        args![role, limit],
    )
    .await
}

/// The first `limit` domains, by name, in none of whose projects an enabled user holds the role.
pub async fn domains_without(db: &Db, role: &RoleId, limit: i64) -> sqlx::Result<Vec<Gap>> {
    db.all(
        "SELECT d.name, COUNT(*) OVER () AS total FROM domain d
         WHERE d.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM assignment a JOIN account u ON u.id = a.account_id AND u.enabled
                           JOIN project p ON p.id = a.project_id
                           WHERE a.role_id = $1 AND p.domain_id = d.id)
         ORDER BY d.name LIMIT $2",
        args![role, limit],
    )
    .await
}

/// Whether any enabled user holds the role anywhere.
pub async fn is_held_anywhere(db: &Db, role: &RoleId) -> sqlx::Result<bool> {
    let found: Option<String> = db
        .scalar_opt(
            "SELECT a.account_id FROM assignment a JOIN account u ON u.id = a.account_id AND u.enabled
             WHERE a.role_id = $1 LIMIT 1",
            args![role],
        )
        .await?;
    Ok(found.is_some())
}

/// Whether any of these users is enabled.
pub async fn any_enabled(db: &Db, users: Vec<String>) -> sqlx::Result<bool> {
    let sql = db.dialect().pick(
        "SELECT id FROM account WHERE enabled AND id IN (SELECT value FROM json_each($1)) LIMIT 1",
        "SELECT id FROM account WHERE enabled AND id = ANY($1) LIMIT 1",
    );
    Ok(db.scalar_opt::<String>(sql, args![users]).await?.is_some())
}
