//! Quota: limits, the amounts that tickets hold, and the amounts that hosts use.

use super::db::{Db, Dialect, Tx};
use super::sql::Sql;
use super::value::Val;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber};
use crate::domain::quota::Key;
use crate::server::store::value::args;
use sqlx::AssertSqlSafe;

/// The project or the domain that a limit belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitScope {
    Project(ProjectId),
    Domain(DomainId),
}

impl LimitScope {
    fn columns(&self) -> (&'static str, &str) {
        match self {
            LimitScope::Project(id) => ("project", id.as_str()),
            LimitScope::Domain(id) => ("domain", id.as_str()),
        }
    }
}

/// A limit, a held amount, or the use of a domain or project. `project` is empty for the domain's own limits, and for
/// the sum over all its projects that weren't asked for.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// `limit`, `held` or `used`.
    pub source: String,
    pub domain: DomainId,
    pub project: String,
    /// A [`Key`]'s key for `limit` and `held`, with `amount` in stored units; empty for `used`.
    pub key: String,
    pub amount: i64,
    /// For `used`, the sums over the hosts: this and the next three. Triggers keep them by project, in the table
    /// `host_sum`.
    pub vcpu: i64,
    pub memory_mib: i64,
    pub disks_gib: i64,
    pub hosts: i64,
}

/// Reads limits, held amounts and use of these domains and projects. It is one statement and so sees one state of the
/// data: a host's amounts are either held or used, never both or neither.
pub async fn lines(db: &Db, domains: Vec<String>, projects: Vec<String>) -> sqlx::Result<Vec<Line>> {
    let (sql, args) = lines_query(db.dialect(), domains, projects);
    db.all(sql, args).await
}

/// [`lines`] inside a transaction.
pub async fn lines_in(tx: &mut Tx, domains: Vec<String>, projects: Vec<String>) -> sqlx::Result<Vec<Line>> {
    let (sql, args) = lines_query(tx.dialect(), domains, projects);
    tx.all(sql, args).await
}

fn lines_query(dialect: Dialect, domains: Vec<String>, projects: Vec<String>) -> (AssertSqlSafe<String>, Vec<Val>) {
    let mut sql = Sql::new(dialect, "SELECT 'used' AS source, p.domain_id AS domain, CASE WHEN p.id");
    sql.is_in(projects.clone());
    sql.push(
        " THEN p.id ELSE '' END AS project, '' AS key, CAST(0 AS BIGINT) AS amount, CAST(SUM(h.vcpu) AS BIGINT) AS vcpu,
           CAST(SUM(h.memory_mib) AS BIGINT) AS memory_mib, CAST(SUM(h.disks_gib) AS BIGINT) AS disks_gib,
           CAST(SUM(h.hosts) AS BIGINT) AS hosts
         FROM host_sum h JOIN project p ON p.id = h.project_id WHERE h.hosts > 0 AND p.domain_id",
    );
    sql.is_in(domains.clone());
    sql.push(" GROUP BY 1, 2, 3 UNION ALL SELECT 'held', domain_id, CASE WHEN project_id");
    sql.is_in(projects.clone());
    sql.push(
        " THEN project_id ELSE '' END, key, CAST(SUM(amount) AS BIGINT), 0, 0, 0, 0 FROM quota_hold
         WHERE domain_id",
    );
    sql.is_in(domains.clone());
    sql.push(
        " GROUP BY 1, 2, 3, 4
         UNION ALL SELECT 'limit', scope_id, '', key, value, 0, 0, 0, 0 FROM quota_limit WHERE scope = 'domain' AND scope_id",
    );
    sql.is_in(domains);
    sql.push(
        " UNION ALL SELECT 'limit', p.domain_id, p.id, l.key, l.value, 0, 0, 0, 0
         FROM quota_limit l JOIN project p ON p.id = l.scope_id WHERE l.scope = 'project' AND l.scope_id",
    );
    sql.is_in(projects);
    sql.done()
}

/// Locks the domain until the transaction ends, so that requests for its quota are checked one after the other. SQLite
/// has one writer anyway.
pub async fn lock_domain(tx: &mut Tx, domain: &DomainId) -> sqlx::Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.exec("SELECT id FROM domain WHERE id = $1 FOR NO KEY UPDATE", args![domain]).await?;
    }
    Ok(())
}

/// Locks the domain, then the project, until the transaction ends.
pub async fn lock_scopes(tx: &mut Tx, domain: &DomainId, project: &ProjectId) -> sqlx::Result<()> {
    lock_domain(tx, domain).await?;
    if tx.dialect() == Dialect::Postgres {
        tx.exec("SELECT id FROM project WHERE id = $1 FOR NO KEY UPDATE", args![project]).await?;
    }
    Ok(())
}

/// Adds to what the ticket holds of the quotas of the project and its domain. `amount` is in stored units.
pub async fn add_hold(
    tx: &mut Tx,
    number: TicketNumber,
    project: &ProjectId,
    key: Key,
    amount: i64,
) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO quota_hold (ticket_number, key, amount, project_id, domain_id)
         SELECT $1, $2, $3, id, domain_id FROM project WHERE id = $4
         ON CONFLICT (ticket_number, key) DO UPDATE SET amount = quota_hold.amount + excluded.amount",
        args![number, key.key(), amount, project],
    )
    .await?;
    Ok(())
}

/// Lowers what the ticket holds, but not below zero. `amount` is in stored units.
pub async fn lower_hold(tx: &mut Tx, number: TicketNumber, key: Key, amount: i64) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE quota_hold SET amount = CASE WHEN amount > $3 THEN amount - $3 ELSE 0 END
         WHERE ticket_number = $1 AND key = $2",
        args![number, key.key(), amount],
    )
    .await?;
    Ok(())
}

/// Releases everything that the ticket holds.
pub async fn release(tx: &mut Tx, number: TicketNumber) -> sqlx::Result<()> {
    tx.exec("DELETE FROM quota_hold WHERE ticket_number = $1", args![number]).await?;
    Ok(())
}

pub async fn set_limit(tx: &mut Tx, scope: &LimitScope, key: Key, value: i64) -> sqlx::Result<()> {
    let (scope, id) = scope.columns();
    tx.exec(
        "INSERT INTO quota_limit (scope, scope_id, key, value) VALUES ($1, $2, $3, $4)
         ON CONFLICT (scope, scope_id, key) DO UPDATE SET value = excluded.value",
        args![scope, id, key.key(), value],
    )
    .await?;
    Ok(())
}

/// Removes the limit: the key is unlimited from now on.
pub async fn remove_limit(tx: &mut Tx, scope: &LimitScope, key: Key) -> sqlx::Result<()> {
    let (scope, id) = scope.columns();
    let sql = "DELETE FROM quota_limit WHERE scope = $1 AND scope_id = $2 AND key = $3";
    tx.exec(sql, args![scope, id, key.key()]).await?;
    Ok(())
}
