//! Backs up a SQLite database while it is in use, and restores it. PostgreSQL has programs of its own for both.

use super::settings::Settings;
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
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What a backup holds, for the report.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    /// Size of the database in bytes; attachments kept in it are included.
    pub database: u64,
    pub attachments: usize,
}

/// Writes a backup into a folder that doesn't exist yet. The server may run meanwhile: the backup has the database as
/// it was at one instant. The key file isn't included, so that a backup alone can't open the sealed tokens.
pub async fn backup(settings: &Settings, folder: &Path) -> Result<Held, BackupError> {
    let database = database_file(settings)?;
    if !database.is_file() {
        return Err(BackupError::Refused(format!("{}: there is no database.", database.display())));
    }
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| BackupError::File { path, error }
    };
    fs::create_dir(folder).map_err(at(folder))?;
    let copy = folder.join(DATABASE);
    let mut connection = options(&database)?.connect().await?;
    sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(&mut connection).await?;
    connection.close().await?;
    // Copied after the database, so that the files of every entry in it are complete by now. A file that is gone by now
    // was removed on purpose and needn't be kept.
    let attachments = match &settings.attachments_folder {
        Some(from) if from.is_dir() => copy_files(from, &folder.join(ATTACHMENTS))?,
        _ => 0,
    };
    settle(&copy).and_then(|()| settle(folder)).map_err(at(folder))?;
    Ok(Held { database: fs::metadata(&copy).map_err(at(&copy))?.len(), attachments })
}

/// Restores a backup to the places that the settings name. No database may be there yet.
pub async fn restore(settings: &Settings, folder: &Path) -> Result<Held, BackupError> {
    let (database, copy) = (database_file(settings)?, folder.join(DATABASE));
    if database.exists() {
        let message = format!("{} exists. Stop the server and move it away first.", database.display());
        return Err(BackupError::Refused(message));
    }
    if !copy.is_file() {
        return Err(BackupError::Refused(format!("{} is no backup: it holds no {DATABASE}.", folder.display())));
    }
    check(&copy).await?;
    let kept = folder.join(ATTACHMENTS);
    let attachments = match (&settings.attachments_folder, kept.is_dir()) {
        (Some(to), true) => copy_files(&kept, to)?,
        (None, true) => {
            let message = "The backup holds attachments. Say with --attachments-folder where they go.";
            return Err(BackupError::Refused(message.into()));
        }
        (_, false) => 0,
    };
    let at = |error| BackupError::File { path: database.clone(), error };
    if let Some(parent) = database.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(at)?;
    }
    // Renamed to its own name only when complete: a restore that breaks off leaves no half database.
    let part = database.with_extension("restoring");
    let size = fs::copy(&copy, &part).map_err(at)?;
    settle(&part).map_err(at)?;
    fs::rename(&part, &database).map_err(at)?;
    Ok(Held { database: size, attachments })
}

/// Refuses a backup whose database is damaged.
async fn check(copy: &Path) -> Result<(), BackupError> {
    let mut connection: SqliteConnection = options(copy)?.read_only(true).immutable(true).connect().await?;
    let found = sqlx::query("PRAGMA integrity_check").fetch_one(&mut connection).await?;
    connection.close().await?;
    let found: String = found.try_get(0)?;
    if found == "ok" {
        return Ok(());
    }
    Err(BackupError::Refused(format!("{} is damaged and can't be restored: {found}", copy.display())))
}

fn options(file: &Path) -> Result<SqliteConnectOptions, BackupError> {
    Ok(SqliteConnectOptions::from_str("sqlite:")?.filename(file))
}

fn database_file(settings: &Settings) -> Result<PathBuf, BackupError> {
    settings.sqlite_file().ok_or(BackupError::Postgres)
}

/// Copies the files of a folder and returns how many. Files that vanish meanwhile are left out.
fn copy_files(from: &Path, to: &Path) -> Result<usize, BackupError> {
    let at = |error| BackupError::File { path: to.to_owned(), error };
    fs::create_dir_all(to).map_err(at)?;
    let mut copied = 0;
    for entry in fs::read_dir(from).map_err(|error| BackupError::File { path: from.to_owned(), error })? {
        let entry = entry.map_err(at)?;
        let target = to.join(entry.file_name());
        match fs::copy(entry.path(), &target).and_then(|_| settle(&target)) {
            Ok(()) => copied += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(error)),
        }
    }
    Ok(copied)
}

/// Syncs a file or a folder to disk, so that it survives a power cut.
fn settle(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
