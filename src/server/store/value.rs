//! Values handed to a query, typed so that a NULL keeps its type on Postgres.

use crate::domain::ids::{DomainId, HostId, ImageId, ProcessId, ProjectId, RoleId, SpecificationId, UserId};
use sqlx::Arguments;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

/// One bind value.
#[derive(Clone, Debug)]
pub enum Val {
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Bytes(Vec<u8>),
    /// A list: an array for `= ANY($1)` on Postgres, a JSON text for `json_each` on SQLite.
    Texts(Vec<String>),
    /// A list of numbers, bound like [`Val::Texts`].
    Ints(Vec<i64>),
}

macro_rules! val_from { ($($from:ty => $variant:ident($x:ident) $value:expr;)*) => { $(
    impl From<$from> for Val {
        fn from($x: $from) -> Val { Val::$variant(Some($value)) }
    }
    impl From<Option<$from>> for Val {
        fn from(x: Option<$from>) -> Val { Val::$variant(x.map(|$x| $value)) }
    }
)* } }
val_from! {
    &str => Text(x) x.to_owned();
    String => Text(x) x;
    &String => Text(x) x.clone();
    i64 => Int(x) x;
    bool => Bool(x) x;
}
macro_rules! val_from_id { ($($id:ty)*) => { $(
    val_from! { &$id => Text(x) x.0.clone(); $id => Text(x) x.0; }
)* } }
val_from_id! { DomainId HostId ImageId ProcessId ProjectId RoleId SpecificationId UserId }

impl From<Vec<String>> for Val {
    fn from(texts: Vec<String>) -> Val {
        Val::Texts(texts)
    }
}
impl From<Vec<u8>> for Val {
    fn from(bytes: Vec<u8>) -> Val {
        Val::Bytes(bytes)
    }
}
impl From<Vec<i64>> for Val {
    fn from(ints: Vec<i64>) -> Val {
        Val::Ints(ints)
    }
}

/// `args![a, b, …]`: the arguments of a query, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::server::store::value::Val::from($value)),*] };
}
// `macro_export` makes the macro usable in tests, which are another crate, but puts it at the crate's root. This line
// gives it a path in its own file.
pub use args;

/// Replaces NUL by U+FFFD, because Postgres refuses NUL in a text. Both databases do so, and store the same.
fn writable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

macro_rules! bind {
    ($values:expr, $arguments:ty, list: $texts:expr, $ints:expr) => {{
        let mut arguments = <$arguments>::default();
        for value in $values {
            match value {
                Val::Text(x) => arguments.add(x.map(writable)),
                Val::Int(x) => arguments.add(x),
                Val::Bool(x) => arguments.add(x),
                Val::Bytes(x) => arguments.add(x),
                Val::Texts(x) => arguments.add($texts(x.into_iter().map(writable).collect::<Vec<String>>())),
                Val::Ints(x) => arguments.add($ints(x)),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }};
}

pub(super) fn bind_sqlite(values: Vec<Val>) -> sqlx::Result<SqliteArguments> {
    let texts = |list: Vec<String>| serde_json::Value::from(list).to_string();
    let ints = |list: Vec<i64>| serde_json::Value::from(list).to_string();
    bind!(values, SqliteArguments, list: texts, ints)
}

pub(super) fn bind_postgres(values: Vec<Val>) -> sqlx::Result<PgArguments> {
    bind!(values, PgArguments, list: std::convert::identity, std::convert::identity)
}
