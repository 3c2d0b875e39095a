//! Sessions, failed sign-ins and the one-time set-up link. Of every token only its SHA-256 is stored.

use super::bell;
use super::change::Change;
use super::db::{Db, Dialect, Tx};
use super::sql::{Sql, read_rows};
use super::value::{Val, args};
use crate::domain::directory::{Held, Person, Reach};
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::time::Millis;
use std::collections::HashMap;

pub struct NewSession<'a> {
    pub token_hash: &'a str,
    pub account: &'a UserId,
    pub view: Option<&'a str>,
    pub created_at: Millis,
    pub expires_at: Millis,
    pub ip: &'a str,
    /// Who vouched for the person: we ourselves, or a provider by its key.
    pub provider: &'a str,
}

pub async fn insert(tx: &mut Tx, session: &NewSession<'_>) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO session (token_hash, account_id, view, created_at, seen_at, expires_at, ip, provider)
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
        args![
            session.token_hash,
            session.account,
            session.view,
            session.created_at,
            session.expires_at,
            session.ip,
            session.provider,
        ],
    )
    .await?;
    Ok(())
}

/// A live session with its person.
#[derive(Debug)]
pub struct Live {
    pub person: Person,
    /// The key of the view that was chosen last.
    pub view: Option<String>,
    pub seen_at: Millis,
    pub three_level: bool,
}

#[derive(sqlx::FromRow)]
struct LiveRow {
    token_hash: String,
    view: Option<String>,
    seen_at: Millis,
    three_level: bool,
    id: UserId,
    username: String,
    display_name: String,
    domain: DomainId,
    held: String,
}

/// Role, reach, project and its name, domain and its name.
type HeldRow = (RoleId, String, ProjectId, String, DomainId, String);

/// Begins a statement with the columns of a [`LiveRow`]. [`live_sessions`] goes on with which sessions.
fn live_columns(dialect: Dialect) -> Sql {
    let mut sql = Sql::new(
        dialect,
        "SELECT s.token_hash, s.view, s.seen_at,
           EXISTS (SELECT 1 FROM setting t WHERE t.key = 'three_level' AND t.value = 'on') AS three_level,
           a.id, a.username, a.display_name, a.domain_id AS domain, ",
    );
    // A fixed order, so that two readings of the same roles are equal.
    sql.rows("r.id, r.reach, p.id, p.name, d.id, d.name", "p.id, r.id");
    sql.push(
        " FROM assignment x JOIN role r ON r.id = x.role_id
          JOIN project p ON p.id = x.project_id JOIN domain d ON d.id = p.domain_id
          WHERE x.account_id = a.id) AS held",
    );
    sql
}

fn live_sessions(sql: &mut Sql, now: Millis, seen_after: Millis) -> &mut Sql {
    sql.push(" FROM session s JOIN account a ON a.id = s.account_id AND a.enabled WHERE s.expires_at > ").bind(now);
    sql.push(" AND s.seen_at > ").bind(seen_after).push(" AND s.token_hash")
}

/// The session of this token with its person and the roles held, and the person's bell, if it is neither expired, nor seen
/// last before `seen_after`, nor of a disabled account. One statement, because every request begins with it.
pub async fn live(
    db: &Db,
    token_hash: &str,
    now: Millis,
    seen_after: Millis,
) -> sqlx::Result<Option<(Live, bell::Bell)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        live: LiveRow,
        #[sqlx(flatten)]
        bell: bell::Row,
    }
    let mut sql = live_columns(db.dialect());
    bell::columns(sql.push(", "), "a.id");
    live_sessions(&mut sql, now, seen_after).push(" = ").bind(token_hash);
    let (text, args) = sql.done();
    let row: Option<Row> = db.opt(text, args).await?;
    row.map(|row| Ok((row.live.read()?, row.bell.read()?))).transpose()
}

