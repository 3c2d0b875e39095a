//! The five tabs of the workflow pages (SPEC 7).

use crate::domain::ids::{TicketNumber, UserId};
use crate::domain::number;
use crate::domain::process::TicketType;
use crate::domain::workflow::{Status, Tab, TaskState};
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::days;
use crate::server::service::rights::require_system_view;
use crate::server::store::task::{self, NamedTask};
use crate::server::store::ticket_list::{self, ListedTicket, Selection};
use crate::wire::Page;
use crate::wire::error::AppError;
use crate::wire::workflow::{TicketFilter, TicketList, TicketRow};
use std::collections::HashMap;

const PAGE_SIZE: usize = 50;

/// The tabs a caller has: All Tickets only in the System View.
pub fn tabs(caller: &Caller) -> Vec<Tab> {
    Tab::ALL.iter().copied().filter(|tab| *tab != Tab::All || caller.is_system_view()).collect()
}

/// Refuses a tab that the caller doesn't have.
pub(super) fn check(caller: &Caller, tab: Tab) -> Result<(), AppError> {
    if tab == Tab::All { require_system_view(caller, "All Tickets") } else { Ok(()) }
}

pub async fn list(app: &App, caller: &Caller, tab: Tab, filter: &TicketFilter) -> Result<TicketList, AppError> {
    check(caller, tab)?;
    let tabs = tabs(caller);
    let zone = days::zone(&filter.zone).name().to_owned();
    let Some(selection) = Query::read(filter) else {
        return Ok(TicketList { page: Page { rows: vec![], next: None, previous: None }, tabs, zone });
    };
    let mut found = ticket_list::page(&app.db, tab, &caller.person.id, &selection.read).await?;
    let more = found.len() > PAGE_SIZE;
    found.truncate(PAGE_SIZE);
    if selection.backwards {
        found.reverse();
    }
    let first = found.first().map(|t| t.number.to_string());
    let last = found.last().map(|t| t.number.to_string());
    let came_from_before = selection.read.beyond.is_some();
    let (next, previous) = match selection.backwards {
        false => (last.filter(|_| more), first.filter(|_| came_from_before)),
        true => (last, first.filter(|_| more)),
    };
    Ok(TicketList { page: Page { rows: rows(app, caller, found).await?, next, previous }, tabs, zone })
}

/// What a filter asks of the store.
pub(super) struct Query {
    pub read: Selection,
    /// The page before a key is read in the opposite order and turned round.
    backwards: bool,
}

impl Query {
    /// The filter as typed, read; `None` when a value can match nothing (an ID that is no number, say).
    pub fn read(filter: &TicketFilter) -> Option<Query> {
        let text = |typed: &str| Some(typed.trim().to_owned()).filter(|t| !t.is_empty());
        let oldest_first = filter.sort == "oldest";
        let backwards = filter.before.is_some();
        let zone = days::zone(&filter.zone);
        let cursor = filter.before.as_ref().or(filter.after.as_ref());
        let read = Selection {
            numbers: None,
            number: match text(filter.id.trim().trim_start_matches('#')) {
                Some(id) => Some(number::ticket(&id)?),
                None => None,
            },
            ticket_type: TicketType::from_key(&filter.ticket_type),
            status: Status::from_key(&filter.status),
            project: text(&filter.project),
            initiator: text(&filter.initiator),
            resource: text(&filter.resource),
            from: days::first_instant(&filter.from, zone),
            to: days::last_instant(&filter.to, zone),
            ascending: oldest_first != backwards,
            beyond: cursor.and_then(|key| number::whole(key)),
            limit: PAGE_SIZE as i64 + 1,
        };
        Some(Query { read, backwards })
    }
}

