//! Whether a step was taken on the ticket as it is now, or on one that has moved on since it was looked at.

use crate::domain::ids::UserId;
use crate::domain::time::utc_label;
use crate::domain::workflow::{RecordKind, Step};
use crate::server::store::ticket::{self, LastStep, Ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Refuses a person's step on a version that isn't the current one, telling who moved the ticket on and when.
pub(super) async fn check_current(
    work: &mut Work,
    ticket: &Ticket,
    version: i64,
    step: Step,
    person: &UserId,
) -> Result<(), AppError> {
    let state = ticket.state();
    let is_possible = state.step(step).is_ok();
    if version == state.version && is_possible {
        return Ok(());
    }
    let Some(last) = ticket::last_step(&mut work.tx, ticket.number).await? else {
        return Err(AppError::refused("This ticket has changed. Reload the page."));
    };
    let is_own = last.actor_id.as_ref() == Some(person);
    let (happened, counted) = (happened(&last, is_own), counted(step, last.kind, is_own, is_possible));
    Err(AppError::refused(format!("Ticket {} was {happened}. {counted}", ticket.number)))
}

/// "already passed by owner on …": what moved the ticket on.
fn happened(last: &LastStep, is_own: bool) -> String {
    let who = if is_own { "you" } else { last.actor_name.as_str() };
    let at = utc_label(last.at);
    match last.kind {
        RecordKind::Submit => "changed since you opened it".to_owned(),
        RecordKind::Amend => format!("amended by {who} on {at}: look at it again"),
        RecordKind::Succeed => format!("already carried out on {at}"),
        RecordKind::Fail => format!("being carried out until {at}, when that failed"),
        RecordKind::Pass | RecordKind::Reject | RecordKind::Undo | RecordKind::Retry | RecordKind::Abandon => {
            let is_decision = matches!(last.kind, RecordKind::Pass | RecordKind::Reject);
            let stage = if is_decision && !last.stage.is_empty() {
                format!(" at \u{201c}{}\u{201d}", last.stage)
            } else {
                String::new()
            };
            format!("already {}{stage} by {who} on {at}", last.kind.label().to_lowercase())
        }
    }
}

/// What became of the step that came too late.
fn counted(step: Step, last: RecordKind, is_own: bool, is_possible: bool) -> &'static str {
    match (step, last) {
        (Step::Pass, RecordKind::Pass) | (Step::Reject, RecordKind::Reject) if is_own => {
            "That counts, and this second time changed nothing."
        }
        (Step::Pass | Step::Reject, _) => "Your decision was not counted.",
        (Step::Undo, _) if !is_possible => "It can't be undone any more.",
        (Step::Undo, _) => "It was not undone.",
        _ => "Your change was not made.",
    }
}
