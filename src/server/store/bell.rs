//! The data of the bell: how many tickets are open for a person, and which ticket types have an enabled process.

use super::db::Db;
use super::sql::{Sql, read_rows};
use crate::domain::bell::{Counts, MOST_COUNTED};
use crate::domain::ids::UserId;
use crate::domain::process::TicketType;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bell {
    pub counts: Counts,
    /// Sorted by key.
    pub enabled: Vec<TicketType>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    workflow_mine: i64,
    workflow_pending: i64,
    support_mine: i64,
    support_pending: i64,
    enabled: String,
}

/// Adds the columns of a [`Row`]. `person` is an SQL expression for the person's id. Each count reads an index of what
/// is open, and at most [`MOST_COUNTED`] rows of it. (Without `INDEXED BY`, SQLite takes the index of all tickets that
/// the person ever started.)
pub(super) fn columns<'a>(sql: &'a mut Sql, person: &'static str) -> &'a mut Sql {
    let tickets = sql.dialect().pick("ticket INDEXED BY ticket_mine_open", "ticket");
    let counts = [
        (tickets, " WHERE status = 'incomplete' AND support = 0 AND initiator_id = ", ") AS workflow_mine, "),
        ("task", " WHERE state = 'open' AND queue = 0 AND account_id = ", ") AS workflow_pending, "),
        (tickets, " WHERE status = 'incomplete' AND support = 1 AND initiator_id = ", ") AS support_mine, "),
        ("task", " WHERE state = 'open' AND queue BETWEEN 1 AND 4 AND account_id = ", ") AS support_pending, "),
    ];
    for (table, which, name) in counts {
        sql.push("(SELECT COUNT(*) FROM (SELECT 1 FROM ").push(table).push(which).push(person);
        sql.limit(MOST_COUNTED).push(") AS counted").push(name);
    }
    sql.rows("ticket_type", "ticket_type").push(" FROM process WHERE enabled) AS enabled")
}

impl Row {
    pub(super) fn read(self) -> sqlx::Result<Bell> {
        let keys: Vec<(String,)> = read_rows(&self.enabled)?;
        let counts = Counts {
            workflow_mine: self.workflow_mine,
            workflow_pending: self.workflow_pending,
            support_mine: self.support_mine,
            support_pending: self.support_pending,
        };
        Ok(Bell { counts, enabled: keys.iter().filter_map(|(key,)| TicketType::from_key(key)).collect() })
    }
}

pub async fn read(db: &Db, person: &UserId) -> sqlx::Result<Bell> {
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    columns(&mut sql, "me.id").push(" FROM (SELECT ").bind(person).push(" AS id) AS me");
    let (text, args) = sql.done();
    db.opt::<Row>(text, args).await?.ok_or(sqlx::Error::RowNotFound)?.read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::AssertSqlSafe;

    #[tokio::test]
    async fn counts_read_what_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&format!("sqlite:{}", folder.path().join("plans.db").display())).await.expect("a database");
        let mut sql = Sql::new(db.dialect(), "EXPLAIN QUERY PLAN SELECT ");
        columns(&mut sql, "me.id").push(" FROM (SELECT ").bind("somebody").push(" AS id) AS me");
        let (AssertSqlSafe(text), args) = sql.done();
        let steps: Vec<(i64, i64, i64, String)> = db.all(AssertSqlSafe(text), args).await.expect("a plan");
        let reads = |index: &str| steps.iter().filter(|step| step.3.contains(index)).count();
        assert_eq!((reads("ticket_mine_open"), reads("task_account")), (2, 2), "{steps:#?}");
        db.close().await;
    }
}
