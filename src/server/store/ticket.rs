//! Tickets: one ticket and its history. The lists of workflow tickets are in `ticket_list`, the approvers'
//! tasks in `task`, and what is special about support tickets in `support`.

use super::change::Change;
use super::db::{Db, Tx};
use super::value::args;
use crate::domain::ids::{DomainId, ProcessId, ProjectId, TicketNumber, UserId};
use crate::domain::process::{Scope, TicketType};
use crate::domain::time::Millis;
use crate::domain::workflow::{ExecutionResult, ProcessResult, RecordKind, State, Status};

/// A ticket as it is stored, without the names of what it refers to.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Ticket {
    pub number: TicketNumber,
    #[sqlx(try_from = "String")]
    pub ticket_type: TicketType,
    pub process_id: ProcessId,
    pub process_version: i64,
    pub initiator_id: UserId,
    pub project_id: Option<ProjectId>,
    pub domain_id: Option<DomainId>,
    pub resource_name: String,
    pub payload: String,
    #[sqlx(try_from = "String")]
    status: Status,
    process_result: Option<String>,
    execution_result: Option<String>,
    link: i64,
    links: i64,
    pub stage: String,
    version: i64,
    pub submitted_at: Millis,
    pub self_approval: bool,
}

impl Ticket {
    pub fn state(&self) -> State {
        State {
            status: self.status,
            process: self.process_result.as_deref().and_then(ProcessResult::from_key),
            execution: self.execution_result.as_deref().and_then(ExecutionResult::from_key),
            link: self.link,
            links: self.links,
            version: self.version,
        }
    }
}

macro_rules! ticket_where {
    ($condition:literal) => {
        concat!(
            "SELECT number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id, resource_name,
               payload, status, process_result, execution_result, link, links, stage, version, submitted_at, self_approval
             FROM ticket WHERE ",
            $condition
        )
    };
}

pub async fn get(db: &Db, number: TicketNumber) -> sqlx::Result<Option<Ticket>> {
    db.opt(ticket_where!("number = $1"), args![number]).await
}

/// The tickets of these numbers, sorted by number.
pub async fn all(db: &Db, numbers: Vec<TicketNumber>) -> sqlx::Result<Vec<Ticket>> {
    let sql = db.dialect().pick(
        ticket_where!("number IN (SELECT value FROM json_each($1)) ORDER BY number"),
        ticket_where!("number = ANY($1) ORDER BY number"),
    );
    db.all(sql, args![numbers]).await
}

/// The ticket, locked until the transaction ends: steps of one ticket happen one after the other.
pub async fn lock(tx: &mut Tx, number: TicketNumber) -> sqlx::Result<Option<Ticket>> {
    let sql = tx.dialect().pick(ticket_where!("number = $1"), ticket_where!("number = $1 FOR UPDATE"));
    tx.opt(sql, args![number]).await
}

/// The next ticket number. On Postgres a number is skipped if its transaction is rolled back.
pub async fn next_number(tx: &mut Tx) -> sqlx::Result<TicketNumber> {
    let sql = tx.dialect().pick(
        "UPDATE sequence SET value = value + 1 WHERE name = 'ticket' RETURNING value",
        "SELECT nextval('ticket_number')",
    );
    tx.scalar(sql, args![]).await
}

/// Everything about a new ticket but its tasks.
pub struct NewRow<'a> {
    pub number: TicketNumber,
    pub ticket_type: TicketType,
    pub process_id: &'a ProcessId,
    pub process_version: i64,
    pub initiator: &'a UserId,
    pub project: Option<&'a ProjectId>,
    pub domain: Option<&'a DomainId>,
    pub resource_name: &'a str,
    pub payload: String,
    /// Whether the payload has a list `hosts` of those it is about, which is kept as rows too.
    pub names_hosts: bool,
    pub state: State,
    pub stage: &'a str,
    pub self_approval: bool,
    /// Which way it came in: a word of [`crate::domain::origin`].
    pub via: &'a str,
    pub now: Millis,
}

pub async fn insert(tx: &mut Tx, new: NewRow<'_>) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(new.number));
    tx.exec(
        "INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id,
           resource_name, payload, status, link, links, stage, version, submitted_at, self_approval, names_hosts, via)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        args![
            new.number,
            new.ticket_type.key(),
            new.process_id,
            new.process_version,
            new.initiator,
            new.project.cloned(),
            new.domain.cloned(),
            new.resource_name,
            new.payload,
            new.state.status.key(),
            new.state.link,
            new.state.links,
            new.stage,
            new.state.version,
            new.now,
            new.self_approval,
            new.names_hosts,
            new.via,
        ],
    )
    .await?;
    Ok(())
}

/// Writes the ticket's state after a step; `closed_at` is set by the step that ends it.
pub async fn set_state(tx: &mut Tx, number: TicketNumber, state: &State, stage: &str, now: Millis) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(number));
    let closed_at = (state.status != Status::Incomplete).then_some(now);
    tx.exec(
        "UPDATE ticket SET status = $2, process_result = $3, execution_result = $4, link = $5, stage = $6, version = $7,
           closed_at = $8
         WHERE number = $1",
        args![
            number,
            state.status.key(),
            state.process.map(ProcessResult::key),
            state.execution.map(ExecutionResult::key),
            state.link,
            stage,
            state.version,
            closed_at,
        ],
    )
    .await?;
    Ok(())
}

