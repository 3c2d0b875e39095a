//! Asking for other limits of a project or of a domain (SPEC 3): old and new values per key.

use super::quota::{Key, Standing, UNLIMITED};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// The scope of a quota: a project or a domain.
    QuotaScope {
        Project = "project", "Project";
        Domain = "domain", "Domain";
    }
}

/// The change of one key's limit, in stored units; [`UNLIMITED`] is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitChange {
    pub key: Key,
    pub old: i64,
    pub new: i64,
}

impl LimitChange {
    /// "+16", "-4 GiB", or the new limit where the old or the new one is no limit.
    pub fn delta(&self) -> String {
        match (self.old, self.new) {
            (_, UNLIMITED) => "Unlimited".to_owned(),
            (UNLIMITED, new) => format!("limited to {}", self.key.show(new)),
            (old, new) if new >= old => format!("+{}", self.key.show(new - old)),
            (old, new) => format!("-{}", self.key.show(old - new)),
        }
    }
}

/// The payload of a quota application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRequest {
    pub scope: QuotaScope,
    /// The project's or the domain's id.
    pub id: String,
    /// The name of the project or domain when the request was made.
    pub name: String,
    /// Only the keys that change; at least one.
    pub changes: Vec<LimitChange>,
    pub reason: String,
}

impl QuotaRequest {
    /// The limits that the request leads to.
    pub fn limits(&self) -> BTreeMap<Key, i64> {
        self.changes.iter().map(|change| (change.key, change.new)).collect()
    }

    /// "vCPU of web is now 80, Memory 256 GiB": what carrying it out did.
    pub fn outcome(&self) -> String {
        let Some((first, others)) = self.changes.split_first() else { return String::new() };
        let first = format!("{} of {} is now {}", first.key.label(), self.name, first.key.show(first.new));
        others.iter().fold(first, |told, other| format!("{told}, {} {}", other.key.label(), other.key.show(other.new)))
    }

    /// "vCPU +16, Memory +32 GiB": the short form written on a button; from the fourth key on, how many more.
    pub fn summary(&self) -> String {
        let word = |change: &LimitChange| format!("{} {}", change.key.label(), change.delta());
        let mut words: Vec<_> = self.changes.iter().take(3).map(word).collect();
        if self.changes.len() > 3 {
            words.push(format!("{} more", self.changes.len() - 3));
        }
        words.join(", ")
    }

    /// Why the request can't be carried out on the quota as it stands: a new limit is below what is used and held, or a
    /// limit has changed since its old value was shown.
    pub fn obstacle(&self, standing: &Standing) -> Option<String> {
        self.changes.iter().find_map(|change| {
            let (key, now) = (change.key, standing.limit(change.key));
            if now != change.old {
                let (was, is) = (key.show(change.old), key.show(now));
                Some(format!("The {} limit of {} was {was} and is {is} now.", key.label(), standing.scope))
            } else {
                below_use(change.new, key, standing)
            }
        })
    }
}

/// Why a new limit is too low, if it is. It must allow for what open tickets hold as well: once they are passed, they
/// would overshoot it.
fn below_use(new: i64, key: Key, standing: &Standing) -> Option<String> {
    let (used, held) = (standing.used.get(key), standing.held.get(key));
    if new == UNLIMITED || new >= used + held {
        return None;
    }
    let held = if held > 0 { format!(", and open tickets hold {}", key.show(held)) } else { String::new() };
    Some(format!("{} can't be {}: {} is in use{held}.", key.label(), key.show(new), key.show(used)))
}

/// One row of the request form as typed, in shown units.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitField {
    /// A whole number or a decimal where the unit is GiB; empty keeps the limit as it is.
    pub value: String,
    /// A checkbox: present when ticked.
    pub unlimited: Option<String>,
}

impl LimitField {
    /// The row as it shows a limit before anybody types.
    pub fn of(key: Key, limit: i64) -> LimitField {
        match limit {
            UNLIMITED => LimitField { value: String::new(), unlimited: Some("on".to_owned()) },
            limit => LimitField { value: key.number(limit), unlimited: None },
        }
    }

    /// The limit that the row asks for, in stored units. If number and tick contradict each other, the one that was
    /// changed wins: a number typed beside the tick of a key without a limit sets a limit, and a tick set beside the
    /// number that was there removes it. If both were changed, it is an error.
    pub fn limit(&self, key: Key, old: i64) -> Result<i64, NoLimit> {
        let text = self.value.trim();
        let is_word = text == "-1" || text.eq_ignore_ascii_case("unlimited");
        let is_typed = !text.is_empty() && text != LimitField::of(key, old).value;
        match (self.unlimited.is_some(), is_typed) {
            _ if is_word => Ok(UNLIMITED),
            (true, true) if old != UNLIMITED => Err(NoLimit::Contradiction),
            (true, false) => Ok(UNLIMITED),
            (false, false) => Ok(old),
            (_, true) => stored(key, text).ok_or(NoLimit::NoNumber),
        }
    }
}

