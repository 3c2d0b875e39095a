//! Retention: removes records older than the setting allows, in whole sealed ranges, and says so in the chain.
//!
//! A removal is a seal of its own. The database lets only those records be deleted that a removal covers. The seals
//! over removed records stay, without their entries, so that the chain can still be checked from its beginning.

use super::chain::{Key, Link};
use crate::domain::oplog::{Operation, Operator, ResourceType, Subject};
use crate::domain::time::{DAY, HOUR, Millis};
use crate::server::app::App;
use crate::server::job::{Failure, Outcome};
use crate::server::store::oplog::{self, seal};
use crate::server::store::setting;
use crate::wire::error::AppError;
use serde_json::json;

const FLAG: &str = "log-retention";
const EVERY: Millis = HOUR;
/// About how many records a transaction removes: SQLite's other writers wait for it.
const AT_ONCE: i64 = 2_000;
/// How many ranges a transaction removes at most.
const RANGES_AT_ONCE: i64 = 200;

/// The job: removes records that are too old, and comes again in an hour.
pub async fn remove_due(app: &App) -> Result<Outcome, Failure> {
    while remove_some(app).await? > 0 {}
    Ok(Outcome::Again(app.now() + EVERY))
}

/// How long (ms) records are kept; `None` means for ever. A flag or the environment wins over the settings page, the
/// page over the settings file.
pub async fn kept_for(app: &App) -> Result<Option<Millis>, AppError> {
    let stored = setting::get(&app.db, setting::LOG_RETENTION).await?;
    Ok(kept_as_stored(app, stored.as_deref()))
}

/// [`kept_for`] from a stored value that was read along with something else.
pub fn kept_as_stored(app: &App, stored: Option<&str>) -> Option<Millis> {
    match stored.filter(|_| !app.settings.fixed.contains(FLAG)) {
        Some(setting::FOR_EVER) => None,
        stored => {
            let days = stored.and_then(|days| days.parse::<i64>().ok());
            days.map(|days| days.saturating_mul(DAY)).or(app.settings.log_retention)
        }
    }
}

/// Removes the oldest ranges whose records are all too old, and returns how many records that were.
pub async fn remove_some(app: &App) -> Result<i64, AppError> {
    let Some(kept_for) = kept_for(app).await? else {
        return Ok(0);
    };
    let limit = app.now() - kept_for;
    let head = seal::head(&app.db).await?;
    let above = seal::removed_through(&app.db).await?;
    let ranges = seal::oldest_ranges(&app.db, above, RANGES_AT_ONCE).await?;
    let (mut through, mut records) = (above, 0);
    for (last, count, latest_at) in ranges {
        if latest_at >= limit || (records > 0 && records + count > AT_ONCE) {
            break;
        }
        (through, records) = (last, records + count);
    }
    if through == above {
        return Ok(0);
    }
    let subject = Subject::new(ResourceType::OperationLog, "operation-log", "Operation Log");
    let mut work = app.work(Operator::system(), Operation::Delete, subject).await?;
    let key = Key(app.settings.log_key.as_deref());
    let removal = Link::after(head).over_removal(above + 1, through, records, limit, key, work.now);
    if !seal::insert(&mut work.tx, &removal).await? {
        // Another server has sealed something meanwhile; the next turn sees it.
        return Ok(0);
    }
    oplog::delete_through(&mut work.tx, through).await?;
    seal::empty_entries(&mut work.tx, above, through).await?;
    work.details(json!({"first": above + 1, "last": through, "records": records, "older_than": limit}));
    work.finish(Ok(records)).await
}
