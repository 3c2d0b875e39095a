//! The filter of a list as it stands in an address: the names of its fields, and what was typed for each.
//!
//! Pages, server functions and exports read it by serde alone. So a field that a filter gains is read by all of them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashSet;

/// The filter among the pairs of a query. Names that aren't of the filter are passed over. Of a name that is given several
/// times the first value counts.
pub fn read<T: DeserializeOwned + Default>(query: &[(String, String)]) -> T {
    let mut seen = HashSet::new();
    let first: Vec<&(String, String)> = query.iter().filter(|(name, _)| seen.insert(name.as_str())).collect();
    let text = serde_urlencoded::to_string(first).unwrap_or_default();
    serde_urlencoded::from_str(&text).unwrap_or_default()
}

/// The pairs that the filter is read from again, those without a value among them. A cursor that isn't set has no pair.
pub fn written<T: Serialize>(filter: &T) -> Vec<(String, String)> {
    let text = serde_urlencoded::to_string(filter).unwrap_or_default();
    serde_urlencoded::from_str(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::workflow::TicketFilter;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_again(id in any::<String>(), project in "\\PC{0,20}", after in any::<Option<String>>()) {
            let filter = TicketFilter { id, project, after, ..TicketFilter::default() };
            prop_assert_eq!(read::<TicketFilter>(&written(&filter)), filter);
        }

        #[test]
        fn any_query_is_a_filter(query in prop::collection::vec(("id|sort|before|dialog|\\PC{0,5}", any::<String>()), 0..6)) {
            let filter: TicketFilter = read(&query);
            let first = query.iter().find(|(name, _)| name == "id").map(|(_, value)| value.as_str());
            prop_assert_eq!(filter.id.as_str(), first.unwrap_or_default());
        }
    }
}