/// Why a row of the form can't be read as a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLimit {
    NoNumber,
    /// A number was typed and "Unlimited" was ticked.
    Contradiction,
}

impl NoLimit {
    fn message(self, key: Key) -> String {
        let unit = key.unit().map(|unit| format!(" of {unit}")).unwrap_or_default();
        match self {
            NoLimit::NoNumber => format!("{} must be a number{unit} from 0 on, or Unlimited.", key.label()),
            NoLimit::Contradiction => format!("{} can't be a number and Unlimited at once. Choose one.", key.label()),
        }
    }
}

/// The request form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuotaForm {
    /// A [`QuotaScope`] key.
    pub scope: String,
    pub id: String,
    /// The rows, each under the key of its [`Key`].
    pub limits: BTreeMap<String, LimitField>,
    pub reason: String,
    /// The limits that the form was filled with, as written by [`seen`], so that nobody undoes a change they don't know
    /// of.
    pub seen: String,
}

/// All limits in one word, for a hidden field of the form.
pub fn seen(standing: &Standing) -> String {
    let limits: Vec<_> = standing.limits.iter().map(|(key, limit)| format!("{}={limit}", key.key())).collect();
    if limits.is_empty() { "unlimited".to_owned() } else { limits.join(",") }
}

/// The largest limit that can be typed, in shown units.
const LARGEST: i64 = 1_000_000_000;

impl QuotaForm {
    /// Checks the form against the quota as it stands. `name` is the project's or the domain's.
    pub fn parse(&self, scope: QuotaScope, name: &str, standing: &Standing) -> Result<QuotaRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let mut changes = Vec::new();
        if !self.limits.is_empty() && !self.seen.is_empty() && self.seen != seen(standing) {
            let message =
                format!("The limits of {} have changed since you opened this. Open it again.", standing.scope);
            problems.add("form[limits]", message);
            return Err(problems.or(()).err().unwrap_or_default());
        }
        for key in Key::ALL.iter().copied() {
            let Some(typed) = self.limits.get(key.key()) else { continue };
            let field = format!("form[limits][{}][value]", key.key());
            let old = standing.limit(key);
            let new = match typed.limit(key, old) {
                Ok(new) => new,
                Err(no_limit) => {
                    problems.add(&field, no_limit.message(key));
                    continue;
                }
            };
            // A limit that stays may be below what is used, if it was lowered by hand.
            if new == old {
                continue;
            }
            if let Some(why) = below_use(new, key, standing) {
                problems.add(&field, why);
            }
            changes.push(LimitChange { key, old, new });
        }
        if problems.is_empty() && changes.is_empty() {
            problems.add("form[limits]", "Change at least one of the limits.");
        }
        let reason = problems.text("form[reason]", "Reason", &self.reason, 2_000);
        problems.or(QuotaRequest { scope, id: self.id.clone(), name: name.to_owned(), changes, reason })
    }
}

/// How many digits behind the point are read; further ones are cut off.
const FINEST: usize = 9;

