//! Flash contents: what the page shows that a form sent without scripts is redirected to. They are kept for a few
//! minutes.

use super::db::{Db, Tx};
use crate::domain::time::Millis;
use crate::server::store::value::args;

pub struct NewFlash<'a> {
    pub id: &'a str,
    /// The session that may read it; empty: anybody who knows the id.
    pub session_hash: &'a str,
    /// JSON.
    pub content: &'a str,
    pub created_at: Millis,
}

pub async fn insert(tx: &mut Tx, flash: &NewFlash<'_>) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO flash (id, session_hash, content, created_at) VALUES ($1, $2, $3, $4)",
        args![flash.id, flash.session_hash, flash.content, flash.created_at],
    )
    .await?;
    Ok(())
}

/// The content, if it belongs to the session or to nobody and was made after `since`.
pub async fn get(db: &Db, id: &str, session_hash: &str, since: Millis) -> sqlx::Result<Option<String>> {
    db.scalar_opt(
        "SELECT content FROM flash WHERE id = $1 AND session_hash IN ($2, '') AND created_at > $3",
        args![id, session_hash, since],
    )
    .await
}

/// Deletes the contents that were made at `before` or earlier; returns how many.
pub async fn prune(tx: &mut Tx, before: Millis) -> sqlx::Result<u64> {
    tx.exec("DELETE FROM flash WHERE created_at <= $1", args![before]).await
}
