//! Hosts that exist: reading, locking and writing them when they are changed.

use super::{change_host, texts};
use crate::domain::host::HostStatus;
use crate::domain::host_operation::{Change, Configuration, HostBefore};
use crate::domain::ids::{DomainId, HostId, ProjectId, TicketNumber};
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::server::store::change;
use crate::server::store::db::{Db, Tx};
use crate::server::store::value::args;
use serde_json::json;

/// A host with all that decides whether it may be changed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Existing {
    pub id: HostId,
    pub name: String,
    pub project_id: ProjectId,
    pub project_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    specification_name: String,
    vcpu: i64,
    memory_mib: i64,
    system_disk_gib: i64,
    data_disks_gib: String,
    #[sqlx(try_from = "String")]
    pub status: HostStatus,
    pub delete_locked: bool,
    /// The number of its latest operation.
    pub operation: i64,
    /// Whether a change of the host is under way.
    pub is_changing: bool,
    /// Whether the ticket that makes it is still incomplete.
    pub is_of_open_ticket: bool,
    /// Whether another host of its project has its name.
    pub has_twin: bool,
}

impl Existing {
    pub fn configuration(&self) -> serde_json::Result<Configuration> {
        Ok(Configuration {
            specification: self.specification_name.clone(),
            vcpu: self.vcpu,
            memory_mib: self.memory_mib,
            system_disk_gib: self.system_disk_gib,
            data_disks_gib: serde_json::from_str(&self.data_disks_gib)?,
        })
    }

    /// The host as a ticket's payload keeps it.
    pub fn before(&self) -> serde_json::Result<HostBefore> {
        let (id, name, status) = (self.id.clone(), self.name.clone(), self.status);
        Ok(HostBefore { id, name, status, configuration: self.configuration()? })
    }
}

macro_rules! existing {
    ($tail:literal) => {
        concat!(
            "SELECT h.id, h.name, h.project_id, p.name AS project_name, p.domain_id, d.name AS domain_name,
               h.specification_name, h.vcpu, h.memory_mib, h.system_disk_gib, h.data_disks_gib, h.status,
               h.delete_locked, h.operation, h.change IS NOT NULL AS is_changing,
               EXISTS (SELECT 1 FROM ticket t WHERE t.number = h.ticket_number AND t.status = 'incomplete') AS is_of_open_ticket,
               EXISTS (SELECT 1 FROM host o WHERE o.project_id = h.project_id AND o.name = h.name AND o.id <> h.id) AS has_twin
             FROM host h JOIN project p ON p.id = h.project_id JOIN domain d ON d.id = p.domain_id WHERE ",
            $tail
        )
    };
}

/// The hosts among these that exist, sorted by id.
pub async fn existing(db: &Db, hosts: &[HostId]) -> sqlx::Result<Vec<Existing>> {
    let sql = db.dialect().pick(
        existing!("h.id IN (SELECT value FROM json_each($1)) ORDER BY h.id"),
        existing!("h.id = ANY($1) ORDER BY h.id"),
    );
    db.all(sql, args![texts(hosts)]).await
}

/// [`existing`], with the hosts locked until the transaction ends, in the order of their ids.
pub async fn lock(tx: &mut Tx, hosts: &[HostId]) -> sqlx::Result<Vec<Existing>> {
    let sql = tx.dialect().pick(
        existing!("h.id IN (SELECT value FROM json_each($1)) ORDER BY h.id"),
        existing!("h.id = ANY($1) ORDER BY h.id FOR UPDATE OF h"),
    );
    tx.all(sql, args![texts(hosts)]).await
}

/// A host and the oldest open ticket that is about it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Awaited {
    pub name: String,
    pub number: TicketNumber,
}

macro_rules! awaited {
    ($among:literal) => {
        concat!(
            "SELECT h.name, MIN(t.number) AS number
             FROM host h JOIN ticket_host o ON o.host_id = h.id JOIN ticket t ON t.number = o.ticket_number
             WHERE t.process_id = (SELECT id FROM process WHERE ticket_type = $1) AND t.number <> $3 AND h.id ",
            $among,
            " GROUP BY h.id, h.name ORDER BY h.name, h.id"
        )
    };
}

const AWAITED_SQLITE: &str = awaited!("IN (SELECT value FROM json_each($2))");
const AWAITED_POSTGRES: &str = awaited!("= ANY($2)");

