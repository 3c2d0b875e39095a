//! The job queue's table. A job is pushed inside the transaction that causes it, claimed under a lease, and then ended
//! or put back.
//!
//! `state`: 0 ready, 1 running, 2 done, 3 dead. Every claim has a token of its own, so a runner that lost its lease
//! can't end the job.

use super::db::{Db, Tx};
use crate::domain::time::Millis;
use crate::server::clock::new_id;
use crate::server::store::value::args;

/// A job to run after the transaction that enqueues it has committed.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    /// JSON.
    pub payload: String,
    /// The earliest time to run it.
    pub run_at: Millis,
    /// After this many failed attempts it is laid aside as dead.
    pub max_attempts: i64,
    /// Jobs of one key run strictly in the order they were enqueued.
    pub order_key: Option<String>,
    /// A second job with the same key is not enqueued.
    pub idempotency_key: Option<String>,
}

/// A job that a runner has claimed, under `token`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Claimed {
    pub id: String,
    pub kind: String,
    pub payload: String,
    /// The number of this attempt, from 1.
    pub attempts: i64,
    pub max_attempts: i64,
    pub token: String,
    pub last_error: Option<String>,
}

/// A job that isn't done.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Unfinished {
    pub kind: String,
    pub payload: String,
    /// 0 ready, 1 running, 3 dead.
    pub state: i64,
    pub run_at: Millis,
    pub last_error: Option<String>,
}

macro_rules! insert {
    ($returning:literal) => {
        concat!(
            "INSERT INTO job (id, kind, payload, run_at, max_attempts, okey, idem) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (idem) DO NOTHING",
            $returning
        )
    };
}

/// Adds a job unless one with its idempotency key is known; `true` if it was added. On Postgres the runners of other
/// processes hear of it when the transaction commits.
pub async fn push(tx: &mut Tx, job: &NewJob) -> sqlx::Result<bool> {
    let sql = tx.dialect().pick(insert!(""), insert!(" RETURNING pg_notify('job', '')"));
    let args = args![
        new_id(),
        job.kind,
        &job.payload,
        job.run_at,
        job.max_attempts,
        job.order_key.clone(),
        job.idempotency_key.clone(),
    ];
    Ok(tx.exec(sql, args).await? == 1)
}

/// Deletes a job that hasn't begun, because it isn't needed any more.
pub async fn withdraw(tx: &mut Tx, idempotency_key: &str) -> sqlx::Result<()> {
    tx.exec("DELETE FROM job WHERE idem = $1 AND state = 0", args![idempotency_key]).await?;
    Ok(())
}

/// Lets jobs of a kind that wait for their time run now.
pub async fn hurry(tx: &mut Tx, kind: &str, now: Millis) -> sqlx::Result<()> {
    tx.exec("UPDATE job SET run_at = $2 WHERE state = 0 AND kind = $1 AND run_at > $2", args![kind, now]).await?;
    Ok(())
}

/// Lets jobs that wait for their time run now if their order key begins with `beginning`.
pub async fn hurry_ordered(tx: &mut Tx, beginning: &str, now: Millis) -> sqlx::Result<()> {
    let sql = "UPDATE job SET run_at = $2 WHERE state = 0 AND okey LIKE $1 AND run_at > $2";
    tx.exec(sql, args![format!("{beginning}%"), now]).await?;
    Ok(())
}

/// Makes the dead jobs of an order key ready again, with all their attempts.
pub async fn revive(tx: &mut Tx, order_key: &str, now: Millis) -> sqlx::Result<()> {
    let sql = "UPDATE job SET state = 0, attempts = 0, run_at = $2, done_at = NULL WHERE state = 3 AND okey = $1";
    tx.exec(sql, args![order_key, now]).await?;
    Ok(())
}

/// The first dead job of an order key.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LaidAside {
    pub id: String,
    pub kind: String,
    pub payload: String,
}

