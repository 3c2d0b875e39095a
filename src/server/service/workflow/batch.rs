//! Deciding several tickets of one type at once. Each is decided in a transaction of its own, on the version that the dialog
//! showed, so that one that can't be decided any more doesn't hold up the others.

use super::decide::{self, MAX_NOTE, Ruling, digest};
use super::lists::rows;
use crate::domain::address::back_to;
use crate::domain::ids::TicketNumber;
use crate::domain::number::counted;
use crate::domain::oplog::{Operation, ResourceType, Subject};
use crate::domain::process::TicketType;
use crate::domain::request::Request;
use crate::domain::validation::Problems;
use crate::domain::workflow::Tab;
use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::service::flash;
use crate::server::store::ticket::{self, Ticket};
use crate::server::store::ticket_list::{self, Selection};
use crate::wire::Done;
use crate::wire::error::AppError;
use crate::wire::workflow::{Batch, BatchResult, Picked, TicketRow, Undecided, Verdict};
use std::collections::BTreeSet;

/// As many as a page of the list shows.
pub const MOST: usize = 50;
const LIST: &str = "/tickets/workflow/pending";

/// What the dialog shows of the tickets that are selected: those that wait for the caller, or why they can't be decided.
pub async fn look(app: &App, caller: &Caller, verdict: Verdict, numbers: &[TicketNumber]) -> Result<Batch, AppError> {
    let numbers: BTreeSet<TicketNumber> = numbers.iter().copied().collect();
    let selected = numbers.len();
    if let Err(refusal) = check_count(selected) {
        let (tickets, seen, about) = (vec![], vec![], vec![]);
        return Ok(Batch { tickets, seen, about, gone: 0, refusal: Some(refusal.to_string()) });
    }
    let selection = Selection {
        numbers: Some(numbers.into_iter().collect()),
        ascending: true,
        limit: MOST as i64,
        ..Default::default()
    };
    let found = ticket_list::page(&app.db, Tab::Pending, &caller.person.id, &selection).await?;
    let types: BTreeSet<&str> = found.iter().map(|ticket| ticket.ticket_type.key()).collect();
    let types: Vec<TicketType> = types.into_iter().filter_map(TicketType::from_key).collect();
    let refusal = match check_types(verdict, &types) {
        Err(refusal) => Some(refusal.to_string()),
        Ok(()) if found.is_empty() => Some("None of the selected tickets waits for you any more.".to_owned()),
        Ok(()) => None,
    };
    let gone = (selected - found.len()) as i64;
    let numbers = found.iter().map(|ticket| ticket.number).collect();
    let stored = ticket::all(&app.db, numbers).await?;
    let tickets = rows(app, caller, found).await?;
    let about = tickets.iter().zip(&stored).map(|(row, ticket)| about(row, ticket)).collect::<Result<_, _>>()?;
    Ok(Batch { tickets, seen: stored.iter().map(digest).collect(), about, gone, refusal })
}

/// "web-1 · 1 host, 2 vCPU for web · member": what a ticket is about, in a line.
fn about(row: &TicketRow, ticket: &Ticket) -> Result<String, AppError> {
    let what = Request::read(ticket.ticket_type, &ticket.payload)?.summary(row.project.as_deref());
    let parts = [row.resource_name.as_str(), &what, &row.initiator];
    Ok(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" \u{b7} "))
}

/// Decides them one after the other. What can't be decided is told in a result that stays to be read.
pub async fn decide(
    app: &App,
    caller: &Caller,
    verdict: Verdict,
    picked: &[Picked],
    note: &str,
    back: &str,
) -> Result<Done, AppError> {
    let mut seen = BTreeSet::new();
    let picked: Vec<&Picked> = picked.iter().filter(|ticket| seen.insert(ticket.number)).collect();
    if let Err(refusal) = check(app, caller, verdict, &picked, note).await {
        let numbers: Vec<String> = picked.iter().take(MOST).map(|ticket| ticket.number.to_string()).collect();
        let subject = Subject::new(ResourceType::Ticket, numbers.join(", "), "");
        return app.work(caller.operator(), operation(verdict), subject).await?.finish(Err(refusal)).await;
    }
    let mut undecided = vec![];
    for Picked { number, version, seen } in picked.iter().copied() {
        let (note, back) = (note.to_owned(), back.to_owned());
        let ruling = Ruling { number: *number, version: *version, seen: seen.clone(), note, back, ..Ruling::default() };
        let done = match verdict {
            Verdict::Pass => decide::pass(app, caller, ruling).await,
            Verdict::Reject => decide::reject(app, caller, ruling).await,
        };
        if let Err(error) = done {
            undecided.push(Undecided { number: *number, reason: reason(*number, &error) });
        }
    }
    let (total, done) = (picked.len(), picked.len() - undecided.len());
    let summary = format!("{done} of {} {}.", counted(total as i64, "ticket", "tickets"), decided(verdict));
    let back = back_to(back, LIST);
    if undecided.is_empty() {
        return Ok(Done::new(summary, back));
    }
    let result = BatchResult { summary: summary.clone(), undecided };
    let id = flash::keep(app, &caller.session_hash, &result).await?;
    let joint = if back.contains('?') { '&' } else { '?' };
    Ok(Done::new(summary, format!("{back}{joint}dialog=batch-result&about={id}")))
}

