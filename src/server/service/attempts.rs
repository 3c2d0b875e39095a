//! The limit on failed sign-ins, per account and per address, kept in the database so that several servers share it.
//!
//! An attempt is counted as failed before the password is looked at, and taken back if the password turns out right. So
//! guesses that are sent all at once are counted too.

use crate::domain::time::{MINUTE, Millis, SECOND};
use crate::server::app::App;
use crate::server::store::db::Tx;
use crate::server::store::session;
use crate::wire::error::AppError;

/// How long a failure counts.
const WINDOW: Millis = 15 * MINUTE;
/// How many failures one account may have within [`WINDOW`].
const PER_ACCOUNT: i64 = 5;
/// How many failures may come from one address within [`WINDOW`].
const PER_ADDRESS: i64 = 30;

/// An attempt under way, counted as failed until [`Attempt::succeeded`].
#[must_use]
pub struct Attempt {
    account: String,
    address: String,
    at: Millis,
}

impl Attempt {
    /// Counts an attempt as failed, or refuses it and says in how many seconds the next may be made.
    pub async fn begin(app: &App, username: &str, ip: &str) -> Result<Attempt, AppError> {
        let now = app.now();
        let attempt = Attempt { account: format!("account:{username}"), address: format!("address:{ip}"), at: now };
        let mut tx = app.db.begin().await?;
        for bucket in [&attempt.account, &attempt.address] {
            session::lock_failures(&mut tx, bucket).await?;
        }
        session::prune_failures(&mut tx, now - WINDOW).await?;
        for (bucket, limit) in [(&attempt.account, PER_ACCOUNT), (&attempt.address, PER_ADDRESS)] {
            let (count, oldest) = session::failures(&mut tx, bucket, now - WINDOW).await?;
            if count >= limit {
                let wait = oldest.map_or(WINDOW, |at| at + WINDOW - now);
                return Err(AppError::TooMany { seconds: (wait + SECOND - 1) / SECOND });
            }
            session::add_failure(&mut tx, bucket, now).await?;
        }
        tx.commit().await?;
        Ok(attempt)
    }

    /// The password was right: clears the account's failures, and takes this attempt back from the address's.
    pub async fn succeeded(&self, tx: &mut Tx) -> Result<(), AppError> {
        session::clear_failures(tx, &self.account).await?;
        session::take_back_failure(tx, &self.address, self.at).await?;
        Ok(())
    }
}
