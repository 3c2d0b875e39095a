//! Servers of two releases side by side on one schema, as they are while they are restarted one after the other.

use crate::common::requests::{ask_for_host, member_asks};
use crate::common::{Engine, TestApp, pass};
use axum::http::StatusCode;
use countersign::domain::time::SECOND;
use countersign::server::jobs;
use countersign::server::service::support::handling::{self, Entry};
use countersign::server::store::db::{Db, Dialect, migrations};
use countersign::server::store::value::args;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, PgPool, SqlitePool};
use std::collections::BTreeMap;

/// The newest step that nobody upgraded from. It and the steps before it may have removed something.
const BEFORE_FIRST_RELEASE: i64 = 12;

const PAGES: [(&str, &[&str]); 4] = [
    (
        "member",
        &["/hosts", "/hosts/new", "/trash", "/quotas", "/account", "/tickets/workflow/mine", "/tickets/support/mine"],
    ),
    ("owner", &["/tickets/workflow/pending", "/tickets/workflow/resolved", "/tickets/workflow/involved"]),
    ("helpdesk", &["/tickets/support/pending", "/tickets/support/replies"]),
    (
        "sysadmin",
        &[
            "/tickets/workflow/all",
            "/tickets/workflow/1",
            "/tickets/support/all",
            "/tickets/support/2",
            "/logs",
            "/logs/export?format=csv&scope=all&columns=time",
            "/directory/users",
            "/directory/projects",
            "/directory/domains",
            "/directory/roles",
            "/settings/tickets",
            "/settings/system",
            "/settings/external",
            "/readyz",
        ],
    ),
];

fn url_of(app: &TestApp) -> String {
    match app.db.postgres() {
        Some(pool) => pool.connect_options().to_url_lossy().to_string(),
        None => app.sqlite_url(),
    }
}

/// Upgrades the schema as a later release does: by a step that this build doesn't know, with one more column in every
/// table.
async fn upgrade(app: &TestApp) -> usize {
    let other = Db::open(&url_of(app)).await.expect("another server");
    // Without the index of names, which is a virtual table, and without the tables in which it keeps itself.
    let tables = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let tables =
        app.db.dialect().pick(tables, "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'");
    let tables: Vec<String> = other.scalars(tables, args![]).await.expect("the tables");
    let mut tx = other.begin().await.expect("begin");
    for table in tables.iter().filter(|table| !table.starts_with('_')) {
        let add = format!("ALTER TABLE {table} ADD COLUMN a_later_one BIGINT NOT NULL DEFAULT 7");
        let add = if app.engine == Engine::Sqlite { add.replace("BIGINT", "INTEGER") } else { add };
        tx.exec(AssertSqlSafe(add), args![]).await.expect("added");
    }
    let step = app.db.dialect().pick(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, x'00', 0)",
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, '\\x00', 0)",
    );
    tx.exec(step, args![]).await.expect("noted");
    tx.commit().await.expect("commit");
    other.close().await;
    tables.len()
}

/// Reads every page and goes through a ticket of either kind, with its jobs.
async fn work(app: &TestApp) {
    let member = app.caller_in("member", "Project View: web").await;
    let host = ask_for_host(app, &member, "web-1").await;
    pass(app, &app.caller("owner").await, host, 1, "", "/").await.expect("passed");
    pass(app, &app.caller("sysadmin").await, host, 2, "", "/").await.expect("passed");
    let help = member_asks(app, "help").await;
    handling::reply(app, &app.caller("helpdesk").await, help, Entry::reply("so")).await.expect("replied");
    for _ in 0..20 {
        jobs::run_due(app).await.expect("run jobs");
        app.clock.advance(SECOND);
    }
    for (who, pages) in PAGES {
        let mut browser = app.client();
        browser.sign_in(who).await;
        for page in pages {
            assert_eq!(browser.get(page).await.status, StatusCode::OK, "{who} reads {page}");
        }
    }
}

both! {
    async fn a_server_goes_on_while_a_newer_one_migrates(app) {
        work(&app).await;
        assert!(upgrade(&app).await > 30, "tables were added to");
        work(&app).await;
    }

    async fn a_server_starts_on_a_schema_newer_than_itself(app) {
        upgrade(&app).await;
        let restarted = app.on(Db::open(&url_of(&app)).await.expect("an older server starts"));
        work(&restarted).await;
        restarted.db.close().await;
    }

    async fn a_step_that_was_changed_afterwards_is_refused(app) {
        let mut tx = app.db.begin().await.expect("begin");
        let forge = app.db.dialect().pick("x'00'", "'\\x00'");
        let forge = format!("UPDATE _sqlx_migrations SET checksum = {forge} WHERE version = 1");
        tx.exec(AssertSqlSafe(forge), args![]).await.expect("changed");
        tx.commit().await.expect("commit");
        assert!(Db::open(&url_of(&app)).await.is_err());
    }
}

