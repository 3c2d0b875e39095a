//! SQLite and Postgres behind one type. The URL chooses the database at start, and every query is dispatched here.
//!
//! Queries are written once, with `$1` placeholders on both; where the texts must differ, [`Dialect::pick`] chooses.
//! Pools stay typed: a row is decoded by the driver of the database it came from, at no cost.

use super::change::{Change, Event};
use super::value::{Val, bind_postgres, bind_sqlite};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgPoolOptions, PgRow, PgSeverity};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Connection, FromRow, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction};
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;

/// The migrations that bring a schema up to date.
///
/// **A migration only adds; what it makes needless is removed a release later.** While servers are restarted one after the
/// other, those of the release before go on with the schema of the next one, and one of them may be started on it: steps that
/// it doesn't know are no error to it. So a new column of a table that is there has a default or may be NULL, a new value isn't
/// written before all servers can read it (a release later, or behind a setting), nothing is renamed, and no statement reads `*`.
/// `tests/integration/migrations.rs` compares what was there before and after each step. Two servers that start at once
/// wait for each other here, on Postgres by an advisory lock.
pub fn migrations(dialect: Dialect) -> Migrator {
    let mut steps = match dialect {
        Dialect::Sqlite => sqlx::migrate!("migrations/sqlite"),
        Dialect::Postgres => sqlx::migrate!("migrations/postgres"),
    };
    steps.set_ignore_missing(true);
    steps
}

/// How many connections read SQLite beside the one that writes.
const SQLITE_READERS: u32 = 4;
/// How many connections one server process may have to Postgres.
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long to wait for a connection: long enough for a database to restart, but shorter than a request may take, so
/// that the request ends with an error that says why.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many commits a listener in this process may lag behind. Beyond that it misses some, and is told so.
const COMMITS_KEPT: usize = 1_024;

/// Postgres was asked to commit and its answer never came, so nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
#[error("nobody knows whether this was committed: {0}")]
pub struct Unsure(sqlx::Error);

/// An open database. Cloning it shares its pools.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    queries: Arc<AtomicU64>,
    committed: broadcast::Sender<Vec<Event>>,
}

#[derive(Clone)]
enum Pools {
    Sqlite { readers: SqlitePool, writer: SqlitePool },
    Postgres(PgPool),
}

/// A transaction that writes. Dropping it without [`Tx::commit`] rolls it back.
pub struct Tx {
    inner: Inner,
    queries: Arc<AtomicU64>,
    changes: BTreeSet<Change>,
    committed: broadcast::Sender<Vec<Event>>,
}

enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// Chooses the text for this database. Both texts are `&'static str`, so nothing from outside gets into SQL.
    pub fn pick(self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        }
    }
}

/// A row that can be read from either database.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin + 'static {}

/// A single value that can be read from either database.
pub trait Scalar:
    for<'r> sqlx::Decode<'r, Sqlite>
    + sqlx::Type<Sqlite>
    + for<'r> sqlx::Decode<'r, Postgres>
    + sqlx::Type<Postgres>
    + Send
    + Unpin
    + 'static
{
}
impl<T> Scalar for T where
    T: for<'r> sqlx::Decode<'r, Sqlite>
        + sqlx::Type<Sqlite>
        + for<'r> sqlx::Decode<'r, Postgres>
        + sqlx::Type<Postgres>
        + Send
        + Unpin
        + 'static
{
}

enum Executor<S, P> {
    Sqlite(S),
    Postgres(P),
}

// Runs a query on whichever database is open, with the same text and arguments.
macro_rules! run {
    ($me:expr, $sql:expr, $args:expr, $query:ident . $fetch:ident) => {{
        let sql: SqlStr = $sql.into_sql_str();
        $me.queries.fetch_add(1, Ordering::Relaxed);
        match $me.executor() {
            Executor::Sqlite(e) => sqlx::$query(sql, bind_sqlite($args)?).$fetch(e).await,
            Executor::Postgres(e) => sqlx::$query(sql, bind_postgres($args)?).$fetch(e).await,
        }
    }};
}

macro_rules! reads {
    ($on:ty, $me:ty) => {
        impl $on {
            /// All rows.
            pub async fn all<T: Row>(self: $me, sql: impl SqlSafeStr, args: Vec<Val>) -> sqlx::Result<Vec<T>> {
                run!(self, sql, args, query_as_with.fetch_all)
            }
            /// The row, if there is one.
            pub async fn opt<T: Row>(self: $me, sql: impl SqlSafeStr, args: Vec<Val>) -> sqlx::Result<Option<T>> {
                run!(self, sql, args, query_as_with.fetch_optional)
            }
            /// The first column of the only row.
            pub async fn scalar<T: Scalar>(self: $me, sql: impl SqlSafeStr, args: Vec<Val>) -> sqlx::Result<T> {
                run!(self, sql, args, query_scalar_with.fetch_one)
            }
            /// The first column of the row, if there is one.
            pub async fn scalar_opt<T: Scalar>(
                self: $me,
                sql: impl SqlSafeStr,
                args: Vec<Val>,
            ) -> sqlx::Result<Option<T>> {
                run!(self, sql, args, query_scalar_with.fetch_optional)
            }
            /// The first column of every row.
            pub async fn scalars<T: Scalar>(self: $me, sql: impl SqlSafeStr, args: Vec<Val>) -> sqlx::Result<Vec<T>> {
                run!(self, sql, args, query_scalar_with.fetch_all)
            }
        }
    };
}
reads!(Db, &Self);
reads!(Tx, &mut Self);