/// The sessions among these that [`live`] would return, by the hashes of their tokens; one statement for all.
pub async fn live_among(
    db: &Db,
    token_hashes: Vec<String>,
    now: Millis,
    seen_after: Millis,
) -> sqlx::Result<HashMap<String, Live>> {
    let mut sql = live_columns(db.dialect());
    live_sessions(&mut sql, now, seen_after).is_in(token_hashes);
    let (text, args) = sql.done();
    let rows: Vec<LiveRow> = db.all(text, args).await?;
    rows.into_iter().map(|row| Ok((row.token_hash.clone(), row.read()?))).collect()
}

impl LiveRow {
    fn read(self) -> sqlx::Result<Live> {
        let held = |(role, reach, project, project_name, domain, domain_name): HeldRow| {
            let reach = Reach::from_key(&reach)?;
            Some(Held { role, reach, project, project_name, domain, domain_name })
        };
        let person = Person {
            id: self.id,
            username: self.username,
            display_name: self.display_name,
            domain: self.domain,
            held: read_rows::<HeldRow>(&self.held)?.into_iter().filter_map(held).collect(),
        };
        Ok(Live { person, view: self.view, seen_at: self.seen_at, three_level: self.three_level })
    }
}

pub async fn touch(tx: &mut Tx, token_hash: &str, now: Millis) -> sqlx::Result<()> {
    tx.exec("UPDATE session SET seen_at = $2 WHERE token_hash = $1", args![token_hash, now]).await?;
    Ok(())
}

pub async fn set_view(tx: &mut Tx, token_hash: &str, view: &str) -> sqlx::Result<()> {
    let sql = "UPDATE session SET view = $2 WHERE token_hash = $1 RETURNING account_id";
    change_sessions(tx, sql, args![token_hash, view]).await?;
    Ok(())
}

pub async fn end(tx: &mut Tx, token_hash: &str) -> sqlx::Result<u64> {
    change_sessions(tx, "DELETE FROM session WHERE token_hash = $1 RETURNING account_id", args![token_hash]).await
}

/// Ends every session of the account but the one with this token hash; returns how many were ended.
pub async fn end_others(tx: &mut Tx, account: &UserId, but: Option<&str>) -> sqlx::Result<u64> {
    let sql = "DELETE FROM session WHERE account_id = $1 AND token_hash <> $2 RETURNING account_id";
    change_sessions(tx, sql, args![account, but.unwrap_or_default()]).await
}

/// Runs a statement that returns the account of every session it changed; returns how many sessions were changed.
async fn change_sessions(tx: &mut Tx, sql: &'static str, args: Vec<Val>) -> sqlx::Result<u64> {
    let accounts: Vec<UserId> = tx.scalars(sql, args).await?;
    let count = accounts.len() as u64;
    for account in accounts {
        tx.changed(Change::SessionsOf(account));
    }
    Ok(count)
}

/// Removes sessions that have expired, or were seen last before `seen_after`.
pub async fn prune(tx: &mut Tx, now: Millis, seen_after: Millis) -> sqlx::Result<u64> {
    tx.exec("DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2", args![now, seen_after]).await
}

/// Locks one bucket. Its key is two numbers, so it can't meet the locks of [`super::task`], whose key is one.
const ATTEMPTS_LOCK: &str = "SELECT pg_advisory_xact_lock(20261128, hashtext($1))";

/// Locks the failures of this bucket until the transaction ends, so that in a burst each attempt sees the failures
/// before it. SQLite has one writer anyway.
pub async fn lock_failures(tx: &mut Tx, bucket: &str) -> sqlx::Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.exec(ATTEMPTS_LOCK, args![bucket]).await?;
    }
    Ok(())
}