/// Replaces the ticket's request by an amended one.
pub async fn set_request(
    tx: &mut Tx,
    number: TicketNumber,
    resource_name: &str,
    payload: &str,
    version: i64,
) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE ticket SET resource_name = $2, payload = $3, version = $4 WHERE number = $1",
        args![number, resource_name, payload, version],
    )
    .await?;
    Ok(())
}

/// Writes which role the open link waits for, with its scope and the scope's id; `None` if it waits for no role.
pub async fn set_waits(
    tx: &mut Tx,
    number: TicketNumber,
    waits: Option<(&str, Scope, Option<&str>)>,
) -> sqlx::Result<()> {
    let role = waits.map(|(role, ..)| role);
    let scope = waits.map(|(_, scope, _)| scope.key());
    let scope_id = waits.and_then(|(.., id)| id);
    tx.exec(
        "UPDATE ticket SET waits_role = $2, waits_scope = $3, waits_scope_id = $4 WHERE number = $1",
        args![number, role, scope, scope_id],
    )
    .await?;
    Ok(())
}

/// One entry of a ticket's history.
#[derive(Debug, Clone)]
pub struct RecordRow {
    pub kind: RecordKind,
    pub stage: String,
    pub actor_name: String,
    pub note: String,
    pub at: Millis,
}

/// A new entry of a ticket's history. `position` is the ticket's version after the step.
pub struct NewRecord<'a> {
    pub number: TicketNumber,
    pub position: i64,
    pub kind: RecordKind,
    pub stage: &'a str,
    pub actor: Option<UserId>,
    pub actor_name: &'a str,
    pub note: &'a str,
    pub at: Millis,
    /// The approval link that the step was taken at, counted from 0; `None` for steps outside approval.
    pub link: Option<i64>,
}

/// Adds an entry. Beside its link it keeps when that link had opened: with the submission, or with the Pass before. That is
/// read from the entries that are there, which a server of the release before writes as well.
pub async fn insert_record(tx: &mut Tx, new: NewRecord<'_>) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(new.number));
    tx.exec(
        "INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at, link,
           link_opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,
           (SELECT b.at FROM ticket_record b
            WHERE $9 IS NOT NULL AND b.ticket_number = $1 AND b.kind IN ('submit', 'pass')
            ORDER BY b.position DESC LIMIT 1))",
        args![
            new.number,
            new.position,
            new.kind.key(),
            new.stage,
            new.actor,
            new.actor_name,
            new.note,
            new.at,
            new.link,
        ],
    )
    .await?;
    Ok(())
}

/// The newest step of a ticket.
#[derive(Debug, sqlx::FromRow)]
pub struct LastStep {
    #[sqlx(try_from = "String")]
    pub kind: RecordKind,
    pub stage: String,
    /// Nobody where the system itself took it.
    pub actor_id: Option<UserId>,
    pub actor_name: String,
    pub at: Millis,
}

pub async fn last_step(tx: &mut Tx, number: TicketNumber) -> sqlx::Result<Option<LastStep>> {
    tx.opt(
        "SELECT kind, stage, actor_id, actor_name, at FROM ticket_record WHERE ticket_number = $1
         ORDER BY position DESC LIMIT 1",
        args![number],
    )
    .await
}

/// The newest ticket of this type that the person started.
pub async fn last_of(db: &Db, person: &UserId, ticket_type: TicketType) -> sqlx::Result<Option<TicketNumber>> {
    let sql = "SELECT number FROM ticket WHERE initiator_id = $1 AND ticket_type = $2 ORDER BY number DESC LIMIT 1";
    db.scalar_opt(sql, args![person, ticket_type.key()]).await
}

/// An incomplete ticket of this type that the person started.
pub async fn open_of(tx: &mut Tx, person: &UserId, ticket_type: TicketType) -> sqlx::Result<Option<TicketNumber>> {
    let sql =
        "SELECT number FROM ticket WHERE initiator_id = $1 AND ticket_type = $2 AND status = 'incomplete' LIMIT 1";
    tx.scalar_opt(sql, args![person, ticket_type.key()]).await
}

/// The open tickets of this type that are about a place, with their payloads: a project, or a domain where the type has no
/// project.
pub async fn open_of_place(db: &Db, ticket_type: TicketType, place: &str) -> sqlx::Result<Vec<(TicketNumber, String)>> {
    db.all(
        "SELECT number, payload FROM ticket
         WHERE process_id = (SELECT id FROM process WHERE ticket_type = $1) AND status = 'incomplete'
           AND COALESCE(project_id, domain_id) = $2 ORDER BY number",
        args![ticket_type.key(), place],
    )
    .await
}

/// How many tickets of the process are under way.
pub async fn count_in_flight_in(tx: &mut Tx, process: &ProcessId) -> sqlx::Result<i64> {
    tx.scalar("SELECT COUNT(*) FROM ticket WHERE status = 'incomplete' AND process_id = $1", args![process]).await
}
