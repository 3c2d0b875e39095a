//! The lists of workflow tickets, one for each of the five tabs. A page is read by one statement, along the index that
//! serves the tab's filter and order.

use super::db::{Db, Dialect};
use super::narrow::{self, Narrowed, Typed};
use super::sql::Sql;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::domain::time::{DAY, Millis};
use crate::domain::workflow::{ExecutionResult, ProcessResult, State, Status, Tab};
use serde::Deserialize;

/// A ticket with the names a list shows; its fields are [`FIELDS`].
#[derive(Debug, Clone, sqlx::FromRow, Deserialize)]
pub struct ListedTicket {
    pub number: TicketNumber,
    #[sqlx(try_from = "String")]
    pub ticket_type: TicketType,
    pub resource_name: String,
    pub project: Option<String>,
    pub initiator_id: UserId,
    pub initiator: String,
    #[sqlx(try_from = "String")]
    status: Status,
    process_result: Option<String>,
    execution_result: Option<String>,
    link: i64,
    links: i64,
    pub stage: String,
    version: i64,
    pub submitted_at: Millis,
    pub closed_at: Option<Millis>,
}

impl ListedTicket {
    pub fn state(&self) -> State {
        State {
            status: self.status,
            process: self.process_result.as_deref().and_then(ProcessResult::from_key),
            execution: self.execution_result.as_deref().and_then(ExecutionResult::from_key),
            link: self.link,
            links: self.links,
            version: self.version,
        }
    }
}

/// The filter and place of a page, already parsed. `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub number: Option<TicketNumber>,
    /// Only tickets with these numbers.
    pub numbers: Option<Vec<TicketNumber>>,
    pub ticket_type: Option<TicketType>,
    pub status: Option<Status>,
    pub project: Option<String>,
    pub initiator: Option<String>,
    pub resource: Option<String>,
    /// `from` and `to`: the first and last instant of submission, inclusive.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    /// Lowest number first.
    pub ascending: bool,
    /// Only tickets that come after this one in the list's order.
    pub beyond: Option<TicketNumber>,
    pub limit: i64,
}

pub(super) const COLUMNS: &str = "SELECT t.number, t.ticket_type, t.resource_name, p.name AS project, t.initiator_id,
  u.display_name AS initiator, t.status, t.process_result, t.execution_result, t.link, t.links, t.stage, t.version,
  t.submitted_at, t.closed_at";
const FIELDS: &str = "number, ticket_type, resource_name, project, initiator_id, initiator, status, process_result,
  execution_result, link, links, stage, version, submitted_at, closed_at";
const NAMES: &str = " JOIN account u ON u.id = t.initiator_id LEFT JOIN project p ON p.id = t.project_id WHERE 1 = 1";

/// Up to this many projects or people are read each along its own index. Where the filter means more of them, a page
/// fills soon along the list.
const ONE_BY_ONE: usize = 50;
/// How far the clocks of servers may be apart or set back. Up to this, tickets are numbered in the order of submission,
/// so that dates bound the numbers that are read.
const CLOCKS_DIFFER: Millis = DAY;

/// Reads one page of a tab. `person`: the owner of the tab, ignored for [`Tab::All`]. Parts of names that were typed
/// are looked up first, by a statement of their own.
pub async fn page(db: &Db, tab: Tab, person: &UserId, s: &Selection) -> sqlx::Result<Vec<ListedTicket>> {
    let typed = Typed {
        of_support: false,
        asked_by: (tab == Tab::Mine).then_some(person),
        project: s.project.as_deref(),
        initiator: s.initiator.as_deref(),
        resource: s.resource.as_deref(),
        ascending: s.ascending,
        beyond: s.beyond,
    };
    let narrowed = narrow::read(db, &typed).await?;
    if narrowed.is_nothing() {
        return Ok(vec![]);
    }
    let order = if s.ascending { "number" } else { "number DESC" };
    let found = statement(db.dialect(), tab, person, s, &narrowed).list(db, FIELDS, order).await?;
    if !narrowed.goes_on || found.len() as i64 == s.limit {
        return Ok(found);
    }
    // More tickets may have the name than were looked up, and too few of those pass the other filters. So the list is
    // read without them.
    let all = Narrowed { numbers: None, ..narrowed };
    statement(db.dialect(), tab, person, s, &all).list(db, FIELDS, order).await
}

