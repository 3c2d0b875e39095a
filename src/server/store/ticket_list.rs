//! The five tabs: one statement per page, driven by the index that serves the tab's filter and order.

use super::db::{Db, Dialect};
use super::sql::Sql;
use crate::api::workflow::Tab;
use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::process::TicketType;
use crate::domain::time::Millis;
use crate::domain::workflow::{ExecutionResult, ProcessResult, State, Status};

/// A ticket with the names a list shows.
#[derive(Debug, Clone, sqlx::FromRow)]
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

/// Which tickets, already parsed; `None` filters nothing.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    pub number: Option<TicketNumber>,
    /// Only these.
    pub numbers: Option<Vec<TicketNumber>>,
    pub ticket_type: Option<TicketType>,
    pub status: Option<Status>,
    pub project: Option<String>,
    pub initiator: Option<String>,
    pub resource: Option<String>,
    /// First and last instant of submission, inclusive.
    pub from: Option<Millis>,
    pub to: Option<Millis>,
    /// Ascending numbers.
    pub ascending: bool,
    /// Only tickets beyond this one, in the order of reading.
    pub beyond: Option<TicketNumber>,
    pub limit: i64,
}

const COLUMNS: &str = "SELECT t.number, t.ticket_type, t.resource_name, p.name AS project, t.initiator_id,
  u.display_name AS initiator, t.status, t.process_result, t.execution_result, t.link, t.links, t.stage, t.version,
  t.submitted_at, t.closed_at ";
const NAMES: &str = " JOIN account u ON u.id = t.initiator_id LEFT JOIN project p ON p.id = t.project_id WHERE 1 = 1";

/// One page of a tab. `person` is whose tab it is; `all` doesn't look at it.
pub async fn page(db: &Db, tab: Tab, person: &UserId, s: &Selection) -> sqlx::Result<Vec<ListedTicket>> {
    let (text, args) = statement(db.dialect(), tab, person, s).done();
    db.all(text, args).await
}

/// Every tab is read along the index that has its order, so that a page costs the same however many tickets there are. A
/// person may have had tasks at several links of a ticket, which is listed once: at the last of them. (`DISTINCT` would say
/// the same, but SQLite collects and sorts all of them for it.)
fn statement(dialect: Dialect, tab: Tab, person: &UserId, s: &Selection) -> Sql {
    let mut sql = Sql::new(dialect, COLUMNS);
    sql.push(match tab {
        Tab::Mine | Tab::All => "FROM ticket t",
        Tab::Pending | Tab::Resolved | Tab::Involved => "FROM task k JOIN ticket t ON t.number = k.ticket_number",
    });
    sql.push(NAMES);
    match tab {
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
    filter(&mut sql, s);
    let (key, down, up) = match tab {
        Tab::Mine | Tab::All => (" AND t.number", " ORDER BY t.number DESC LIMIT ", " ORDER BY t.number LIMIT "),
        Tab::Pending | Tab::Resolved | Tab::Involved => {
            (" AND k.ticket_number", " ORDER BY k.ticket_number DESC LIMIT ", " ORDER BY k.ticket_number LIMIT ")
        }
    };
    beyond(&mut sql, key, s);
    sql.push(if s.ascending { up } else { down }).bind(s.limit);
    sql
}

fn beyond(sql: &mut Sql, key: &'static str, s: &Selection) {
    if let Some(number) = s.beyond {
        sql.push(key).push(if s.ascending { " > " } else { " < " }).bind(number);
    }
}

fn filter(sql: &mut Sql, s: &Selection) {
    if let Some(number) = s.number {
        sql.push(" AND t.number = ").bind(number);
    }
    if let Some(numbers) = &s.numbers {
        sql.push(" AND t.number").is_in(numbers.clone());
    }
    if let Some(ticket_type) = s.ticket_type {
        sql.push(" AND t.ticket_type = ").bind(ticket_type.key());
    }
    if let Some(status) = s.status {
        sql.push(" AND t.status = ").bind(status.key());
    }
    if let Some(project) = &s.project {
        sql.push(" AND LOWER(p.name)").contains(project);
    }
    if let Some(initiator) = &s.initiator {
        sql.push(" AND (LOWER(u.display_name)").contains(initiator);
        sql.push(" OR LOWER(u.username)").contains(initiator).push(")");
    }
    if let Some(resource) = &s.resource {
        sql.push(" AND LOWER(t.resource_name)").contains(resource);
    }
    if let Some(from) = s.from {
        sql.push(" AND t.submitted_at >= ").bind(from);
    }
    if let Some(to) = s.to {
        sql.push(" AND t.submitted_at <= ").bind(to);
    }
}

/// One ticket with the names a list shows.
pub async fn one(db: &Db, number: TicketNumber) -> sqlx::Result<Option<ListedTicket>> {
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    sql.push("FROM ticket t").push(NAMES).push(" AND t.number = ").bind(number);
    let (text, args) = sql.done();
    db.opt(text, args).await
}

/// The types among these tickets, of those in which the person has or had a task.
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

    /// What SQLite means to do, step by step.
    async fn plan(db: &Db, tab: Tab, selection: &Selection) -> Vec<String> {
        let (text, args) = statement(db.dialect(), tab, &UserId("somebody".into()), selection).done();
        let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", text.0));
        let steps: Vec<(i64, i64, i64, String)> = db.all(explained, args).await.expect("a plan");
        steps.into_iter().map(|(_, _, _, step)| step).collect()
    }

    #[tokio::test]
    async fn no_tab_sorts_or_reads_more_than_it_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("plans.db");
        let db = Db::open(&format!("sqlite:{}", file.display())).await.expect("a database");
        for tab in Tab::ALL.iter().copied() {
            for (ascending, beyond) in [(false, None), (true, None), (false, Some(1_000)), (true, Some(1_000))] {
                let selection = Selection { ascending, beyond, limit: 51, ..Default::default() };
                let plan = plan(&db, tab, &selection).await;
                let scans = |step: &&String| step.starts_with("SCAN");
                assert_eq!(plan.iter().find(scans), None, "{tab:?}: {plan:#?}");
                assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{tab:?} sorts: {plan:#?}");
            }
        }
        db.close().await;
    }
}
