//! Whether a step was taken on the ticket as it is now, or on one that has moved on since it was looked at.

use crate::domain::time::utc_label;
use crate::domain::workflow::{RecordKind, Step};
use crate::server::store::ticket::{self, Ticket};
use crate::server::work::Work;
use crate::wire::error::AppError;

/// Refuses a step on a version that isn't the current one, telling who moved the ticket on and when.
pub(super) async fn check_current(work: &mut Work, ticket: &Ticket, version: i64, step: Step) -> Result<(), AppError> {
    let state = ticket.state();
    if version == state.version && state.step(step).is_ok() {
        return Ok(());
    }
    let Some(last) = ticket::last_record(&mut work.tx, ticket.number).await? else {
        return Err(AppError::refused("This ticket has changed. Reload the page."));
    };
    let (name, at) = (&last.actor_name, utc_label(last.at));
    let what = match last.kind {
        RecordKind::Submit => "changed since you opened it".to_owned(),
        RecordKind::Amend => format!("amended by {name} on {at}: look at it again"),
        kind => {
            let stage = if matches!(kind, RecordKind::Pass | RecordKind::Reject) { last.stage.as_str() } else { "" };
            let stage = if stage.is_empty() { String::new() } else { format!(" at \u{201c}{stage}\u{201d}") };
            format!("already {}{stage} by {name} on {at}", kind.label().to_lowercase())
        }
    };
    let counted = if step == Step::Amend { "Your change was not made." } else { "Your decision was not counted." };
    Err(AppError::refused(format!("Ticket {} was {what}. {counted}", ticket.number)))
}
