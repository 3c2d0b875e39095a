//! Committing a transaction, and telling listeners what it changed: the id of what changed and whom it concerns, never
//! the data.
//!
//! The functions of the store note what they write ([`Tx::changed`]), so no use case has to remember it. Committing
//! makes events of these notes; the types of both are in `change.rs`. A transaction that notes nothing runs no extra
//! statement.

use super::change::{Change, Event};
use super::db::{Db, Dialect, Tx};
use super::value::args;
use crate::domain::ids::{DomainId, ProjectId, TicketNumber, UserId};
use std::collections::BTreeSet;

/// If one transaction changes more tickets than this (a role that many wait for was given), they aren't named one by
/// one.
const MOST_TICKETS: usize = 50;
/// How many people one event names at most. A notification of Postgres takes 8,000 bytes: this many ids fit in with
/// room to spare.
const MOST_PEOPLE: usize = 150;

impl Tx {
    /// Commits, and tells listeners what was changed.
    pub async fn commit(mut self) -> sqlx::Result<()> {
        let changes = self.take_changes();
        let events = of(&mut self, &changes).await?;
        if self.dialect() == Dialect::Postgres && !events.is_empty() {
            notify(&mut self, &events).await?;
        }
        self.commit_with(events).await
    }
}

/// Makes events of the noted changes, inside the transaction. It runs at most one statement for tickets and one for
/// hosts.
async fn of(tx: &mut Tx, changes: &BTreeSet<Change>) -> sqlx::Result<Vec<Event>> {
    let (mut events, mut tickets, mut projects) = (vec![], vec![], vec![]);
    for change in changes {
        match change {
            Change::Ticket(number) => tickets.push(*number),
            Change::HostIn(project) => projects.push(project.0.clone()),
            Change::SessionsOf(account) => events.push(Event::SessionsOf(account.clone())),
            Change::Directory => events.push(Event::Directory),
            Change::Processes => events.push(Event::Processes),
        }
    }
    match tickets.len() {
        0 => {}
        1..=MOST_TICKETS => events.extend(concerning(tx, tickets).await?),
        _ => events.push(Event::Tickets),
    }
    if !projects.is_empty() {
        events.extend(with_domains(tx, projects).await?);
    }
    Ok(events)
}

/// A ticket's number, a person it concerns, and the domain if it is a support ticket. These rows come sorted by number.
type Concern = (TicketNumber, UserId, Option<DomainId>);

fn concerns(dialect: Dialect) -> &'static str {
    macro_rules! concerned {
        ($numbers:literal) => {
            concat!(
                "SELECT t.number, c.account, CASE WHEN t.support = 1 THEN t.domain_id END AS domain FROM (
                   SELECT number, initiator_id AS account FROM ticket WHERE number ",
                $numbers,
                " UNION SELECT ticket_number, account_id FROM task WHERE ticket_number ",
                $numbers,
                ") c JOIN ticket t ON t.number = c.number ORDER BY t.number"
            )
        };
    }
    dialect.pick(concerned!("IN (SELECT value FROM json_each($1))"), concerned!("= ANY($1)"))
}

async fn concerning(tx: &mut Tx, tickets: Vec<TicketNumber>) -> sqlx::Result<Vec<Event>> {
    let concerned: Vec<Concern> = tx.all(concerns(tx.dialect()), args![tickets]).await?;
    let mut events = vec![];
    for of_ticket in concerned.chunk_by(|a, b| a.0 == b.0) {
        events.extend(of_ticket.chunks(MOST_PEOPLE).map(|part| Event::Ticket {
            number: part[0].0,
            concerned: part.iter().map(|(_, account, _)| account.clone()).collect(),
            domain: part[0].2.clone(),
        }));
    }
    Ok(events)
}

/// Tells listeners that somebody is writing in a ticket. This belongs to no transaction, and only those who listen now
/// hear of it.
pub async fn tell_writing(db: &Db, number: TicketNumber, by: &UserId, is_requester: bool) -> sqlx::Result<()> {
    let concerned: Vec<Concern> = db.all(concerns(db.dialect()), args![vec![number]]).await?;
    let domain = concerned.first().and_then(|(_, _, domain)| domain.clone());
    let concerned = concerned.into_iter().map(|(_, account, _)| account).take(MOST_PEOPLE).collect();
    let event = Event::Writing { number, concerned, domain, by: by.clone(), is_requester };
    match db.dialect() {
        Dialect::Sqlite => db.tell(vec![event]),
        Dialect::Postgres => {
            let text = serde_json::to_string(&event).map_err(|error| sqlx::Error::Encode(error.into()))?;
            // The function returns `void`, which can't be decoded; the count can.
            db.scalar::<i64>("SELECT CAST(COUNT(*) AS BIGINT) FROM pg_notify('event', $1)", args![text]).await?;
        }
    }
    Ok(())
}

async fn with_domains(tx: &mut Tx, projects: Vec<String>) -> sqlx::Result<Vec<Event>> {
    let sql = tx.dialect().pick(
        "SELECT id, domain_id FROM project WHERE id IN (SELECT value FROM json_each($1))",
        "SELECT id, domain_id FROM project WHERE id = ANY($1)",
    );
    let found: Vec<(ProjectId, DomainId)> = tx.all(sql, args![projects]).await?;
    Ok(found.into_iter().map(|(project, domain)| Event::HostsIn { project, domain }).collect())
}

/// The channel on which Postgres carries events from one server process to the others.
pub const CHANNEL: &str = "event";

/// Hands the events to Postgres, which delivers them exactly when the transaction commits.
async fn notify(tx: &mut Tx, events: &[Event]) -> sqlx::Result<()> {
    let texts: Result<Vec<String>, _> = events.iter().map(serde_json::to_string).collect();
    let texts = texts.map_err(|error| sqlx::Error::Encode(error.into()))?;
    tx.exec("SELECT pg_notify('event', text) FROM UNNEST($1) AS text", args![texts]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock::new_id;

    #[test]
    fn an_event_fits_into_a_notification() {
        let concerned = (0..MOST_PEOPLE).map(|_| new_id().into()).collect();
        let largest = Event::Ticket { number: TicketNumber::MAX, concerned, domain: Some(new_id().into()) };
        let text = serde_json::to_string(&largest).expect("JSON");
        assert!(text.len() < 8_000, "{} bytes", text.len());
        assert_eq!(serde_json::from_str::<Event>(&text).expect("an event"), largest);
    }
}
