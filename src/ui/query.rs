//! The URL's query as pairs: tabs, filters, pages, dialogs and half-made forms all live there.

use super::memo::memo;
use crate::wire::filter;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::de::DeserializeOwned;

/// The names of what opens a dialog, says what it is about, or reports on the last form; lists and links leave them out. A
/// dialog that asks under a new name has to have it here. One prefix for all would need no list, but links and bookmarks
/// name these.
const PASSING: [&str; 10] =
    ["dialog", "ticket", "process", "about", "assignment", "hosts", "selected", "file", "follows", "flash"];

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(pub Vec<(String, String)>);

impl Query {
    pub fn parse(search: &str) -> Query {
        Query(serde_urlencoded::from_str(search.trim_start_matches('?')).unwrap_or_default())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The values of a name that may be given several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value, or an empty text.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// What a list shows.
    pub fn filter<T: DeserializeOwned + Default>(&self) -> T {
        filter::read(&self.0)
    }

    /// What stays when a dialog closes: the list's filters, order and page.
    pub fn lasting(&self) -> Query {
        let lasts = |name: &str| !PASSING.contains(&name) && !name.starts_with("form[");
        Query(self.0.iter().filter(|(name, _)| lasts(name)).cloned().collect())
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Query {
        self.0.retain(|(n, _)| n != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    pub fn without(mut self, names: &[&str]) -> Query {
        self.0.retain(|(n, _)| !names.contains(&n.as_str()));
        self
    }

    /// The path of a page's address.
    pub fn path_of(address: &str) -> &str {
        address.split(['?', '#']).next().unwrap_or(address)
    }

    /// `path?query`, or the path alone.
    pub fn url(&self, path: &str) -> String {
        match serde_urlencoded::to_string(&self.0) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

/// The current query, as it changes.
pub fn use_query() -> Memo<Query> {
    let search = use_location().search;
    memo(move |_| search.with(|search| Query::parse(search)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_a_dialog_keeps_the_list() {
        let query = Query::parse("?status=incomplete&dialog=pass&ticket=12&follows=7&form%5Bname%5D=x&after=9%2B1");
        assert_eq!(query.text("form[name]"), "x");
        assert_eq!(query.lasting().url("/list"), "/list?status=incomplete&after=9%2B1");
        assert_eq!(query.lasting().without(&["after", "status"]).url("/list"), "/list");
        assert_eq!(Query::default().with("a", "b c").with("a", "d").url("/"), "/?a=d");
    }
}