/// Every column, by its table and name: its type, and whether a row may be inserted without naming it.
type Schema = BTreeMap<(String, String), (String, bool)>;

/// The changes that a server of the release before would stumble over.
fn taken_away(before: &Schema, after: &Schema) -> Vec<String> {
    let mut found = vec![];
    for ((table, column), (kind, optional)) in before {
        match after.get(&(table.clone(), column.clone())) {
            None => found.push(format!("{table}.{column} is gone")),
            Some((now, _)) if now != kind => found.push(format!("{table}.{column} is {now} instead of {kind}")),
            Some((_, false)) if *optional => found.push(format!("{table}.{column} has to be named now")),
            Some(_) => {}
        }
    }
    let is_old = |table: &str| before.keys().any(|(old, _)| old == table);
    for ((table, column), (_, optional)) in after {
        if is_old(table) && !optional && !before.contains_key(&(table.clone(), column.clone())) {
            found.push(format!("{table}.{column} is new, and rows without it are refused"));
        }
    }
    found
}

type Line = (String, String, String, bool);

fn schema(lines: Vec<Line>) -> Schema {
    lines.into_iter().map(|(table, column, kind, optional)| ((table, column), (kind, optional))).collect()
}

async fn sqlite_schema(pool: &SqlitePool) -> Schema {
    let sql = "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 OR c.dflt_value IS NOT NULL \
               FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";
    schema(sqlx::query_as(sql).fetch_all(pool).await.expect("the schema"))
}

async fn postgres_schema(pool: &PgPool) -> Schema {
    let sql = "SELECT table_name::TEXT, column_name::TEXT, data_type::TEXT, \
               is_nullable = 'YES' OR column_default IS NOT NULL OR is_identity = 'YES' OR is_generated = 'ALWAYS' \
               FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";
    schema(sqlx::query_as(sql).fetch_all(pool).await.expect("the schema"))
}

/// Takes an empty database through all steps; returns what each of them took away, with the step's number.
macro_rules! walk {
    ($pool:expr, $dialect:expr, $schema:ident) => {{
        let (steps, mut before, mut found) = (migrations($dialect), Schema::new(), vec![]);
        for step in steps.iter() {
            steps.run_to(step.version, $pool).await.expect("migrated");
            let after = $schema($pool).await;
            found.extend(taken_away(&before, &after).into_iter().map(|what| (step.version, what)));
            before = after;
        }
        assert!(before.len() > 150, "the schema was read: {}", before.len());
        found
    }};
}

async fn all_steps(engine: Engine) -> Vec<(i64, String)> {
    let app = TestApp::empty(engine).await;
    match app.db.postgres() {
        None => {
            let folder = tempfile::tempdir().expect("a folder");
            let url = format!("sqlite:{}/new.db?mode=rwc", folder.path().display());
            let pool = SqlitePool::connect(&url).await.expect("a database");
            walk!(&pool, Dialect::Sqlite, sqlite_schema)
        }
        Some(pool) => {
            pool.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.expect("emptied");
            walk!(pool, Dialect::Postgres, postgres_schema)
        }
    }
}