const LAID_ASIDE: &str = "SELECT id, kind, payload FROM job WHERE state = 3 AND okey = $1 ORDER BY id LIMIT 1";

pub async fn laid_aside(db: &Db, order_key: &str) -> sqlx::Result<Option<LaidAside>> {
    db.opt(LAID_ASIDE, args![order_key]).await
}

/// [`laid_aside`] inside a transaction.
pub async fn laid_aside_in(tx: &mut Tx, order_key: &str) -> sqlx::Result<Option<LaidAside>> {
    tx.opt(LAID_ASIDE, args![order_key]).await
}

/// Marks a dead job as done without running it; `false` if it isn't dead any more.
pub async fn forgo(tx: &mut Tx, id: &str, now: Millis) -> sqlx::Result<bool> {
    Ok(tx.exec("UPDATE job SET state = 2, done_at = $2 WHERE id = $1 AND state = 3", args![id, now]).await? == 1)
}

// A job is due when its time has come and no earlier job of its order key is ready or running.
macro_rules! due {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "SELECT id FROM job j WHERE state = 0 AND run_at <= $1 AND (okey IS NULL OR NOT EXISTS (
               SELECT 1 FROM job p WHERE p.okey = j.okey AND p.id < j.id AND p.state < 2))
             ORDER BY priority DESC, run_at, id ",
            $after
        )
    };
}
macro_rules! claim {
    ($any:literal, $lock:literal, $close:literal) => {
        concat!(
            "UPDATE job SET state = 1, attempts = attempts + 1, lease = $2, token = $3 WHERE id ",
            due!($any, "LIMIT $4"),
            $lock,
            $close,
            " RETURNING id, kind, payload, attempts, max_attempts, token, last_error"
        )
    };
}

/// Whether any job is due. This only reads, so that an idle runner never waits for SQLite's writer.
pub async fn is_any_due(db: &Db, now: Millis) -> sqlx::Result<bool> {
    Ok(db.scalar_opt::<String>(due!("", "LIMIT 1"), args![now]).await?.is_some())
}

/// Claims up to `limit` due jobs. The lease ends at the time `lease`. `token` must be new for each claim.
pub async fn claim(tx: &mut Tx, token: &str, limit: i64, lease: Millis, now: Millis) -> sqlx::Result<Vec<Claimed>> {
    // ANY(ARRAY(…)) is evaluated once; an IN could be run again by the planner and lock more than the limit.
    let sql = tx.dialect().pick(claim!("IN (", "", ")"), claim!("= ANY(ARRAY(", " FOR UPDATE SKIP LOCKED", "))"));
    tx.all(sql, args![now, lease, token, limit]).await
}

/// Marks a claimed job as done. `false`: the claim was lost, and nothing was changed.
pub async fn done(tx: &mut Tx, job: &Claimed, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE job SET state = 2, done_at = $1, lease = NULL WHERE id = $2 AND token = $3 AND state = 1";
    Ok(tx.exec(sql, args![now, &job.id, &job.token]).await? == 1)
}

/// Puts a claimed job back until `run_at` and forgets its attempts: it didn't fail, it only isn't finished.
pub async fn again(tx: &mut Tx, job: &Claimed, run_at: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE job SET state = 0, attempts = 0, run_at = $1, lease = NULL, last_error = NULL
               WHERE id = $2 AND token = $3 AND state = 1";
    Ok(tx.exec(sql, args![run_at, &job.id, &job.token]).await? == 1)
}

/// Puts a claimed job that failed back until `run_at`.
pub async fn retry(tx: &mut Tx, job: &Claimed, run_at: Millis, error: &str) -> sqlx::Result<bool> {
    let sql = "UPDATE job SET state = 0, run_at = $1, last_error = $2, lease = NULL
               WHERE id = $3 AND token = $4 AND state = 1";
    Ok(tx.exec(sql, args![run_at, error, &job.id, &job.token]).await? == 1)
}

