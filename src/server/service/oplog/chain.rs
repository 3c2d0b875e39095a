//! The hashes of the chain: a record's and a seal's. Pure functions, so that anybody can compute them anew, anywhere.
//!
//! A record's hash is the SHA-256 of all its fields in a fixed order, each with its length in front, so that two
//! different records never spell one text. A seal's hash covers its range, the hashes of its records and the seal
//! before it. With a key it is an HMAC, which people who have only the database can't make.

use crate::domain::time::Millis;
use crate::server::store::oplog::Record;
use crate::server::store::oplog::seal::{Kind, Seal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The operator's secret, which seals take into their hash if one is set.
#[derive(Clone, Copy)]
pub struct Key<'a>(pub Option<&'a str>);

/// What the first seal names in place of a previous seal's hash.
const BEGINNING: &str = "beginning";

/// The next place of the chain: its number, and the hash of the seal before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub number: i64,
    pub previous: String,
}

impl Link {
    /// The place after the newest seal, which `head` gives by number and hash.
    pub fn after(head: Option<(i64, String)>) -> Link {
        match head {
            Some((number, hash)) => Link { number: number + 1, previous: hash },
            None => Link { number: 1, previous: BEGINNING.to_owned() },
        }
    }

    /// A seal over these records: all that have numbers from `first` to `last`, in order.
    pub fn over_records(self, first: i64, last: i64, records: &[Record], key: Key, now: Millis) -> Seal {
        let entries = entries(records);
        let seal = Seal {
            number: self.number,
            kind: Kind::Records,
            first_record: first,
            last_record: last,
            records: records.len() as i64,
            latest_at: records.iter().map(|r| r.at).max().unwrap_or(0),
            content: digest(&entries),
            previous: self.previous,
            hash: String::new(),
            keyed: key.0.is_some(),
            sealed_at: now,
            entries,
        };
        signed(seal, key)
    }

    /// A seal that says that the records from `first` to `last` are removed, all of them older than `limit` (ms).
    pub fn over_removal(self, first: i64, last: i64, records: i64, limit: Millis, key: Key, now: Millis) -> Seal {
        let seal = Seal {
            number: self.number,
            kind: Kind::Removal,
            first_record: first,
            last_record: last,
            records,
            latest_at: limit,
            content: digest(""),
            previous: self.previous,
            hash: String::new(),
            keyed: key.0.is_some(),
            sealed_at: now,
            entries: String::new(),
        };
        signed(seal, key)
    }
}

fn signed(mut seal: Seal, key: Key) -> Seal {
    seal.hash = seal_hash(&seal, key);
    seal
}

fn entries(records: &[Record]) -> String {
    let mut lines = String::new();
    for record in records {
        // Writing to a String can't fail.
        let _ = writeln!(lines, "{} {}", record.number, record_hash(record));
    }
    lines
}

/// Reads a seal's line about a record: the record's number and hash.
pub fn read_entry(line: &str) -> Option<(i64, &str)> {
    let (number, hash) = line.split_once(' ')?;
    Some((number.parse().ok()?, hash))
}

/// The SHA-256 of a text, as 43 characters.
pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// The hash of all fields of a record. A record without a token spells the text that it spelt before there were tokens, so
/// that older seals still fit; one with a token spells a longer text under another title.
pub fn record_hash(record: &Record) -> String {
    let Record {
        number,
        at,
        operator_id,
        operator_name,
        view,
        resource_type,
        resource_id,
        resource_name,
        project_id,
        project_name,
        domain_id,
        domain_name,
        operation,
        result,
        reason,
        ip,
        details,
        token_id,
        token_name,
    } = record;
    let (number, at) = (number.to_string(), at.to_string());
    let mut fields: Vec<Option<&str>> = vec![
        Some(number.as_str()),
        Some(at.as_str()),
        operator_id.as_deref(),
        Some(operator_name),
        Some(view),
        Some(resource_type),
        Some(resource_id),
        Some(resource_name),
        project_id.as_deref(),
        project_name.as_deref(),
        domain_id.as_deref(),
        domain_name.as_deref(),
        Some(operation),
        Some(result),
        reason.as_deref(),
        Some(ip),
        Some(details),
    ];
    if token_id.is_none() && token_name.is_none() {
        return digest(&canonical("countersign record 1", &fields));
    }
    fields.extend([token_id.as_deref(), token_name.as_deref()]);
    digest(&canonical("countersign record 2", &fields))
}

/// A seal's hash, which the next seal names: an HMAC if the seal carries a key, else a plain SHA-256.
pub fn seal_hash(seal: &Seal, key: Key) -> String {
    let numbers = [
        seal.number,
        seal.first_record,
        seal.last_record,
        seal.records,
        seal.latest_at,
        i64::from(seal.keyed),
        seal.sealed_at,
    ]
    .map(|n| n.to_string());
    let mut fields: Vec<Option<&str>> = numbers.iter().map(|n| Some(n.as_str())).collect();
    fields.extend([Some(seal.kind.key()), Some(seal.content.as_str()), Some(seal.previous.as_str())]);
    let text = canonical("countersign seal 1", &fields);
    match key.0.filter(|_| seal.keyed) {
        None => digest(&text),
        Some(key) => {
            // HMAC takes keys of any length.
            let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
                return digest(&text);
            };
            mac.update(text.as_bytes());
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        }
    }
}

