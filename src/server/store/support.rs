//! Support tickets: the columns that only they have, their threads, and their lists. What every ticket has is in
//! `ticket`, their handlers' tasks are in `task`.

use super::change::Change;
use super::db::{Db, Tx};
use super::narrow::{self, Narrowed, Typed};
use super::sql::{Sql, truth};
use super::value::args;
use crate::domain::ids::{DomainId, TicketNumber, UserId};
use crate::domain::support::{Level, PostKind, QUEUE_FEEDBACK, SupportStatus, SupportTab, Verdict};
use crate::domain::time::Millis;
use serde::Deserialize;

/// What only a support ticket has.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Support {
    #[sqlx(try_from = "String")]
    pub level: Level,
    #[sqlx(try_from = "String")]
    pub status: SupportStatus,
    pub handler_id: Option<UserId>,
    pub waiting_since: Option<Millis>,
    /// How many entries the thread has.
    pub posts: i64,
    pub resolved: Option<i64>,
    pub rating: Option<i64>,
    pub comment: String,
    pub follows: Option<TicketNumber>,
}

const GET: &str = "SELECT level, status, handler_id, waiting_since, posts, resolved, rating, comment, follows
  FROM support WHERE number = $1";

pub async fn get(db: &Db, number: TicketNumber) -> sqlx::Result<Option<Support>> {
    db.opt(GET, args![number]).await
}

/// [`get`] inside a transaction that has locked the ticket.
pub async fn get_in(tx: &mut Tx, number: TicketNumber) -> sqlx::Result<Option<Support>> {
    tx.opt(GET, args![number]).await
}

pub async fn insert(
    tx: &mut Tx,
    number: TicketNumber,
    level: Level,
    follows: Option<TicketNumber>,
) -> sqlx::Result<()> {
    tx.exec(
        "INSERT INTO support (number, level, status, follows) VALUES ($1, $2, $3, $4)",
        args![number, level.key(), SupportStatus::Submitted.key(), follows],
    )
    .await?;
    Ok(())
}

/// The state of a ticket after a step. `handler`: the handler who took it with this step; `None` keeps the last one.
/// `queue`: its place in the handlers' lists (see [`set_queue`]).
pub struct NewState<'a> {
    pub number: TicketNumber,
    pub status: SupportStatus,
    pub queue: i64,
    pub handler: Option<&'a UserId>,
    pub waiting_since: Option<Millis>,
}

pub async fn set_state(tx: &mut Tx, new: NewState<'_>) -> sqlx::Result<()> {
    tx.changed(Change::Ticket(new.number));
    tx.exec(
        "UPDATE support SET status = $2, handler_id = COALESCE($3, handler_id), waiting_since = $4 WHERE number = $1",
        args![new.number, new.status.key(), new.handler.cloned(), new.waiting_since],
    )
    .await?;
    set_queue(tx, new.number, new.queue).await
}

/// Writes the ticket's place in its handlers' lists, on the ticket and on their tasks, and marks the ticket as a
/// support ticket.
pub async fn set_queue(tx: &mut Tx, number: TicketNumber, queue: i64) -> sqlx::Result<()> {
    tx.exec("UPDATE ticket SET support = 1, queue = $2 WHERE number = $1", args![number, queue]).await?;
    tx.exec("UPDATE task SET queue = $2 WHERE ticket_number = $1", args![number, queue]).await?;
    Ok(())
}

/// Writes what the requester said on ending the ticket.
pub async fn set_verdict(tx: &mut Tx, number: TicketNumber, verdict: &Verdict) -> sqlx::Result<()> {
    tx.exec(
        "UPDATE support SET resolved = $2, rating = $3, comment = $4 WHERE number = $1",
        args![number, i64::from(verdict.resolved), verdict.rating, &verdict.comment],
    )
    .await?;
    Ok(())
}

/// An entry of a thread.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct PostRow {
    pub position: i64,
    #[sqlx(try_from = "String")]
    pub kind: PostKind,
    pub author_id: Option<UserId>,
    pub author_name: String,
    pub body: String,
    pub at: Millis,
}

pub struct NewPost<'a> {
    pub number: TicketNumber,
    pub kind: PostKind,
    /// Id and name; `None` for the system itself.
    pub author: Option<(&'a UserId, &'a str)>,
    pub body: &'a str,
    /// Whether somebody who handles the ticket answers its requester with it.
    pub answers: bool,
    pub at: Millis,
}

/// Adds an entry at the end of the thread and returns its position. The ticket has to be locked.
pub async fn add_post(tx: &mut Tx, new: NewPost<'_>) -> sqlx::Result<i64> {
    let (author, name) = new.author.map_or((None, "Countersign"), |(id, name)| (Some(id.clone()), name));
    write_post(tx, &new, author, name).await
}

/// [`add_post`] for an author who has no account here, only a name.
pub async fn add_post_of(tx: &mut Tx, new: NewPost<'_>, name: &str) -> sqlx::Result<i64> {
    write_post(tx, &new, None, name).await
}

