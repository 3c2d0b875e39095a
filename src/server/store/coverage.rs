//! The gaps of an approval process: the projects and domains in which one of its links would find no approver.

use super::db::Db;
use super::sql::Sql;
use crate::domain::process::{Approver, Scope};

/// A place (a project or a domain) in which a link has no approver.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Gap {
    /// The link's index in the list that was passed to [`gaps`].
    pub link: i64,
    pub name: String,
    /// How many such places the link has in all.
    pub total: i64,
}

/// The condition that no enabled user holds the role, up to the `WHERE` that says which role and where. The caller
/// closes the parenthesis.
const HOLDER: &str = "NOT EXISTS (SELECT 1 FROM assignment a JOIN account u ON u.id = a.account_id AND u.enabled";

/// Reads for each link the first `limit` places, by name, in which no enabled user could approve; one statement for all
/// links. A link with the global scope or with named persons has one place, called `everywhere`.
pub async fn gaps(db: &Db, links: &[&Approver], everywhere: &'static str, limit: i64) -> sqlx::Result<Vec<Gap>> {
    let mut sql = Sql::new(db.dialect(), "");
    for (i, approver) in links.iter().enumerate() {
        sql.push(if i == 0 { "" } else { " UNION ALL " });
        of_link(&mut sql, i as i64, approver, everywhere, limit);
    }
    if links.is_empty() {
        return Ok(vec![]);
    }
    let (text, args) = sql.done();
    db.all(text, args).await
}

fn of_link(sql: &mut Sql, link: i64, approver: &Approver, everywhere: &'static str, limit: i64) {
    match approver {
        Approver::Role { role, scope: Scope::Project } => {
            sql.push("SELECT * FROM (SELECT ").bind(link).push(
                " AS link, p.name || ' (' || d.name || ')' AS name, COUNT(*) OVER () AS total
                 FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.deleted_at IS NULL AND ",
            );
            sql.push(HOLDER).push(" WHERE a.project_id = p.id AND a.role_id = ").bind(role);
            sql.push(") ORDER BY d.name, p.name").limit(limit).push(") AS places");
        }
        Approver::Role { role, scope: Scope::Domain } => {
            sql.push("SELECT * FROM (SELECT ").bind(link).push(
                " AS link, d.name AS name, COUNT(*) OVER () AS total FROM domain d WHERE d.deleted_at IS NULL AND ",
            );
            sql.push(HOLDER).push(" JOIN project p ON p.id = a.project_id WHERE p.domain_id = d.id AND a.role_id = ");
            sql.bind(role).push(") ORDER BY d.name").limit(limit).push(") AS places");
        }
        Approver::Role { role, scope: Scope::Global } => {
            nobody(sql, link, everywhere);
            sql.push(HOLDER).push(" WHERE a.role_id = ").bind(role).push(")");
        }
        Approver::Persons { persons } => {
            nobody(sql, link, everywhere);
            let persons: Vec<String> = persons.iter().map(|id| id.0.clone()).collect();
            sql.push("NOT EXISTS (SELECT 1 FROM account u WHERE u.enabled AND u.id").is_in(persons).push(")");
        }
    }
}

/// Begins a SELECT of one row; the condition under which the row exists follows.
fn nobody(sql: &mut Sql, link: i64, everywhere: &'static str) {
    sql.push("SELECT ").bind(link).push(" AS link, ").bind(everywhere);
    sql.push(" AS name, CAST(1 AS BIGINT) AS total WHERE ");
}
