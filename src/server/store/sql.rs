//! SQL that is put together at run time. Its text comes from this program only; whatever somebody typed is bound.

use super::db::{Db, Dialect, Row};
use super::value::Val;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use sqlx::AssertSqlSafe;
use std::fmt::Write;

pub struct Sql {
    dialect: Dialect,
    text: String,
    args: Vec<Val>,
}

impl Sql {
    pub fn new(dialect: Dialect, text: &'static str) -> Sql {
        Sql { dialect, text: text.to_owned(), args: vec![] }
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub fn push(&mut self, text: &'static str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    pub fn bind(&mut self, value: impl Into<Val>) -> &mut Sql {
        self.args.push(value.into());
        // Writing to a String can't fail.
        let _ = write!(self.text, "${}", self.args.len());
        self
    }

    /// Adds ` LIMIT rows` as a literal. Of a bound limit Postgres assumes that it is a tenth of all rows, and plans for
    /// those.
    pub fn limit(&mut self, rows: i64) -> &mut Sql {
        // Writing to a String can't fail.
        let _ = write!(self.text, " LIMIT {rows}");
        self
    }

    /// Adds ` = any of these`; it matches nothing when the list is empty.
    pub fn is_in(&mut self, list: impl Into<Val>) -> &mut Sql {
        match self.dialect {
            Dialect::Postgres => self.push(" = ANY(").bind(list).push(")"),
            Dialect::Sqlite => self.push(" IN (SELECT value FROM json_each(").bind(list).push("))"),
        }
    }

    /// Adds the condition that the expression before it, which has to be in lower case, contains this text. Wildcards
    /// in the text stand for themselves.
    pub fn contains(&mut self, text: &str) -> &mut Sql {
        let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.push(" LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '\\'")
    }

    /// Begins a subquery that returns its rows as one JSON text: an array per row, with these columns, in this order.
    /// So one statement reads a row with all that belongs to it. The caller goes on with ` FROM …` and the closing
    /// parenthesis.
    pub fn rows(&mut self, columns: &'static str, order: &'static str) -> &mut Sql {
        match self.dialect {
            Dialect::Postgres => {
                self.push("(SELECT COALESCE(CAST(JSON_AGG(JSON_BUILD_ARRAY(").push(columns).push(") ORDER BY ");
                self.push(order).push(") AS TEXT), '[]')")
            }
            Dialect::Sqlite => {
                self.push("(SELECT JSON_GROUP_ARRAY(JSON_ARRAY(").push(columns).push(") ORDER BY ");
                self.push(order).push(")")
            }
        }
    }

    /// Runs the statement of a list. `fields`: the fields of `T` in their order, which are also the names of the
    /// statement's columns. `order`: the statement's own order, said with these names. On SQLite all rows come as one
    /// JSON text, because its driver hands each row from thread to thread and copies each value.
    pub async fn list<T: Row + DeserializeOwned>(self, db: &Db, fields: &str, order: &str) -> sqlx::Result<Vec<T>> {
        if self.dialect == Dialect::Postgres {
            return db.all(AssertSqlSafe(self.text), self.args).await;
        }
        let text = format!("SELECT JSON_GROUP_ARRAY(JSON_ARRAY({fields}) ORDER BY {order}) FROM ({})", self.text);
        let rows: String = db.scalar(AssertSqlSafe(text), self.args).await?;
        read_rows(&rows)
    }

    /// Adds the text that is for this database.
    pub fn pick(&mut self, sqlite: &'static str, postgres: &'static str) -> &mut Sql {
        let text = self.dialect.pick(sqlite, postgres);
        self.push(text)
    }

    pub fn done(self) -> (AssertSqlSafe<String>, Vec<Val>) {
        (AssertSqlSafe(self.text), self.args)
    }
}

/// Reads the JSON text that [`Sql::rows`] returned.
pub fn read_rows<T: DeserializeOwned>(json: &str) -> sqlx::Result<Vec<T>> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Reads SQLite's 0 and 1 as a `bool`, in the rows of [`Sql::list`].
pub fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(i64::deserialize(value)? != 0)
}
