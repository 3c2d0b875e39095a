//! Opening a database: what is tried is said at once, what can't be opened is said in words that name it, and where the
//! schema stands is found out on the way.

use crate::server::private;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqlitePool};
use std::io;
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How many connections read SQLite beside the one that writes.
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;
/// How long is waited for a connection: while a database restarts, but not for as long as a request may take, which would
/// end without a word of why.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at a Postgres that says that it is starting.
const PAUSE: Duration = Duration::from_millis(250);
const POSTGRES_ADVICE: &str = "check the host and the port, and whether PostgreSQL runs there";

/// Why a database can't be opened, in words for the person who started this program.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(String);

impl OpenError {
    fn new(why: impl Into<String>) -> OpenError {
        OpenError(why.into())
    }
}

/// How a database's schema stands to this program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The number of its newest step that this program knows.
    pub newest: i64,
    /// How many steps were taken while it was opened.
    pub taken: usize,
    /// The numbers of steps that a newer program took.
    pub unknown: Vec<i64>,
}

impl Schema {
    fn after(steps: &Migrator, before: &[i64]) -> Schema {
        let known = || steps.iter().map(|step| step.version);
        Schema {
            newest: known().max().unwrap_or_default(),
            taken: known().filter(|version| !before.contains(version)).count(),
            unknown: before.iter().copied().filter(|version| !known().any(|known| known == *version)).collect(),
        }
    }

    /// For who only reads, and so can't bring the schema up to date.
    fn to_read(steps: &Migrator, before: &[i64]) -> Result<Schema, OpenError> {
        let schema = Schema::after(steps, before);
        match (before, schema.taken) {
            ([], _) => Err(OpenError::new("it holds nothing of Countersign")),
            (_, 0) => Ok(schema),
            _ => Err(OpenError::new(
                "its schema is older than this program: bring it up to date with `countersign migrate` first",
            )),
        }
    }
}

const STEPS_TAKEN: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";

/// The numbers of the steps that were taken so far; none where nothing is.
async fn taken_on_postgres(pool: &PgPool) -> sqlx::Result<Vec<i64>> {
    let has_any: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    if has_any { sqlx::query_scalar(STEPS_TAKEN).fetch_all(pool).await } else { Ok(vec![]) }
}

/// The steps of the schema that a SQLite database has taken.
async fn taken_on_sqlite(pool: &SqlitePool) -> sqlx::Result<Vec<i64>> {
    let has_any = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = '_sqlx_migrations')";
    let has_any: bool = sqlx::query_scalar(has_any).fetch_one(pool).await?;
    if has_any { sqlx::query_scalar(STEPS_TAKEN).fetch_all(pool).await } else { Ok(vec![]) }
}

/// Opens a Postgres database and takes the steps that it lacks.
pub(super) async fn postgres(url: &str, steps: &Migrator) -> Result<(PgPool, Schema), OpenError> {
    let pool = postgres_pool(postgres_options(url)?).await?;
    let before = taken_on_postgres(&pool).await.map_err(|error| OpenError::new(said(&error)))?;
    steps.run(&pool).await.map_err(|error| step_failed(&error))?;
    Ok((pool, Schema::after(steps, &before)))
}

/// Opens a Postgres database for a command that only reads: nothing can be written.
pub(super) async fn postgres_to_read(url: &str, steps: &Migrator) -> Result<(PgPool, Schema), OpenError> {
    let pool = postgres_pool(postgres_options(url)?.options([("default_transaction_read_only", "on")])).await?;
    let before = taken_on_postgres(&pool).await.map_err(|error| OpenError::new(said(&error)))?;
    Ok((pool, Schema::to_read(steps, &before)?))
}

fn postgres_options(url: &str) -> Result<PgConnectOptions, OpenError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| OpenError::new(said(&error)))?;
    // Every statement here is read along an index, and few rows of it: a merge join walks along a second one to where they
    // are, which may be far.
    Ok(options.options([("enable_mergejoin", "off")]))
}

async fn postgres_pool(options: PgConnectOptions) -> Result<PgPool, OpenError> {
    let place = match options.get_socket() {
        Some(socket) => format!("the socket {}, port {}", socket.display(), options.get_port()),
        None => format!("{}, port {}", options.get_host(), options.get_port()),
    };
    tracing::info!("connecting to PostgreSQL at {place}");
    // Once by hand: a pool asks one that refuses again and again, in silence.
    first_connection(&options, &place).await?;
    Ok(PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(PATIENCE).connect_lazy_with(options))
}

