//! What the bell shows: how many tickets are open for somebody, and which types have an enabled process.

use super::db::Db;
use super::sql::{Sql, read_rows};
use crate::api::frame::{Counts, MOST_COUNTED};
use crate::domain::ids::UserId;
use crate::domain::process::TicketType;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bell {
    pub counts: Counts,
    /// By key.
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

/// The columns of a [`Row`] for the person that this expression of the statement names. Each count reads an index of what is
/// open, and no further than what is shown.
pub(super) fn columns<'a>(sql: &'a mut Sql, person: &'static str) -> &'a mut Sql {
    let counts = [
        ("ticket WHERE status = 'incomplete' AND support = 0 AND initiator_id = ", ") AS workflow_mine, "),
        ("task WHERE state = 'open' AND queue = 0 AND account_id = ", ") AS workflow_pending, "),
        ("ticket WHERE status = 'incomplete' AND support = 1 AND initiator_id = ", ") AS support_mine, "),
        ("task WHERE state = 'open' AND queue BETWEEN 1 AND 4 AND account_id = ", ") AS support_pending, "),
    ];
    for (of, name) in counts {
        sql.push("(SELECT COUNT(*) FROM (SELECT 1 FROM ").push(of).push(person);
        sql.push(" LIMIT ").bind(MOST_COUNTED).push(") AS counted").push(name);
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