/// The hosts among these that an open ticket of this type is about. The ticket `but` doesn't count.
pub async fn awaited(
    db: &Db,
    ticket_type: TicketType,
    hosts: &[HostId],
    but: Option<TicketNumber>,
) -> sqlx::Result<Vec<Awaited>> {
    let sql = db.dialect().pick(AWAITED_SQLITE, AWAITED_POSTGRES);
    db.all(sql, args![ticket_type.key(), texts(hosts), but.unwrap_or_default()]).await
}

/// [`awaited`] inside a transaction.
pub async fn awaited_in(
    tx: &mut Tx,
    ticket_type: TicketType,
    hosts: &[HostId],
    but: Option<TicketNumber>,
) -> sqlx::Result<Vec<Awaited>> {
    let sql = tx.dialect().pick(AWAITED_SQLITE, AWAITED_POSTGRES);
    tx.all(sql, args![ticket_type.key(), texts(hosts), but.unwrap_or_default()]).await
}

/// Writes down that a change is under way, as the host's next operation, and returns the operation's number. `growth`:
/// the vCPU, the MiB of memory and the GiB of disks that the change takes beyond what the host has.
pub async fn begin(tx: &mut Tx, host: &Existing, change: &Change, growth: [i64; 3]) -> sqlx::Result<i64> {
    let operation = host.operation + 1;
    let [vcpu, memory_mib, disks_gib] = growth;
    tx.exec(
        "UPDATE host SET operation = $2, change = $3, status = $4, growing_vcpu = $5, growing_memory_mib = $6,
           growing_disks_gib = $7
         WHERE id = $1",
        args![
            &host.id,
            operation,
            json!(change).to_string(),
            change.status_meanwhile(host.status).key(),
            vcpu,
            memory_mib,
            disks_gib
        ],
    )
    .await?;
    tx.changed(change::Change::HostIn(host.project_id.clone()));
    Ok(operation)
}

/// Writes down that no change is under way any more, and the host's status from now on.
pub async fn end(tx: &mut Tx, host: &HostId, status: HostStatus, now: Millis) -> sqlx::Result<()> {
    let trashed_at = (status == HostStatus::InTrash).then_some(now);
    change_host(
        tx,
        "UPDATE host SET change = NULL, status = $2, growing_vcpu = 0, growing_memory_mib = 0, growing_disks_gib = 0,
           trashed_at = CASE WHEN $2 = 'in_trash' THEN COALESCE(trashed_at, $3) END
         WHERE id = $1 RETURNING project_id",
        args![host, status.key(), trashed_at],
    )
    .await
    .map(drop)
}

/// Writes the host's new configuration.
pub async fn set_configuration(tx: &mut Tx, host: &HostId, to: &Configuration) -> sqlx::Result<()> {
    change_host(
        tx,
        "UPDATE host SET specification_name = $2, vcpu = $3, memory_mib = $4, data_disks_gib = $5, disks_gib = $6
         WHERE id = $1",
        args![host, &to.specification, to.vcpu, to.memory_mib, json!(to.data_disks_gib).to_string(), to.disks_gib()],
    )
    .await
    .map(drop)
}

pub async fn set_delete_lock(tx: &mut Tx, host: &HostId, locked: bool) -> sqlx::Result<()> {
    change_host(tx, "UPDATE host SET delete_locked = $2 WHERE id = $1 RETURNING project_id", args![host, locked])
        .await
        .map(drop)
}

/// Deletes the host. Its steps stay, for the tickets that show them.
pub async fn remove(tx: &mut Tx, host: &HostId) -> sqlx::Result<()> {
    change_host(tx, "DELETE FROM host WHERE id = $1 RETURNING project_id", args![host]).await.map(drop)
}

/// Hosts in the trash that went there at `limit` or earlier, oldest first, at most `at_most`. Hosts whose clearing
/// failed after `failed_since` are left out.
pub async fn overdue(db: &Db, limit: Millis, failed_since: Millis, at_most: i64) -> sqlx::Result<Vec<HostId>> {
    db.scalars(
        "SELECT h.id FROM host h
         WHERE h.status = 'in_trash' AND h.trashed_at <= $1 AND h.change IS NULL AND NOT EXISTS (
           SELECT 1 FROM host_step s
           WHERE s.host_id = h.id AND s.operation = h.operation AND s.state = 'failed' AND s.ended_at > $2)
         ORDER BY h.trashed_at LIMIT $3",
        args![limit, failed_since, at_most],
    )
    .await
}
