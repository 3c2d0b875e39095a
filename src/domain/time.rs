//! Instants and spans as the whole system stores them, and as pages write them.

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

/// The civil date (proleptic Gregorian) of a number of days since 1970-01-01.
///
/// Howard Hinnant's `civil_from_days`; here so that the browser can label a day without a calendar library.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// A span in the largest unit that it is whole in: "3 days", "1 hour", "90 seconds".
pub fn in_words(span: Millis) -> String {
    let units = [(DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second")];
    let (size, unit) = units.into_iter().find(|(size, _)| span % size == 0).unwrap_or((SECOND, "second"));
    let count = span / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `2026-11-24 08:05:09 UTC`: what a page shows before it knows the person's zone, and without scripts.
pub fn utc_label(at: Millis) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let in_day = at.rem_euclid(DAY);
    let (h, m, s) = (in_day / HOUR, in_day % HOUR / MINUTE, in_day % MINUTE / SECOND);
    format!("{year:04}-{month:02}-{day:02} {h:02}:{m:02}:{s:02} UTC")
}

/// `2026-11-24T08:05:09Z`: the `datetime` attribute of a `<time>`.
pub fn iso(at: Millis) -> String {
    utc_label(at).replacen(' ', "T", 1).replace(" UTC", "Z")
}

/// How long ago `at` was, seen from `now`: "just now", "3 min ago", "2 h ago", "yesterday", "5 days ago", after 30 days
/// the date. Or how long it is until then: "in 3 min", "in 2 h", "in 5 days". Clocks differ a little, so less than a
/// minute ahead is "just now".
pub fn ago(at: Millis, now: Millis) -> String {
    match now - at {
        past if past <= -36 * HOUR => format!("in {} days", (DAY / 2 - past) / DAY),
        past if past <= -90 * MINUTE => format!("in {} h", (HOUR / 2 - past) / HOUR),
        past if past <= -MINUTE => format!("in {} min", (MINUTE / 2 - past) / MINUTE),
        past if past < 45 * SECOND => "just now".to_owned(),
        past if past < HOUR => format!("{} min ago", (past / MINUTE).max(1)),
        past if past < DAY => format!("{} h ago", past / HOUR),
        past if past < 2 * DAY => "yesterday".to_owned(),
        past if past < 30 * DAY => format!("{} days ago", past / DAY),
        _ => utc_label(at)[..10].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_known_instants() {
        assert_eq!(utc_label(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(utc_label(951_782_400_000), "2000-02-29 00:00:00 UTC");
        assert_eq!(iso(1_795_507_509_000), "2026-11-24T08:05:09Z");
        assert_eq!(utc_label(-1_000), "1969-12-31 23:59:59 UTC");
    }

    #[test]
    fn says_how_long_ago() {
        let now = 1_795_507_509_000;
        assert_eq!(ago(now - 5 * SECOND, now), "just now");
        assert_eq!(ago(now - 50 * SECOND, now), "1 min ago");
        assert_eq!(ago(now - 3 * MINUTE, now), "3 min ago");
        assert_eq!(ago(now - 2 * HOUR, now), "2 h ago");
        assert_eq!(ago(now - 25 * HOUR, now), "yesterday");
        assert_eq!(ago(now - 5 * DAY, now), "5 days ago");
        assert_eq!(ago(0, now), "1970-01-01");
        assert_eq!(ago(now + 50 * SECOND, now), "just now");
        assert_eq!(ago(now + 90 * SECOND, now), "in 2 min");
        assert_eq!(ago(now + 3 * DAY - SECOND, now), "in 3 days");
        assert_eq!(ago(now + 3 * DAY, now), "in 3 days");
    }
}
