//! Tasks: one approver's part in a ticket's link, kept in step with the directory by the statements here.

use super::change::Change;
use super::db::{Db, Dialect, Tx};
use super::sql::{Sql, read_rows};
use super::value::{Val, args};
use crate::domain::ids::{DomainId, ProjectId, RoleId, TicketNumber, UserId};
use crate::domain::process::Scope;
use crate::domain::time::Millis;
use crate::domain::workflow::TaskState;

/// A role, and where it has to be held for a link: `scope_id` is the id of the ticket's project or domain, by the
/// scope.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub role: &'a str,
    pub scope: Scope,
    pub scope_id: Option<&'a str>,
}

/// The key of an advisory lock on Postgres that nothing else uses.
const DIRECTORY_LOCK: i64 = 0x636f_756e_7465_7200;

/// Keeps assignments from changing while links are opened, so that no approver is missed. Has to be taken before any
/// row is locked. SQLite has one writer and needs no lock.
pub async fn share_directory(tx: &mut Tx) -> sqlx::Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.exec("SELECT pg_advisory_xact_lock_shared($1)", args![DIRECTORY_LOCK]).await?;
    }
    Ok(())
}

/// The exclusive side of [`share_directory`], taken before assignments change.
pub async fn lock_directory(tx: &mut Tx) -> sqlx::Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.exec("SELECT pg_advisory_xact_lock($1)", args![DIRECTORY_LOCK]).await?;
    }
    Ok(())
}

/// The enabled users who hold a role at a [`Place`].
const HOLDERS: &str = "SELECT DISTINCT a.account_id FROM assignment a
  JOIN account u ON u.id = a.account_id AND u.enabled
  JOIN project p ON p.id = a.project_id
  WHERE a.role_id = $1 AND ($2 = 'global' OR ($2 = 'project' AND a.project_id = $3) OR ($2 = 'domain' AND p.domain_id = $3))";

pub async fn holders(tx: &mut Tx, place: Place<'_>) -> sqlx::Result<Vec<UserId>> {
    tx.scalars(HOLDERS, args![place.role, place.scope.key(), place.scope_id.unwrap_or_default()]).await
}

/// The approvers that a link means.
#[derive(Debug, Clone, Copy)]
pub enum Meant<'a> {
    Role(Place<'a>),
    Persons(&'a [UserId]),
}

/// An approver whom a link means now.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedApprover {
    /// The link's index in the list that was passed to [`named_approvers`].
    pub link: i64,
    pub name: String,
    /// How many approvers the link has in all.
    pub total: i64,
}