/// Builds the statement for one page. Every tab is read along the index that has its order, so that a page costs the
/// same however many tickets there are. A person may have had tasks at several links of a ticket, which is listed once:
/// at the last of them. (`DISTINCT` would say the same, but SQLite collects and sorts all of them for it.)
fn statement(dialect: Dialect, tab: Tab, person: &UserId, s: &Selection, narrowed: &Narrowed) -> Sql {
    let mut sql = Sql::new(dialect, COLUMNS);
    sql.push(match tab {
        Tab::Mine | Tab::All => " FROM ticket t",
        Tab::Pending | Tab::Resolved | Tab::Involved => " FROM task k JOIN ticket t ON t.number = k.ticket_number",
    });
    sql.push(NAMES);
    let of_tasks = matches!(tab, Tab::Pending | Tab::Resolved | Tab::Involved);
    match tab {
        Tab::All if one_by_one(&mut sql, s, narrowed) => {
            ordered(&mut sql, of_tasks, s);
            sql.limit(s.limit);
            return sql;
        }
        // No ticket type is of both workflow and support, so the type decides alone, and it has an index of its own.
        Tab::All if s.ticket_type.is_some_and(TicketType::is_workflow) => &mut sql,
        Tab::All => sql.push(" AND t.support = 0"),
        Tab::Mine => sql.push(" AND t.support = 0 AND t.initiator_id = ").bind(person),
        Tab::Pending => sql.push(" AND k.state = 'open' AND k.queue = 0 AND k.account_id = ").bind(person),
        Tab::Resolved => sql.push(" AND k.state = 'decided' AND k.queue = 0 AND k.account_id = ").bind(person).push(
            " AND NOT EXISTS (SELECT 1 FROM task d WHERE d.account_id = k.account_id AND d.state = 'decided' AND d.queue = 0
              AND d.ticket_number = k.ticket_number AND d.link > k.link)",
        ),
        Tab::Involved => sql.push(" AND k.state = 'missed' AND k.queue = 0 AND k.account_id = ").bind(person).push(
            " AND NOT EXISTS (SELECT 1 FROM task m WHERE m.account_id = k.account_id AND m.state = 'missed' AND m.queue = 0
              AND m.ticket_number = k.ticket_number AND m.link > k.link)
              AND NOT EXISTS (SELECT 1 FROM task d WHERE d.account_id = k.account_id AND d.state = 'decided' AND d.queue = 0
              AND d.ticket_number = k.ticket_number)",
        ),
    };
    let key = if of_tasks { " AND k.ticket_number" } else { " AND t.number" };
    filter(&mut sql, key, s, narrowed);
    ordered(&mut sql, of_tasks, s);
    match tab {
        // Most people have few tickets of their own, which could as well be sorted; some have very many. With a bound
        // limit Postgres keeps to the index.
        Tab::Mine => sql.push(" LIMIT ").bind(s.limit),
        _ => sql.limit(s.limit),
    };
    sql
}

/// Adds the condition that a ticket belongs to one of few projects or people. For each of them at most a page of
/// tickets is read, along an index that begins with it. Adds nothing and returns `false` if there are more than
/// [`ONE_BY_ONE`], if neither was filtered by, or if the numbers are known already.
fn one_by_one(sql: &mut Sql, s: &Selection, narrowed: &Narrowed) -> bool {
    let few = |ids: &Option<Vec<String>>| ids.clone().filter(|ids| ids.len() <= ONE_BY_ONE);
    let (of, ids) = match (few(&narrowed.projects), few(&narrowed.initiators)) {
        _ if narrowed.numbers.is_some() => return false,
        (Some(ids), _) => (" AND t.project_id = ", ids),
        (None, Some(ids)) => (" AND t.initiator_id = ", ids),
        (None, None) => return false,
    };
    sql.push(" AND t.number IN (");
    for (i, id) in ids.iter().enumerate() {
        sql.push(if i == 0 { "" } else { " UNION ALL " });
        sql.push("SELECT * FROM (SELECT t.number FROM ticket t WHERE t.support = 0").push(of).bind(id);
        filter(sql, " AND t.number", s, narrowed);
        ordered(sql, false, s);
        sql.limit(s.limit).push(") AS of_one");
    }
    sql.push(")");
    true
}

fn ordered(sql: &mut Sql, of_tasks: bool, s: &Selection) {
    sql.push(match (of_tasks, s.ascending) {
        (false, false) => " ORDER BY t.number DESC",
        (false, true) => " ORDER BY t.number",
        (true, false) => " ORDER BY k.ticket_number DESC",
        (true, true) => " ORDER BY k.ticket_number",
    });
}

