//! Where a list of the operation log stands, and what of the address is its own.

use crate::domain::oplog::ResourceType;
use crate::ui::query::Query;
use crate::wire::filter;
use crate::wire::logs::LogFilter;

/// Where a list stands and what it is limited to.
#[derive(Clone, PartialEq)]
pub struct Place {
    pub page: String,
    /// Only what is about this resource: its type and id.
    pub about: Option<(ResourceType, String)>,
}

impl Place {
    pub(super) fn filter(&self, query: &Query) -> LogFilter {
        // The page says what its list is about and how much of it is shown, not the address.
        let typed =
            LogFilter { about_type: String::new(), about_id: String::new(), shown: String::new(), ..query.filter() };
        match &self.about {
            // Where the resource is given, only dates are asked for.
            Some((resource, id)) => LogFilter {
                about_type: resource.key().to_owned(),
                about_id: id.clone(),
                from: typed.from,
                to: typed.to,
                zone: typed.zone,
                after: typed.after,
                ..LogFilter::default()
            },
            None => typed,
        }
    }

    /// What of the page's query isn't the list's: a tab, say.
    pub(super) fn keep(query: &Query) -> Query {
        // An empty filter is written with all of its names.
        let own = filter::written(&LogFilter::default());
        query.lasting().without(&own.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
    }
}
