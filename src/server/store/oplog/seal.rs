//! The chain of seals over the operation log. Seals are only ever added; retention empties their entries.

use super::super::db::{Db, Tx};
use crate::domain::text_enum::text_enum;
use crate::domain::time::Millis;
use crate::server::store::value::args;

text_enum! {
    Kind {
        /// A seal over records.
        Records = "records", "Records";
        /// A note of which records retention removed.
        Removal = "removal", "Removal";
    }
}

#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Seal {
    /// The place in the chain, from 1.
    pub number: i64,
    #[sqlx(try_from = "String")]
    pub kind: Kind,
    pub first_record: i64,
    pub last_record: i64,
    /// How many records were sealed or removed.
    pub records: i64,
    /// When the latest of the records was written. Of a removal: only records older than this were removed.
    pub latest_at: Millis,
    /// The hash of `entries` as they were at sealing.
    pub content: String,
    /// The hash of the previous seal.
    pub previous: String,
    pub hash: String,
    pub keyed: bool,
    pub sealed_at: Millis,
    /// A line per record with its number and hash; empty once the records were removed.
    pub entries: String,
}

/// Adds a seal. `false`: another server has taken this place of the chain, and nothing was added.
pub async fn insert(tx: &mut Tx, seal: &Seal) -> sqlx::Result<bool> {
    let added = tx
        .exec(
            "INSERT INTO operation_log_seal (number, kind, first_record, last_record, records, latest_at, content,
               previous, hash, keyed, sealed_at, entries)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
            args![
                seal.number,
                seal.kind.key(),
                seal.first_record,
                seal.last_record,
                seal.records,
                seal.latest_at,
                &seal.content,
                &seal.previous,
                &seal.hash,
                seal.keyed,
                seal.sealed_at,
                &seal.entries,
            ],
        )
        .await?;
    Ok(added == 1)
}

/// The newest seal's number and hash.
pub async fn head(db: &Db) -> sqlx::Result<Option<(i64, String)>> {
    db.opt("SELECT number, hash FROM operation_log_seal ORDER BY number DESC LIMIT 1", args![]).await
}

/// The number of the last sealed record; 0 before the first seal.
pub async fn sealed_through(db: &Db) -> sqlx::Result<i64> {
    db.scalar(
        "SELECT CAST(COALESCE(MAX(last_record), 0) AS BIGINT) FROM operation_log_seal WHERE kind = 'records'",
        args![],
    )
    .await
}

/// The number of the last record that retention removed; 0 before the first removal.
pub async fn removed_through(db: &Db) -> sqlx::Result<i64> {
    db.scalar(
        "SELECT CAST(COALESCE(MAX(last_record), 0) AS BIGINT) FROM operation_log_seal WHERE kind = 'removal'",
        args![],
    )
    .await
}

/// Up to `limit` seals that follow this place in the chain.
pub async fn after(db: &Db, number: i64, limit: i64) -> sqlx::Result<Vec<Seal>> {
    db.all(
        "SELECT number, kind, first_record, last_record, records, latest_at, content, previous, hash, keyed, sealed_at,
           entries
         FROM operation_log_seal WHERE number > $1 ORDER BY number LIMIT $2",
        args![number, limit],
    )
    .await
}

/// The place in the chain of the seal that covers a record.
pub async fn covering(db: &Db, record: i64) -> sqlx::Result<Option<i64>> {
    db.scalar_opt(
        "SELECT number FROM operation_log_seal WHERE kind = 'records' AND last_record >= $1 ORDER BY last_record LIMIT 1",
        args![record],
    )
    .await
}

/// The oldest sealed ranges whose records are still there: of each the number of its last record, how many records it
/// has, and when the latest of them was written.
pub async fn oldest_ranges(db: &Db, removed_through: i64, limit: i64) -> sqlx::Result<Vec<(i64, i64, Millis)>> {
    db.all(
        "SELECT last_record, records, latest_at FROM operation_log_seal
         WHERE kind = 'records' AND last_record > $1 ORDER BY last_record LIMIT $2",
        args![removed_through, limit],
    )
    .await
}

/// Empties the entries of the seals whose records were removed.
pub async fn empty_entries(tx: &mut Tx, above: i64, through: i64) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE operation_log_seal SET entries = '' WHERE kind = 'records' AND last_record > $1 AND last_record <= $2",
        args![above, through],
    )
    .await?;
    Ok(())
}
