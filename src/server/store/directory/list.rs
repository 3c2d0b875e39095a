//! The lists of the administration pages. Rows come with counts (of projects, users, members, hosts or holders) that
//! help to tell them apart.

use crate::domain::directory::Reach;
use crate::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use crate::domain::time::Millis;
use crate::server::store::db::Db;
use crate::server::store::sql::{Sql, read_rows};

/// Where a page of an ascending list begins, by the key of a row.
#[derive(Debug, Clone, Copy)]
pub enum Position<'a> {
    Top,
    After(&'a str),
    Before(&'a str),
}

impl Position<'_> {
    /// Adds ` AND KEY > …` and the order. A page before a row is read backwards, and [`Position::put_right`] turns its
    /// rows round.
    fn apply(self, sql: &mut Sql, key: &'static str) {
        match self {
            Position::Top => sql.push(" ORDER BY ").push(key),
            Position::After(from) => sql.push(" AND ").push(key).push(" > ").bind(from).push(" ORDER BY ").push(key),
            Position::Before(from) => {
                sql.push(" AND ").push(key).push(" < ").bind(from).push(" ORDER BY ").push(key).push(" DESC")
            }
        };
    }

    fn put_right<T>(self, mut rows: Vec<T>) -> Vec<T> {
        if let Position::Before(_) = self {
            rows.reverse();
        }
        rows
    }
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedDomain {
    pub id: DomainId,
    pub name: String,
    pub description: String,
    pub created_at: Millis,
    pub projects: i64,
    pub users: i64,
}

/// The domains whose name contains the text, sorted by name. With `scope`, only that domain.
pub async fn domains(db: &Db, scope: Option<&DomainId>, name: &str) -> sqlx::Result<Vec<ListedDomain>> {
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT d.id, d.name, d.description, d.created_at,
           (SELECT COUNT(*) FROM project p WHERE p.domain_id = d.id AND p.deleted_at IS NULL) AS projects,
           (SELECT COUNT(*) FROM account a WHERE a.domain_id = d.id) AS users
         FROM domain d WHERE d.deleted_at IS NULL",
    );
    if let Some(scope) = scope {
        sql.push(" AND d.id = ").bind(scope);
    }
    if !name.is_empty() {
        sql.push(" AND LOWER(d.name)").contains(name);
    }
    sql.push(" ORDER BY d.name, d.id");
    let (text, args) = sql.done();
    db.all(text, args).await
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedProject {
    pub id: ProjectId,
    pub name: String,
    pub description: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    pub created_at: Millis,
    pub members: i64,
    pub hosts: i64,
    /// Name and id in one text, which is the order of the list.
    pub key: String,
}

/// The filter and place of a page.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// Only rows of this domain: the one the reader administers, or the one that was asked for.
    pub domain: Option<&'a DomainId>,
    /// A part of the name; empty filters nothing.
    pub search: &'a str,
    pub enabled: Option<bool>,
    pub position: Position<'a>,
    pub limit: i64,
}

// The key that the list of projects is sorted by. Projects of different domains may have the same name, so the id
// follows it. The tab between them sorts before every character of a name.
const PROJECT_KEY: &str = "(p.name || CHR(9) || p.id)";
const PROJECT_KEY_SQLITE: &str = "(p.name || CHAR(9) || p.id)";

/// Reads one page of projects, sorted by name.
pub async fn projects(db: &Db, s: &Selection<'_>) -> sqlx::Result<Vec<ListedProject>> {
    let key = db.dialect().pick(PROJECT_KEY_SQLITE, PROJECT_KEY);
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT p.id, p.name, p.description, p.domain_id, d.name AS domain_name, p.created_at,
           (SELECT COUNT(DISTINCT x.account_id) FROM assignment x WHERE x.project_id = p.id) AS members,
           (SELECT COUNT(*) FROM host h WHERE h.project_id = p.id) AS hosts, ",
    );
    sql.push(key).push(" AS key FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.deleted_at IS NULL");
    if let Some(domain) = s.domain {
        sql.push(" AND p.domain_id = ").bind(domain);
    }
    if !s.search.is_empty() {
        sql.push(" AND LOWER(p.name)").contains(s.search);
    }
    s.position.apply(&mut sql, key);
    sql.limit(s.limit);
    let (text, args) = sql.done();
    Ok(s.position.put_right(db.all(text, args).await?))
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedUser {
    pub id: UserId,
    pub username: String,
    pub display_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
    pub enabled: bool,
    pub created_at: Millis,
}

const USER: &str =
    "SELECT a.id, a.username, a.display_name, a.domain_id, d.name AS domain_name, a.enabled, a.created_at";
