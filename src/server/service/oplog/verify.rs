//! `countersign log verify`: goes through the chain from its beginning, seal by seal, and compares it with the records.
//!
//! People who can write to the database and know this program can make a chain of their own, unless seals carry the key
//! (`--log-key`), or the newest seal is noted elsewhere and handed in again (`--head`).

use super::chain::{Key, Link, digest, read_entry, record_hash, seal_hash};
use crate::domain::oplog::Head;
use crate::server::app::App;
use crate::server::store::oplog::seal::{Kind, Seal};
use crate::server::store::oplog::{self, Record, seal};
use crate::wire::error::AppError;

/// How many seals are held in memory at once.
const SEALS_AT_ONCE: i64 = 20;
/// How many records are held in memory at once.
const RECORDS_AT_ONCE: i64 = 500;

/// What a check of the chain has seen until it ended or found something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub seals: i64,
    /// Records that are as they were sealed.
    pub records: i64,
    /// Records that retention removed.
    pub removed: i64,
    /// Records that aren't sealed yet.
    pub unsealed: i64,
    /// The newest seal: noted elsewhere, it proves later that the chain up to it is still the same.
    pub head: Option<Head>,
    /// The seals up to this number carry no key.
    pub without_key: i64,
}

/// The first thing that isn't as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    #[error("record {0} was changed")]
    RecordChanged(i64),
    #[error("record {0} is missing")]
    RecordMissing(i64),
    #[error("record {0} was not there when its range was sealed")]
    RecordInserted(i64),
    #[error("seal {0} is missing")]
    SealMissing(i64),
    #[error("seal {0} was changed")]
    SealChanged(i64),
    #[error("seal {0} carries a key: give it with --log-key")]
    KeyNeeded(i64),
    #[error("seal {0} doesn't carry the key that seals before it do")]
    KeyLost(i64),
    #[error("seal {0} is not the one that was noted")]
    NotTheNotedHead(i64),
}

/// Checks the whole chain. The report says how far the check came.
pub async fn verify(app: &App, noted: Option<&Head>) -> Result<(Report, Option<Finding>), AppError> {
    let mut walk = Walk {
        app,
        noted,
        report: Report::default(),
        expected: Link::after(None),
        above: 0,
        removed_through: seal::removed_through(&app.db).await?,
    };
    let finding = walk.seals().await?;
    if finding.is_none() {
        walk.report.unsealed = oplog::count_above(&app.db, walk.above).await?;
    }
    Ok((walk.report, finding))
}

struct Walk<'a> {
    app: &'a App,
    noted: Option<&'a Head>,
    report: Report,
    /// The number that the next seal must have, and the previous hash that it must name.
    expected: Link,
    /// The number of the last record that was checked.
    above: i64,
    removed_through: i64,
}

impl Walk<'_> {
    async fn seals(&mut self) -> Result<Option<Finding>, AppError> {
        loop {
            let seals = seal::after(&self.app.db, self.expected.number - 1, SEALS_AT_ONCE).await?;
            if seals.is_empty() {
                break;
            }
            for seal in seals {
                let finding = match self.link(&seal) {
                    Some(finding) => Some(finding),
                    None => self.content(&seal).await?,
                };
                if finding.is_some() {
                    return Ok(finding);
                }
                self.report.seals += 1;
                self.expected = Link::after(Some((seal.number, seal.hash.clone())));
                self.report.head = Some(Head { number: seal.number, hash: seal.hash });
            }
        }
        let last = self.expected.number - 1;
        Ok(self.noted.filter(|noted| noted.number > last).map(|_| Finding::SealMissing(last + 1)))
    }

    /// Checks that a seal is unchanged and follows the seal before it.
    fn link(&mut self, seal: &Seal) -> Option<Finding> {
        let number = self.expected.number;
        if seal.number != number {
            return Some(Finding::SealMissing(number));
        }
        if !seal.keyed && number - 1 > self.report.without_key {
            return Some(Finding::KeyLost(number));
        }
        if !seal.keyed {
            self.report.without_key = number;
        }
        let key = self.app.settings.log_key.as_deref();
        if seal.keyed && key.is_none() {
            return Some(Finding::KeyNeeded(number));
        }
        if seal_hash(seal, Key(key)) != seal.hash {
            return Some(Finding::SealChanged(number));
        }
        if seal.previous != self.expected.previous {
            // This seal is unchanged, so the seal before it was changed.
            return Some(Finding::SealChanged(number - 1));
        }
        let is_noted = |noted: &&Head| noted.number == number && noted.hash != seal.hash;
        self.noted.filter(is_noted).map(|_| Finding::NotTheNotedHead(number))
    }

    /// Checks that what a seal covers is as it was sealed.
    async fn content(&mut self, seal: &Seal) -> Result<Option<Finding>, AppError> {
        match seal.kind {
            Kind::Removal => {
                self.report.removed += seal.records;
                Ok(None)
            }
            Kind::Records if seal.last_record <= self.removed_through => self.removed(seal).await,
            Kind::Records => {
                let finding = self.records(seal).await?;
                if finding.is_some() {
                    // Retention may have removed the range meanwhile.
                    self.removed_through = seal::removed_through(&self.app.db).await?;
                    if seal.last_record <= self.removed_through {
                        return self.removed(seal).await;
                    }
                }
                Ok(finding)
            }
        }
    }

    /// Checks a range whose records were removed: no record may be left in it or added to it.
    async fn removed(&mut self, seal: &Seal) -> Result<Option<Finding>, AppError> {
        let left = oplog::range(&self.app.db, self.lower_bound(), seal.last_record, 1).await?;
        self.above = seal.last_record;
        Ok(left.first().map(|record| Finding::RecordInserted(record.number)))
    }

    async fn records(&mut self, seal: &Seal) -> Result<Option<Finding>, AppError> {
        if digest(&seal.entries) != seal.content || seal.first_record != self.above + 1 {
            return Ok(Some(Finding::SealChanged(seal.number)));
        }
        let mut sealed = seal.entries.lines().filter_map(read_entry);
        let mut from = self.lower_bound();
        loop {
            let page = oplog::range(&self.app.db, from, seal.last_record, RECORDS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            from = last.number;
            for record in &page {
                if let Some(finding) = compare(sealed.next(), record) {
                    return Ok(Some(finding));
                }
            }
        }
        if let Some((number, _)) = sealed.next() {
            return Ok(Some(Finding::RecordMissing(number)));
        }
        self.report.records += seal.records;
        self.above = seal.last_record;
        Ok(None)
    }

    /// The number above which the next range begins. The first range has no lower bound: records with numbers below 1
    /// must be found too.
    fn lower_bound(&self) -> i64 {
        if self.above == 0 { i64::MIN } else { self.above }
    }
}

/// Compares the next line of a seal with the next record that is there.
fn compare(sealed: Option<(i64, &str)>, record: &Record) -> Option<Finding> {
    match sealed {
        None => Some(Finding::RecordInserted(record.number)),
        Some((number, _)) if number > record.number => Some(Finding::RecordInserted(record.number)),
        Some((number, _)) if number < record.number => Some(Finding::RecordMissing(number)),
        Some((_, hash)) if hash != record_hash(record) => Some(Finding::RecordChanged(record.number)),
        Some(_) => None,
    }
}