/// How many failures the bucket has after `since`, and when the oldest of them was.
pub async fn failures(tx: &mut Tx, bucket: &str, since: Millis) -> sqlx::Result<(i64, Option<Millis>)> {
    #[derive(sqlx::FromRow)]
    struct Row {
        count: i64,
        oldest: Option<Millis>,
    }
    let row: Option<Row> = tx
        .opt(
            "SELECT COUNT(*) AS count, MIN(at) AS oldest FROM sign_in_failure WHERE bucket = $1 AND at > $2",
            args![bucket, since],
        )
        .await?;
    Ok(row.map_or((0, None), |r| (r.count, r.oldest)))
}

pub async fn add_failure(tx: &mut Tx, bucket: &str, at: Millis) -> sqlx::Result<()> {
    tx.exec("INSERT INTO sign_in_failure (bucket, at) VALUES ($1, $2)", args![bucket, at]).await?;
    Ok(())
}

pub async fn clear_failures(tx: &mut Tx, bucket: &str) -> sqlx::Result<u64> {
    tx.exec("DELETE FROM sign_in_failure WHERE bucket = $1", args![bucket]).await
}

/// Takes back one failure that was added at `at`.
pub async fn take_back_failure(tx: &mut Tx, bucket: &str, at: Millis) -> sqlx::Result<u64> {
    let sql = tx.dialect().pick(
        "DELETE FROM sign_in_failure WHERE rowid =
           (SELECT rowid FROM sign_in_failure WHERE bucket = $1 AND at = $2 LIMIT 1)",
        "DELETE FROM sign_in_failure WHERE ctid =
           (SELECT ctid FROM sign_in_failure WHERE bucket = $1 AND at = $2 LIMIT 1 FOR UPDATE SKIP LOCKED)",
    );
    tx.exec(sql, args![bucket, at]).await
}

pub async fn prune_failures(tx: &mut Tx, before: Millis) -> sqlx::Result<u64> {
    tx.exec("DELETE FROM sign_in_failure WHERE at <= $1", args![before]).await
}

/// Whether the password of the account with this name was right in this network after `since`.
pub async fn is_known(tx: &mut Tx, username: &str, network: &str, since: Millis) -> sqlx::Result<bool> {
    let sql = "SELECT k.seen_at FROM known_address k JOIN account a ON a.id = k.account_id
        WHERE a.username = $1 AND k.network = $2 AND k.seen_at > $3";
    Ok(tx.scalar_opt::<Millis>(sql, args![username, network, since]).await?.is_some())
}

/// Notes that the account's password was right in this network, and forgets all that was noted before `before`.
pub async fn note_known(tx: &mut Tx, account: &UserId, network: &str, now: Millis, before: Millis) -> sqlx::Result<()> {
    tx.exec("DELETE FROM known_address WHERE seen_at <= $1", args![before]).await?;
    tx.exec(
        "INSERT INTO known_address (account_id, network, seen_at) VALUES ($1, $2, $3)
         ON CONFLICT (account_id, network) DO UPDATE SET seen_at = excluded.seen_at",
        args![account, network, now],
    )
    .await?;
    Ok(())
}

/// Forgets where the account was signed in from.
pub async fn forget_known(tx: &mut Tx, account: &UserId) -> sqlx::Result<()> {
    tx.exec("DELETE FROM known_address WHERE account_id = $1", args![account]).await?;
    Ok(())
}

/// Makes a one-time link the only one that works: those that were made before and weren't used go.
pub async fn insert_setup_link(tx: &mut Tx, token_hash: &str, now: Millis, expires_at: Millis) -> sqlx::Result<()> {
    tx.exec("DELETE FROM setup_link WHERE used_at IS NULL", args![]).await?;
    tx.exec(
        "INSERT INTO setup_link (token_hash, created_at, expires_at) VALUES ($1, $2, $3)",
        args![token_hash, now, expires_at],
    )
    .await?;
    Ok(())
}

/// Marks the link as used; `false` when there is none, or it was used before, or it has expired.
pub async fn use_setup_link(tx: &mut Tx, token_hash: &str, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE setup_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(tx.exec(sql, args![token_hash, now]).await? == 1)
}
