//! A ledger of what people were told about each change they asked for, to compare with what the database holds.
//!
//! Every change carries a text that no other carries: the reason of a ticket, the note of a decision, the words of a reply.

use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Confirmed,
    /// Refused, or failed with nothing changed.
    Denied,
    /// No answer came, or none that tells.
    Nothing,
}

#[derive(Clone)]
pub struct Ledger {
    marks: Vec<(String, Told)>,
    /// Whether `viewer` owns `web`, as far as anybody was told.
    pub is_owner: Option<bool>,
}

impl Ledger {
    pub fn new() -> Ledger {
        Ledger { marks: vec![], is_owner: Some(false) }
    }

    pub fn note(&mut self, mark: String, told: Told) {
        self.marks.push((mark, told));
    }

    /// Checks the marks that begin like this: everything confirmed is there once, and nothing denied is there.
    pub async fn check(&self, db: &Db, beginning: &str) {
        let sql =
            "SELECT note FROM ticket_record WHERE note LIKE $1 UNION ALL SELECT body FROM post WHERE body LIKE $1";
        let found: Vec<String> = db.scalars(sql, args![format!("{beginning}%")]).await.expect("query");
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for mark in &found {
            *counts.entry(mark).or_default() += 1;
        }
        for (mark, told) in self.marks.iter().filter(|(mark, _)| mark.starts_with(beginning)) {
            let count = counts.remove(mark.as_str()).unwrap_or_default();
            let is_right = match told {
                Told::Confirmed => count == 1,
                Told::Denied => count == 0,
                Told::Nothing => count <= 1,
            };
            assert!(is_right, "{mark} was told as {told:?} and is there {count} times");
        }
        assert!(counts.is_empty(), "nobody asked for {counts:?}");
        if let Some(is_owner) = self.is_owner {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM assignment a JOIN account u ON u.id = a.account_id
                       WHERE u.username = 'viewer' AND a.role_id = 'project_owner'";
            let count: i64 = db.scalar(sql, args![]).await.expect("query");
            assert_eq!(count == 1, is_owner, "the role of viewer is as it was confirmed");
        }
    }

    /// How many changes were answered like this.
    pub fn count(&self, told: Told) -> usize {
        self.marks.iter().filter(|(_, of)| *of == told).count()
    }
}
