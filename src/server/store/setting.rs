//! Settings that are kept in the database and changed through the application.

use super::change::Change;
use super::db::{Db, Tx};
use super::value::args;
use std::collections::HashMap;

/// Key: how long a support ticket waits for its requester, in milliseconds.
pub const AUTO_CLOSE_AFTER: &str = "auto_close_after";
/// Key: how long a deleted host can be restored, in milliseconds.
pub const TRASH_DELAY: &str = "trash_delay";
/// How many days records of the operation log are kept, or [`FOR_EVER`]; as the settings file says without a row.
pub const LOG_RETENTION: &str = "log_retention";
/// The most days that make a number of milliseconds. A server of release 0.2.0, which knows no word here, reads them as days.
pub const FOR_EVER: &str = "106751991167";
/// [`ON`] once the three-level hierarchy has been turned on; it can't be turned off again.
pub const THREE_LEVEL: &str = "three_level";
/// The value of [`THREE_LEVEL`] once that has been turned on.
pub const ON: &str = "on";
/// [`ON`] where the demo made the accounts, so that everybody's password is known.
pub const DEMO: &str = "demo";

pub async fn get(db: &Db, key: &str) -> sqlx::Result<Option<String>> {
    db.scalar_opt("SELECT value FROM setting WHERE key = $1", args![key]).await
}

/// Every setting that has a value.
pub async fn all(db: &Db) -> sqlx::Result<HashMap<String, String>> {
    let rows: Vec<(String, String)> = db.all("SELECT key, value FROM setting", args![]).await?;
    Ok(rows.into_iter().collect())
}

pub async fn set(tx: &mut Tx, key: &str, value: &str) -> sqlx::Result<()> {
    if key == THREE_LEVEL {
        tx.changed(Change::Directory);
    }
    tx.exec(
        "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        args![key, value],
    )
    .await?;
    Ok(())
}

/// Takes the setting back to its default.
pub async fn clear(tx: &mut Tx, key: &str) -> sqlx::Result<()> {
    tx.exec("DELETE FROM setting WHERE key = $1", args![key]).await?;
    Ok(())
}

pub async fn three_level(db: &Db) -> sqlx::Result<bool> {
    Ok(get(db, THREE_LEVEL).await?.as_deref() == Some(ON))
}