async fn check(app: &App, caller: &Caller, verdict: Verdict, picked: &[&Picked], note: &str) -> Result<(), AppError> {
    let mut problems = Problems::default();
    problems.text("note", "Note", note, MAX_NOTE);
    problems.or(())?;
    check_count(picked.len())?;
    let numbers: Vec<TicketNumber> = picked.iter().map(|ticket| ticket.number).collect();
    check_types(verdict, &ticket_list::types_among(&app.db, &numbers, &caller.person.id).await?)
}

fn check_count(selected: usize) -> Result<(), AppError> {
    match selected {
        0 => Err(AppError::refused("Nothing is selected. Tick the tickets that you want to decide.")),
        n if n > MOST => {
            Err(AppError::refused(format!("At most {MOST} tickets can be decided at once; {n} are selected.")))
        }
        _ => Ok(()),
    }
}

fn check_types(verdict: Verdict, types: &[TicketType]) -> Result<(), AppError> {
    if types.len() > 1 {
        let names: Vec<&str> = types.iter().map(|t| t.label()).collect();
        let names = names.join(", ");
        return Err(AppError::refused(format!(
            "Tickets of one type are decided together; these are of several: {names}."
        )));
    }
    match types {
        [only] if verdict == Verdict::Pass => passed_together(*only),
        _ => Ok(()),
    }
}

fn passed_together(ticket_type: TicketType) -> Result<(), AppError> {
    match ticket_type.passed_alone() {
        None => Ok(()),
        Some(why) => Err(AppError::refused(format!(
            "{} can't be passed together: {why}. Pass them one by one; rejecting them together is possible.",
            ticket_type.label()
        ))),
    }
}

fn operation(verdict: Verdict) -> Operation {
    match verdict {
        Verdict::Pass => Operation::Pass,
        Verdict::Reject => Operation::Reject,
    }
}

fn decided(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "passed",
        Verdict::Reject => "rejected",
    }
}

/// The rest of a sentence that begins with `Ticket 12`.
fn reason(number: TicketNumber, error: &AppError) -> String {
    let text = error.to_string();
    match text.strip_prefix(&format!("Ticket {number}")) {
        Some(rest) => rest.to_owned(),
        None => format!(": {text}"),
    }
}

/// What became of a batch, as long as it is kept and for the session that decided it.
pub async fn result(app: &App, caller: &Caller, id: &str) -> Result<Option<BatchResult>, AppError> {
    flash::load(app, &caller.session_hash, id).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_goes_on_from_the_tickets_name() {
        let told = AppError::refused("Ticket 12 was already passed by ada on 2026-11-24.");
        assert_eq!(reason(12, &told), " was already passed by ada on 2026-11-24.");
        assert_eq!(reason(1, &AppError::refused("No.")), ": No.");
    }

    #[test]
    fn one_type_and_not_too_many() {
        use TicketType::{ApplyJoinProject, ApplyMachine};
        assert!(check_types(Verdict::Pass, &[ApplyMachine]).is_ok());
        assert!(check_types(Verdict::Pass, &[ApplyJoinProject]).is_err());
        assert!(check_types(Verdict::Reject, &[ApplyJoinProject]).is_ok());
        assert!(check_types(Verdict::Reject, &[ApplyJoinProject, ApplyMachine]).is_err());
        assert!(check_count(0).is_err() && check_count(MOST).is_ok() && check_count(MOST + 1).is_err());
    }
}
