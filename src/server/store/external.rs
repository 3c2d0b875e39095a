//! The connected third-party ticket system, and the tickets that live there.

use super::change::Change;
use super::db::{Db, Tx};
use super::value::args;
use crate::domain::external::HelpdeskKind;
use crate::domain::ids::TicketNumber;
use crate::domain::time::Millis;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct System {
    #[sqlx(try_from = "String")]
    pub kind: HelpdeskKind,
    pub address: String,
    /// The token, sealed as in `secret.rs`.
    pub token: String,
    /// The queues there when the connection was last tested, as JSON.
    pub queues: String,
    /// The id of the last happening there that was taken over; the next ones are read from here on.
    pub cursor: i64,
    /// An id by which our tickets there are told from those of other installations.
    pub instance: String,
    pub problem: Option<String>,
    pub updated_at: Millis,
}

const SYSTEM: &str =
    "SELECT kind, address, token, queues, cursor, instance, problem, updated_at FROM external_system WHERE id = 1";

pub async fn system(db: &Db) -> sqlx::Result<Option<System>> {
    db.opt(SYSTEM, args![]).await
}

/// [`system`], locked until the transaction ends, so that nothing that happens there is taken over twice.
pub async fn lock_system(tx: &mut Tx) -> sqlx::Result<Option<System>> {
    let sql = tx.dialect().pick(
        SYSTEM,
        "SELECT kind, address, token, queues, cursor, instance, problem, updated_at FROM external_system WHERE id = 1 FOR UPDATE",
    );
    tx.opt(sql, args![]).await
}

/// Stores the connected system, or another one in its place.
pub async fn connect(tx: &mut Tx, system: &System) -> sqlx::Result<()> {
    tx.changed(Change::Processes);
    tx.exec(
        "INSERT INTO external_system (id, kind, address, token, queues, cursor, instance, updated_at)
         VALUES (1, $1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET kind = $1, address = $2, token = $3, queues = $4, cursor = $5, instance = $6,
           updated_at = $7, problem = NULL",
        args![
            system.kind.key(),
            &system.address,
            &system.token,
            &system.queues,
            system.cursor,
            &system.instance,
            system.updated_at
        ],
    )
    .await?;
    Ok(())
}

pub async fn disconnect(tx: &mut Tx) -> sqlx::Result<()> {
    tx.changed(Change::Processes);
    tx.exec("DELETE FROM external_system", args![]).await?;
    Ok(())
}

pub async fn move_cursor(tx: &mut Tx, cursor: i64) -> sqlx::Result<()> {
    tx.exec("UPDATE external_system SET cursor = $1 WHERE cursor < $1", args![cursor]).await?;
    Ok(())
}

/// Notes why the system couldn't be reached; `None`: it could be.
pub async fn set_system_problem(tx: &mut Tx, problem: Option<&str>) -> sqlx::Result<()> {
    tx.changed(Change::Processes);
    tx.exec("UPDATE external_system SET problem = $1", args![problem]).await?;
    Ok(())
}

/// The value of [`Remote::sending`] while the ticket itself is being made there: it was asked for, and no answer has
/// told yet whether it was made.
pub const BEING_MADE: i64 = -1;

/// A ticket that lives in the connected system.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Remote {
    pub number: TicketNumber,
    pub queue: String,
    /// The kind of system that it was made in, as a key, and `remote_id`, its id there; `None` until it is made.
    pub kind: Option<String>,
    pub remote_id: Option<String>,
    pub remote_status: String,
    pub remote_owner: String,
    /// The position of the entry that is being sent or was sent last, or [`BEING_MADE`].
    pub sending: i64,
    pub problem: Option<String>,
}

macro_rules! remote_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, queue, kind, remote_id, remote_status, remote_owner, sending, problem FROM external_ticket WHERE ",
            $condition
        )
    };
}

pub async fn insert(tx: &mut Tx, number: TicketNumber, queue: &str) -> sqlx::Result<()> {
    tx.exec("INSERT INTO external_ticket (number, queue) VALUES ($1, $2)", args![number, queue]).await?;
    Ok(())
}

pub async fn get(db: &Db, number: TicketNumber) -> sqlx::Result<Option<Remote>> {
    db.opt(remote_where!("number = $1"), args![number]).await
}

/// The ticket that has this id in a system of this kind.
pub async fn by_remote_id(tx: &mut Tx, kind: HelpdeskKind, id: &str) -> sqlx::Result<Option<Remote>> {
    tx.opt(remote_where!("kind = $1 AND remote_id = $2"), args![kind.key(), id]).await
}

pub async fn set_remote_id(tx: &mut Tx, number: TicketNumber, kind: HelpdeskKind, id: &str) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    let sql = "UPDATE external_ticket SET kind = $2, remote_id = $3, sending = 0 WHERE number = $1";
    tx.exec(sql, args![number, kind.key(), id]).await?;
    Ok(())
}

pub async fn set_sending(tx: &mut Tx, number: TicketNumber, position: i64) -> sqlx::Result<()> {
    tx.exec("UPDATE external_ticket SET sending = $2 WHERE number = $1", args![number, position]).await?;
    Ok(())
}

/// Whether tickets of ours may be in the system without their ids being known here.
pub async fn is_any_being_made(tx: &mut Tx) -> sqlx::Result<bool> {
    let sql = "SELECT number FROM external_ticket WHERE remote_id IS NULL AND sending = $1 LIMIT 1";
    Ok(tx.scalar_opt::<i64>(sql, args![BEING_MADE]).await?.is_some())
}

/// Writes the status and the owner that the ticket has there.
pub async fn set_look(tx: &mut Tx, number: TicketNumber, status: &str, owner: &str) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    tx.exec(
        "UPDATE external_ticket SET remote_status = $2, remote_owner = $3 WHERE number = $1",
        args![number, status, owner],
    )
    .await?;
    Ok(())
}

/// Notes why something of this ticket couldn't be sent there yet; `None`: nothing is missing.
pub async fn set_problem(tx: &mut Tx, number: TicketNumber, problem: Option<&str>) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    tx.exec("UPDATE external_ticket SET problem = $2 WHERE number = $1", args![number, problem]).await?;
    Ok(())
}

/// The queues there that have open tickets of ours.
pub async fn queues_in_use(db: &Db) -> sqlx::Result<Vec<String>> {
    let sql = "SELECT DISTINCT x.queue FROM external_ticket x JOIN ticket t ON t.number = x.number
               WHERE t.status = 'incomplete' ORDER BY x.queue";
    db.scalars(sql, args![]).await
}
