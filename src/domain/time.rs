//! Instants and spans as the whole system stores them, and as pages write them.

use super::number::whole;

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

/// How long somebody still has to wait: "40 seconds", from a minute on in whole minutes, the begun one counted:
/// "12 minutes".
pub fn waiting(span: Millis) -> String {
    let unit = if span <= 59 * SECOND { SECOND } else { MINUTE };
    in_words(span.saturating_add(unit - 1) / unit * unit)
}

/// `2026-11-24 08:05:09 UTC`: what a page shows before it knows the person's zone, and without scripts.
pub fn utc_label(at: Millis) -> String {
    to_the_second(at, " ", " UTC")
}

/// `2026-11-24T08:05:09Z`: the `datetime` attribute of a `<time>`.
pub fn iso(at: Millis) -> String {
    to_the_second(at, "T", "Z")
}

/// The day and the time of the day in UTC, with what stands between them and after them.
fn to_the_second(at: Millis, between: &str, zone: &str) -> String {
    let (year, month, day) = civil(at.div_euclid(DAY));
    let in_day = at.rem_euclid(DAY);
    let (h, m, s) = (in_day / HOUR, in_day % HOUR / MINUTE, in_day % MINUTE / SECOND);
    format!("{year:04}-{month:02}-{day:02}{between}{h:02}:{m:02}:{s:02}{zone}")
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

/// The day of a civil date, counted from 1970-01-01: the way back from [`civil`], by its author too.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// The instant that a [`utc_label`] names.
fn read_utc_label(label: &str) -> Option<Millis> {
    let numbers: Option<Vec<i64>> = label.strip_suffix(" UTC")?.split(['-', ' ', ':']).map(whole).collect();
    let [year, month, day, h, m, s]: [i64; 6] = numbers?.try_into().ok()?;
    if ![year, month, day, h, m, s].into_iter().all(|number| (0..10_000).contains(&number)) {
        return None;
    }
    let at = days(year, month, day) * DAY + h * HOUR + m * MINUTE + s * SECOND;
    (utc_label(at) == label).then_some(at)
}

/// A piece of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// An instant that was written as [`utc_label`] writes it.
    Instant(Millis),
}

/// A sentence in pieces, so that a page can tell the instants in it in the zone of its reader.
pub fn pieces(sentence: &str) -> Vec<Piece<'_>> {
    const LENGTH: usize = "2026-11-24 08:05:09 UTC".len();
    let (mut pieces, mut told) = (vec![], 0);
    for (zone, word) in sentence.match_indices(" UTC") {
        let end = zone + word.len();
        let Some(begin) = end.checked_sub(LENGTH).filter(|begin| *begin >= told) else { continue };
        let Some(at) = sentence.get(begin..end).and_then(read_utc_label) else { continue };
        pieces.extend((begin > told).then(|| Piece::Words(&sentence[told..begin])));
        pieces.push(Piece::Instant(at));
        told = end;
    }
    pieces.extend((told < sentence.len()).then(|| Piece::Words(&sentence[told..])));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fault_27_instants_are_found_in_a_sentence() {
        let at = 1_795_507_509_000;
        assert_eq!(utc_label(at), "2026-11-24 08:05:09 UTC");
        let sentence = format!("Passed by \u{f6} on {}, {}.", utc_label(at), utc_label(0));
        let expected = [
            Piece::Words("Passed by \u{f6} on "),
            Piece::Instant(at),
            Piece::Words(", "),
            Piece::Instant(0),
            Piece::Words("."),
        ];
        assert_eq!(pieces(&sentence), expected);
        assert_eq!(pieces(&utc_label(at)), [Piece::Instant(at)]);
        for none in [
            "",
            " UTC",
            "at 08:05 UTC",
            "2026-13-24 08:05:09 UTC",
            "2026-02-30 08:05:09 UTC",
            "\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6}\u{f6} UTC",
        ] {
            let expected = if none.is_empty() { vec![] } else { vec![Piece::Words(none)] };
            assert_eq!(pieces(none), expected, "{none}");
        }
    }

    proptest! {
        #[test]
        fn fault_27_every_instant_reads_back(seconds in -2_208_988_800_i64..253_402_300_799, words in "[a-z0-9 UTC:-]{0,40}\\PC{0,5}") {
            let at = seconds * SECOND;
            let label = utc_label(at);
            prop_assert_eq!(pieces(&label), [Piece::Instant(at)]);
            let sentence = format!("{words}on {}.{words}", utc_label(at));
            let again: String = pieces(&sentence).into_iter().map(|piece| match piece {
                Piece::Words(words) => words.to_owned(),
                Piece::Instant(at) => utc_label(at),
            }).collect();
            prop_assert_eq!(again, sentence);
        }
    }

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
