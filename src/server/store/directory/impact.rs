//! Which open tickets would lose an approver. Dialogs show this before a role is taken away, or a user or project is.

use crate::domain::ids::{ProjectId, RoleId, TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::server::store::db::Db;
use crate::server::store::sql::Sql;

/// What is about to be taken away.
#[derive(Debug, Clone, Copy)]
pub enum Loss<'a> {
    /// Everything this user could decide.
    User(&'a UserId),
    /// One role of one user in one project.
    Assignment { user: &'a UserId, project: &'a ProjectId, role: &'a RoleId },
    /// Every role held in the project.
    Project(&'a ProjectId),
}

/// An open ticket that loses an approver.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Touched {
    pub number: TicketNumber,
    #[sqlx(try_from = "String")]
    pub ticket_type: TicketType,
    /// The name of the link that waits.
    pub stage: String,
    /// Whether nobody else could decide it.
    pub orphaned: bool,
    /// `total` and `total_orphaned`: how many tickets lose an approver in all, and how many of them are orphaned.
    pub total: i64,
    pub total_orphaned: i64,
}

// The condition under which a task is lost with a role: the approver holds the role nowhere else within the scope of
// the link that waits for it. `store::task::lost` has the same condition, but is run after the role was taken.
const HELD_ELSEWHERE: &str = " AND NOT EXISTS (SELECT 1 FROM assignment e JOIN project q ON q.id = e.project_id
    WHERE e.account_id = k.account_id AND e.role_id = t.waits_role AND e.project_id <> x.project_id
      AND (t.waits_scope = 'global' OR (t.waits_scope = 'project' AND e.project_id = t.waits_scope_id)
           OR (t.waits_scope = 'domain' AND q.domain_id = t.waits_scope_id)))";

/// At most `limit` of the open tickets that would lose an approver. Tickets that nobody could decide any more come
/// first, then by number.
pub async fn touched(db: &Db, loss: Loss<'_>, limit: i64) -> sqlx::Result<Vec<Touched>> {
    let mut sql = Sql::new(
        db.dialect(),
        "WITH gone AS (SELECT k.ticket_number, k.account_id FROM task k JOIN ticket t ON t.number = k.ticket_number",
    );
    match loss {
        Loss::User(user) => {
            sql.push(" WHERE k.state = 'open' AND k.account_id = ").bind(user);
        }
        Loss::Assignment { user, project, role } => {
            sql.push(
                " JOIN assignment x ON x.account_id = k.account_id AND x.role_id = t.waits_role
                 WHERE k.state = 'open' AND k.account_id = ",
            );
            sql.bind(user).push(" AND x.project_id = ").bind(project).push(" AND x.role_id = ").bind(role);
            sql.push(HELD_ELSEWHERE);
        }
        Loss::Project(project) => {
            sql.push(
                " JOIN assignment x ON x.account_id = k.account_id AND x.role_id = t.waits_role
                 WHERE k.state = 'open' AND x.project_id = ",
            );
            sql.bind(project).push(HELD_ELSEWHERE);
        }
    }
    sql.push(
        "), hit AS (SELECT t.number, t.ticket_type, t.stage, NOT EXISTS (
             SELECT 1 FROM task o WHERE o.ticket_number = t.number AND o.state = 'open' AND NOT EXISTS (
               SELECT 1 FROM gone g WHERE g.ticket_number = o.ticket_number AND g.account_id = o.account_id)) AS orphaned
           FROM ticket t WHERE t.number IN (SELECT ticket_number FROM gone))
         SELECT number, ticket_type, stage, orphaned, COUNT(*) OVER () AS total,
           CAST(SUM(CASE WHEN orphaned THEN 1 ELSE 0 END) OVER () AS BIGINT) AS total_orphaned
         FROM hit ORDER BY orphaned DESC, number LIMIT ",
    );
    sql.bind(limit);
    let (text, args) = sql.done();
    db.all(text, args).await
}