/// Marks a claimed job as dead: it isn't tried again by itself.
pub async fn dead(tx: &mut Tx, job: &Claimed, error: &str, now: Millis) -> sqlx::Result<bool> {
    let sql = "UPDATE job SET state = 3, last_error = $1, done_at = $2, lease = NULL
               WHERE id = $3 AND token = $4 AND state = 1";
    Ok(tx.exec(sql, args![error, now, &job.id, &job.token]).await? == 1)
}

/// Moves the end of these claims' leases to the time `lease`.
pub async fn renew(tx: &mut Tx, ids: Vec<String>, tokens: Vec<String>, lease: Millis) -> sqlx::Result<u64> {
    let sql = tx.dialect().pick(
        "UPDATE job SET lease = $1 WHERE state = 1 AND id IN (SELECT value FROM json_each($2))
           AND token IN (SELECT value FROM json_each($3))",
        "UPDATE job SET lease = $1 WHERE state = 1 AND id = ANY($2) AND token = ANY($3)",
    );
    tx.exec(sql, args![lease, ids, tokens]).await
}

/// Whether a lease has run out: its runner was killed or is cut off.
pub async fn is_any_expired(db: &Db, now: Millis) -> sqlx::Result<bool> {
    let sql = "SELECT id FROM job WHERE state = 1 AND lease < $1 LIMIT 1";
    Ok(db.scalar_opt::<String>(sql, args![now]).await?.is_some())
}

/// Makes the jobs whose lease has run out ready again; tells how many.
pub async fn reap(tx: &mut Tx, now: Millis) -> sqlx::Result<u64> {
    let sql = "UPDATE job SET state = 0, run_at = $1, lease = NULL, last_error = 'The server was interrupted.'
               WHERE state = 1 AND lease < $1";
    tx.exec(sql, args![now]).await
}

/// When the next job becomes due, after `now`.
pub async fn next_run_at(db: &Db, now: Millis) -> sqlx::Result<Option<Millis>> {
    db.scalar("SELECT MIN(run_at) FROM job WHERE state = 0 AND run_at > $1", args![now]).await
}

/// Whether done jobs from before `before` are still kept.
pub async fn is_any_done_before(db: &Db, before: Millis) -> sqlx::Result<bool> {
    let sql = "SELECT id FROM job WHERE state = 2 AND done_at < $1 LIMIT 1";
    Ok(db.scalar_opt::<String>(sql, args![before]).await?.is_some())
}

/// Deletes up to `limit` jobs that were done before `before`; tells how many.
pub async fn prune(tx: &mut Tx, before: Millis, limit: i64) -> sqlx::Result<u64> {
    let sql =
        "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE state = 2 AND done_at < $1 ORDER BY done_at LIMIT $2)";
    tx.exec(sql, args![before, limit]).await
}

/// Every job that isn't done, oldest first.
pub async fn unfinished(db: &Db) -> sqlx::Result<Vec<Unfinished>> {
    db.all("SELECT kind, payload, state, run_at, last_error FROM job WHERE state <> 2 ORDER BY id", args![]).await
}

/// How many jobs the queue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Queue {
    pub waiting: i64,
    pub running: i64,
    pub dead: i64,
    /// How long the job has been due that has waited the longest, in ms; 0 if no job is due.
    pub oldest_due: Millis,
}

pub async fn queue(db: &Db, now: Millis) -> sqlx::Result<Queue> {
    db.opt(
        "SELECT (SELECT COUNT(*) FROM job WHERE state = 0) AS waiting, (SELECT COUNT(*) FROM job WHERE state = 1) AS running,
           (SELECT COUNT(*) FROM job WHERE state = 3) AS dead,
           COALESCE($1 - (SELECT MIN(run_at) FROM job WHERE state = 0 AND run_at <= $1), 0) AS oldest_due",
        args![now],
    )
    .await?
    .ok_or(sqlx::Error::RowNotFound)
}
