//! What becomes of a ticket once what it does with its hosts is over.

use super::decide;
use crate::domain::ids::TicketNumber;
use crate::server::store::host::step;
use crate::server::work::Work;
use crate::wire::error::AppError;

/// How many failures a ticket's record spells out.
const FAILURES_NAMED: usize = 3;

/// What the ticket does with a host came to its end. With the last of them the ticket's execution has succeeded or
/// failed. The ticket is locked.
pub async fn host_settled(work: &mut Work, number: TicketNumber) -> Result<(), AppError> {
    let tally = step::tally(&mut work.tx, number).await?;
    if tally.under_way > 0 {
        return Ok(());
    }
    let result = match tally.failed {
        0 => Ok(()),
        failed => Err(failure_text(failed, tally.hosts, &step::failed_of_ticket(&mut work.tx, number).await?)),
    };
    decide::executed(work, number, result).await
}

fn failure_text(failed: i64, hosts: i64, failures: &[step::Shown]) -> String {
    let spell =
        |f: &step::Shown| format!("{} at {}: {}", f.host, f.step.label(), f.error.as_deref().unwrap_or_default());
    let mut named: Vec<String> = failures.iter().take(FAILURES_NAMED).map(spell).collect();
    if failures.len() > FAILURES_NAMED {
        named.push(format!("And {} more.", failures.len() - FAILURES_NAMED));
    }
    let of_all = if hosts == 1 { String::new() } else { format!("{failed} of {hosts} hosts failed. ") };
    format!("{of_all}{}", named.join(" "))
}
