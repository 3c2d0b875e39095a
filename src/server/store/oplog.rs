//! The operation log's table: records are only ever added, and read newest first.

pub mod seal;

use super::db::{Db, Tx};
use super::sql::Sql;
use crate::domain::ids::DomainId;
use crate::domain::oplog::{Operation, Operator, Outcome, ResourceType, Subject};
use crate::domain::time::Millis;
use crate::server::store::value::args;
use serde_json::Value;

pub struct NewRecord {
    pub at: Millis,
    pub operator: Operator,
    pub subject: Subject,
    pub operation: Operation,
    pub result: Outcome,
    pub reason: Option<String>,
    pub details: Value,
}

pub async fn insert(tx: &mut Tx, record: &NewRecord) -> sqlx::Result<()> {
    let NewRecord { operator, subject, .. } = record;
    let (project_id, project_name) = subject.project.clone().unzip();
    let (domain_id, domain_name) = subject.domain.clone().unzip();
    tx.exec(
        "INSERT INTO operation_log (at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
           project_id, project_name, domain_id, domain_name, operation, result, reason, ip, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        args![
            record.at,
            operator.id.clone(),
            &operator.name,
            &operator.view,
            subject.resource.key(),
            &subject.id,
            &subject.name,
            project_id,
            project_name,
            domain_id,
            domain_name,
            record.operation.key(),
            record.result.key(),
            record.reason.clone(),
            &operator.ip,
            record.details.to_string(),
        ],
    )
    .await?;
    Ok(())
}

/// A record as it is stored. The words of enums stay texts, because the log may hold words that this release doesn't
/// know.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Record {
    pub number: i64,
    pub at: Millis,
    pub operator_id: Option<String>,
    pub operator_name: String,
    pub view: String,
    pub resource_type: String,
    pub resource_id: String,
    pub resource_name: String,
    pub project_id: Option<String>,
    pub project_name: Option<String>,
    pub domain_id: Option<String>,
    pub domain_name: Option<String>,
    pub operation: String,
    pub result: String,
    pub reason: Option<String>,
    pub ip: String,
    /// JSON.
    pub details: String,
    /// The API token with which the operator acted, as it was; `None` for who was signed in, and for the system itself.
    pub token_id: Option<String>,
    pub token_name: Option<String>,
}

/// A record's place in lists, which are newest first: the larger key comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub at: Millis,
    pub number: i64,
}

impl Record {
    pub fn key(&self) -> Key {
        Key { at: self.at, number: self.number }
    }
}

/// The filter and place of a list, already parsed. `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only records of this domain.
    pub domain: Option<DomainId>,
    /// Only records about this resource.
    pub about: Option<(ResourceType, String)>,
    /// Only records of operators with one of these user names.
    pub operators: Option<Vec<String>>,
    pub operation: Option<Operation>,
    pub resource_type: Option<ResourceType>,
    pub result: Option<Outcome>,
    /// `from` and `to`: the first and last instant, inclusive.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    /// Only records that come after this one in the list.
    pub after: Option<Key>,
    /// Only the part of the list between these two, both included.
    pub between: Option<(Key, Key)>,
}

const COLUMNS: &str = "SELECT number, at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
  project_id, project_name, domain_id, domain_name, operation, result, reason, ip, details, token_id, token_name
  FROM operation_log";
/// [`COLUMNS`] with empty details, for lists: they don't show the details, which may be long.
const LISTED: &str = "SELECT number, at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
  project_id, project_name, domain_id, domain_name, operation, result, reason, ip, '' AS details, token_id,
  token_name FROM operation_log";

/// The first records of a selection, newest first, without their details.
pub async fn list(db: &Db, selection: &Selection, limit: i64) -> sqlx::Result<Vec<Record>> {
    read(db, LISTED, selection, limit).await
}

/// The first records of a selection, newest first, whole.
pub async fn page(db: &Db, selection: &Selection, limit: i64) -> sqlx::Result<Vec<Record>> {
    read(db, COLUMNS, selection, limit).await
}