/// Adds the conditions of the filter. `key`: ` AND ` and the number's column in the index that the list is read along.
fn filter(sql: &mut Sql, key: &'static str, s: &Selection, narrowed: &Narrowed) {
    if let Some(number) = s.beyond {
        sql.push(key).push(if s.ascending { " > " } else { " < " }).bind(number);
    }
    if let Some(number) = s.number {
        sql.push(" AND t.number = ").bind(number);
    }
    for numbers in [&s.numbers, &narrowed.numbers].into_iter().flatten() {
        sql.push(key).is_in(numbers.clone());
    }
    // A literal, not bound: a plan that Postgres keeps for any word would read all tickets for a rare one.
    if let Some(ticket_type) = s.ticket_type {
        sql.push(" AND t.ticket_type = '").push(ticket_type.key()).push("'");
    }
    if let Some(status) = s.status {
        sql.push(" AND t.status = '").push(status.key()).push("'");
    }
    if let Some(projects) = &narrowed.projects {
        sql.push(" AND t.project_id").is_in(projects.clone());
    }
    if let Some(initiators) = &narrowed.initiators {
        sql.push(" AND t.initiator_id").is_in(initiators.clone());
    }
    if let Some(resource) = &s.resource {
        sql.push(" AND LOWER(t.resource_name)").contains(resource);
    }
    if let Some(from) = s.from {
        sql.push(key).push(" > COALESCE((SELECT b.number FROM ticket b WHERE b.submitted_at < ");
        sql.bind(from - CLOCKS_DIFFER).push(" ORDER BY b.submitted_at DESC LIMIT 1), 0)");
        // `+ 0` keeps the planner from reading along the dates: the rows would have to be sorted by number afterwards.
        sql.push(" AND t.submitted_at + 0 >= ").bind(from);
    }
    if let Some(to) = s.to {
        sql.push(key).push(" < COALESCE((SELECT b.number FROM ticket b WHERE b.submitted_at > ");
        sql.bind(to + CLOCKS_DIFFER).push(" ORDER BY b.submitted_at LIMIT 1), 9223372036854775807)");
        sql.push(" AND t.submitted_at + 0 <= ").bind(to);
    }
}

/// One ticket with the names a list shows.
pub async fn one(db: &Db, number: TicketNumber) -> sqlx::Result<Option<ListedTicket>> {
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    sql.push(" FROM ticket t").push(NAMES).push(" AND t.number = ").bind(number);
    let (text, args) = sql.done();
    db.opt(text, args).await
}

/// The ticket types that occur among these tickets. Only tickets in which the person has or had a task count.
pub async fn types_among(db: &Db, numbers: &[TicketNumber], person: &UserId) -> sqlx::Result<Vec<TicketType>> {
    let mut sql = Sql::new(db.dialect(), "SELECT DISTINCT t.ticket_type FROM ticket t WHERE t.number");
    sql.is_in(numbers.to_vec());
    sql.push(" AND EXISTS (SELECT 1 FROM task k WHERE k.ticket_number = t.number AND k.account_id = ").bind(person);
    sql.push(") ORDER BY t.ticket_type");
    let (text, args) = sql.done();
    let keys: Vec<String> = db.scalars(text, args).await?;
    Ok(keys.iter().filter_map(|key| TicketType::from_key(key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::AssertSqlSafe;

    /// SQLite's plan for the statement, a text per step.
    async fn plan(db: &Db, tab: Tab, selection: &Selection, narrowed: &Narrowed) -> Vec<String> {
        let (text, args) = statement(db.dialect(), tab, &UserId("somebody".into()), selection, narrowed).done();
        let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", text.0));
        let steps: Vec<(i64, i64, i64, String)> = db.all(explained, args).await.expect("a plan");
        steps.into_iter().map(|(_, _, _, step)| step).collect()
    }

    async fn database(folder: &tempfile::TempDir) -> Db {
        let file = folder.path().join("plans.db");
        Db::open(&format!("sqlite:{}", file.display())).await.expect("a database")
    }

    #[tokio::test]
    async fn no_tab_sorts_or_reads_more_than_it_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = database(&folder).await;
        for tab in Tab::ALL.iter().copied() {
            for (ascending, beyond) in [(false, None), (true, None), (false, Some(1_000)), (true, Some(1_000))] {
                let selection = Selection { ascending, beyond, limit: 51, ..Default::default() };
                let plan = plan(&db, tab, &selection, &Narrowed::default()).await;
                let scans = |step: &&String| step.starts_with("SCAN");
                assert_eq!(plan.iter().find(scans), None, "{tab:?}: {plan:#?}");
                assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{tab:?} sorts: {plan:#?}");
            }
        }
        db.close().await;
    }

    #[tokio::test]
    async fn every_filter_of_all_tickets_has_its_index() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = database(&folder).await;
        let ids = |ids: &[&str]| Some(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        let (all, none) = (|| Selection { limit: 51, ..Default::default() }, Narrowed::default);
        let cases = [
            ("ticket_type_number", Selection { ticket_type: Some(TicketType::ApplyJoinProject), ..all() }, none()),
            ("ticket_status", Selection { status: Some(Status::Incomplete), ..all() }, none()),
            ("ticket_project", all(), Narrowed { projects: ids(&["a", "b"]), ..none() }),
            ("ticket_initiator", all(), Narrowed { initiators: ids(&["a", "b"]), ..none() }),
            ("ticket_submitted", Selection { from: Some(1), ..all() }, none()),
            ("number=?", all(), Narrowed { numbers: Some(vec![1, 2]), ..none() }),
        ];
        for (index, selection, narrowed) in cases {
            let plan = plan(&db, Tab::All, &selection, &narrowed).await;
            assert!(plan.iter().any(|step| step.contains(index)), "{index}: {plan:#?}");
        }
        db.close().await;
    }
}