/// Fields as one text that can be taken apart again: `-` is no text, `3:abc` a text of three bytes.
fn canonical(title: &str, fields: &[Option<&str>]) -> String {
    let mut text = format!("{title}\n");
    for field in fields {
        let _ = match field {
            None => writeln!(text, "-"),
            Some(field) => writeln!(text, "{}:{field}", field.len()),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(number: i64) -> Record {
        Record {
            number,
            at: 1_000 + number,
            operator_id: Some("u".into()),
            operator_name: "ada".into(),
            view: "System View".into(),
            resource_type: "host".into(),
            resource_id: "h".into(),
            resource_name: "web-1".into(),
            project_id: None,
            project_name: None,
            domain_id: Some("default".into()),
            domain_name: Some("Default".into()),
            operation: "create".into(),
            result: "success".into(),
            reason: None,
            ip: "192.0.2.1".into(),
            details: "{}".into(),
            token_id: None,
            token_name: None,
        }
    }

    #[test]
    fn every_field_counts() {
        let original = record_hash(&record(1));
        // As it was before records could have a token.
        assert_eq!(original, "hygl-6UwPDrUbWiTeoidD4nz5tvyBcsq27uWa_0XhSo");
        let changes: [fn(&mut Record); 19] = [
            |r| r.number = 2,
            |r| r.at += 1,
            |r| r.operator_id = None,
            |r| r.operator_name = "adb".into(),
            |r| r.view = String::new(),
            |r| r.resource_type = "user".into(),
            |r| r.resource_id = "i".into(),
            |r| r.resource_name = "web-2".into(),
            |r| r.project_id = Some(String::new()),
            |r| r.project_name = Some("-".into()),
            |r| r.domain_id = Some("acme".into()),
            |r| r.domain_name = None,
            |r| r.operation = "delete".into(),
            |r| r.result = "failed".into(),
            |r| r.reason = Some(String::new()),
            |r| r.ip = "192.0.2.2".into(),
            |r| r.details = "{\"a\":1}".into(),
            |r| r.token_id = Some(String::new()),
            |r| r.token_name = Some(String::new()),
        ];
        for (i, change) in changes.iter().enumerate() {
            let mut changed = record(1);
            change(&mut changed);
            assert_ne!(record_hash(&changed), original, "field {i}");
        }
    }

    #[test]
    fn fields_dont_run_into_each_other() {
        let (mut a, mut b) = (record(1), record(1));
        (a.resource_id, a.resource_name) = ("x\n1:y".into(), "z".into());
        (b.resource_id, b.resource_name) = ("x".into(), "y\n1:z".into());
        assert_ne!(record_hash(&a), record_hash(&b));
    }

    #[test]
    fn a_seal_depends_on_the_one_before_and_on_the_key() {
        let records = [record(1), record(3)];
        let first = Link::after(None).over_records(1, 3, &records, Key(None), 5_000);
        assert_eq!((first.records, first.latest_at), (2, 1_003));
        let read: Vec<_> = first.entries.lines().filter_map(read_entry).map(|(n, _)| n).collect();
        assert_eq!(read, [1, 3]);
        assert_eq!(seal_hash(&first, Key(None)), first.hash);
        let link = Link::after(Some((1, first.hash.clone())));
        let second = link.clone().over_records(4, 4, &[record(4)], Key(Some("k")), 5_000);
        assert_eq!((second.number, &second.previous), (2, &first.hash));
        assert_eq!(seal_hash(&second, Key(Some("k"))), second.hash);
        for wrong in [Key(None), Key(Some("l"))] {
            assert_ne!(seal_hash(&second, wrong), second.hash);
        }
        let other = Link::after(Some((1, digest("other")))).over_records(4, 4, &[record(4)], Key(Some("k")), 5_000);
        assert_ne!(other.hash, second.hash);
    }

    #[test]
    fn every_field_of_a_token_counts() {
        let with = |id: Option<&str>, name: Option<&str>| {
            let (token_id, token_name) = (id.map(str::to_owned), name.map(str::to_owned));
            record_hash(&Record { token_id, token_name, ..record(1) })
        };
        let hashes =
            [with(Some("a"), Some("b")), with(Some("ab"), None), with(None, Some("ab")), with(Some("b"), Some("a"))];
        let different: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(different.len(), hashes.len());
    }

    #[test]
    fn the_canonical_text_is_fixed() {
        // Existing chains are checked with this text, so under one title its form never changes.
        assert_eq!(canonical("t", &[Some("abc"), None, Some("")]), "t\n3:abc\n-\n0:\n");
        assert_eq!(digest("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", "SHA-256 of abc");
    }
}
