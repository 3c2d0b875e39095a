//! Where a list of the operation log stands, and what of the address is its own.

use crate::domain::oplog::ResourceType;
use crate::ui::query::Query;
use crate::wire::logs::LogFilter;

/// The names of the list's own part of the query.
const OWN: [&str; 9] = ["operator", "operation", "resource_type", "result", "from", "to", "zone", "shown", "after"];

/// Where a list stands and what it is limited to.
#[derive(Clone, PartialEq)]
pub struct Place {
    pub page: String,
    /// Only what is about this resource: its type and id.
    pub about: Option<(ResourceType, String)>,
}

impl Place {
    pub(super) fn filter(&self, query: &Query) -> LogFilter {
        let (about_type, about_id) = match &self.about {
            Some((resource, id)) => (resource.key().to_owned(), id.clone()),
            None => Default::default(),
        };
        // Where the resource is given, only dates are asked for.
        let text = |name: &str| {
            if self.about.is_some() { String::new() } else { query.text(name) }
        };
        LogFilter {
            about_type,
            about_id,
            operator: text("operator"),
            operation: text("operation"),
            resource_type: text("resource_type"),
            result: text("result"),
            from: query.text("from"),
            to: query.text("to"),
            zone: query.text("zone"),
            shown: String::new(),
            after: query.text("after"),
        }
    }

    /// What of the page's query isn't the list's: a tab, say.
    pub(super) fn keep(query: &Query) -> Query {
        query.lasting().without(&OWN)
    }
}