async fn first_connection(options: &PgConnectOptions, place: &str) -> Result<(), OpenError> {
    let began = Instant::now();
    loop {
        let error = match tokio::time::timeout(PATIENCE, PgConnection::connect_with(options)).await {
            Ok(Ok(connection)) => {
                // That it can be reached is known; how it ends doesn't matter.
                let _ = connection.close().await;
                return Ok(());
            }
            Ok(Err(error)) => error,
            Err(_elapsed) => {
                let seconds = PATIENCE.as_secs();
                return Err(OpenError::new(format!("no answer from {place} in {seconds} seconds; {POSTGRES_ADVICE}")));
            }
        };
        let is_starting = matches!(&error, sqlx::Error::Database(said) if said.is_transient_in_connect_phase());
        if !is_starting || began.elapsed() > PATIENCE {
            return Err(match &error {
                sqlx::Error::Database(_) => OpenError::new(format!("PostgreSQL at {place} says: {}", said(&error))),
                _ => OpenError::new(format!("no connection to {place}: {}; {POSTGRES_ADVICE}", said(&error))),
            });
        }
        tracing::info!("waiting for PostgreSQL at {place}: {}", said(&error));
        tokio::time::sleep(PAUSE).await;
    }
}

/// Opens a SQLite database, which is made where there is none, and takes the steps that it lacks. Gives who writes and who
/// reads.
pub(super) async fn sqlite(url: &str, steps: &Migrator) -> Result<(SqlitePool, SqlitePool, Schema), OpenError> {
    // FULL: an approval that was confirmed survives a power cut. One writer: a second would only wait inside SQLite.
    let options = sqlite_options(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    let file = options.get_filename().to_owned();
    let at = |error: &sqlx::Error| OpenError::new(sqlite_said(error, &file));
    make_private(&file)?;
    // A file's connection doesn't go stale: testing it before each use costs a third of the throughput.
    let writer = SqlitePoolOptions::new()
        .test_before_acquire(false)
        // When the disk is full SQLite takes a transaction back by itself, and sqlx, whose own rollback then fails, believes
        // for ever that it goes on: no other could begin on this connection. There is nothing to wait for here.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .max_connections(1)
        .acquire_timeout(2 * PATIENCE)
        .connect_with(options.clone())
        .await
        .map_err(|error| at(&error))?;
    let before = taken_on_sqlite(&writer).await.map_err(|error| at(&error))?;
    steps.run(&writer).await.map_err(|error| match within(&error) {
        Some(error) => at(error),
        None => step_failed(&error),
    })?;
    let readers = sqlite_readers(options).await.map_err(|error| at(&error))?;
    Ok((writer, readers, Schema::after(steps, &before)))
}

/// Opens a SQLite database for a command that only reads: no file is made and nothing can be written.
pub(super) async fn sqlite_to_read(url: &str, steps: &Migrator) -> Result<(SqlitePool, Schema), OpenError> {
    let options = sqlite_options(url)?.create_if_missing(false);
    let file = options.get_filename().to_owned();
    let at = |error: &sqlx::Error| OpenError::new(sqlite_said(error, &file));
    if !file.exists() {
        return Err(OpenError::new(format!("there is no file {}", file.display())));
    }
    let readers = sqlite_readers(options).await.map_err(|error| at(&error))?;
    let before = taken_on_sqlite(&readers).await.map_err(|error| at(&error))?;
    Ok((readers, Schema::to_read(steps, &before)?))
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, OpenError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|error| OpenError::new(said(&error)))?;
    Ok(options.foreign_keys(true))
}

async fn sqlite_readers(options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .test_before_acquire(false)
        .max_connections(SQLITE_READERS)
        .acquire_timeout(PATIENCE)
        .connect_with(options.pragma("query_only", "on"))
        .await
}

/// Makes the file of a new database, and its folder. The files that SQLite puts beside it get its rights.
fn make_private(file: &Path) -> Result<(), OpenError> {
    let folder = file.parent().unwrap_or(Path::new(""));
    private::folder(folder)
        .map_err(|error| OpenError::new(format!("the folder {} can't be made: {error}", folder.display())))?;
    match private::new_file(file) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(OpenError::new(format!("the file {} can't be made: {error}", file.display())))
        }
        _ => Ok(()),
    }
}

/// What SQLite says of a file in numbers, in words.
pub fn sqlite_said(error: &sqlx::Error, file: &Path) -> String {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i32>().ok());
    // The numbers above say more of the same: https://www.sqlite.org/rescode.html
    let why = match code.map(|code| code & 0xff) {
        Some(5 | 6) => "another program holds it locked".to_owned(),
        Some(8) => "it can't be written to: this program needs to write to the file and its folder".to_owned(),
        Some(11) => "it is damaged: move it away and bring a backup back with `countersign restore`".to_owned(),
        Some(13) => "the disk is full".to_owned(),
        Some(14) => "it can't be opened: this program needs a file there that it may read and write".to_owned(),
        Some(26) => "it is no SQLite database".to_owned(),
        _ => said(error),
    };
    format!("{}: {why}", file.display())
}

fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// What the database itself said while steps were taken.
fn within(error: &MigrateError) -> Option<&sqlx::Error> {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Some(error),
        _ => None,
    }
}

fn step_failed(error: &MigrateError) -> OpenError {
    OpenError(match error {
        MigrateError::Execute(error) => said(error),
        MigrateError::ExecuteMigration(error, step) => format!("step {step} of the schema failed: {}", said(error)),
        MigrateError::VersionMismatch(step) => {
            format!("step {step} of its schema isn't the one that this program knows: another build made it")
        }
        other => other.to_string(),
    })
}