/// The first answer also sets when the ticket was answered first. It looks for earlier answers, because a server of the
/// release before writes them without setting that.
async fn write_post(tx: &mut Tx, new: &NewPost<'_>, author: Option<UserId>, name: &str) -> sqlx::Result<i64> {
    tx.changed(Change::Ticket(new.number));
    let position: i64 = tx
        .scalar(
            "UPDATE support SET posts = posts + 1, first_reply_at = COALESCE(first_reply_at,
               (SELECT MIN(p.at) FROM post p JOIN ticket t ON t.number = p.ticket_number
                WHERE $2 IS NOT NULL AND p.ticket_number = $1 AND p.position > 0 AND p.kind = 'reply'
                  AND (p.author_id IS NULL OR p.author_id <> t.initiator_id)),
               $2)
             WHERE number = $1 RETURNING posts - 1",
            args![new.number, new.answers.then_some(new.at)],
        )
        .await?;
    tx.exec(
        "INSERT INTO post (ticket_number, position, kind, author_id, author_name, body, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![new.number, position, new.kind.key(), author, name, new.body, new.at],
    )
    .await?;
    Ok(position)
}

/// A ticket with the names a list shows; its fields are [`FIELDS`].
#[derive(Debug, Clone, sqlx::FromRow, Deserialize)]
pub struct ListedSupport {
    pub number: TicketNumber,
    #[sqlx(try_from = "String")]
    pub level: Level,
    pub title: String,
    pub initiator_id: UserId,
    pub initiator: String,
    #[sqlx(try_from = "String")]
    pub status: SupportStatus,
    pub handler: Option<String>,
    pub submitted_at: Millis,
    pub closed_at: Option<Millis>,
    pub queue: i64,
    /// Of a ticket that lives in another system: the kind of system, the ticket's id, status and owner there, and
    /// `problem`, why something of it isn't there yet.
    pub remote_kind: Option<String>,
    pub remote_id: Option<String>,
    pub remote_status: Option<String>,
    pub remote_owner: Option<String>,
    pub problem: Option<String>,
    /// Whether it has a handler: somebody with an open task here, or the other system.
    #[serde(deserialize_with = "truth")]
    pub has_handler: bool,
    /// Whether the reader has an open task in it.
    #[serde(deserialize_with = "truth")]
    pub is_mine: bool,
}

const FIELDS: &str =
    "number, level, title, initiator_id, initiator, status, handler, submitted_at, closed_at, queue, remote_kind,
  remote_id, remote_status, remote_owner, problem, has_handler, is_mine";

/// The filter and place of a page, already parsed. `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub number: Option<TicketNumber>,
    pub status: Option<SupportStatus>,
    pub level: Option<Level>,
    pub initiator: Option<String>,
    pub text: Option<String>,
    /// Lowest number first.
    pub ascending: bool,
    /// Only tickets that come after this one in the list's order: its queue (used in My Pending) and its number.
    pub beyond: Option<(i64, TicketNumber)>,
    pub limit: i64,
}

/// The reader of a list: the person, and how much the view lets them see in External Ticket and All Tickets.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub person: &'a UserId,
    /// The domain of a Domain View.
    pub domain: Option<&'a DomainId>,
    /// Whether it is the System View, which reads every ticket.
    pub all: bool,
}

/// Adds the columns of a [`ListedSupport`], as this person reads it.
pub(super) fn listed_columns<'a>(sql: &'a mut Sql, person: &UserId) -> &'a mut Sql {
    sql.push(
        "t.number, s.level, t.resource_name AS title, t.initiator_id, u.display_name AS initiator, s.status,
           h.display_name AS handler, t.submitted_at, t.closed_at, t.queue,
           x.kind AS remote_kind, x.remote_id, x.remote_status, x.remote_owner, x.problem,
           x.number IS NOT NULL OR EXISTS (SELECT 1 FROM task o WHERE o.ticket_number = t.number AND o.state = 'open')
             AS has_handler,
           EXISTS (SELECT 1 FROM task m WHERE m.ticket_number = t.number AND m.state = 'open' AND m.account_id = ",
    );
    sql.bind(person).push(") AS is_mine")
}

/// The tables that [`listed_columns`] come from, beside `ticket t`.
pub(super) const LISTED_NAMES: &str = " JOIN support s ON s.number = t.number JOIN account u ON u.id = t.initiator_id
  LEFT JOIN account h ON h.id = s.handler_id LEFT JOIN external_ticket x ON x.number = t.number";

/// Reads one page of a tab. Parts of names that were typed are looked up first, by a statement of their own.
pub async fn page(db: &Db, tab: SupportTab, whose: Whose<'_>, s: &Selection) -> sqlx::Result<Vec<ListedSupport>> {
    // My Pending is sorted by queue before the number, so the tickets that were looked up by number may not be its
    // first ones.
    let by_number = tab != SupportTab::Pending;
    let typed = Typed {
        of_support: true,
        asked_by: (tab == SupportTab::Mine).then_some(whose.person),
        project: None,
        initiator: s.initiator.as_deref(),
        resource: s.text.as_deref(),
        ascending: s.ascending,
        beyond: s.beyond.filter(|_| by_number).map(|(_, number)| number),
    };
    let mut narrowed = narrow::read(db, &typed).await?;
    if narrowed.is_nothing() {
        return Ok(vec![]);
    }
    let goes_on = narrowed.goes_on;
    if by_number || !goes_on {
        let found = listed(db, tab, whose, s, &narrowed).await?;
        if !goes_on || found.len() as i64 == s.limit {
            return Ok(found);
        }
    }
    narrowed.numbers = None;
    listed(db, tab, whose, s, &narrowed).await
}

