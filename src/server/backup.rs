//! Backs up a SQLite database while it is in use, and restores it. PostgreSQL has programs of its own for both.

use super::private;
use super::settings::Settings;
use super::store::opening::sqlite_said;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Name of the database file in a backup.
const DATABASE: &str = "countersign.db";
/// Name of the attachments' folder in a backup. It is only there if attachments are kept in a folder.
const ATTACHMENTS: &str = "attachments";

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "PostgreSQL is backed up by its own programs: `pg_dump --format=custom --file=FILE URL`, and back by \
         `pg_restore --clean --if-exists --dbname=URL FILE`. Copy the attachments' folder, if one is set, after the first."
    )]
    Postgres,
    #[error("{0}")]
    Refused(String),
    #[error("{}: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("{}", sqlite_said(error, path))]
    Database { path: PathBuf, error: sqlx::Error },
}

/// What a backup holds, for the report.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    /// Size of the database in bytes; attachments kept in it are included.
    pub database: u64,
    pub attachments: usize,
}

/// Writes a backup into a folder that doesn't exist yet, and doesn't afterwards if it failed. The server may go on meanwhile:
/// what it holds is how the database stood at one instant. The key file isn't in it, so that a backup alone opens no token.
pub async fn backup(settings: &Settings, folder: &Path) -> Result<Held, BackupError> {
    let database = database_file(settings)?;
    if !database.is_file() {
        return Err(BackupError::Refused(format!("{}: there is no database.", database.display())));
    }
    private::new_folder(folder).map_err(at(folder))?;
    let written = write(settings, &database, folder).await;
    if written.is_err() {
        // Why it failed is what has to be told, whether this works or not.
        let _ = fs::remove_dir_all(folder);
    }
    written
}

async fn write(settings: &Settings, database: &Path, folder: &Path) -> Result<Held, BackupError> {
    let copy = folder.join(DATABASE);
    // Made before: SQLite would let everybody read it. It takes an empty file for none.
    private::new_file(&copy).map_err(at(&copy))?;
    vacuum(database, &copy).await.map_err(on(database))?;
    // After the database: a file it speaks of was there then, and one that was removed since needn't be kept.
    let attachments = match &settings.attachments_folder {
        Some(from) if from.is_dir() => copy_files(from, &folder.join(ATTACHMENTS))?,
        _ => 0,
    };
    settle(&copy).and_then(|()| settle(folder)).map_err(at(folder))?;
    Ok(Held { database: fs::metadata(&copy).map_err(at(&copy))?.len(), attachments })
}

async fn vacuum(database: &Path, copy: &Path) -> sqlx::Result<()> {
    let mut connection = options(database)?.connect().await?;
    sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(&mut connection).await?;
    connection.close().await
}

fn at(path: &Path) -> impl Fn(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path: path.clone(), error }
}

fn on(path: &Path) -> impl Fn(sqlx::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Database { path: path.clone(), error }
}

/// Brings a backup back to where the settings say that the database and the attachments are; nothing may be there yet.
pub async fn restore(settings: &Settings, folder: &Path) -> Result<Held, BackupError> {
    let (database, copy) = (database_file(settings)?, folder.join(DATABASE));
    if database.exists() {
        let message = format!("{} exists. Stop the server and move it away first.", database.display());
        return Err(BackupError::Refused(message));
    }
    if !copy.is_file() {
        return Err(BackupError::Refused(format!("{} is no backup: it holds no {DATABASE}.", folder.display())));
    }
    let found = check(&copy).await.map_err(on(&copy))?;
    if found != "ok" {
        let message = format!("{} is damaged and can't be restored: {found}", copy.display());
        return Err(BackupError::Refused(message));
    }
    let kept = folder.join(ATTACHMENTS);
    let attachments = match (&settings.attachments_folder, kept.is_dir()) {
        (Some(to), true) => copy_files(&kept, to)?,
        (None, true) => {
            let message = "The backup holds attachments. Say with --attachments-folder where they go.";
            return Err(BackupError::Refused(message.into()));
        }
        (_, false) => 0,
    };
    if let Some(parent) = database.parent() {
        private::folder(parent).map_err(at(parent))?;
    }
    // Renamed to its own name only when complete: a restore that breaks off leaves no half database.
    let part = database.with_extension("restoring");
    let size = copy_whole(&copy, &part).map_err(at(&part))?;
    fs::rename(&part, &database).map_err(at(&database))?;
    Ok(Held { database: size, attachments })
}

/// Copies the content to a file that nobody else may read, whatever the rights of the other are. What an earlier attempt
/// left there goes.
fn copy_whole(from: &Path, to: &Path) -> io::Result<u64> {
    let mut content = File::open(from)?;
    match fs::remove_file(to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut copy = private::new_file(to)?;
    let size = io::copy(&mut content, &mut copy)?;
    copy.sync_all()?;
    Ok(size)
}

/// `ok`, or what is wrong with a backup's database.
async fn check(copy: &Path) -> sqlx::Result<String> {
    let mut connection: SqliteConnection = options(copy)?.read_only(true).immutable(true).connect().await?;
    let found = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await?;
    connection.close().await?;
    found.try_get(0)
}

fn options(file: &Path) -> sqlx::Result<SqliteConnectOptions> {
    Ok(SqliteConnectOptions::from_str("sqlite:")?.filename(file))
}

fn database_file(settings: &Settings) -> Result<PathBuf, BackupError> {
    settings.sqlite_file().ok_or(BackupError::Postgres)
}

/// Copies the files of a folder and returns how many. Files that vanish meanwhile are left out.
fn copy_files(from: &Path, to: &Path) -> Result<usize, BackupError> {
    private::folder(to).map_err(at(to))?;
    let mut copied = 0;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let target = to.join(entry.file_name());
        match copy_whole(&entry.path(), &target) {
            Ok(_) => copied += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&target)(error)),
        }
    }
    Ok(copied)
}

/// Syncs a file or a folder to disk, so that it survives a power cut.
fn settle(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
