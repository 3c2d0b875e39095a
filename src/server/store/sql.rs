//! SQL put together at run time: only from texts of this program and bound values, never from what somebody typed.

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

    /// ` LIMIT rows`, written out: of one that is bound Postgres takes it to be a tenth of all rows, and plans for those.
    pub fn limit(&mut self, rows: i64) -> &mut Sql {
        // Writing to a String can't fail.
        let _ = write!(self.text, " LIMIT {rows}");
        self
    }

    /// ` = any of these`; matches nothing when the list is empty.
    pub fn is_in(&mut self, list: impl Into<Val>) -> &mut Sql {
        match self.dialect {
            Dialect::Postgres => self.push(" = ANY(").bind(list).push(")"),
            Dialect::Sqlite => self.push(" IN (SELECT value FROM json_each(").bind(list).push("))"),
        }
    }

    /// ` contains this text`, whatever its case; wildcards in the text stand for themselves.
    pub fn contains(&mut self, text: &str) -> &mut Sql {
        let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        self.push(" LIKE ").bind(format!("%{escaped}%")).push(" ESCAPE '\\'")
    }

    /// `(SELECT …` for rows that belong to a row, as one JSON text of arrays in this order: what belongs together is read by one
    /// statement. Goes on with ` FROM …` and the closing parenthesis.
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

    /// The rows of a list: `fields` are those of `T`, which the columns of this statement are named after; `order` says by
    /// them what its own order says. From SQLite they come as one text: there each row of an answer is handed from thread
    /// to thread, and each of its values copied.
    pub async fn list<T: Row + DeserializeOwned>(self, db: &Db, fields: &str, order: &str) -> sqlx::Result<Vec<T>> {
        if self.dialect == Dialect::Postgres {
            return db.all(AssertSqlSafe(self.text), self.args).await;
        }
        let text = format!("SELECT JSON_GROUP_ARRAY(JSON_ARRAY({fields}) ORDER BY {order}) FROM ({})", self.text);
        let rows: String = db.scalar(AssertSqlSafe(text), self.args).await?;
        read_rows(&rows)
    }

    /// The text for this database.
    pub fn pick(&mut self, sqlite: &'static str, postgres: &'static str) -> &mut Sql {
        let text = self.dialect.pick(sqlite, postgres);
        self.push(text)
    }

    pub fn done(self) -> (AssertSqlSafe<String>, Vec<Val>) {
        (AssertSqlSafe(self.text), self.args)
    }
}

/// What [`Sql::rows`] read.
pub fn read_rows<T: DeserializeOwned>(json: &str) -> sqlx::Result<Vec<T>> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// SQLite's 0 and 1, in what [`Sql::list`] reads.
pub fn truth<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(i64::deserialize(value)? != 0)
}