/// Adds to tickets who may act on them, with one statement for all.
pub(super) async fn rows(app: &App, caller: &Caller, found: Vec<ListedTicket>) -> Result<Vec<TicketRow>, AppError> {
    let numbers: Vec<TicketNumber> = found.iter().map(|t| t.number).collect();
    let mut tasks: HashMap<TicketNumber, Vec<NamedTask>> = HashMap::new();
    if !numbers.is_empty() {
        for task in task::of_tickets(&app.db, numbers).await? {
            tasks.entry(task.ticket_number).or_default().push(task);
        }
    }
    let no_tasks = Vec::new();
    Ok(found
        .into_iter()
        .map(|ticket| {
            let tasks = tasks.get(&ticket.number).unwrap_or(&no_tasks);
            row(&caller.person.id, ticket, tasks)
        })
        .collect())
}

/// As this person may act on it; `tasks` are the ticket's open and decided ones.
pub(in crate::server::service) fn row(person: &UserId, ticket: ListedTicket, tasks: &[NamedTask]) -> TicketRow {
    let state = ticket.state();
    let waiting = state.is_waiting();
    let open = || tasks.iter().filter(|t| t.state == TaskState::Open);
    let processor: Vec<String> = if waiting {
        open().map(|t| t.name.clone()).collect()
    } else {
        tasks.iter().rfind(|t| t.state == TaskState::Decided).map(|t| t.name.clone()).into_iter().collect()
    };
    let may_undo = waiting && ticket.initiator_id == *person;
    TicketRow {
        number: ticket.number,
        ticket_type: ticket.ticket_type,
        resource_name: ticket.resource_name,
        project: ticket.project,
        initiator: ticket.initiator,
        status: state.status,
        process_result: state.process,
        execution_result: state.execution,
        stage: if state.execution.is_some() {
            "Execution".to_owned()
        } else {
            format!("{} {}/{}", ticket.stage, state.link + 1, state.links)
        },
        waits_for_nobody: waiting && processor.is_empty(),
        processor,
        submitted_at: ticket.submitted_at,
        closed_at: ticket.closed_at,
        version: state.version,
        may_decide: waiting && open().any(|t| t.account_id == *person),
        may_undo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{DAY, HOUR};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_filter_is_read_or_matches_nothing(typed in "[ #-]{0,2}[0-9]{0,20}|\\PC{0,20}", key in any::<String>(), back in any::<bool>()) {
            let cursor = Some(key.clone());
            let (after, before) = if back { (None, cursor) } else { (cursor, None) };
            let (id, from, zone, sort) = (typed.clone(), typed.clone(), key.clone(), key);
            match Query::read(&TicketFilter { id, from, zone, sort, after, before, ..TicketFilter::default() }) {
                Some(query) => {
                    prop_assert_eq!((query.read.limit, query.backwards), (PAGE_SIZE as i64 + 1, back));
                    prop_assert_eq!(query.read.number.is_none(), typed.trim().trim_start_matches('#').trim().is_empty());
                }
                None => prop_assert!(!typed.trim().is_empty()),
            }
        }
    }

    #[test]
    fn a_filter_that_can_match_nothing_reads_nothing() {
        let typed = |id: &str| TicketFilter { id: id.into(), ..Default::default() };
        assert!(Query::read(&typed("abc")).is_none());
        assert_eq!(Query::read(&typed(" #12 ")).and_then(|q| q.read.number), Some(12));
        assert_eq!(Query::read(&typed("")).map(|q| q.read.number), Some(None));
    }

    #[test]
    fn days_are_inclusive_and_the_persons() {
        let range = |zone: &str| {
            let day = "2026-11-24".to_owned();
            let filter = TicketFilter { from: day.clone(), to: day, zone: zone.into(), ..Default::default() };
            let read = Query::read(&filter).expect("readable").read;
            (read.from.expect("a day"), read.to.expect("a day"))
        };
        let (utc, kolkata) = (range(""), range("Asia/Kolkata"));
        assert_eq!(utc.1 - utc.0, DAY - 1);
        assert_eq!((utc.0 - kolkata.0, utc.1 - kolkata.1), (5 * HOUR + HOUR / 2, 5 * HOUR + HOUR / 2));
    }
}
