//! The steps of operations on hosts. A change of a step names the operation and the attempt that it is for, and does
//! nothing to any other.

use super::texts;
use crate::domain::host::HostStatus;
use crate::domain::ids::{DomainId, HostId, ProjectId, TicketNumber};
use crate::domain::machine::{CloudStep, MAKE, StepState};
use crate::domain::time::Millis;
use crate::server::store::change::Change;
use crate::server::store::db::{Db, Tx};
use crate::server::store::value::{Val, args};
use serde::{Deserialize, Serialize};

/// Names a step: the host, the host's operation (0 makes it), the step's place in the operation, and the attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepKey {
    pub host: HostId,
    /// Missing in jobs that were stored when making the host was the only operation.
    #[serde(default)]
    pub operation: i64,
    pub position: i64,
    pub attempt: i64,
}

/// A step with what is needed of its host to carry it out.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Step {
    pub host: HostId,
    pub name: String,
    pub project_id: ProjectId,
    pub project_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    /// The ticket this operation belongs to.
    pub ticket_number: Option<TicketNumber>,
    pub image_name: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub disks_gib: i64,
    #[sqlx(try_from = "String")]
    pub status: HostStatus,
    /// The host's latest operation.
    pub latest_operation: i64,
    /// JSON of the [`Change`](crate::domain::host_operation::Change) under way.
    pub change: Option<String>,
    pub operation: i64,
    pub position: i64,
    #[sqlx(try_from = "String")]
    pub step: CloudStep,
    #[sqlx(try_from = "String")]
    pub state: StepState,
    pub attempt: i64,
    pub started_at: Option<Millis>,
    pub is_last: bool,
}

impl Step {
    pub fn key(&self) -> StepKey {
        let (host, operation, position, attempt) = (self.host.clone(), self.operation, self.position, self.attempt);
        StepKey { host, operation, position, attempt }
    }
}

/// The step at this place, whatever its attempt; `None` if there is none or the host is gone.
pub async fn get(db: &Db, host: &HostId, operation: i64, position: i64) -> sqlx::Result<Option<Step>> {
    db.opt(
        "SELECT h.id AS host, h.name, h.project_id, p.name AS project_name, p.domain_id, d.name AS domain_name,
           s.ticket_number, h.image_name, h.vcpu, h.memory_mib, h.disks_gib, h.status, h.operation AS latest_operation,
           h.change, s.operation, s.position, s.step, s.state, s.attempt, s.started_at,
           NOT EXISTS (SELECT 1 FROM host_step n WHERE n.host_id = s.host_id AND n.operation = s.operation
             AND n.position = s.position + 1) AS is_last
         FROM host_step s JOIN host h ON h.id = s.host_id JOIN project p ON p.id = h.project_id
           JOIN domain d ON d.id = p.domain_id
         WHERE s.host_id = $1 AND s.operation = $2 AND s.position = $3",
        args![host, operation, position],
    )
    .await
}

/// Adds, for each of the new hosts, all steps of making it, waiting, at their first attempt. `names`: the names of the
/// hosts, in the same order.
pub async fn insert_making(
    tx: &mut Tx,
    hosts: &[HostId],
    names: Vec<String>,
    ticket: Option<TicketNumber>,
) -> sqlx::Result<()> {
    let sql = tx.dialect().pick(
        "INSERT INTO host_step (host_id, operation, position, host_name, ticket_number, step, state)
         SELECT h.value, 0, s.key, n.value, $3, s.value, 'waiting'
         FROM json_each($1) h JOIN json_each($4) n ON n.key = h.key CROSS JOIN json_each($2) s",
        "INSERT INTO host_step (host_id, operation, position, host_name, ticket_number, step, state)
         SELECT h.id, 0, s.n - 1, h.name, $3, s.step, 'waiting'
         FROM unnest($1, $4) AS h (id, name) CROSS JOIN unnest($2) WITH ORDINALITY AS s (step, n)",
    );
    tx.exec(sql, args![texts(hosts), keys(&MAKE), ticket, names]).await?;
    Ok(())
}

/// Adds the steps of an operation on a host, waiting, at their first attempt.
pub async fn insert(
    tx: &mut Tx,
    host: &HostId,
    name: &str,
    operation: i64,
    steps: &[CloudStep],
    ticket: Option<TicketNumber>,
) -> sqlx::Result<()> {
    let sql = tx.dialect().pick(
        "INSERT INTO host_step (host_id, operation, position, host_name, ticket_number, step, state)
         SELECT $1, $2, s.key, $3, $4, s.value, 'waiting' FROM json_each($5) s",
        "INSERT INTO host_step (host_id, operation, position, host_name, ticket_number, step, state)
         SELECT $1, $2, s.n - 1, $3, $4, s.step, 'waiting' FROM unnest($5) WITH ORDINALITY AS s (step, n)",
    );
    tx.exec(sql, args![host, operation, name, ticket, keys(steps)]).await?;
    Ok(())
}

fn keys(steps: &[CloudStep]) -> Vec<String> {
    steps.iter().map(|step| step.key().to_owned()).collect()
}

