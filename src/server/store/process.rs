//! Processes and their versions.

use super::change::Change;
use super::db::{Db, Tx};
use super::sql::{Sql, read_rows};
use super::value::args;
use crate::domain::ids::{ProcessId, RoleId};
use crate::domain::process::{Definition, TicketType};
use crate::domain::time::Millis;

/// A process with its current definition.
#[derive(Debug, Clone)]
pub struct Process {
    pub id: ProcessId,
    pub ticket_type: TicketType,
    pub enabled: bool,
    pub description: String,
    pub version: i64,
    pub definition: Definition,
    pub created_at: Millis,
    pub updated_at: Millis,
}

#[derive(sqlx::FromRow)]
struct ProcessRow {
    id: ProcessId,
    #[sqlx(try_from = "String")]
    ticket_type: TicketType,
    enabled: bool,
    description: String,
    version: i64,
    definition: String,
    created_at: Millis,
    updated_at: Millis,
}

impl ProcessRow {
    fn read(self) -> sqlx::Result<Process> {
        Ok(Process {
            id: self.id,
            ticket_type: self.ticket_type,
            enabled: self.enabled,
            description: self.description,
            version: self.version,
            definition: read_definition(&self.definition)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

pub(super) fn read_definition(stored: &str) -> sqlx::Result<Definition> {
    serde_json::from_str(stored).map_err(|e| sqlx::Error::Decode(e.into()))
}

macro_rules! process_where {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.ticket_type, p.enabled, p.description, p.version, v.definition, p.created_at, p.updated_at
             FROM process p JOIN process_version v ON v.process_id = p.id AND v.version = p.version ",
            $condition
        )
    };
}

/// All processes, in the order they were made.
pub async fn list(db: &Db) -> sqlx::Result<Vec<Process>> {
    let rows: Vec<ProcessRow> = db.all(process_where!("ORDER BY p.created_at, p.id"), args![]).await?;
    rows.into_iter().map(ProcessRow::read).collect()
}

/// The ticket type's process, with its current definition.
pub async fn by_type(db: &Db, ticket_type: TicketType) -> sqlx::Result<Option<Process>> {
    let row = db.opt::<ProcessRow>(process_where!("WHERE p.ticket_type = $1"), args![ticket_type.key()]).await?;
    row.map(ProcessRow::read).transpose()
}

/// The ticket type's process. On Postgres it stays locked until the transaction ends, so that no submission or
/// configuration sees another version meanwhile.
pub async fn lock_by_type(tx: &mut Tx, ticket_type: TicketType) -> sqlx::Result<Option<Process>> {
    let sql = tx
        .dialect()
        .pick(process_where!("WHERE p.ticket_type = $1"), process_where!("WHERE p.ticket_type = $1 FOR UPDATE OF p"));
    tx.opt::<ProcessRow>(sql, args![ticket_type.key()]).await?.map(ProcessRow::read).transpose()
}

/// The ticket type's process, locked for a submission: it can't be changed until the transaction ends, but other
/// submissions can go on.
pub async fn share_by_type(tx: &mut Tx, ticket_type: TicketType) -> sqlx::Result<Option<Process>> {
    let sql = tx
        .dialect()
        .pick(process_where!("WHERE p.ticket_type = $1"), process_where!("WHERE p.ticket_type = $1 FOR SHARE OF p"));
    tx.opt::<ProcessRow>(sql, args![ticket_type.key()]).await?.map(ProcessRow::read).transpose()
}

/// The process of this id, locked as by [`lock_by_type`].
pub async fn lock(tx: &mut Tx, id: &ProcessId) -> sqlx::Result<Option<Process>> {
    let sql = tx.dialect().pick(process_where!("WHERE p.id = $1"), process_where!("WHERE p.id = $1 FOR UPDATE OF p"));
    tx.opt::<ProcessRow>(sql, args![id]).await?.map(ProcessRow::read).transpose()
}

/// The row that [`around`] reads.
#[derive(sqlx::FromRow)]
struct AroundRow {
    roles: String,
    queues: Option<String>,
    is_reachable: bool,
    in_flight: i64,
}

/// What the dialogs of Ticket Setup offer, and how many tickets of a process are under way.
pub struct Around {
    /// Sorted by name.
    pub roles: Vec<(RoleId, String)>,
    /// The queues of the connected ticket system, as JSON; `None` if none is connected.
    pub queues: Option<String>,
    /// Whether the connected ticket system answered when it was last asked.
    pub is_reachable: bool,
    /// How many tickets of the process are under way.
    pub in_flight: i64,
}

/// Reads [`Around`] in one statement. `process`: the process whose tickets under way are counted; without it none are.
pub async fn around(db: &Db, process: Option<&ProcessId>) -> sqlx::Result<Around> {
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    sql.rows("r.id, r.name", "r.name, r.id").push(
        " FROM role r) AS roles, (SELECT queues FROM external_system) AS queues,
      EXISTS (SELECT 1 FROM external_system WHERE problem IS NULL) AS is_reachable,
      (SELECT COUNT(*) FROM ticket WHERE status = 'incomplete' AND process_id = ",
    );
    sql.bind(process.cloned()).push(") AS in_flight");
    let (text, args) = sql.done();
    let row: AroundRow = db.opt(text, args).await?.ok_or(sqlx::Error::RowNotFound)?;
    let AroundRow { roles, queues, is_reachable, in_flight } = row;
    Ok(Around { roles: read_rows(&roles)?, queues, is_reachable, in_flight })
}

const DEFINITION: &str = "SELECT definition FROM process_version WHERE process_id = $1 AND version = $2";

/// The definition that one version of a process has.
pub async fn definition_in(tx: &mut Tx, id: &ProcessId, version: i64) -> sqlx::Result<Definition> {
    read_definition(&tx.scalar::<String>(DEFINITION, args![id, version]).await?)
}

/// The types whose process is enabled.
pub async fn enabled(db: &Db) -> sqlx::Result<Vec<TicketType>> {
    let keys: Vec<String> =
        db.scalars("SELECT ticket_type FROM process WHERE enabled ORDER BY ticket_type", args![]).await?;
    Ok(keys.iter().filter_map(|key| TicketType::from_key(key)).collect())
}

pub async fn is_enabled(db: &Db, ticket_type: TicketType) -> sqlx::Result<bool> {
    let enabled = db.scalar_opt("SELECT enabled FROM process WHERE ticket_type = $1", args![ticket_type.key()]).await?;
    Ok(enabled.unwrap_or(false))
}

/// Adds a process, disabled, with its first version.
pub async fn insert(
    tx: &mut Tx,
    id: &ProcessId,
    ticket_type: TicketType,
    description: &str,
    definition: &Definition,
    now: Millis,
) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO process (id, ticket_type, description, version, created_at, updated_at) VALUES ($1, $2, $3, 1, $4, $4)",
        args![id, ticket_type.key(), description, now],
    )
    .await?;
    insert_version(tx, id, 1, definition, now).await
}

/// Adds a version to the process and makes it the current one.
pub async fn add_version(
    tx: &mut Tx,
    id: &ProcessId,
    version: i64,
    description: &str,
    definition: &Definition,
    now: Millis,
) -> sqlx::Result<()> {
    insert_version(tx, id, version, definition, now).await?;
    tx.exec(
        "UPDATE process SET version = $2, description = $3, updated_at = $4 WHERE id = $1",
        args![id, version, description, now],
    )
    .await?;
    Ok(())
}

async fn insert_version(
    tx: &mut Tx,
    id: &ProcessId,
    version: i64,
    definition: &Definition,
    now: Millis,
) -> sqlx::Result<()> {
    tx.changed(Change::Processes);
    let stored = serde_json::to_string(definition).map_err(|e| sqlx::Error::Encode(e.into()))?;
    tx.exec(
        "INSERT INTO process_version (process_id, version, definition, created_at) VALUES ($1, $2, $3, $4)",
        args![id, version, stored, now],
    )
    .await?;
    Ok(())
}

pub async fn set_enabled(tx: &mut Tx, id: &ProcessId, enabled: bool, now: Millis) -> sqlx::Result<()> {
    tx.changed(Change::Processes);
    tx.exec("UPDATE process SET enabled = $2, updated_at = $3 WHERE id = $1", args![id, enabled, now]).await?;
    Ok(())
}
