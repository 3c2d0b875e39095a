//! Looks up the parts of names that somebody typed into a list's filter: the projects and people they mean, and the
//! tickets whose resource has such a name. This happens before the list is read, so that a list of a million tickets of
//! which none matches isn't read to its end to show nothing.

use super::db::{Db, Dialect};
use super::sql::{Sql, read_rows};
use crate::domain::ids::{TicketNumber, UserId};

/// How many tickets are looked up by a resource's name at most.
const MOST_TICKETS: i64 = 500;
/// How many of the list's next tickets are tried first.
const SAMPLE: i64 = 1_000;
/// If this many of the tickets tried have the name, it is common: a page of the list fills with them, and nothing is
/// looked up.
const COMMON: i64 = 51;
/// The fewest characters that are looked up. The index holds parts of three characters; a shorter text is in too many
/// names to be worth it.
const SHORTEST: usize = 3;

/// The parts of names that were typed, none of them empty, and the list that they filter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typed<'a> {
    /// Whether the list has support tickets; otherwise it has workflow tickets.
    pub of_support: bool,
    /// The person whose tickets alone the list has.
    pub asked_by: Option<&'a UserId>,
    pub project: Option<&'a str>,
    pub initiator: Option<&'a str>,
    pub resource: Option<&'a str>,
    /// Whether the list begins with the lowest number.
    pub ascending: bool,
    /// Only tickets that come after this one in the list's order.
    pub beyond: Option<TicketNumber>,
}

/// What the parts of names mean; `None` where nothing was typed.
#[derive(Debug, Clone, Default)]
pub struct Narrowed {
    pub projects: Option<Vec<String>>,
    pub initiators: Option<Vec<String>>,
    /// The first tickets of the list that may have the name; some of them may not. `None`: no tickets were looked up,
    /// because the list is read as fast without or the text is too short.
    pub numbers: Option<Vec<TicketNumber>>,
    /// Whether more tickets than `numbers` may have the name.
    pub goes_on: bool,
}

impl Narrowed {
    pub fn is_nothing(&self) -> bool {
        let none = |ids: &Option<Vec<String>>| ids.as_ref().is_some_and(Vec::is_empty);
        none(&self.projects) || none(&self.initiators) || self.numbers.as_ref().is_some_and(Vec::is_empty)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    projects: Option<String>,
    initiators: Option<String>,
    numbers: Option<String>,
}

/// Looks up what was typed in one statement; in none where nothing was typed.
pub async fn read(db: &Db, typed: &Typed<'_>) -> sqlx::Result<Narrowed> {
    if typed.project.is_none() && typed.initiator.is_none() && typed.resource.is_none() {
        return Ok(Narrowed::default());
    }
    let mut sql = Sql::new(db.dialect(), "SELECT ");
    match typed.project {
        Some(name) => sql.rows("p.id", "p.id").push(" FROM project p WHERE LOWER(p.name)").contains(name).push(")"),
        None => sql.push("NULL"),
    };
    sql.push(" AS projects, ");
    match typed.initiator {
        Some(name) => {
            sql.rows("a.id", "a.id").push(" FROM account a WHERE LOWER(a.display_name)").contains(name);
            sql.push(" OR LOWER(a.username)").contains(name).push(")")
        }
        None => sql.push("NULL"),
    };
    sql.push(" AS initiators, ");
    match typed.resource.filter(|name| name.chars().count() >= SHORTEST) {
        Some(name) => numbers(&mut sql, db.dialect(), name, typed),
        None => _ = sql.push("NULL"),
    }
    sql.push(" AS numbers");
    let (text, args) = sql.done();
    let row: Row = db.opt(text, args).await?.ok_or(sqlx::Error::RowNotFound)?;
    let ids = |json: Option<String>| json.map(|json| read_rows::<(String,)>(&json)).transpose();
    let firsts = |rows: Vec<(String,)>| rows.into_iter().map(|(id,)| id).collect();
    let numbers = row.numbers.map(|json| read_rows::<(TicketNumber,)>(&json)).transpose()?;
    let numbers = numbers.map(|rows| rows.into_iter().map(|(number,)| number).collect::<Vec<_>>());
    Ok(Narrowed {
        projects: ids(row.projects)?.map(firsts),
        initiators: ids(row.initiators)?.map(firsts),
        goes_on: numbers.as_ref().is_some_and(|numbers| numbers.len() as i64 == MOST_TICKETS),
        numbers,
    })
}

/// Adds the tickets that may have the name, in the list's order. It is NULL if the list is read as fast without: fewer
/// than [`SAMPLE`] tickets are left of it, or the name is common.
fn numbers(sql: &mut Sql, dialect: Dialect, name: &str, typed: &Typed<'_>) {
    let (order, beyond) = if typed.ascending { ("m.number", " > ") } else { ("m.number DESC", " < ") };
    sql.push("CASE WHEN (SELECT COUNT(*) = ").bind(SAMPLE);
    sql.push(" AND COUNT(CASE WHEN LOWER(resource_name)").contains(name).push(" THEN 1 END) < ").bind(COMMON);
    sql.push(" FROM (SELECT m.resource_name FROM ticket m WHERE m.support = ");
    sql.push(if typed.of_support { "1" } else { "0" });
    if let Some(person) = typed.asked_by {
        sql.push(" AND m.initiator_id = ").bind(person);
    }
    if let Some(number) = typed.beyond {
        sql.push(" AND m.number").push(beyond).bind(number);
    }
    sql.push(" ORDER BY ").push(order).limit(SAMPLE).push(") AS next) THEN ").rows("m.number", order);
    match dialect {
        // SQLite's index gives them in the order of their numbers, and is read no further than the limit.
        Dialect::Sqlite => {
            sql.push(" FROM (SELECT rowid AS number FROM ticket_name WHERE ticket_name MATCH ").bind(parts(name));
            if let Some(number) = typed.beyond {
                sql.push(" AND rowid").push(beyond).bind(number);
            }
            sql.push(if typed.ascending { " ORDER BY rowid" } else { " ORDER BY rowid DESC" });
        }
        // Postgres' index gives all of them. Materialized, because the planner would otherwise walk along the numbers.
        Dialect::Postgres => {
            sql.push(" FROM (WITH named AS MATERIALIZED (SELECT number FROM ticket WHERE LOWER(resource_name)");
            sql.contains(name).push(") SELECT number FROM named AS m WHERE TRUE");
            if let Some(number) = typed.beyond {
                sql.push(" AND number").push(beyond).bind(number);
            }
            sql.push(" ORDER BY ").push(order);
        }
    }
    sql.limit(MOST_TICKETS).push(") AS m) END");
}

/// All three-character parts of a text, as a query of SQLite's FTS5.
fn parts(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let quoted = |part: &[char]| format!("\"{}\"", part.iter().collect::<String>().replace('"', "\"\""));
    chars.windows(SHORTEST).map(quoted).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_asked_for_by_all_its_parts() {
        assert_eq!(parts("web-1"), r#""web" AND "eb-" AND "b-1""#);
        assert_eq!(parts(r#"a"b"#), r#""a""b""#);
    }
}
