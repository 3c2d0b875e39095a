//! Canned replies of projects.

use super::db::{Db, Tx};
use super::sql::Sql;
use crate::domain::canned_reply::CannedReply;
use crate::domain::directory::View;
use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::time::Millis;
use crate::server::store::value::args;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stored {
    pub id: String,
    pub project_id: ProjectId,
    pub domain_id: DomainId,
    pub project: String,
    pub title: String,
    pub body: String,
    pub changed_by: String,
    pub changed_at: Millis,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.project_id, p.domain_id, p.name AS project, c.title, c.body, c.changed_by, c.changed_at
             FROM canned_reply c JOIN project p ON p.id = c.project_id WHERE p.deleted_at IS NULL",
            $rest
        )
    };
}

/// The canned replies of the view's projects whose title contains the text, sorted by project and title.
pub async fn list(db: &Db, view: &View, text: &str, limit: i64) -> sqlx::Result<Vec<Stored>> {
    let mut sql = Sql::new(db.dialect(), select!(""));
    match view {
        View::System => &mut sql,
        View::Domain(domain) => sql.push(" AND p.domain_id = ").bind(domain),
        View::Project(project) => sql.push(" AND c.project_id = ").bind(project),
    };
    if !text.is_empty() {
        sql.push(" AND LOWER(c.title)").contains(text);
    }
    sql.push(" ORDER BY p.name, LOWER(c.title), c.id").limit(limit);
    let (text, args) = sql.done();
    db.all(text, args).await
}

/// The text of one canned reply of this project.
pub async fn body(db: &Db, project: &ProjectId, id: &str) -> sqlx::Result<Option<String>> {
    db.scalar_opt("SELECT body FROM canned_reply WHERE project_id = $1 AND id = $2", args![project, id]).await
}

pub async fn get_in(tx: &mut Tx, id: &str) -> sqlx::Result<Option<Stored>> {
    tx.opt(select!(" AND c.id = $1"), args![id]).await
}

pub async fn insert(
    tx: &mut Tx,
    id: &str,
    project: &ProjectId,
    new: &CannedReply,
    by: &str,
    now: Millis,
) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO canned_reply (id, project_id, title, body, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6)",
        args![id, project, &new.title, &new.body, by, now],
    )
    .await?;
    Ok(())
}

pub async fn update(tx: &mut Tx, id: &str, new: &CannedReply, by: &str, now: Millis) -> sqlx::Result<()> {
    let sql = "UPDATE canned_reply SET title = $2, body = $3, changed_by = $4, changed_at = $5 WHERE id = $1";
    tx.exec(sql, args![id, &new.title, &new.body, by, now]).await?;
    Ok(())
}

pub async fn delete(tx: &mut Tx, id: &str) -> sqlx::Result<()> {
    tx.exec("DELETE FROM canned_reply WHERE id = $1", args![id]).await?;
    Ok(())
}
