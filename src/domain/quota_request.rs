//! Asking for other limits of a project or of a domain (SPEC 3): old and new values per key.

use super::directory::{Person, Reach, View, built_in};
use super::ids::{DomainId, ProjectId};
use super::number::Number;
use super::payload::Payload;
use super::process::TicketType;
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

impl QuotaScope {
    /// The ticket type of applications for another quota of this scope.
    pub const fn ticket_type(self) -> TicketType {
        match self {
            QuotaScope::Project => TicketType::ApplyProjectQuota,
            QuotaScope::Domain => TicketType::ApplyDomainQuota,
        }
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
    pub fn in_short(&self) -> String {
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

impl Payload for QuotaRequest {
    fn may_start(person: &Person, ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool {
        if ticket_type == QuotaScope::Domain.ticket_type() {
            return person.held.iter().any(|held| held.reach == Reach::Domain && held.domain == *domain);
        }
        let restricted = [built_in::VIEWER, built_in::SUPPORT];
        project.is_some_and(|project| {
            let mut held = person.held.iter().filter(|held| held.project == *project);
            person.is_admin_of_domain(domain) || held.any(|held| !restricted.contains(&held.role.as_str()))
        })
    }

    fn is_offered(person: &Person, ticket_type: TicketType, view: &View) -> bool {
        let is_of = |scope: QuotaScope| ticket_type == scope.ticket_type();
        match view {
            View::Project(project) if is_of(QuotaScope::Project) => person
                .domain_of(project)
                .is_some_and(|domain| Self::may_start(person, ticket_type, Some(project), domain)),
            View::Domain(domain) if is_of(QuotaScope::Domain) => Self::may_start(person, ticket_type, None, domain),
            _ => false,
        }
    }

    fn ticket_type(&self) -> TicketType {
        self.scope.ticket_type()
    }

    fn resource_name(&self) -> String {
        self.name.clone()
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn summary(&self, project: Option<&str>) -> String {
        format!("{} for {}", self.in_short(), project.unwrap_or(&self.name))
    }

    fn changes_quota(&self) -> bool {
        true
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
            (_, true) => number(key).read(text).ok_or(NoLimit::NoNumber),
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

/// A limit as it is typed: whole, but for what is stored in a smaller unit than it is shown in.
fn number(key: Key) -> Number<'static> {
    Number::new(key.label(), 0..=LARGEST).of(key.unit()).in_parts(key.divisor()).or("Unlimited")
}

#[cfg(test)]
mod tests;
