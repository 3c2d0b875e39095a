//! Numbers that people type: one way to read them, and one sentence that refuses what isn't one.

use super::ids::TicketNumber;
use std::ops::RangeInclusive;

/// A whole number in the digits 0 to 9 alone, with spaces around it at most: no sign, because pages write what is added
/// as `+16`; no point, no separator of thousands. `None` for everything else, and for what is too large to be kept.
pub fn whole(typed: &str) -> Option<i64> {
    digits(typed.trim())
}

fn digits(text: &str) -> Option<i64> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { text.parse().ok() } else { None }
}

/// A ticket's number as people write it into a filter: `12`, `#12`.
pub fn ticket(typed: &str) -> Option<TicketNumber> {
    whole(typed.trim().trim_start_matches('#'))
}

/// `10,000`: a number as sentences write it.
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 host`, `3 hosts`: a number with the noun that it counts.
pub fn counted(number: i64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// Digits behind the point that still count.
const FINEST: usize = 9;

/// A number that a field takes: its bounds, its unit, and whether it has decimals.
#[derive(Debug, Clone)]
pub struct Number<'a> {
    label: &'a str,
    range: RangeInclusive<i64>,
    unit: Option<&'a str>,
    /// How many of what is stored make one of what is typed; 1 where only whole numbers are taken.
    parts: i64,
    instead: Option<&'a str>,
}

impl<'a> Number<'a> {
    /// A whole number of the field with this label.
    pub fn new(label: &'a str, range: RangeInclusive<i64>) -> Number<'a> {
        Number { label, range, unit: None, parts: 1, instead: None }
    }

    /// The number with its unit, which refusals name, such as `GiB` or `days`; without one for `None`.
    pub fn of(self, unit: Option<&'a str>) -> Number<'a> {
        Number { unit, ..self }
    }

    /// A number that may have decimals, with a point before them. It is stored in parts, of which `parts` make one.
    pub fn in_parts(self, parts: i64) -> Number<'a> {
        Number { parts, ..self }
    }

    /// A word that the field takes as well; whoever reads the field looks for it first.
    pub fn or(self, word: &'a str) -> Number<'a> {
        Number { instead: Some(word), ..self }
    }

    /// The typed number as it is stored: multiplied by the parts that make one, and rounded to the nearest part. `None` if the
    /// field doesn't take it.
    pub fn read(&self, typed: &str) -> Option<i64> {
        let text = typed.trim();
        let (whole, decimals) = if self.parts > 1 { text.split_once('.').unwrap_or((text, "")) } else { (text, "") };
        let is_plain = decimals.bytes().all(|byte| byte.is_ascii_digit());
        let decimals = decimals.get(..FINEST).unwrap_or(decimals);
        let part = if decimals.is_empty() { 0 } else { digits(decimals)? };
        let one = 10_i64.pow(decimals.len() as u32);
        let part = part.checked_mul(self.parts)?.checked_add(one / 2)? / one;
        let stored = digits(whole)?.checked_mul(self.parts)?.checked_add(part)?;
        let (low, high) = (self.range.start().checked_mul(self.parts)?, self.range.end().checked_mul(self.parts)?);
        (is_plain && (low..=high).contains(&stored)).then_some(stored)
    }

    /// The sentence that refuses a typed text: it names the field and says which numbers the field takes.
    pub fn refusal(&self) -> String {
        let unit = self.unit.map(|unit| format!(" of {unit}")).unwrap_or_default();
        let (low, high) = (grouped(*self.range.start()), grouped(*self.range.end()));
        let instead = self.instead.map(|word| format!(", or {word}")).unwrap_or_default();
        let label = self.label;
        match self.parts {
            1 => format!("{label} must be a whole number{unit} from {low} to {high}, in digits alone{instead}."),
            _ => format!(
                "{label} must be a number{unit} from {low} to {high}, in digits, with a point before decimals{instead}."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fault_14_only_digits_are_a_whole_number() {
        let table = [
            ("0", Some(0)),
            (" 16 ", Some(16)),
            ("016", Some(16)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("+16", None),
            ("-16", None),
            ("\u{2212}16", None),
            ("1.5", None),
            ("1.", None),
            ("256,5", None),
            ("1,024", None),
            ("1 024", None),
            ("1e3", None),
            ("0x10", None),
            ("\u{661}\u{662}", None),
            ("\u{ff11}\u{ff16}", None),
            ("", None),
            (" ", None),
        ];
        for (typed, expected) in table {
            assert_eq!(whole(typed), expected, "{typed}");
        }
        assert_eq!((ticket(" #12 "), ticket("12"), ticket("#+12"), ticket("#")), (Some(12), Some(12), None, None));
    }

    #[test]
    fn fault_14_decimals_are_taken_exactly_or_not_at_all() {
        let gib = Number::new("Memory", 0..=1_000_000_000).in_parts(1_024);
        let table = [
            ("64", Some(65_536)),
            ("0", Some(0)),
            ("0.5", Some(512)),
            ("1.25", Some(1_280)),
            ("1.", Some(1_024)),
            ("0.0005", Some(1)),
            ("0.0004", Some(0)),
            ("1.9999999999999999999999", Some(2_048)),
            ("1000000000", Some(1_024_000_000_000)),
            ("1000000000.5", None),
            ("1000000001", None),
            ("9223372036854775807", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            (".5", None),
            ("1 .5", None),
            ("1. 5", None),
            ("1.+5", None),
            ("1.2.3", None),
            ("1,5", None),
            ("0.\u{663}", None),
            ("0.123456789\u{663}", None),
            ("", None),
            ("inf", None),
        ];
        for (typed, expected) in table {
            assert_eq!(gib.read(typed), expected, "{typed}");
        }
    }

    #[test]
    fn fault_14_a_refusal_says_which_number_would_be_right() {
        assert_eq!(
            Number::new("Data disk 1", 1..=3_072).of(Some("GiB")).refusal(),
            "Data disk 1 must be a whole number of GiB from 1 to 3,072, in digits alone."
        );
        assert_eq!(
            Number::new("Memory", 0..=1_000_000_000).of(Some("GiB")).in_parts(1_024).or("Unlimited").refusal(),
            "Memory must be a number of GiB from 0 to 1,000,000,000, in digits, with a point before decimals, or Unlimited."
        );
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (10_000, "10,000"),
            (-123_456, "-123,456"),
            (1_000_000_000, "1,000,000,000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    proptest! {
        #[test]
        fn fault_14_what_is_read_is_what_was_written(number in 0..=i64::MAX) {
            prop_assert_eq!(whole(&number.to_string()), Some(number));
            prop_assert_eq!(whole(&format!("+{number}")), None);
            prop_assert_eq!(whole(&format!("-{number}")), None);
            prop_assert_eq!(grouped(number).replace(',', ""), number.to_string());
        }

        #[test]
        fn fault_14_anything_is_read_or_refused(typed in "[ +-]{0,2}[0-9]{0,22}[.,]?[0-9]{0,12}|\\PC{0,20}", parts in prop_oneof![Just(1_i64), Just(1_024)]) {
            let read = Number::new("Quantity", 1..=100).in_parts(parts).read(&typed);
            prop_assert!(read.is_none_or(|stored| (parts..=100 * parts).contains(&stored)));
            let is_digits = !typed.trim().is_empty() && typed.trim().bytes().all(|byte| byte.is_ascii_digit());
            prop_assert!(whole(&typed).is_none() || is_digits, "{}", typed);
            prop_assert!(read.is_none() || parts > 1 || is_digits, "{}", typed);
        }

        #[test]
        fn fault_14_decimals_are_rounded_to_the_nearest_part(whole in 0..1_000_000_i64, thousandths in 0..1_000_i64) {
            let read = Number::new("Memory", 0..=1_000_000_000).in_parts(1_024).read(&format!("{whole}.{thousandths:03}"));
            prop_assert_eq!(read, Some(whole * 1_024 + (thousandths * 1_024 + 500) / 1_000));
        }
    }
}
