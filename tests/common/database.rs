//! A database for each test, as it is after a first start. It is made once in a program and copied from then on: bringing
//! every step of the schema and the demo's people in takes much longer.

use super::{Engine, Folder, START, application};
use countersign::server::clock::{ManualClock, new_id};
use countersign::server::demo;
use countersign::server::service::first_run;
use countersign::server::settings::Settings;
use countersign::server::store::db::Db;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What is in a database when its test begins.
#[derive(Debug, Clone, Copy)]
pub enum Contents {
    /// Base data and no account.
    Base,
    /// The demo's people and processes as well.
    Demo,
}

enum Original {
    Sqlite(Vec<u8>),
    /// The name of a database that nobody is connected to.
    Postgres(String),
}

static ORIGINALS: [[OnceCell<Original>; 2]; 2] = [const { [const { OnceCell::const_new() }; 2] }; 2];

/// The address of a database of the test's own, and on SQLite the folder it lies in.
pub async fn copy(engine: Engine, contents: Contents) -> (String, Option<Folder>) {
    let original = &ORIGINALS[engine as usize][contents as usize];
    match original.get_or_init(|| make(engine, contents)).await {
        Original::Sqlite(bytes) => {
            let folder = Folder::new();
            std::fs::write(folder.path().join("countersign.db"), bytes).expect("a database file");
            (sqlite_url(&folder), Some(folder))
        }
        Original::Postgres(name) => (create_on_postgres(&format!("TEMPLATE {name}")).await, None),
    }
}

pub fn sqlite_url(folder: &Folder) -> String {
    format!("sqlite:{}/countersign.db", folder.path().display())
}

async fn make(engine: Engine, contents: Contents) -> Original {
    let folder = Folder::new();
    let url = match engine {
        Engine::Sqlite => sqlite_url(&folder),
        Engine::Postgres => fresh_postgres_database().await,
    };
    let db = Db::open(&url).await.expect("open the database");
    let app = application(db, Arc::new(ManualClock::at(START)), Settings::for_tests());
    first_run::base_data(&app).await.expect("base data");
    if let Contents::Demo = contents {
        demo::people_and_processes(&app).await.expect("demo data");
    }
    app.db.close().await;
    match engine {
        Engine::Sqlite => {
            Original::Sqlite(std::fs::read(folder.path().join("countersign.db")).expect("a database file"))
        }
        Engine::Postgres => Original::Postgres(url.rsplit('/').next().expect("a name").to_owned()),
    }
}

/// The address of a new database without tables. It is left behind, because the server is a throwaway one.
pub async fn fresh_postgres_database() -> String {
    create_on_postgres("").await
}

async fn create_on_postgres(options: &str) -> String {
    let server = std::env::var("COUNTERSIGN_TEST_POSTGRES_URL").expect(
        "COUNTERSIGN_TEST_POSTGRES_URL names a PostgreSQL server for the tests; scripts/with-postgres COMMAND provides one",
    );
    let name = format!("test_{}", new_id().replace('-', ""));
    let mut connection = PgConnection::connect(&server).await.expect("connect to the PostgreSQL server");
    let create = AssertSqlSafe(format!("CREATE DATABASE {name} {options}"));
    sqlx::query(create).execute(&mut connection).await.expect("create a database");
    connection.close().await.expect("close");
    let (host, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{host}/{name}")
}
