//! SQLite and Postgres behind one type. The URL chooses the database at start, and every query is dispatched here.
//!
//! Queries are written once, with `$1` placeholders on both; where the texts must differ, [`Dialect::pick`] chooses.
//! Pools stay typed: a row is decoded by the driver of the database it came from, at no cost.

use super::change::{Change, Event};
use super::opening::{self, OpenError, Schema};
use super::value::{Val, bind_postgres, bind_sqlite};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgDatabaseError, PgRow, PgSeverity};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqlitePool, Transaction};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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

/// How many commits whoever listens in this process may lag behind before missing some, which is then told.
const COMMITS_KEPT: usize = 1_024;

/// Postgres was asked to commit and its answer never came, so nobody knows whether it did.
#[derive(Debug, thiserror::Error)]
#[error("nobody knows whether this was committed: {0}")]
pub struct Unsure(sqlx::Error);

/// An open database. Cloning it shares its pools.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    schema: Arc<Schema>,
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
    pub async fn open(url: &str) -> Result<Db, OpenError> {
        let (pools, schema) = if is_postgres(url) {
            let (pool, schema) = opening::postgres(url, &migrations(Dialect::Postgres)).await?;
            (Pools::Postgres(pool), schema)
        } else {
            let (writer, readers, schema) = opening::sqlite(url, &migrations(Dialect::Sqlite)).await?;
            (Pools::Sqlite { readers, writer }, schema)
        };
        Ok(Db::over(pools, schema))
    }

    /// Opens a database that is there, with the schema that this program knows. Nothing can be written.
    pub async fn open_to_read(url: &str) -> Result<Db, OpenError> {
        let (pools, schema) = if is_postgres(url) {
            let (pool, schema) = opening::postgres_to_read(url, &migrations(Dialect::Postgres)).await?;
            (Pools::Postgres(pool), schema)
        } else {
            let (readers, schema) = opening::sqlite_to_read(url, &migrations(Dialect::Sqlite)).await?;
            (Pools::Sqlite { writer: readers.clone(), readers }, schema)
        };
        Ok(Db::over(pools, schema))
    }

    fn over(pools: Pools, schema: Schema) -> Db {
        let committed = broadcast::Sender::new(COMMITS_KEPT);
        Db { pools, schema: Arc::new(schema), queries: Arc::default(), committed }
    }

    /// How the schema stood when it was opened.
    pub fn schema(&self) -> &Schema {
        &self.schema
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

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres")
}
