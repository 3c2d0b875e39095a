//! The filter of a list as it stands in an address: the names of its fields, and what was typed for each.
//!
//! Pages, server functions and exports read it by serde alone. So a field that a filter gains is read by all of them.

use serde::de::value::{Error, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};

/// The filter among the pairs of a query. Names that aren't of the filter are passed over. Of a name that is given several
/// times the first value counts.
pub fn read<T: DeserializeOwned + Default>(query: &[(String, String)]) -> T {
    T::deserialize(Pairs(query)).unwrap_or_else(|error| {
        debug_assert!(false, "a filter has texts alone: {error}");
        T::default()
    })
}

/// A query as what a struct of texts is read from. It looks for each field by its name, where a general reader would look
/// for the field of each pair: that is several kilobytes less in the browser half for each filter.
struct Pairs<'a>(&'a [(String, String)]);

impl<'de> Deserializer<'de> for Pairs<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let value = |field: &&str| self.0.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str());
        visitor.visit_seq(SeqDeserializer::new(fields.iter().map(value).map(Value)))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("a filter is a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// What was typed for a field of a filter. A text is empty where its name isn't in the query, an optional one is missing.
struct Value<'a>(Option<&'a str>);

impl<'de> IntoDeserializer<'de, Error> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0.unwrap_or_default())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Some(_) => visitor.visit_some(self),
            None => visitor.visit_none(),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
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