impl Db {
    /// Opens `sqlite:FILE` or `postgres://…` and brings its schema up to date.
    pub async fn open(url: &str) -> sqlx::Result<Db> {
        let pools = if url.starts_with("postgres") { open_postgres(url).await? } else { open_sqlite(url).await? };
        Ok(Db { pools, queries: Arc::default(), committed: broadcast::Sender::new(COMMITS_KEPT) })
    }

    fn executor(&self) -> Executor<&SqlitePool, &PgPool> {
        match &self.pools {
            Pools::Sqlite { readers, .. } => Executor::Sqlite(readers),
            Pools::Postgres(pool) => Executor::Postgres(pool),
        }
    }

    pub fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite { .. } => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that writes. On SQLite it waits for its turn here, not at its first write.
    pub async fn begin(&self) -> sqlx::Result<Tx> {
        let inner = match &self.pools {
            Pools::Sqlite { writer, .. } => Inner::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Inner::Postgres(pool.begin().await?),
        };
        let (queries, committed) = (self.queries.clone(), self.committed.clone());
        Ok(Tx { inner, queries, changes: BTreeSet::new(), committed })
    }

    /// The pool to LISTEN on; `None` on SQLite, which can't notify other processes.
    pub fn postgres(&self) -> Option<&PgPool> {
        match &self.pools {
            Pools::Sqlite { .. } => None,
            Pools::Postgres(pool) => Some(pool),
        }
    }

    /// The events of every commit from now on, on SQLite. On Postgres they are heard by LISTEN, from all processes alike.
    pub fn committed(&self) -> broadcast::Receiver<Vec<Event>> {
        self.committed.subscribe()
    }

    /// Tells listeners of events that belong to no commit, on SQLite.
    pub(super) fn tell(&self, events: Vec<Event>) {
        // An error only says that nobody listens.
        let _ = self.committed.send(events);
    }

    /// How many statements have been run since this database was opened.
    pub fn query_count(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    fn executor(&mut self) -> Executor<&mut sqlx::SqliteConnection, &mut sqlx::PgConnection> {
        match &mut self.inner {
            Inner::Sqlite(tx) => Executor::Sqlite(&mut **tx),
            Inner::Postgres(tx) => Executor::Postgres(&mut **tx),
        }
    }

    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and tells how many rows it changed.
    pub async fn exec(&mut self, sql: impl SqlSafeStr, args: Vec<Val>) -> sqlx::Result<u64> {
        let sql: SqlStr = sql.into_sql_str();
        self.queries.fetch_add(1, Ordering::Relaxed);
        match self.executor() {
            Executor::Sqlite(e) => Ok(sqlx::query_with(sql, bind_sqlite(args)?).execute(e).await?.rows_affected()),
            Executor::Postgres(e) => Ok(sqlx::query_with(sql, bind_postgres(args)?).execute(e).await?.rows_affected()),
        }
    }

    /// Notes a change. Listeners are told of it once the transaction has committed, and never otherwise.
    pub fn changed(&mut self, change: Change) {
        self.changes.insert(change);
    }

    /// Takes out the changes that were noted, to make events of them.
    pub(super) fn take_changes(&mut self) -> BTreeSet<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Commits. On SQLite the events are then told to this process; on Postgres they are a part of the transaction.
    pub(super) async fn commit_with(self, events: Vec<Event>) -> sqlx::Result<()> {
        match self.inner {
            Inner::Postgres(tx) => tx.commit().await.map_err(unless_refused),
            Inner::Sqlite(tx) => {
                tx.commit().await?;
                if !events.is_empty() {
                    // An error only says that nobody listens.
                    let _ = self.committed.send(events);
                }
                Ok(())
            }
        }
    }

    pub async fn rollback(self) -> sqlx::Result<()> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await,
            Inner::Postgres(tx) => tx.rollback().await,
        }
    }
}

/// The error of a commit that failed. If Postgres refused it and goes on, nothing was committed. After any other error,
/// such as a broken connection, that is [`Unsure`].
fn unless_refused(error: sqlx::Error) -> sqlx::Error {
    let answered = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    match answered.map(PgDatabaseError::severity) {
        Some(PgSeverity::Error) => error,
        _ => sqlx::Error::AnyDriverError(Box::new(Unsure(error))),
    }
}

async fn open_postgres(url: &str) -> sqlx::Result<Pools> {
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        // Every statement here reads few rows, along one index. A merge join would walk along a second index to where
        // those rows are, which may be far.
        .connect_with(PgConnectOptions::from_str(url)?.options([("enable_mergejoin", "off")]))
        .await?;
    migrations(Dialect::Postgres).run(&pool).await?;
    Ok(Pools::Postgres(pool))
}

async fn open_sqlite(url: &str) -> sqlx::Result<Pools> {
    // FULL: an approval that was confirmed survives a power cut. One writer: a second would only wait inside SQLite.
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true);
    // A file's connection doesn't go stale: testing it before each use costs a third of the throughput.
    let writer = SqlitePoolOptions::new()
        .test_before_acquire(false)
        // When the disk is full, SQLite rolls a transaction back by itself. sqlx's own rollback then fails, and sqlx
        // believes for ever that the transaction goes on, so no other could begin on this connection. Such a connection
        // is closed here instead of being used.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .max_connections(1)
        .acquire_timeout(2 * PATIENCE)
        .connect_with(options.clone())
        .await?;
    migrations(Dialect::Sqlite).run(&writer).await?;
    let readers = SqlitePoolOptions::new()
        .test_before_acquire(false)
        .max_connections(SQLITE_READERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.pragma("query_only", "on"))
        .await?;
    Ok(Pools::Sqlite { readers, writer })
}
