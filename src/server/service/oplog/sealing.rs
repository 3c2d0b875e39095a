//! Sealing gives new records of the operation log their place in the chain, for good.
//!
//! *The horizon.* A range may be sealed once no record can appear in it any more. On SQLite numbers are committed in
//! the order they are drawn, so the largest visible number is the horizon. On Postgres a number is drawn before its
//! transaction commits: when a number is visible, a smaller one may still be on its way. But a transaction that inserts
//! holds the table's `ROW EXCLUSIVE` lock from before it draws a number until it ends. So: read the largest visible
//! number M, then note which transactions hold that lock, then wait until each of them has ended. Every number up to M
//! is then committed or gone (a gap), and every server sees that alike. `CREATE INDEX CONCURRENTLY` waits in this way
//! too. It also holds for dumps restored elsewhere, because nothing is compared with transaction ids.
//!
//! Writers never wait for the sealer: it takes no lock that they want. Two sealers at once want one place in the chain,
//! which is the table's primary key; the second gives way.

use super::chain::{Key, Link};
use crate::domain::time::{MINUTE, SECOND};
use crate::server::app::App;
use crate::server::job::{Failure, Outcome};
use crate::server::store::oplog::{self, seal};
use crate::wire::error::AppError;
use std::collections::HashSet;
use std::time::Duration;

/// How many records a range has at most: `verify` holds a range's entries in memory, about 50 kB.
const LARGEST_RANGE: i64 = 1_000;
/// How many ranges a run of the job seals before other jobs have a turn.
const RANGES_PER_TURN: usize = 50;
const EVERY: i64 = MINUTE;
const AGAIN_AFTER_BUSY: i64 = 5 * SECOND;
/// How long a run waits for transactions that are under way.
const PATIENCE: Duration = Duration::from_secs(10);

/// The job: seals every record up to the horizon, and comes again in a minute.
pub async fn seal_due(app: &App) -> Result<Outcome, Failure> {
    let wait = match seal_settled(app).await? {
        Sealed::Everything => EVERY,
        Sealed::More => 0,
        Sealed::WritersAreBusy => AGAIN_AFTER_BUSY,
    };
    Ok(Outcome::Again(app.now() + wait))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealed {
    /// All that was there at the beginning is sealed.
    Everything,
    /// There is more to seal at once, or another server is at it.
    More,
    /// Nothing is sealed: transactions that write to the log have been under way for too long.
    WritersAreBusy,
}

/// Seals range after range up to the horizon.
pub async fn seal_settled(app: &App) -> Result<Sealed, AppError> {
    let from = seal::sealed_through(&app.db).await?;
    let Some(newest) = oplog::newest_number(&app.db).await?.filter(|n| *n > from) else {
        return Ok(Sealed::Everything);
    };
    if !settles(app).await? {
        return Ok(Sealed::WritersAreBusy);
    }
    for _ in 0..RANGES_PER_TURN {
        // Read before the records: if another server seals them meanwhile, this place is taken and we give way.
        let head = seal::head(&app.db).await?;
        let above = seal::sealed_through(&app.db).await?;
        let records = oplog::range(&app.db, above, newest, LARGEST_RANGE).await?;
        let (Some(last), false) = (records.last(), above >= newest) else {
            return Ok(Sealed::Everything);
        };
        let is_full = records.len() as i64 == LARGEST_RANGE;
        let through = if is_full { last.number } else { newest };
        let key = Key(app.settings.log_key.as_deref());
        let seal = Link::after(head).over_records(above + 1, through, &records, key, app.now());
        let mut tx = app.quiet().await?;
        let added = seal::insert(&mut tx, &seal).await?;
        tx.commit().await?;
        if !added {
            return Ok(Sealed::More);
        }
        if !is_full {
            return Ok(Sealed::Everything);
        }
    }
    Ok(Sealed::More)
}

/// Waits until every transaction that writes to the log now has ended; `false` if that takes too long.
async fn settles(app: &App) -> Result<bool, AppError> {
    let mut waited_for: HashSet<String> = oplog::writers(&app.db).await?.into_iter().collect();
    let began = tokio::time::Instant::now();
    while !waited_for.is_empty() {
        if began.elapsed() > PATIENCE {
            tracing::info!("the operation log can't be sealed yet: {} long transactions write to it", waited_for.len());
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        let still: HashSet<String> = oplog::writers(&app.db).await?.into_iter().collect();
        waited_for.retain(|writer| still.contains(writer));
    }
    Ok(true)
}