async fn only_adds(engine: Engine) {
    let found: Vec<_> = all_steps(engine).await.into_iter().filter(|(step, _)| *step > BEFORE_FIRST_RELEASE).collect();
    assert!(found.is_empty(), "a migration only adds (see server::store::db::migrations): {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_only_adds_on_sqlite() {
    only_adds(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_only_adds_on_postgres() {
    only_adds(Engine::Postgres).await;
}

/// A process and its two versions, which refer to it.
const PROCESS: &str = "
    INSERT INTO domain (id, name, created_at) VALUES ('d', 'a domain', 0);
    INSERT INTO account (id, domain_id, username, display_name, created_at) VALUES ('a', 'd', 'somebody', 'A', 0);
    INSERT INTO process (id, ticket_type, description, version, created_at, updated_at)
      VALUES ('p', 'apply-server-delete', 'Kept.', 2, 3, 4);
    INSERT INTO process_version (process_id, version, definition, created_at) VALUES ('p', 1, '{}', 3), ('p', 2, '{}', 4)";
/// A process of a type that no server knows yet.
const NEW_TYPE: &str = "INSERT INTO process (id, ticket_type, description, version, created_at, updated_at) \
                        VALUES ('q', 'apply-floating-ip', '', 1, 0, 0)";
const ORPHAN: &str =
    "INSERT INTO process_version (process_id, version, definition, created_at) VALUES ('nobody', 1, '{}', 0)";

/// An open ticket; `more` are columns with their values that a server of the release before doesn't name.
fn ticket(number: i64, payload: &str, more: Option<(&str, &str)>) -> AssertSqlSafe<String> {
    let (column, value) = more.map(|(column, value)| (format!(", {column}"), format!(", {value}"))).unwrap_or_default();
    AssertSqlSafe(format!(
        "INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, resource_name, payload, \
           status, link, links, stage, version, submitted_at, self_approval{column}) \
         VALUES ({number}, 'apply-server-delete', 'p', 2, 'a', 'r', '{payload}', \
           'incomplete', 0, 1, 's', 1, 0, FALSE{value})"
    ))
}

/// Step 18 on a database that is in use.
macro_rules! words_of_types_go {
    ($pool:expr, $dialect:expr) => {{
        let (steps, pool) = (migrations($dialect), $pool);
        steps.run_to(17, pool).await.expect("migrated");
        sqlx::raw_sql(PROCESS).execute(pool).await.expect("filled");
        sqlx::raw_sql(ticket(1, r#"{"hosts": [{"id": "h1"}]}"#, None)).execute(pool).await.expect("submitted");
        assert!(sqlx::raw_sql(NEW_TYPE).execute(pool).await.is_err(), "the word was refused until now");

        steps.run_to(18, pool).await.expect("migrated");
        sqlx::raw_sql(NEW_TYPE).execute(pool).await.expect("a word that only the program knows");
        let kept: (String, String, bool, i64, i64, i64) = sqlx::query_as(
            "SELECT ticket_type, description, enabled, version, created_at, updated_at FROM process WHERE id = 'p'",
        )
        .fetch_one(pool)
        .await
        .expect("the process");
        assert_eq!(kept, ("apply-server-delete".to_owned(), "Kept.".to_owned(), false, 2, 3, 4));
        assert!(sqlx::raw_sql(ORPHAN).execute(pool).await.is_err(), "a version belongs to a process");
        let taken = sqlx::raw_sql("DELETE FROM process WHERE id = 'p'").execute(pool).await;
        assert!(taken.is_err(), "a process with versions stays");
        let again = "UPDATE process SET ticket_type = 'apply-server-delete' WHERE id = 'q'";
        assert!(sqlx::raw_sql(again).execute(pool).await.is_err(), "a type has one process");

        // A server of the release before goes on beside the new one, which says what it means.
        let (two, none) = (r#"{"hosts": [{"id": "h2"}, {"id": "h2"}]}"#, r#"{"name": "web-1"}"#);
        let new = |number: i64, names: &'static str| ticket(number, two, Some(("names_hosts", names)));
        for sql in [ticket(2, two, None), ticket(3, none, None), new(4, "FALSE"), new(5, "TRUE")] {
            sqlx::raw_sql(sql).execute(pool).await.expect("submitted");
        }
        let about = "SELECT ticket_number FROM ticket_host ORDER BY ticket_number";
        let tickets: Vec<i64> = sqlx::query_scalar(about).fetch_all(pool).await.expect("hosts of open tickets");
        assert_eq!(tickets, [1, 2, 5]);
        let end = "UPDATE ticket SET status = 'canceled' WHERE number IN (1, 3, 5)";
        sqlx::raw_sql(end).execute(pool).await.expect("ended");
        let tickets: Vec<i64> = sqlx::query_scalar(about).fetch_all(pool).await.expect("hosts of open tickets");
        assert_eq!(tickets, [2]);
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_word_for_a_type_needs_no_step_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = SqlitePool::connect(&format!("sqlite:{}/new.db?mode=rwc", folder.path().display())).await;
    let pool = pool.expect("a database");
    words_of_types_go!(&pool, Dialect::Sqlite);
    let broken: Vec<(String,)> =
        sqlx::query_as("SELECT \"table\" FROM pragma_foreign_key_check").fetch_all(&pool).await.expect("checked");
    assert_eq!(broken, [], "nothing refers to what is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_word_for_a_type_needs_no_step_on_postgres() {
    let app = TestApp::empty(Engine::Postgres).await;
    let pool = app.db.postgres().expect("a Postgres");
    pool.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.expect("emptied");
    words_of_types_go!(pool, Dialect::Postgres);
}

#[test]
fn what_a_step_takes_away_is_seen() {
    let line = |table: &str, column: &str, kind: &str, optional| -> Line {
        (table.into(), column.into(), kind.into(), optional)
    };
    let before = schema(vec![line("host", "id", "TEXT", false), line("host", "note", "TEXT", true)]);
    let with = |more: Vec<Line>| {
        let mut after = before.clone();
        after.extend(schema(more));
        taken_away(&before, &after)
    };
    let nothing: [&str; 0] = [];
    assert_eq!(with(vec![line("host", "size", "TEXT", true), line("disk", "id", "TEXT", false)]), nothing);
    assert_eq!(with(vec![line("host", "size", "TEXT", false)]), ["host.size is new, and rows without it are refused"]);
    assert_eq!(with(vec![line("host", "note", "TEXT", false)]), ["host.note has to be named now"]);
    assert_eq!(with(vec![line("host", "id", "BIGINT", false)]), ["host.id is BIGINT instead of TEXT"]);
    let mut after = before.clone();
    after.remove(&("host".into(), "note".into()));
    assert_eq!(taken_away(&before, &after), ["host.note is gone"]);
}
