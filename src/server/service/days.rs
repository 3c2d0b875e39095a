//! The days that people type into filters: whole days of their own zone, as ranges of instants.

use crate::domain::time::Millis;
use chrono::{NaiveDate, TimeZone};
use chrono_tz::Tz;

/// The zone of this IANA name; UTC if there is none.
pub fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// The first instant of a typed day (`2026-11-24`) in the zone. A date that can't be read filters nothing.
pub fn first_instant(typed: &str, zone: Tz) -> Option<Millis> {
    day(typed).and_then(|date| start(date, zone))
}

/// The last instant of a typed day in the zone.
pub fn last_instant(typed: &str, zone: Tz) -> Option<Millis> {
    day(typed).and_then(|date| Some(start(date.succ_opt()?, zone)? - 1))
}

fn day(typed: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").ok()
}

/// The first instant of a day: not always midnight, which some zones skip when their clocks go forward.
fn start(date: NaiveDate, zone: Tz) -> Option<Millis> {
    let at = |hour| zone.from_local_datetime(&date.and_hms_opt(hour, 0, 0)?).earliest();
    (0..=3).find_map(at).map(|instant| instant.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::{DAY, HOUR};
    use proptest::prelude::*;

    #[test]
    fn days_are_those_of_the_zone() {
        let utc = first_instant("2026-11-24", zone("")).expect("midnight");
        assert_eq!(first_instant("2026-11-24", zone("Asia/Kolkata")), Some(utc - 5 * HOUR - HOUR / 2));
        assert_eq!(first_instant(" 2026-11-24 ", zone("no such zone")), Some(utc));
        for unreadable in ["", "24.11.2026", "2026-13-01"] {
            assert_eq!(first_instant(unreadable, Tz::UTC), None, "{unreadable}");
            assert_eq!(last_instant(unreadable, Tz::UTC), None, "{unreadable}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_day_or_none(typed in "[+-]?[0-9]{1,7}-[0-9]{1,2}-[0-9]{1,2}|[ -~]{0,20}", name in "(Europe/Berlin|Pacific/Apia|America/Anchorage|[ -~]{0,20})") {
            let zone = zone(&name);
            if let (Some(first), Some(last)) = (first_instant(&typed, zone), last_instant(&typed, zone)) {
                prop_assert!(first < last, "{} in {}", typed, zone);
            }
        }
    }

    #[test]
    fn a_day_may_be_shorter_and_begin_late() {
        let length = |day: &str, zone: Tz| {
            last_instant(day, zone).zip(first_instant(day, zone)).map(|(last, first)| last - first + 1)
        };
        assert_eq!(length("2026-11-24", Tz::UTC), Some(DAY));
        assert_eq!(length("2026-03-29", Tz::Europe__Berlin), Some(DAY - HOUR));
        assert_eq!(length("2026-10-25", Tz::Europe__Berlin), Some(DAY + HOUR));
        // On this day Cairo's clocks skip midnight.
        assert_eq!(length("2026-04-24", Tz::Africa__Cairo), Some(DAY - HOUR));
    }
}
