//! One support ticket with what its page shows above the thread, read by one statement; and the thread with its files,
//! read by another.

use super::attachment::{Attachment, Place};
use super::db::Db;
use super::setting::AUTO_CLOSE_AFTER;
use super::sql::{Sql, read_rows};
use super::support::{self, ListedSupport, PostRow, Support};
use crate::domain::external::HelpdeskKind;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber, UserId};

/// A ticket with the names that its page shows.
pub struct Page {
    pub listed: ListedSupport,
    pub support: Support,
    pub project: Option<ProjectId>,
    pub domain: Option<DomainId>,
    pub project_name: Option<String>,
    pub domain_name: Option<String>,
    /// Whether the reader has or had a task in the ticket.
    pub is_concerned: bool,
    /// The tickets that follow this one, oldest first, at most 20.
    pub followed_by: Vec<TicketNumber>,
    /// The connected system and its address.
    pub system: Option<(HelpdeskKind, String)>,
    /// The stored setting of when tickets close by themselves; `None` if administrators haven't set it.
    pub auto_close: Option<String>,
    /// Ids and titles of its project's canned replies, if they were asked for.
    pub canned: Vec<(String, String)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    listed: ListedSupport,
    #[sqlx(flatten)]
    support: Support,
    project: Option<ProjectId>,
    domain: Option<DomainId>,
    project_name: Option<String>,
    domain_name: Option<String>,
    is_concerned: bool,
    followed_by: String,
    system_kind: Option<String>,
    system_address: Option<String>,
    auto_close: Option<String>,
    canned: String,
}

/// Reads the ticket of this number as this reader sees it. `canned`: how many canned replies of its project are read at
/// most.
pub async fn read(db: &Db, number: TicketNumber, reader: &UserId, canned: i64) -> sqlx::Result<Option<Page>> {
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    support::listed_columns(&mut sql, reader).push(
        ", s.handler_id, s.waiting_since, s.posts, s.resolved, s.rating, s.comment, s.follows,
         t.project_id AS project, t.domain_id AS domain, p.name AS project_name, d.name AS domain_name,
         e.kind AS system_kind, e.address AS system_address,
         EXISTS (SELECT 1 FROM task m WHERE m.ticket_number = t.number AND m.account_id = ",
    );
    sql.bind(reader).push(") AS is_concerned, (SELECT value FROM setting WHERE key = ").bind(AUTO_CLOSE_AFTER);
    sql.push(") AS auto_close, ").rows("f.number", "f.number");
    sql.push(
        " FROM (SELECT number FROM support WHERE follows = t.number ORDER BY number LIMIT 20) AS f) AS followed_by, ",
    );
    if canned > 0 {
        sql.rows("c.id, c.title", "LOWER(c.title)");
        sql.push(
            " FROM (SELECT id, title FROM canned_reply WHERE project_id = t.project_id ORDER BY LOWER(title) LIMIT ",
        );
        sql.bind(canned).push(") AS c) AS canned");
    } else {
        sql.push("'[]' AS canned");
    }
    sql.push(" FROM ticket t").push(support::LISTED_NAMES).push(
        " LEFT JOIN project p ON p.id = t.project_id LEFT JOIN domain d ON d.id = t.domain_id
          LEFT JOIN external_system e ON x.number IS NOT NULL WHERE t.support = 1 AND t.number = ",
    );
    sql.bind(number);
    let (text, args) = sql.done();
    db.opt::<Row>(text, args).await?.map(Row::read).transpose()
}

impl Row {
    fn read(self) -> sqlx::Result<Page> {
        let followed_by: Vec<(TicketNumber,)> = read_rows(&self.followed_by)?;
        let kind = self.system_kind.as_deref().and_then(HelpdeskKind::from_key);
        Ok(Page {
            listed: self.listed,
            support: self.support,
            project: self.project,
            domain: self.domain,
            project_name: self.project_name,
            domain_name: self.domain_name,
            is_concerned: self.is_concerned,
            followed_by: followed_by.into_iter().map(|(number,)| number).collect(),
            system: kind.zip(self.system_address),
            auto_close: self.auto_close,
            canned: read_rows(&self.canned)?,
        })
    }
}

/// The newest entries of a thread before a position, newest first, each with its files. `notes`: whether internal notes
/// are read too.
pub async fn posts(
    db: &Db,
    number: TicketNumber,
    before: Option<i64>,
    notes: bool,
    limit: i64,
) -> sqlx::Result<Vec<(PostRow, Vec<Attachment>)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        post: PostRow,
        attached: Option<String>,
    }
    type File = (String, UserId, String, String, i64, Place, Option<String>);
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT o.position, o.kind, o.author_id, o.author_name, o.body, o.at, CASE WHEN o.files > 0 THEN ",
    );
    sql.rows("a.id, a.author_id, a.name, a.media_type, a.size, a.place, a.removed_by", "a.id").push(
        " FROM attachment a WHERE a.ticket_number = o.ticket_number AND a.position = o.position) END AS attached
         FROM post o WHERE o.ticket_number = ",
    );
    sql.bind(number);
    if let Some(before) = before {
        sql.push(" AND o.position < ").bind(before);
    }
    if !notes {
        sql.push(" AND o.kind <> 'note'");
    }
    sql.push(" ORDER BY o.position DESC").limit(limit);
    let (text, args) = sql.done();
    let rows: Vec<Row> = db.all(text, args).await?;
    let with_files = |Row { post, attached }: Row| {
        let position = post.position;
        let file = |(id, author_id, name, media_type, size, place, removed_by): File| Attachment {
            id,
            position,
            author_id,
            name,
            media_type,
            size,
            place,
            removed_by,
        };
        let files = read_rows(attached.as_deref().unwrap_or("[]"))?;
        Ok((post, files.into_iter().map(file).collect()))
    };
    rows.into_iter().map(with_files).collect()
}
