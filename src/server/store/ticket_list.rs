//! The five tabs: one statement per page, driven by the index that serves the tab's filter and order.

use super::db::Db;
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
    let mut sql = Sql::new(db.dialect(), COLUMNS);
    match tab {
        Tab::Mine | Tab::All => {
            sql.push("FROM ticket t");
        }
        Tab::Pending => {
            sql.push("FROM task k JOIN ticket t ON t.number = k.ticket_number");
        }
        // A person may have decided several links of a ticket, which is to be listed once.
        Tab::Resolved => {
            sql.push("FROM (SELECT DISTINCT ticket_number FROM task WHERE state = 'decided' AND account_id = ")
                .bind(person);
            beyond(&mut sql, " AND ticket_number", s);
            sql.push(") k JOIN ticket t ON t.number = k.ticket_number");
        }
        Tab::Involved => {
            sql.push("FROM (SELECT DISTINCT m.ticket_number FROM task m WHERE m.state = 'missed' AND m.account_id = ")
                .bind(person);
            beyond(&mut sql, " AND m.ticket_number", s);
            sql.push(" AND NOT EXISTS (SELECT 1 FROM task d WHERE d.account_id = m.account_id AND d.state = 'decided'");
            sql.push(" AND d.ticket_number = m.ticket_number)) k JOIN ticket t ON t.number = k.ticket_number");
        }
    }
    sql.push(NAMES);
    match tab {
        Tab::Mine => sql.push(" AND t.initiator_id = ").bind(person),
        Tab::Pending => sql.push(" AND k.state = 'open' AND k.account_id = ").bind(person),
        Tab::Resolved | Tab::Involved | Tab::All => &mut sql,
    };
    filter(&mut sql, s);
    let key = match tab {
        Tab::Mine | Tab::All => " AND t.number",
        Tab::Pending | Tab::Resolved | Tab::Involved => " AND k.ticket_number",
    };
    beyond(&mut sql, key, s);
    sql.push(match (tab, s.ascending) {
        (Tab::Mine | Tab::All, false) => " ORDER BY t.number DESC LIMIT ",
        (Tab::Mine | Tab::All, true) => " ORDER BY t.number LIMIT ",
        (_, false) => " ORDER BY k.ticket_number DESC LIMIT ",
        (_, true) => " ORDER BY k.ticket_number LIMIT ",
    });
    sql.bind(s.limit);
    let (text, args) = sql.done();
    db.all(text, args).await
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
