//! Asking for other limits of a project or of a domain (SPEC 3): old and new values per key.

use super::quota::{Key, Standing, UNLIMITED};
use super::validation::{Problem, Problems};
use crate::text_enum;
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

    /// "vCPU +16, Memory +32 GiB": the short form written on a button; from the fourth key on, how many more.
    pub fn summary(&self) -> String {
        let word = |change: &LimitChange| format!("{} {}", change.key.label(), change.delta());
        let mut words: Vec<_> = self.changes.iter().take(3).map(word).collect();
        if self.changes.len() > 3 {
            words.push(format!("{} more", self.changes.len() - 3));
        }
        words.join(", ")
    }

    /// Why it can't be carried out on the quota as it is now: a limit below what is used, or another old value than the
    /// one that was shown.
    pub fn obstacle(&self, standing: &Standing) -> Option<String> {
        self.changes.iter().find_map(|change| {
            let (key, now, used) = (change.key, standing.limit(change.key), standing.used.get(change.key));
            if now != change.old {
                let (was, is) = (key.show(change.old), key.show(now));
                Some(format!("The {} limit of {} was {was} and is {is} now.", key.label(), standing.scope))
            } else if change.new != UNLIMITED && change.new < used {
                Some(below_use(change.new, key, used))
            } else {
                None
            }
        })
    }
}

fn below_use(new: i64, key: Key, used: i64) -> String {
    format!("{} can't be {}: {} is in use.", key.label(), key.show(new), key.show(used))
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
}

/// The largest limit that can be typed, in shown units.
const LARGEST: i64 = 1_000_000_000;

impl QuotaForm {
    /// Checks the form against how the quota stands; `name` is the project's or the domain's.
    pub fn parse(&self, scope: QuotaScope, name: &str, standing: &Standing) -> Result<QuotaRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let mut changes = Vec::new();
        for key in Key::ALL.iter().copied() {
            let Some(typed) = self.limits.get(key.key()) else { continue };
            let field = format!("form[limits][{}][value]", key.key());
            let old = standing.limit(key);
            let new = match stored(key, typed, old) {
                Some(new) => new,
                None => {
                    let unit = key.unit().map(|unit| format!(" of {unit}")).unwrap_or_default();
                    let label = key.label();
                    problems.add(&field, format!("{label} must be a number{unit} from 0 on, or Unlimited."));
                    continue;
                }
            };
            let used = standing.used.get(key);
            if new != UNLIMITED && new < used {
                problems.add(&field, below_use(new, key, used));
            }
            if new != old {
                changes.push(LimitChange { key, old, new });
            }
        }
        if problems.is_empty() && changes.is_empty() {
            problems.add("form[limits]", "Change at least one of the limits.");
        }
        let reason = problems.text("form[reason]", "Reason", &self.reason, 2_000);
        problems.or(QuotaRequest { scope, id: self.id.clone(), name: name.to_owned(), changes, reason })
    }
}

/// What was typed, in stored units: `None` if it isn't a limit.
fn stored(key: Key, typed: &LimitField, old: i64) -> Option<i64> {
    let text = typed.value.trim();
    if typed.unlimited.is_some() || text == "-1" || text.eq_ignore_ascii_case("unlimited") {
        return Some(UNLIMITED);
    }
    if text.is_empty() {
        return Some(old);
    }
    if key.divisor() == 1 {
        return text.parse::<i64>().ok().filter(|n| (0..=LARGEST).contains(n));
    }
    let shown = text.parse::<f64>().ok().filter(|n| (0.0..=LARGEST as f64).contains(n))?;
    Some((shown * key.divisor() as f64).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quota::Amounts;

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
    fn what_is_used_bounds_the_limit() {
        assert_eq!(parse(&[("vcpu", "39")]), Err(vec!["form[limits][vcpu][value]".into()]));
        assert!(parse(&[("vcpu", "40")]).is_ok());
        assert_eq!(parse(&[("host_count", "2")]), Err(vec!["form[limits][host_count][value]".into()]));
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
