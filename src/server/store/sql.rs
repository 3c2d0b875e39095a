//! SQL put together at run time: only from texts of this program and bound values, never from what somebody typed.

use super::db::Dialect;
use super::value::Val;
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

    pub fn done(self) -> (AssertSqlSafe<String>, Vec<Val>) {
        (AssertSqlSafe(self.text), self.args)
    }
}
