//! The steps of making a host, each with its attempt: a change names the attempt it is for and does nothing to another.

use super::texts;
use crate::api::workflow::ExecutionStep;
use crate::args;
use crate::domain::host::HostStatus;
use crate::domain::ids::{DomainId, HostId, ProjectId, TicketNumber};
use crate::domain::time::Millis;
use crate::server::cloud::MakeStep;
use crate::server::store::db::{Db, Tx};
use crate::server::store::event::Change;
use crate::server::store::value::Val;
use crate::text_enum;

text_enum! {
    StepState {
        Waiting = "waiting", "Waiting";
        Running = "running", "Running";
        Done = "done", "Done";
        Failed = "failed", "Failed";
    }
}

/// A step with all that carrying it out takes to know of its host.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Step {
    pub host: HostId,
    pub name: String,
    pub project_id: ProjectId,
    pub project_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    pub ticket_number: Option<TicketNumber>,
    pub image_name: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub disks_gib: i64,
    #[sqlx(try_from = "String")]
    pub status: HostStatus,
    pub position: i64,
    #[sqlx(try_from = "String")]
    pub step: MakeStep,
    #[sqlx(try_from = "String")]
    pub state: StepState,
    pub attempt: i64,
    pub started_at: Option<Millis>,
}

/// The step, unless the host has none at this position or is gone.
pub async fn get(db: &Db, host: &HostId, position: i64) -> sqlx::Result<Option<Step>> {
    db.opt(
        "SELECT h.id AS host, h.name, h.project_id, p.name AS project_name, p.domain_id, d.name AS domain_name,
           h.ticket_number, h.image_name, h.vcpu, h.memory_mib, h.disks_gib, h.status, s.position, s.step, s.state,
           s.attempt, s.started_at
         FROM host_step s JOIN host h ON h.id = s.host_id JOIN project p ON p.id = h.project_id
           JOIN domain d ON d.id = p.domain_id
         WHERE s.host_id = $1 AND s.position = $2",
        args![host, position],
    )
    .await
}

/// Gives each of the hosts all steps, waiting, at their first attempt.
pub async fn insert(tx: &mut Tx, hosts: &[HostId], ticket: Option<TicketNumber>) -> sqlx::Result<()> {
    let sql = tx.dialect().pick(
        "INSERT INTO host_step (host_id, position, ticket_number, step, state)
         SELECT h.value, s.key, $3, s.value, 'waiting' FROM json_each($1) h CROSS JOIN json_each($2) s",
        "INSERT INTO host_step (host_id, position, ticket_number, step, state)
         SELECT h.id, s.n - 1, $3, s.step, 'waiting'
         FROM unnest($1) AS h (id) CROSS JOIN unnest($2) WITH ORDINALITY AS s (step, n)",
    );
    let steps: Vec<String> = MakeStep::ALL.iter().map(|step| step.key().to_owned()).collect();
    tx.exec(sql, args![texts(hosts), steps, ticket]).await?;
    Ok(())
}

/// Waiting becomes running; `false` if the step isn't waiting at this attempt.
pub async fn begin(tx: &mut Tx, host: &HostId, position: i64, attempt: i64, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'running', started_at = $4
               WHERE host_id = $1 AND position = $2 AND attempt = $3 AND state = 'waiting' RETURNING ticket_number";
    change_step(tx, sql, args![host, position, attempt, now]).await
}

/// Running becomes done; `false` if the step isn't running at this attempt.
pub async fn complete(tx: &mut Tx, host: &HostId, position: i64, attempt: i64, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'done', ended_at = $4
               WHERE host_id = $1 AND position = $2 AND attempt = $3 AND state = 'running' RETURNING ticket_number";
    change_step(tx, sql, args![host, position, attempt, now]).await
}

/// Waiting or running becomes failed; `false` if the step is neither at this attempt.
pub async fn fail(
    tx: &mut Tx,
    host: &HostId,
    position: i64,
    attempt: i64,
    error: &str,
    now: Millis,
) -> sqlx::Result<bool> {
    let sql = "UPDATE host_step SET state = 'failed', error = $4, ended_at = $5
               WHERE host_id = $1 AND position = $2 AND attempt = $3 AND state IN ('waiting', 'running')
               RETURNING ticket_number";
    change_step(tx, sql, args![host, position, attempt, error, now]).await
}

/// Runs a statement that returns the ticket, if any, of the step it changed; `false` if it changed none.
async fn change_step(tx: &mut Tx, sql: &'static str, args: Vec<Val>) -> sqlx::Result<bool> {
    let ticket: Option<Option<TicketNumber>> = tx.scalar_opt(sql, args).await?;
    if let Some(Some(number)) = ticket {
        tx.changed(Change::Ticket(number));
    }
    Ok(ticket.is_some())
}

/// Puts all steps of the host back to waiting, at the next attempt.
pub async fn restart(tx: &mut Tx, host: &HostId) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE host_step SET state = 'waiting', attempt = attempt + 1, error = NULL, started_at = NULL, ended_at = NULL
         WHERE host_id = $1",
        args![host],
    )
    .await?;
    Ok(())
}

/// A step as a ticket's page shows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Shown {
    pub host: String,
    #[sqlx(try_from = "String")]
    pub step: MakeStep,
    #[sqlx(try_from = "String")]
    pub state: StepState,
    pub error: Option<String>,
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

impl From<Shown> for ExecutionStep {
    fn from(shown: Shown) -> ExecutionStep {
        ExecutionStep {
            host: shown.host,
            step: shown.step.label().to_owned(),
            state: shown.state.key().to_owned(),
            error: shown.error,
            started_at: shown.started_at,
            ended_at: shown.ended_at,
        }
    }
}

macro_rules! of_ticket {
    ($condition:literal) => {
        concat!(
            "SELECT h.name AS host, s.step, s.state, s.error, s.started_at, s.ended_at
             FROM host_step s JOIN host h ON h.id = s.host_id WHERE s.ticket_number = $1 ",
            $condition,
            " ORDER BY h.id, s.position"
        )
    };
}

/// The steps of all hosts of a ticket, host by host.
pub async fn of_ticket(db: &Db, ticket: TicketNumber) -> sqlx::Result<Vec<Shown>> {
    db.all(of_ticket!(""), args![ticket]).await
}

/// Those of them that failed.
pub async fn failed_of_ticket(tx: &mut Tx, ticket: TicketNumber) -> sqlx::Result<Vec<Shown>> {
    tx.all(of_ticket!("AND s.state = 'failed'"), args![ticket]).await
}
