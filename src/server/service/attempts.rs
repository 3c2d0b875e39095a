//! The limit on failed sign-ins, per account and per network, kept in the database so that several servers share it.
//!
//! An attempt is counted as failed before the password is looked at and taken back when it turns out right: so a burst
//! of guesses sent at once is counted too.
//!
//! A network where the account's password was right before has a count of its own: guesses from elsewhere use up the
//! tries of everywhere else, and don't keep the account's owner out (ADR 48).

use crate::domain::ids::UserId;
use crate::domain::time::{DAY, MINUTE, Millis, SECOND};
use crate::server::app::App;
use crate::server::store::db::Tx;
use crate::server::store::session;
use crate::wire::error::AppError;
use std::net::{IpAddr, Ipv6Addr};

/// How long a failure counts.
const WINDOW: Millis = 15 * MINUTE;
/// How many failures one account may have within [`WINDOW`].
const PER_ACCOUNT: i64 = 5;
const PER_NETWORK: i64 = 30;
/// A network is known this long after the account's password was typed there last.
const KNOWN_FOR: Millis = 90 * DAY;

/// An attempt under way, counted as failed until [`Attempt::succeeded`].
#[must_use]
pub struct Attempt {
    network: String,
    /// What it is counted under: the account's name, and its network if that is a known one.
    account: String,
    address: String,
    at: Millis,
}

impl Attempt {
    /// Counts an attempt on the account of this name, or refuses it with the time until the next may be made.
    pub async fn begin(app: &App, username: &str, ip: &str) -> Result<Attempt, AppError> {
        let (now, network) = (app.now(), network(ip));
        let mut tx = app.quiet().await?;
        let is_known = session::is_known(&mut tx, username, &network, now - KNOWN_FOR).await?;
        let account = match is_known {
            true => format!("known:{network} {username}"),
            false => format!("account:{username}"),
        };
        let attempt = Attempt { account, address: format!("address:{network}"), network, at: now };
        for bucket in [&attempt.account, &attempt.address] {
            session::lock_failures(&mut tx, bucket).await?;
        }
        session::prune_failures(&mut tx, now - WINDOW).await?;
        for (bucket, limit) in [(&attempt.account, PER_ACCOUNT), (&attempt.address, PER_NETWORK)] {
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

    /// The password was right: nothing is held against the account here any more, nor this attempt against the network,
    /// which is one that the account's owner comes from.
    pub async fn succeeded(&self, tx: &mut Tx, account: &UserId) -> Result<(), AppError> {
        session::clear_failures(tx, &self.account).await?;
        session::take_back_failure(tx, &self.address, self.at).await?;
        note_known(tx, account, &self.network, self.at).await
    }
}

/// Notes that the account's owner comes from this address.
pub async fn know(tx: &mut Tx, account: &UserId, ip: &str, now: Millis) -> Result<(), AppError> {
    note_known(tx, account, &network(ip), now).await
}

async fn note_known(tx: &mut Tx, account: &UserId, network: &str, now: Millis) -> Result<(), AppError> {
    Ok(session::note_known(tx, account, network, now, now - KNOWN_FOR).await?)
}

/// Where a request comes from: its address, or the network of one of IPv6, where a device has as many addresses as it likes.
fn network(ip: &str) -> String {
    match ip.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Ok(IpAddr::V4(ip)) => ip.to_string(),
        Err(_) => ip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_26_a_device_has_one_network() {
        for (ip, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("", ""),
        ] {
            assert_eq!(network(ip), expected, "{ip}");
        }
    }
}