/// Reads one page along the index that has the tab's order.
async fn listed(
    db: &Db,
    tab: SupportTab,
    whose: Whose<'_>,
    s: &Selection,
    narrowed: &Narrowed,
) -> sqlx::Result<Vec<ListedSupport>> {
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    listed_columns(&mut sql, whose.person);
    let from_tasks = matches!(tab, SupportTab::Pending | SupportTab::Resolved);
    sql.push(if from_tasks { " FROM task k JOIN ticket t ON t.number = k.ticket_number" } else { " FROM ticket t" });
    sql.push(LISTED_NAMES).push(" WHERE t.support = 1");
    match tab {
        SupportTab::Mine => sql.push(" AND t.initiator_id = ").bind(whose.person),
        SupportTab::Pending => {
            sql.push(" AND k.state = 'open' AND k.queue BETWEEN 1 AND 4 AND k.account_id = ").bind(whose.person)
        }
        SupportTab::Resolved => {
            sql.push(" AND k.state = 'open' AND k.queue = ").bind(QUEUE_FEEDBACK);
            sql.push(" AND k.account_id = ").bind(whose.person).push(
                " AND EXISTS (SELECT 1 FROM post p WHERE p.author_id = k.account_id AND p.ticket_number = k.ticket_number
                  AND p.kind = 'reply')",
            )
        }
        SupportTab::External => {
            sql.push(" AND x.number IS NOT NULL");
            match whose {
                Whose { all: true, .. } => &mut sql,
                Whose { domain: Some(domain), person, .. } => {
                    sql.push(" AND (t.domain_id = ").bind(domain).push(" OR t.initiator_id = ").bind(person).push(")")
                }
                Whose { person, .. } => sql.push(" AND t.initiator_id = ").bind(person),
            }
        }
        SupportTab::All => match whose.domain {
            Some(domain) => sql.push(" AND t.domain_id = ").bind(domain),
            None => &mut sql,
        },
    };
    filter(&mut sql, s, narrowed);
    order(&mut sql, tab, s);
    let order = match (tab, s.ascending) {
        (SupportTab::Pending, true) => "queue, number",
        (SupportTab::Pending, false) => "queue DESC, number DESC",
        (_, true) => "number",
        (_, false) => "number DESC",
    };
    sql.list(db, FIELDS, order).await
}

fn filter(sql: &mut Sql, s: &Selection, narrowed: &Narrowed) {
    if let Some(number) = s.number {
        sql.push(" AND t.number = ").bind(number);
    }
    if let Some(status) = s.status {
        // A literal, like the level: a plan that Postgres keeps for any word would read all tickets for a rare one.
        sql.push(" AND s.status = '").push(status.key()).push("'");
    }
    if let Some(level) = s.level {
        sql.push(" AND s.level = '").push(level.key()).push("'");
    }
    if let Some(initiators) = &narrowed.initiators {
        sql.push(" AND t.initiator_id").is_in(initiators.clone());
    }
    if let Some(numbers) = &narrowed.numbers {
        sql.push(" AND t.number").is_in(numbers.clone());
    }
    if let Some(text) = &s.text {
        sql.push(" AND LOWER(t.resource_name)").contains(text);
    }
}

/// Adds where the page begins, its order and its limit. My Pending is sorted by queue (the worst level first) and then
/// by number; the other tabs by number.
fn order(sql: &mut Sql, tab: SupportTab, s: &Selection) {
    let (key, down, up) = match tab {
        SupportTab::Mine | SupportTab::All | SupportTab::External => {
            (" AND t.number", " ORDER BY t.number DESC", " ORDER BY t.number")
        }
        SupportTab::Resolved => (" AND k.ticket_number", " ORDER BY k.ticket_number DESC", " ORDER BY k.ticket_number"),
        SupportTab::Pending => {
            if let Some((queue, number)) = s.beyond {
                sql.push(" AND (k.queue, k.ticket_number)").push(if s.ascending { " > (" } else { " < (" });
                sql.bind(queue).push(", ").bind(number).push(")");
            }
            sql.push(if s.ascending {
                " ORDER BY k.queue, k.ticket_number"
            } else {
                " ORDER BY k.queue DESC, k.ticket_number DESC"
            });
            sql.limit(s.limit);
            return;
        }
    };
    if let Some((_, number)) = s.beyond {
        sql.push(key).push(if s.ascending { " > " } else { " < " }).bind(number);
    }
    sql.push(if s.ascending { up } else { down });
    match tab {
        // Bound, for the reason that `statement` in `ticket_list` gives for My Tickets.
        SupportTab::Mine => sql.push(" LIMIT ").bind(s.limit),
        _ => sql.limit(s.limit),
    };
}