/// Waiting becomes running; `false` if the step isn't waiting at this attempt.
pub async fn begin(tx: &mut Tx, key: &StepKey, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'running', started_at = $5
               WHERE host_id = $1 AND operation = $2 AND position = $3 AND attempt = $4 AND state = 'waiting'
               RETURNING ticket_number";
    change_step(tx, sql, args![&key.host, key.operation, key.position, key.attempt, now]).await
}

/// Running becomes done; `false` if the step isn't running at this attempt.
pub async fn complete(tx: &mut Tx, key: &StepKey, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'done', ended_at = $5
               WHERE host_id = $1 AND operation = $2 AND position = $3 AND attempt = $4 AND state = 'running'
               RETURNING ticket_number";
    change_step(tx, sql, args![&key.host, key.operation, key.position, key.attempt, now]).await
}

/// Waiting or running becomes failed; `false` if the step is neither at this attempt.
pub async fn fail(tx: &mut Tx, key: &StepKey, error: &str, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'failed', error = $5, ended_at = $6
               WHERE host_id = $1 AND operation = $2 AND position = $3 AND attempt = $4
                 AND state IN ('waiting', 'running')
               RETURNING ticket_number";
    change_step(tx, sql, args![&key.host, key.operation, key.position, key.attempt, error, now]).await
}

/// Runs a statement that returns the ticket, if any, of the step it changed; `false` if it changed none.
async fn change_step(tx: &mut Tx, sql: &'static str, args: Vec<Val>) -> sqlx::Result<bool> {
    let ticket: Option<Option<TicketNumber>> = tx.scalar_opt(sql, args).await?;
    if let Some(Some(number)) = ticket {
        tx.changed(Change::Ticket(number));
    }
    Ok(ticket.is_some())
}

/// Puts all steps of making the host back to waiting, at the next attempt.
pub async fn restart_making(tx: &mut Tx, host: &HostId) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE host_step SET state = 'waiting', attempt = attempt + 1, error = NULL, started_at = NULL, ended_at = NULL
         WHERE host_id = $1 AND operation = 0",
        args![host],
    )
    .await?;
    Ok(())
}

/// The state of a step of the operation; `None` if the operation has no such step.
pub async fn state_of(tx: &mut Tx, key: &StepKey, step: CloudStep) -> sqlx::Result<Option<StepState>> {
    let sql = "SELECT state FROM host_step WHERE host_id = $1 AND operation = $2 AND step = $3";
    let state: Option<String> = tx.scalar_opt(sql, args![&key.host, key.operation, step.key()]).await?;
    Ok(state.as_deref().and_then(StepState::from_key))
}

/// Deletes the ticket's steps of these hosts, because the ticket begins them anew.
pub async fn remove_of_ticket(tx: &mut Tx, ticket: TicketNumber, hosts: &[HostId]) -> sqlx::Result<()> {
    let sql = tx.dialect().pick(
        "DELETE FROM host_step WHERE ticket_number = $1 AND host_id IN (SELECT value FROM json_each($2))",
        "DELETE FROM host_step WHERE ticket_number = $1 AND host_id = ANY($2)",
    );
    tx.exec(sql, args![ticket, texts(hosts)]).await?;
    Ok(())
}

/// How many hosts a ticket has steps of, and how many of these hosts are under way or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    pub hosts: i64,
    pub under_way: i64,
    pub failed: i64,
}

pub async fn tally(tx: &mut Tx, ticket: TicketNumber) -> sqlx::Result<Tally> {
    let tally = tx
        .opt(
            "SELECT COUNT(*) AS hosts, COUNT(CASE WHEN failed = 0 AND open > 0 THEN 1 END) AS under_way,
               COUNT(CASE WHEN failed > 0 THEN 1 END) AS failed
             FROM (SELECT COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed,
                     COUNT(CASE WHEN state IN ('waiting', 'running') THEN 1 END) AS open
                   FROM host_step WHERE ticket_number = $1 GROUP BY host_id) AS of_host",
            args![ticket],
        )
        .await?;
    Ok(tally.unwrap_or(Tally { hosts: 0, under_way: 0, failed: 0 }))
}

/// A step as a ticket's page shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Shown {
    pub host_id: HostId,
    pub host: String,
    #[sqlx(try_from = "String")]
    pub step: CloudStep,
    #[sqlx(try_from = "String")]
    pub state: StepState,
    pub error: Option<String>,
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

macro_rules! shown_where {
    ($condition:literal) => {
        concat!(
            "SELECT host_id, host_name AS host, step, state, error, started_at, ended_at FROM host_step WHERE ",
            $condition,
            " ORDER BY host_id, operation, position"
        )
    };
}

/// The failed steps of all hosts of a ticket, host by host.
pub async fn failed_of_ticket(tx: &mut Tx, ticket: TicketNumber) -> sqlx::Result<Vec<Shown>> {
    tx.all(shown_where!("ticket_number = $1 AND state = 'failed'"), args![ticket]).await
}

/// Why the host's latest operation failed, if it did.
pub async fn latest_failure(db: &Db, host: &HostId) -> sqlx::Result<Option<Shown>> {
    db.opt(
        shown_where!("host_id = $1 AND state = 'failed' AND operation = (SELECT operation FROM host WHERE id = $1)"),
        args![host],
    )
    .await
}
