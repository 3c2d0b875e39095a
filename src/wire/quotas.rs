//! Quotas: how they stand, and the form that changes them.

use super::Choice;
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::quota_request::QuotaScope;
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How the caller may change a quota in this view.
    Way {
        /// At once.
        Set = "set", "Set quota";
        /// By a ticket.
        Apply = "apply", "Apply";
    }
}

/// How the quota of one project or domain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeQuota {
    pub scope: QuotaScope,
    pub id: String,
    pub name: String,
    /// The domain's own name, or that of the project's domain.
    pub domain: String,
    pub standing: Standing,
    /// Absent where the caller may only look at it.
    pub way: Option<Way>,
}

impl ScopeQuota {
    /// `project:ID` or `domain:ID`: how an address names it.
    pub fn key(&self) -> String {
        format!("{}:{}", self.scope.key(), self.id)
    }

    pub fn ticket_type(&self) -> TicketType {
        self.scope.ticket_type()
    }
}

/// What `/quotas` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaList {
    /// In a Project View the project, then its domain; otherwise each domain followed by its projects.
    pub scopes: Vec<ScopeQuota>,
    /// What the System View chooses among; empty in the others.
    pub choices: Vec<Choice>,
    /// Everything there is, as a list to choose from.
    pub is_overview: bool,
}
