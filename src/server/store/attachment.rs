//! Files of support threads: who uploaded which, under which entry they stand, and the content of those in the database.

use super::change::Change;
use super::db::{Db, Tx};
use super::value::args;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::support::PostKind;
use crate::domain::text_enum::text_enum;
use crate::domain::time::Millis;

text_enum! {
    /// Where a file's content is.
    Place {
        Database = "database", "Database";
        Folder = "folder", "Folder";
        Removed = "removed", "Removed";
    }
}

/// A file under an entry.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Attachment {
    pub id: String,
    pub position: i64,
    pub author_id: UserId,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    #[sqlx(try_from = "String")]
    pub place: Place,
    pub removed_by: Option<String>,
}

/// A file that was uploaded and waits for the entry it belongs to.
pub struct NewAttachment<'a> {
    pub id: &'a str,
    pub author: &'a UserId,
    pub name: &'a str,
    pub media_type: &'a str,
    pub size: i64,
    pub place: Place,
    pub now: Millis,
}

pub async fn insert(tx: &mut Tx, new: &NewAttachment<'_>) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO attachment (id, author_id, name, media_type, size, place, uploaded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.id, new.author, new.name, new.media_type, new.size, new.place.key(), new.now],
    )
    .await?;
    Ok(())
}

pub async fn insert_part(tx: &mut Tx, id: &str, part: i64, content: Vec<u8>) -> sqlx::Result<()> {
    let sql = "INSERT INTO attachment_part (attachment_id, part, content) VALUES ($1, $2, $3)";
    tx.exec(sql, args![id, part, content]).await?;
    Ok(())
}

/// A part of the content; `None` after the last one.
pub async fn part(db: &Db, id: &str, part: i64) -> sqlx::Result<Option<Vec<u8>>> {
    db.scalar_opt("SELECT content FROM attachment_part WHERE attachment_id = $1 AND part = $2", args![id, part]).await
}

/// Id and place of at most `limit` files that wait for their entry: those uploaded before `before`, and those of this
/// author beyond the newest `most`.
pub async fn overdue(
    tx: &mut Tx,
    author: &UserId,
    before: Millis,
    most: i64,
    limit: i64,
) -> sqlx::Result<Vec<(String, String)>> {
    tx.all(
        "SELECT id, place FROM attachment WHERE ticket_number IS NULL AND (uploaded_at < $1 OR id IN (
           SELECT id FROM attachment WHERE ticket_number IS NULL AND author_id = $2
           ORDER BY id DESC LIMIT 1000 OFFSET $3)) ORDER BY id LIMIT $4",
        args![before, author, most, limit],
    )
    .await
}

/// Deletes a file that no entry took.
pub async fn delete(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    delete_content(tx, id).await?;
    tx.exec("DELETE FROM attachment WHERE id = $1 AND ticket_number IS NULL", args![id]).await?;
    Ok(())
}

async fn delete_content(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    tx.exec("DELETE FROM attachment_part WHERE attachment_id = $1", args![id]).await?;
    Ok(())
}

/// Puts a waiting file of this author under an entry and returns its name; `None` if no such file waits.
pub async fn put_under(
    tx: &mut Tx,
    id: &str,
    author: &UserId,
    number: TicketNumber,
    position: i64,
) -> sqlx::Result<Option<String>> {
    tx.scalar_opt(
        "UPDATE attachment SET ticket_number = $3, position = $4
         WHERE id = $1 AND author_id = $2 AND ticket_number IS NULL RETURNING name",
        args![id, author, number, position],
    )
    .await
}

/// Notes on the entry how many files stand under it.
pub async fn count_under(tx: &mut Tx, number: TicketNumber, position: i64, files: i64) -> sqlx::Result<()> {
    let sql = "UPDATE post SET files = $3 WHERE ticket_number = $1 AND position = $2";
    tx.exec(sql, args![number, position, files]).await?;
    Ok(())
}

/// A file of this ticket with the kind of entry it stands under.
pub async fn get(db: &Db, number: TicketNumber, id: &str) -> sqlx::Result<Option<(Attachment, PostKind)>> {
    let sql = "SELECT id, position, author_id, name, media_type, size, place, removed_by FROM attachment
               WHERE id = $2 AND ticket_number = $1";
    let Some(found): Option<Attachment> = db.opt(sql, args![number, id]).await? else {
        return Ok(None);
    };
    let sql = "SELECT kind FROM post WHERE ticket_number = $1 AND position = $2";
    let kind: String = db.scalar(sql, args![number, found.position]).await?;
    Ok(PostKind::from_key(&kind).map(|kind| (found, kind)))
}

/// Takes the content out of the database and notes who did. What lies in the folder is removed by a job.
pub async fn remove(tx: &mut Tx, number: TicketNumber, id: &str, by: &str) -> sqlx::Result<bool> {
    tx.changed(Change::Ticket(number));
    delete_content(tx, id).await?;
    let sql = "UPDATE attachment SET place = 'removed', removed_by = $2 WHERE id = $1 AND place <> 'removed'";
    Ok(tx.exec(sql, args![id, by]).await? == 1)
}
