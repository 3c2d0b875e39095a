//! The embedded inventory's tables: its machines, and the requests it has taken. A request is kept after its machine is
//! gone, so that a late repetition of it is recognised.

use super::db::{Db, Tx};
use crate::domain::ids::HostId;
use crate::domain::machine::MachineSpec;
use crate::domain::time::Millis;
use crate::server::store::value::args;

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Request {
    /// The time from which the request counts as finished, whether it failed or not.
    pub ready_at: Millis,
    /// Why the request fails; `None` if it succeeds.
    pub failure: Option<String>,
}

pub struct NewRequest<'a> {
    pub request: &'a str,
    pub tag: &'a HostId,
    pub action: &'static str,
    pub ready_at: Millis,
    pub failure: Option<String>,
}

const REQUEST: &str = "SELECT ready_at, failure FROM inventory_request WHERE request = $1";

pub async fn find_request(db: &Db, request: &str) -> sqlx::Result<Option<Request>> {
    db.opt(REQUEST, args![request]).await
}

/// [`find_request`] inside a transaction.
pub async fn request(tx: &mut Tx, request: &str) -> sqlx::Result<Option<Request>> {
    tx.opt(REQUEST, args![request]).await
}

/// Stores a request unless it is stored already; `true` if it was stored now.
pub async fn insert_request(tx: &mut Tx, new: &NewRequest<'_>) -> sqlx::Result<bool> {
    let sql = "INSERT INTO inventory_request (request, tag, action, ready_at, failure) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (request) DO NOTHING";
    let args = args![new.request, new.tag, new.action, new.ready_at, new.failure.clone()];
    Ok(tx.exec(sql, args).await? == 1)
}

/// Counts the requests of this action that were made to fail. On Postgres the table stays locked until the transaction
/// ends, so that no two transactions read the same count.
pub async fn lock_and_count_failures(tx: &mut Tx, action: &str) -> sqlx::Result<i64> {
    let lock = tx.dialect().pick("SELECT 1", "LOCK TABLE inventory_request IN SHARE ROW EXCLUSIVE MODE");
    tx.exec(lock, args![]).await?;
    let sql = "SELECT COUNT(*) FROM inventory_request WHERE action = $1 AND failure IS NOT NULL";
    tx.scalar(sql, args![action]).await
}

/// Adds the machine of this tag, or updates its size and state.
pub async fn put_machine(
    tx: &mut Tx,
    tag: &HostId,
    machine: &MachineSpec,
    state: &str,
    now: Millis,
) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO inventory_machine (tag, name, vcpu, memory_mib, disks_gib, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tag) DO UPDATE SET vcpu = excluded.vcpu, memory_mib = excluded.memory_mib,
           disks_gib = excluded.disks_gib, state = excluded.state",
        args![tag, &machine.name, machine.vcpu, machine.memory_mib, machine.disks_gib, state, now],
    )
    .await?;
    Ok(())
}

pub async fn delete_machine(tx: &mut Tx, tag: &HostId) -> sqlx::Result<()> {
    tx.exec("DELETE FROM inventory_machine WHERE tag = $1", args![tag]).await?;
    Ok(())
}

/// The tags of all machines and the step each has reached, sorted by tag.
pub async fn machines(db: &Db) -> sqlx::Result<Vec<(HostId, String)>> {
    db.all("SELECT tag, state FROM inventory_machine ORDER BY tag", args![]).await
}