/// Reads the first `limit` approvers of each link, sorted by name, without the user `but`; one statement for all links.
pub async fn named_approvers(
    db: &Db,
    links: &[Meant<'_>],
    but: Option<&UserId>,
    limit: i64,
) -> sqlx::Result<Vec<NamedApprover>> {
    let mut sql = Sql::new(db.dialect(), "");
    for (i, meant) in links.iter().enumerate() {
        sql.push(if i == 0 { "" } else { " UNION ALL " }).push("SELECT * FROM (SELECT ").bind(i as i64).push(
            " AS link, u.display_name AS name, COUNT(*) OVER () AS total FROM account u WHERE u.enabled AND u.id <> ",
        );
        sql.bind(but.map_or("", |user| user.as_str())).push(" AND u.id");
        match meant {
            Meant::Role(place) => {
                sql.push(" IN (SELECT a.account_id FROM assignment a JOIN project p ON p.id = a.project_id WHERE a.role_id = ");
                sql.bind(place.role);
                let scope_id = place.scope_id.unwrap_or_default();
                match place.scope {
                    Scope::Global => {}
                    Scope::Project => _ = sql.push(" AND a.project_id = ").bind(scope_id),
                    Scope::Domain => _ = sql.push(" AND p.domain_id = ").bind(scope_id),
                }
                sql.push(")");
            }
            Meant::Persons(users) => _ = sql.is_in(users.iter().map(|user| user.0.clone()).collect::<Vec<_>>()),
        }
        sql.push(" ORDER BY u.display_name, u.id").limit(limit).push(") AS named");
    }
    if links.is_empty() {
        return Ok(vec![]);
    }
    let (text, args) = sql.done();
    db.all(text, args).await
}

/// Ids and names of the users among these who exist and are enabled, sorted by name.
pub async fn named_among(db: &Db, users: &[UserId]) -> sqlx::Result<Vec<(UserId, String)>> {
    let sql = db.dialect().pick(
        "SELECT id, display_name FROM account
         WHERE enabled AND id IN (SELECT value FROM json_each($1)) ORDER BY display_name, id",
        "SELECT id, display_name FROM account WHERE enabled AND id = ANY($1) ORDER BY display_name, id",
    );
    db.all(sql, args![users.iter().map(|u| u.0.clone()).collect::<Vec<_>>()]).await
}

/// Whether this user is enabled and holds the role at the place.
pub async fn holds(tx: &mut Tx, place: Place<'_>, user: &UserId) -> sqlx::Result<bool> {
    let found: Option<i64> = tx
        .scalar_opt(
            "SELECT CAST(1 AS BIGINT) FROM assignment a
             JOIN account u ON u.id = a.account_id AND u.enabled
             JOIN project p ON p.id = a.project_id
             WHERE a.account_id = $4 AND a.role_id = $1
               AND ($2 = 'global' OR ($2 = 'project' AND a.project_id = $3) OR ($2 = 'domain' AND p.domain_id = $3))
             LIMIT 1",
            args![place.role, place.scope.key(), place.scope_id.unwrap_or_default(), user],
        )
        .await?;
    Ok(found.is_some())
}

/// The users among these who exist and are enabled.
pub async fn enabled_among(tx: &mut Tx, users: &[UserId]) -> sqlx::Result<Vec<UserId>> {
    let sql = tx.dialect().pick(
        "SELECT id FROM account WHERE enabled AND id IN (SELECT value FROM json_each($1))",
        "SELECT id FROM account WHERE enabled AND id = ANY($1)",
    );
    tx.scalars(sql, args![users.iter().map(|u| u.0.clone()).collect::<Vec<_>>()]).await
}

/// Gives these users a task at the link, in the given state.
pub async fn insert(
    tx: &mut Tx,
    number: TicketNumber,
    link: i64,
    users: &[UserId],
    state: TaskState,
    now: Millis,
) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    let sql = tx.dialect().pick(
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at)
         SELECT $1, $2, value, $4, $5 FROM json_each($3)",
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at)
         SELECT $1, $2, id, $4, $5 FROM UNNEST($3) AS id",
    );
    let users: Vec<String> = users.iter().map(|u| u.0.clone()).collect();
    tx.exec(sql, args![number, link, users, state.key(), now]).await?;
    Ok(())
}

/// Ends the link's open tasks: Decided for the approver who decided it, Missed for all others.
pub async fn close_link(
    tx: &mut Tx,
    number: TicketNumber,
    link: i64,
    decider: Option<&UserId>,
    now: Millis,
) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    tx.exec(
        "UPDATE task SET state = CASE WHEN account_id = $3 THEN 'decided' ELSE 'missed' END, ended_at = $4
         WHERE ticket_number = $1 AND link = $2 AND state = 'open'",
        args![number, link, decider.cloned(), now],
    )
    .await?;
    Ok(())
}

/// Whether the user has an open task at this link of the ticket.
pub async fn is_open(tx: &mut Tx, number: TicketNumber, link: i64, user: &UserId) -> sqlx::Result<bool> {
    let state: Option<String> = tx
        .scalar_opt(
            "SELECT state FROM task WHERE ticket_number = $1 AND link = $2 AND account_id = $3",
            args![number, link, user],
        )
        .await?;
    Ok(state.as_deref() == Some(TaskState::Open.key()))
}

const HAD: &str = "SELECT CAST(1 AS BIGINT) FROM task WHERE ticket_number = $1 AND account_id = $2 LIMIT 1";

/// Whether the user has or had a task in the ticket, which lets them read it.
pub async fn had(db: &Db, number: TicketNumber, user: &UserId) -> sqlx::Result<bool> {
    Ok(db.scalar_opt::<i64>(HAD, args![number, user]).await?.is_some())
}

/// [`had`] inside a transaction.
pub async fn had_in(tx: &mut Tx, number: TicketNumber, user: &UserId) -> sqlx::Result<bool> {
    Ok(tx.scalar_opt::<i64>(HAD, args![number, user]).await?.is_some())
}

/// A task with its approver's name.
#[derive(Debug, Clone)]
pub struct NamedTask {
    pub ticket_number: TicketNumber,
    pub link: i64,
    pub account_id: UserId,
    pub name: String,
    pub state: TaskState,
    pub ended_at: Option<Millis>,
}

