//! Quota: what a project or a domain may use, counted per key, and whether a request still fits (SPEC 2).

use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// A resource that quota counts. Memory and storage are stored in MiB and shown in GiB.
    Key {
        Vcpu = "vcpu", "vCPU";
        Memory = "memory", "Memory";
        Storage = "storage", "Storage";
        Image = "image", "Image";
        HostCount = "host_count", "Host count";
        Port = "port", "Port";
        ExternalPort = "external_port", "External port";
        Gpu = "gpu", "GPU / isolated device";
        ElasticIp = "elastic_ip", "Elastic IP";
        Snapshot = "snapshot", "Snapshot";
        HostSnapshot = "host_snapshot", "Host snapshot";
        Bucket = "bucket", "Bucket";
        ObjectStorage = "object_storage", "Object storage";
        ObjectCount = "object_count", "Object count";
        SecurityGroup = "security_group", "Security group";
        Rds = "rds", "RDS";
        Cache = "cache", "Cache";
        LoadBalancer = "load_balancer", "Load balancer";
    }
}

/// The stored value for "no limit". It has no unit, so it is never converted.
pub const UNLIMITED: i64 = -1;

impl Key {
    /// How many stored units make one shown unit.
    pub const fn divisor(self) -> i64 {
        match self {
            Key::Memory | Key::Storage => 1_024,
            _ => 1,
        }
    }

    /// The unit written behind a shown amount, if it has one.
    pub const fn unit(self) -> Option<&'static str> {
        match self {
            Key::Memory | Key::Storage | Key::ObjectStorage => Some("GiB"),
            _ => None,
        }
    }

    /// An amount as people read it: `128 GiB`, `0.5 GiB`, `64`, or "Unlimited".
    pub fn show(self, amount: i64) -> String {
        match self.unit() {
            Some(unit) if amount != UNLIMITED => format!("{} {unit}", self.number(amount)),
            _ => self.number(amount),
        }
    }

    /// [`Key::show`] without the unit, for places that show the unit beside the number.
    pub fn number(self, amount: i64) -> String {
        if amount == UNLIMITED {
            return "Unlimited".to_owned();
        }
        // Whole numbers only: code that writes floating-point ones adds 20 kB to the browser half.
        let (divisor, sign) = (self.divisor(), if amount < 0 { "-" } else { "" });
        let (amount, divisor) = (u128::from(amount.unsigned_abs()), u128::from(divisor.unsigned_abs()));
        let thousandths = (amount * 1_000 + divisor / 2) / divisor;
        let exact = format!("{sign}{}.{:03}", thousandths / 1_000, thousandths % 1_000);
        exact.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// Amounts per key, in stored units; an absent key is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amounts(pub BTreeMap<Key, i64>);

impl Amounts {
    pub fn get(&self, key: Key) -> i64 {
        self.0.get(&key).copied().unwrap_or(0)
    }

    pub fn add(&mut self, key: Key, amount: i64) {
        *self.0.entry(key).or_insert(0) += amount;
    }

    pub fn times(&self, n: i64) -> Amounts {
        Amounts(self.0.iter().map(|(k, v)| (*k, v * n)).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = (Key, i64)> + '_ {
        self.0.iter().map(|(k, v)| (*k, *v))
    }
}

impl FromIterator<(Key, i64)> for Amounts {
    fn from_iter<I: IntoIterator<Item = (Key, i64)>>(amounts: I) -> Self {
        let mut all = Amounts::default();
        for (key, amount) in amounts {
            all.add(key, amount);
        }
        all
    }
}

/// The quota of one project or domain: its limits, and what is used and held of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// "project web" or "domain Default": how a refusal names it.
    pub scope: String,
    /// Only limited keys; an absent key is unlimited.
    pub limits: BTreeMap<Key, i64>,
    /// The amounts of everything that exists.
    pub used: Amounts,
    /// The amounts that incomplete tickets have asked for and that don't exist yet.
    pub held: Amounts,
}

/// A key by which a request doesn't fit, with every number the person needs to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error(
    "The quota of {scope} does not allow this: {label}: limit {limit}, used {used}, held by pending tickets {held}, requested {requested}."
)]
pub struct Overrun {
    pub scope: String,
    pub label: String,
    pub limit: String,
    pub used: String,
    pub held: String,
    pub requested: String,
}

