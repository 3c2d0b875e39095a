//! Asking for other limits of a project or of a domain (SPEC 3): old and new values per key.

use super::number::Number;
use super::quota::{Key, Standing, UNLIMITED};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// Whose quota it is.
    QuotaScope {
        Project = "project", "Project";
        Domain = "domain", "Domain";
    }
}

/// One key's change, in stored units; [`UNLIMITED`] is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitChange {
    pub key: Key,
    pub old: i64,
    pub new: i64,
}

impl LimitChange {
    /// "+16", "-4 GiB", or what it becomes where one of the two is no limit.
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
    /// Its name when the request was made.
    pub name: String,
    /// Only the keys that change; at least one.
    pub changes: Vec<LimitChange>,
    pub reason: String,
}

impl QuotaRequest {
    /// The limits it leads to.
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

    /// Why it can't be carried out on the quota as it is now: a limit below what is used and held, or another old value
    /// than the one that was shown.
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

/// Why a limit is too low: what open tickets hold was promised to them, and would overshoot it once they are passed.
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
    /// What the row shows of a limit before anybody types.
    pub fn of(key: Key, limit: i64) -> LimitField {
        match limit {
            UNLIMITED => LimitField { value: String::new(), unlimited: Some("on".to_owned()) },
            limit => LimitField { value: key.number(limit), unlimited: None },
        }
    }

    /// The limit that is meant, in stored units. What differs from what the row showed is the change: a number typed beside
    /// the tick of a key that has no limit gives it one, and a tick beside the number that was there takes it away.
    pub fn limit(&self, key: Key, old: i64) -> Result<i64, NoLimit> {
        let text = self.value.trim();
        let is_word = text == "-1" || text.eq_ignore_ascii_case("unlimited");
        let is_typed = !text.is_empty() && text != LimitField::of(key, old).value;
        match (self.unlimited.is_some(), is_typed) {
            _ if is_word => Ok(UNLIMITED),
            (true, true) if old != UNLIMITED => Err(NoLimit::Contradiction),
            (true, false) => Ok(UNLIMITED),
            (false, false) => Ok(old),
            (_, true) => number(key).read(text).ok_or(NoLimit::NoNumber),
        }
    }
}

/// Why a row of the form says no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLimit {
    NoNumber,
    /// Another number and "Unlimited" at once.
    Contradiction,
}

impl NoLimit {
    fn message(self, key: Key) -> String {
        match self {
            NoLimit::NoNumber => number(key).refusal(),
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
    /// By a [`Key`]'s key.
    pub limits: BTreeMap<String, LimitField>,
    pub reason: String,
    /// The [`seen`] limits that the form was filled with, so that nobody takes back a change they don't know of.
    pub seen: String,
}

/// All limits in one word, as a form carries them.
pub fn seen(standing: &Standing) -> String {
    let limits: Vec<_> = standing.limits.iter().map(|(key, limit)| format!("{}={limit}", key.key())).collect();
    if limits.is_empty() { "unlimited".to_owned() } else { limits.join(",") }
}

/// The largest limit that can be typed, in shown units.
const LARGEST: i64 = 1_000_000_000;

impl QuotaForm {
    /// Checks the form against how the quota stands; `name` is the project's or the domain's.
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
            // A limit that stays may well be below what is used: somebody lowered it by hand once.
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

/// A limit as it is typed: whole, but for what is stored in a smaller unit than it is shown in.
fn number(key: Key) -> Number<'static> {
    Number::new(key.label(), 0..=LARGEST).of(key.unit()).in_parts(key.divisor()).or("Unlimited")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::Amounts;

    #[test]
    fn fault_14_what_is_stored_in_parts_takes_decimals() {
        let read = |key: Key, typed: &str| number(key).read(typed);
        assert_eq!((read(Key::Memory, "0.5"), read(Key::Storage, "1000000001")), (Some(512), None));
        assert_eq!((read(Key::Vcpu, "64"), read(Key::Vcpu, "0.5"), read(Key::Vcpu, "+16")), (Some(64), None, None));
        assert_eq!(
            NoLimit::NoNumber.message(Key::ObjectStorage),
            "Object storage must be a whole number of GiB from 0 to 1,000,000,000, in digits alone, or Unlimited."
        );
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
        // What a row shows says the same limit, even where the number shown is rounded.
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
        for wrong in ["x", "-2", "+16", "1.5", "256,5", "9999999999"] {
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