/// Reads a selection in one statement, along the index of the filter that is set. Each of these indexes ends in `(at,
/// number)`, the list's order.
async fn read(db: &Db, columns: &'static str, s: &Selection, limit: i64) -> sqlx::Result<Vec<Record>> {
    let mut sql = Sql::new(db.dialect(), columns);
    sql.push(" WHERE 1 = 1");
    if let Some(domain) = &s.domain {
        sql.push(" AND domain_id = ").bind(domain);
    }
    if let Some((resource, id)) = &s.about {
        sql.push(" AND resource_type = ").bind(resource.key());
        sql.push(" AND resource_id = ").bind(id);
    }
    match s.operators.as_deref() {
        None => {}
        // With a single name, the index gives the rows in the list's order.
        Some([name]) => _ = sql.push(" AND operator_name = ").bind(name),
        Some(names) => _ = sql.push(" AND operator_name").is_in(names.to_vec()),
    }
    if let Some(operation) = s.operation {
        sql.push(" AND operation = ").bind(operation.key());
    }
    if let Some(resource) = s.resource_type {
        sql.push(" AND resource_type = ").bind(resource.key());
    }
    match s.result {
        None => {}
        // A literal, because the partial index has this condition.
        Some(Outcome::Failed) => _ = sql.push(" AND result = 'failed'"),
        Some(Outcome::Success) => _ = sql.push(" AND result = 'success'"),
    }
    if let Some(from) = s.from {
        sql.push(" AND at >= ").bind(from);
    }
    if let Some(to) = s.to {
        sql.push(" AND at <= ").bind(to);
    }
    if let Some(key) = s.after {
        sql.push(" AND (at, number) < (").bind(key.at).push(", ").bind(key.number).push(")");
    }
    if let Some((first, last)) = s.between {
        sql.push(" AND (at, number) <= (").bind(first.at).push(", ").bind(first.number).push(")");
        sql.push(" AND (at, number) >= (").bind(last.at).push(", ").bind(last.number).push(")");
    }
    sql.push(" ORDER BY at DESC, number DESC").limit(limit);
    let (text, args) = sql.done();
    db.all(text, args).await
}

pub async fn get(db: &Db, number: i64) -> sqlx::Result<Option<Record>> {
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    sql.push(" WHERE number = ").bind(number);
    let (text, args) = sql.done();
    db.opt(text, args).await
}

/// Up to `limit` records numbered above `above` and up to `through`, in the order of their numbers.
pub async fn range(db: &Db, above: i64, through: i64, limit: i64) -> sqlx::Result<Vec<Record>> {
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    sql.push(" WHERE number > ").bind(above).push(" AND number <= ").bind(through);
    sql.push(" ORDER BY number").limit(limit);
    let (text, args) = sql.done();
    db.all(text, args).await
}

/// The names of up to `limit` accounts that contain what somebody typed.
pub async fn names_containing(db: &Db, typed: &str, limit: i64) -> sqlx::Result<Vec<String>> {
    let mut sql = Sql::new(db.dialect(), "SELECT username FROM account WHERE lower(username)");
    sql.contains(typed).push(" ORDER BY username").limit(limit);
    let (text, args) = sql.done();
    db.scalars(text, args).await
}

/// The largest number of a record; `None` if there are no records.
pub async fn newest_number(db: &Db) -> sqlx::Result<Option<i64>> {
    db.scalar("SELECT MAX(number) FROM operation_log", args![]).await
}

/// How many records are numbered above this.
pub async fn count_above(db: &Db, number: i64) -> sqlx::Result<i64> {
    db.scalar("SELECT COUNT(*) FROM operation_log WHERE number > $1", args![number]).await
}

/// Deletes the records up to this number. The database refuses to delete records that no removal in the chain of seals
/// covers.
pub async fn delete_through(tx: &mut Tx, number: i64) -> sqlx::Result<u64> {
    tx.exec("DELETE FROM operation_log WHERE number <= $1", args![number]).await
}

/// The Postgres transactions that write to the log just now, by their virtual ids, which no later transaction gets.
/// Empty on SQLite.
///
/// A transaction that inserts holds this lock from before its record's number is drawn until it ends. So a number that
/// was drawn and isn't visible yet belongs to one of these transactions.
pub async fn writers(db: &Db) -> sqlx::Result<Vec<String>> {
    if db.postgres().is_none() {
        return Ok(vec![]);
    }
    let sql = "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND relation = 'operation_log'::regclass AND mode = 'RowExclusiveLock'";
    db.scalars(sql, args![]).await
}