const USERS: &str = " FROM account a JOIN domain d ON d.id = a.domain_id WHERE 1 = 1";

/// Reads one page of users, sorted by user name.
pub async fn users(db: &Db, s: &Selection<'_>) -> sqlx::Result<Vec<ListedUser>> {
    let mut sql = Sql::new(db.dialect(), USER);
    sql.push(USERS);
    if let Some(domain) = s.domain {
        sql.push(" AND a.domain_id = ").bind(domain);
    }
    if let Some(enabled) = s.enabled {
        sql.push(" AND a.enabled = ").bind(enabled);
    }
    if !s.search.is_empty() {
        sql.push(" AND (LOWER(a.username)").contains(s.search);
        sql.push(" OR LOWER(a.display_name)").contains(s.search).push(")");
    }
    s.position.apply(&mut sql, "a.username");
    sql.limit(s.limit);
    let (text, args) = sql.done();
    Ok(s.position.put_right(db.all(text, args).await?))
}

/// One user with the roles held, sorted by project and role.
pub async fn user(db: &Db, id: &UserId) -> sqlx::Result<Option<(ListedUser, Vec<NamedRole>)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        #[sqlx(flatten)]
        user: ListedUser,
        held: String,
    }
    type Role = (RoleId, String, Reach, ProjectId, String, DomainId, String);
    let mut sql = Sql::new(db.dialect(), USER);
    sql.push(", ").rows("r.id, r.name, r.reach, p.id, p.name, d.id, d.name", "p.name, d.name, r.name, p.id, r.id");
    sql.push(
        " FROM assignment x JOIN role r ON r.id = x.role_id
          JOIN project p ON p.id = x.project_id JOIN domain d ON d.id = p.domain_id WHERE x.account_id = a.id) AS held",
    );
    sql.push(USERS).push(" AND a.id = ").bind(id);
    let (text, args) = sql.done();
    let Some(Row { user, held }) = db.opt(text, args).await? else { return Ok(None) };
    let role = |(role_id, role_name, reach, project_id, project_name, domain_id, domain_name): Role| NamedRole {
        account_id: user.id.clone(),
        role_id,
        role_name,
        reach,
        project_id,
        project_name,
        domain_id,
        domain_name,
    };
    let held = read_rows(&held)?.into_iter().map(role).collect();
    Ok(Some((user, held)))
}

/// A role that somebody holds, with every name that a page shows.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedRole {
    pub account_id: UserId,
    pub role_id: RoleId,
    pub role_name: String,
    #[sqlx(try_from = "String")]
    pub reach: Reach,
    pub project_id: ProjectId,
    pub project_name: String,
    pub domain_id: DomainId,
    pub domain_name: String,
}

/// The roles that these users hold, sorted by project and role.
pub async fn roles_of(db: &Db, users: Vec<String>) -> sqlx::Result<Vec<NamedRole>> {
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT x.account_id, r.id AS role_id, r.name AS role_name, r.reach, p.id AS project_id, p.name AS project_name,
           d.id AS domain_id, d.name AS domain_name
         FROM assignment x JOIN role r ON r.id = x.role_id
         JOIN project p ON p.id = x.project_id JOIN domain d ON d.id = p.domain_id
         WHERE x.account_id",
    );
    sql.is_in(users).push(" ORDER BY p.name, d.name, r.name, p.id, r.id");
    let (text, args) = sql.done();
    db.all(text, args).await
}

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ListedRole {
    pub id: RoleId,
    pub name: String,
    #[sqlx(try_from = "String")]
    pub reach: Reach,
    pub built_in: bool,
    pub description: String,
    /// How many people hold the role, in the domain that was asked for or anywhere.
    pub holders: i64,
}

/// The roles whose name contains the text, sorted by name, with their number of holders in one domain or everywhere.
pub async fn roles(db: &Db, scope: Option<&DomainId>, name: &str) -> sqlx::Result<Vec<ListedRole>> {
    let mut sql = Sql::new(
        db.dialect(),
        "SELECT r.id, r.name, r.reach, r.built_in, r.description,
           (SELECT COUNT(DISTINCT x.account_id) FROM assignment x JOIN project p ON p.id = x.project_id
            WHERE x.role_id = r.id",
    );
    if let Some(domain) = scope {
        sql.push(" AND p.domain_id = ").bind(domain);
    }
    sql.push(") AS holders FROM role r WHERE LOWER(r.name)").contains(name).push(" ORDER BY r.name, r.id");
    let (text, args) = sql.done();
    db.all(text, args).await
}