impl Standing {
    pub fn limit(&self, key: Key) -> i64 {
        self.limits.get(&key).copied().unwrap_or(UNLIMITED)
    }

    /// The keys that are limited, used or held here, then all others.
    pub fn keys(&self) -> (Vec<Key>, Vec<Key>) {
        let says = |key: &Key| self.limits.contains_key(key) || self.used.get(*key) != 0 || self.held.get(*key) != 0;
        Key::ALL.iter().copied().partition(says)
    }

    /// The amount that may still be asked for; `None` where there is no limit.
    pub fn free(&self, key: Key) -> Option<i64> {
        match self.limit(key) {
            UNLIMITED => None,
            limit => Some((limit - self.used.get(key) - self.held.get(key)).max(0)),
        }
    }

    /// Every key by which `wanted` would overshoot this scope.
    pub fn overruns(&self, wanted: &Amounts) -> Vec<Overrun> {
        wanted
            .iter()
            .filter(|(key, amount)| *amount > 0 && self.free(*key).is_some_and(|free| *amount > free))
            .map(|(key, amount)| Overrun {
                scope: self.scope.clone(),
                label: key.label().to_owned(),
                limit: key.show(self.limit(key)),
                used: key.show(self.used.get(key)),
                held: key.show(self.held.get(key)),
                requested: key.show(amount),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn standing(limit: i64, used: i64, held: i64) -> Standing {
        Standing {
            scope: "project web".into(),
            limits: BTreeMap::from([(Key::Vcpu, limit)]),
            used: Amounts::from_iter([(Key::Vcpu, used)]),
            held: Amounts::from_iter([(Key::Vcpu, held)]),
        }
    }

    #[test]
    fn amounts_are_shown_in_their_unit() {
        assert_eq!(Key::Memory.show(131_072), "128 GiB");
        assert_eq!(Key::Memory.show(512), "0.5 GiB");
        assert_eq!(Key::Memory.show(1_025), "1.001 GiB");
        assert_eq!(Key::Memory.show(1_024 * 10 + 103), "10.101 GiB");
        assert_eq!(Key::Memory.show(2_048 - 1), "1.999 GiB");
        assert_eq!(Key::Memory.show(-512), "-0.5 GiB");
        assert_eq!(Key::Memory.show(0), "0 GiB");
        assert_eq!(Key::Memory.show(100 * 1_024), "100 GiB");
        assert_eq!(Key::Memory.show(i64::MAX), "9007199254740991.999 GiB");
        assert_eq!(Key::Memory.show(UNLIMITED), "Unlimited");
        assert_eq!(Key::Vcpu.show(64), "64");
        assert_eq!(Key::ObjectStorage.show(3), "3 GiB");
    }

    #[test]
    fn a_refusal_names_scope_key_limit_used_held_and_requested() {
        let overrun = standing(64, 40, 20).overruns(&Amounts::from_iter([(Key::Vcpu, 8)])).remove(0).to_string();
        for part in ["project web", "vCPU", "limit 64", "used 40", "held by pending tickets 20", "requested 8"] {
            assert!(overrun.contains(part), "{part} in {overrun}");
        }
    }

    proptest! {
        #[test]
        fn what_fits_never_overshoots(limit in -1i64..100, used in 0i64..120, held in 0i64..120, wanted in 1i64..120) {
            let fits = standing(limit, used, held).overruns(&Amounts::from_iter([(Key::Vcpu, wanted)])).is_empty();
            prop_assert_eq!(fits, limit == UNLIMITED || used + held + wanted <= limit);
        }
    }
}