/// The open and decided tasks of these tickets, in the order of their links and names. They come as one row, because
/// each row of SQLite's wakes two threads.
pub async fn of_tickets(db: &Db, numbers: Vec<TicketNumber>) -> sqlx::Result<Vec<NamedTask>> {
    type Task = (TicketNumber, i64, UserId, String, TaskState, Option<Millis>);
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    sql.rows(
        "k.ticket_number, k.link, k.account_id, u.display_name, k.state, k.ended_at",
        "k.ticket_number, k.link, u.display_name",
    );
    sql.push(
        " FROM task k JOIN account u ON u.id = k.account_id WHERE k.state IN ('open', 'decided') AND k.ticket_number",
    );
    sql.is_in(numbers).push(")");
    let (text, args) = sql.done();
    let tasks: Vec<Task> = read_rows(&db.scalar::<String>(text, args).await?)?;
    let named = |(ticket_number, link, account_id, name, state, ended_at)| NamedTask {
        ticket_number,
        link,
        account_id,
        name,
        state,
        ended_at,
    };
    Ok(tasks.into_iter().map(named).collect())
}

/// Runs a statement that returns the ticket of every task it changed; returns how many tasks were changed.
async fn change_tasks(tx: &mut Tx, sql: &'static str, args: Vec<Val>) -> sqlx::Result<u64> {
    let tickets: Vec<TicketNumber> = tx.scalars(sql, args).await?;
    for number in &tickets {
        tx.changed(Change::Ticket(*number));
    }
    Ok(tickets.len() as u64)
}

/// Opens tasks for a user who gained a role in a project: one at every link that waits for the role there.
pub async fn gained(
    tx: &mut Tx,
    user: &UserId,
    role: &RoleId,
    project: &ProjectId,
    domain: &DomainId,
    now: Millis,
) -> sqlx::Result<u64> {
    change_tasks(
        tx,
        "INSERT INTO task (ticket_number, link, account_id, state, opened_at, queue)
         SELECT t.number, t.link, $1, 'open', $5, t.queue FROM ticket t
         WHERE t.waits_role = $2
           AND (t.waits_scope = 'global' OR (t.waits_scope = 'project' AND t.waits_scope_id = $3)
                OR (t.waits_scope = 'domain' AND t.waits_scope_id = $4))
           AND (t.self_approval OR t.initiator_id <> $1)
         ON CONFLICT (ticket_number, link, account_id) DO UPDATE SET state = 'open', ended_at = NULL
           WHERE task.state = 'withdrawn'
         RETURNING ticket_number",
        args![user, role, project, domain, now],
    )
    .await
}

/// Withdraws open tasks of a user who lost a role somewhere: those at links that wait for the role, unless the user
/// still holds it elsewhere in the link's scope.
pub async fn lost(tx: &mut Tx, user: &UserId, role: &RoleId, now: Millis) -> sqlx::Result<u64> {
    change_tasks(
        tx,
        "UPDATE task SET state = 'withdrawn', ended_at = $3
         WHERE account_id = $1 AND state = 'open' AND EXISTS (
           SELECT 1 FROM ticket t WHERE t.number = task.ticket_number AND t.waits_role = $2 AND NOT EXISTS (
             SELECT 1 FROM assignment a JOIN project p ON p.id = a.project_id
             WHERE a.account_id = $1 AND a.role_id = $2
               AND (t.waits_scope = 'global' OR (t.waits_scope = 'project' AND a.project_id = t.waits_scope_id)
                    OR (t.waits_scope = 'domain' AND p.domain_id = t.waits_scope_id))))
         RETURNING ticket_number",
        args![user, role, now],
    )
    .await
}

/// Withdraws all open tasks of a user who was disabled.
pub async fn withdraw_all(tx: &mut Tx, user: &UserId, now: Millis) -> sqlx::Result<u64> {
    change_tasks(
        tx,
        "UPDATE task SET state = 'withdrawn', ended_at = $2 WHERE account_id = $1 AND state = 'open'
         RETURNING ticket_number",
        args![user, now],
    )
    .await
}

/// Reopens tasks of a user who was enabled again: those at links that are still open and name the user as a person.
pub async fn restore_named(tx: &mut Tx, user: &UserId) -> sqlx::Result<u64> {
    change_tasks(
        tx,
        "UPDATE task SET state = 'open', ended_at = NULL
         WHERE account_id = $1 AND state = 'withdrawn' AND EXISTS (
           SELECT 1 FROM ticket t WHERE t.number = task.ticket_number AND t.link = task.link
             AND t.status = 'incomplete' AND t.process_result IS NULL AND t.waits_role IS NULL)
         RETURNING ticket_number",
        args![user],
    )
    .await
}