/// A typed number in stored units; `None` if it can't be a limit.
fn stored(key: Key, text: &str) -> Option<i64> {
    if key.divisor() == 1 {
        return text.parse::<i64>().ok().filter(|n| (0..=LARGEST).contains(n));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.get(..FINEST).unwrap_or(fraction);
    if !format!("{whole}{fraction}").bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = whole.parse::<i64>().ok().filter(|n| (0..=LARGEST).contains(n))?;
    let one = 10_i64.pow(fraction.len() as u32);
    let part = if fraction.is_empty() { 0 } else { fraction.parse::<i64>().ok()? };
    Some(whole * key.divisor() + (part * key.divisor() + one / 2) / one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::Amounts;

    #[test]
    fn typed_numbers_are_taken_exactly_or_not_at_all() {
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
            ("1000000001", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            (".5", None),
            ("1.2.3", None),
            ("1,5", None),
            ("0.٣", None),
            ("", None),
            ("inf", None),
        ];
        for (text, expected) in table {
            assert_eq!(stored(Key::Memory, text), expected, "{text}");
        }
        assert_eq!((stored(Key::Vcpu, "64"), stored(Key::Vcpu, "0.5")), (Some(64), None));
    }

    fn standing() -> Standing {
        Standing {
            scope: "project web".into(),
            limits: BTreeMap::from([(Key::Vcpu, 64), (Key::Memory, 128 * 1_024)]),
            used: Amounts::from_iter([(Key::Vcpu, 40), (Key::Memory, 64 * 1_024), (Key::HostCount, 3)]),
            held: Amounts::default(),
        }
    }

    fn parse(typed: &[(&str, &str)]) -> Result<QuotaRequest, Vec<String>> {
        let field = |(key, value): &(&str, &str)| {
            ((*key).to_owned(), LimitField { value: (*value).to_owned(), unlimited: None })
        };
        let form = QuotaForm { limits: typed.iter().map(field).collect(), ..Default::default() };
        let parsed = form.parse(QuotaScope::Project, "web", &standing());
        parsed.map_err(|problems| problems.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn only_changes_are_kept_in_stored_units() {
        let request = parse(&[("vcpu", "80"), ("memory", "128"), ("rds", ""), ("storage", "0.5")]).expect("good");
        let expected = BTreeMap::from([(Key::Vcpu, 80), (Key::Storage, 512)]);
        assert_eq!(request.limits(), expected);
        assert_eq!(request.summary(), "vCPU +16, Storage limited to 0.5 GiB");
    }

    #[test]
    fn unlimited_is_a_word_or_minus_one_and_has_no_unit() {
        for word in ["-1", "Unlimited", " unlimited "] {
            let request = parse(&[("memory", word)]).expect("good");
            assert_eq!(request.changes[0].new, UNLIMITED, "{word}");
            assert_eq!(request.summary(), "Memory Unlimited");
        }
    }

    #[test]
    fn what_differs_from_what_the_row_showed_is_the_change() {
        let field = |value: &str, ticked: bool| LimitField {
            value: value.to_owned(),
            unlimited: ticked.then(|| "on".to_owned()),
        };
        let (limited, unlimited) = (131_072, UNLIMITED);
        assert_eq!(field("128", true).limit(Key::Memory, limited), Ok(UNLIMITED), "ticked beside the number there was");
        assert_eq!(field("", true).limit(Key::Memory, limited), Ok(UNLIMITED));
        assert_eq!(field("64", true).limit(Key::Memory, limited), Err(NoLimit::Contradiction));
        assert_eq!(field("64", true).limit(Key::Memory, unlimited), Ok(65_536), "typed beside the tick there was");
        assert_eq!(field("64", false).limit(Key::Memory, unlimited), Ok(65_536));
        for nothing in [field("", true), field("", false)] {
            assert_eq!(nothing.limit(Key::Memory, unlimited), Ok(UNLIMITED));
        }
        // An untouched row keeps its limit, even where the number it shows is rounded.
        for limit in [UNLIMITED, 0, 1, 512, 1_023, 99_999, 100_000, 131_072] {
            assert_eq!(LimitField::of(Key::Memory, limit).limit(Key::Memory, limit), Ok(limit), "{limit}");
        }
    }

    #[test]
    fn a_form_filled_with_other_limits_is_refused() {
        let typed = BTreeMap::from([("vcpu".to_owned(), LimitField { value: "80".into(), unlimited: None })]);
        let fresh = QuotaForm { limits: typed, seen: seen(&standing()), ..Default::default() };
        assert!(fresh.parse(QuotaScope::Project, "web", &standing()).is_ok());
        let stale = QuotaForm { seen: "vcpu=60,memory=131072".into(), ..fresh };
        let problems = stale.parse(QuotaScope::Project, "web", &standing()).expect_err("refused");
        assert_eq!(problems[0].field, "form[limits]");
        assert!(problems[0].message.contains("changed since"), "{}", problems[0].message);
    }

    #[test]
    fn what_was_done_is_said_in_a_sentence() {
        let request = parse(&[("vcpu", "80"), ("memory", "-1")]).expect("good");
        assert_eq!(request.outcome(), "vCPU of web is now 80, Memory Unlimited");
    }

    #[test]
    fn what_is_used_bounds_the_limit() {
        assert_eq!(parse(&[("vcpu", "39")]), Err(vec!["form[limits][vcpu][value]".into()]));
        assert!(parse(&[("vcpu", "40")]).is_ok());
        assert_eq!(parse(&[("host_count", "2")]), Err(vec!["form[limits][host_count][value]".into()]));
    }

    #[test]
    fn what_open_tickets_hold_bounds_it_as_well() {
        let request = parse(&[("vcpu", "45")]).expect("good");
        let mut held = standing();
        held.held.add(Key::Vcpu, 5);
        assert_eq!(request.obstacle(&held), None);
        held.held.add(Key::Vcpu, 1);
        let told = request.obstacle(&held).expect("refused");
        assert_eq!(told, "vCPU can't be 45: 40 is in use, and open tickets hold 6.");
    }

    #[test]
    fn nonsense_and_nothing_are_refused() {
        for wrong in ["x", "-2", "1.5", "9999999999999"] {
            assert_eq!(parse(&[("vcpu", wrong)]), Err(vec!["form[limits][vcpu][value]".into()]), "{wrong}");
        }
        assert_eq!(parse(&[("memory", "NaN")]), Err(vec!["form[limits][memory][value]".into()]));
        assert_eq!(parse(&[("vcpu", "64")]), Err(vec!["form[limits]".into()]));
    }

    #[test]
    fn what_changed_meanwhile_stands_in_the_way() {
        let request = parse(&[("vcpu", "80")]).expect("good");
        assert_eq!(request.obstacle(&standing()), None);
        let mut moved = standing();
        moved.limits.insert(Key::Vcpu, 70);
        assert!(request.obstacle(&moved).is_some_and(|why| why.contains("was 64 and is 70 now")));
        let mut used = standing();
        used.used.add(Key::Vcpu, 50);
        assert!(request.obstacle(&used).is_some_and(|why| why.contains("90 is in use")));
    }
}
