//! What the integration tests stand on: an application with demo people on a database of its own, once on SQLite and
//! once on Postgres, a clock that is moved by hand, and a client that behaves like a browser.
#![allow(dead_code, reason = "every test program uses a part of it")]

pub mod administration;
pub mod client;
pub mod database;
pub mod desk;
pub mod docking;
pub mod files;
pub mod forms;
pub mod program;
pub mod requests;
pub mod stories;
pub mod streams;
pub mod tables;

use client::Client;
use countersign::domain::directory::Person;
use countersign::domain::ids::{ProjectId, TicketNumber, UserId};
use countersign::domain::time::{Millis, SECOND};
use countersign::http;
use countersign::server::app::App;
use countersign::server::caller::Caller;
use countersign::server::clock::{Clock, ManualClock, new_id};
use countersign::server::cloud::{EmbeddedInventory, Faults};
use countersign::server::events::Events;
use countersign::server::jobs;
use countersign::server::service::workflow::decide::{self, Ruling};
use countersign::server::settings::Settings;
use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use countersign::server::store::{directory, ticket};
use countersign::wire::Done;
use countersign::wire::error::AppError;
use database::Contents;
use sqlx::ConnectOptions;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Notify;

/// 2026-11-24 08:05:09 UTC: when every test begins.
pub const START: Millis = 1_795_507_509_000;

/// Everybody in the demo, the first domain first.
pub const EVERYBODY: [&str; 14] = [
    "sysadmin",
    "deputy",
    "domainadmin",
    "owner",
    "coowner",
    "member",
    "viewer",
    "helpdesk",
    "helpdesk2",
    "newcomer",
    "acmeadmin",
    "acmedeputy",
    "shopowner",
    "shopper",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of each function, `NAME::sqlite` and `NAME::postgres`; each gets an application of its own with the
/// demo's people and processes.
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident $(: TestApp)?) $body:block)+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "not every test uses all that its file does")]
            use super::*;

            async fn body($app: $crate::common::TestApp) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                $crate::common::run($crate::common::Engine::Sqlite, body).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                $crate::common::run($crate::common::Engine::Postgres, body).await;
            }
        }
    )+ };
}

pub async fn run<F: Future<Output = ()>>(engine: Engine, body: impl FnOnce(TestApp) -> F) {
    let app = TestApp::demo(engine).await;
    body(app.clone()).await;
    app.db.close().await;
}

/// An application and the clock it runs by; cloning it shares both. It can be used wherever an [`App`] is asked for.
#[derive(Clone)]
pub struct TestApp {
    pub app: App,
    pub clock: Arc<ManualClock>,
    pub engine: Engine,
    folder: Option<Arc<Folder>>,
}

impl Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// With the demo's people and processes, enabled as SPEC 9 says; no hosts, no tickets.
    pub async fn demo(engine: Engine) -> TestApp {
        TestApp::over(engine, Contents::Demo).await
    }

    /// As after a first start without demo data: base data and no account.
    pub async fn empty(engine: Engine) -> TestApp {
        TestApp::over(engine, Contents::Base).await
    }

    async fn over(engine: Engine, contents: Contents) -> TestApp {
        let (url, folder) = database::copy(engine, contents).await;
        let db = Db::open(&url).await.expect("open the database");
        let clock = Arc::new(ManualClock::at(START));
        let app = application(db, clock.clone(), Settings::for_tests());
        TestApp { app, clock, engine, folder: folder.map(Arc::new) }
    }

    /// Another process on the same Postgres, with connections of its own; the clock is shared.
    pub async fn another_process(&self) -> TestApp {
        let options = self.app.db.postgres().expect("a Postgres").connect_options();
        let db = Db::open(options.to_url_lossy().as_str()).await.expect("open the database");
        let app = application(db, self.clock.clone(), (*self.app.settings).clone());
        TestApp { app, ..self.clone() }
    }

    /// The application over another database, with its clock and settings.
    pub fn on(&self, db: Db) -> TestApp {
        let app = application(db, self.clock.clone(), (*self.app.settings).clone());
        TestApp { app, ..self.clone() }
    }

    /// The application with its database and clock under other settings.
    pub fn with_settings(&self, change: impl FnOnce(&mut Settings)) -> TestApp {
        let mut settings = (*self.app.settings).clone();
        change(&mut settings);
        let app = application(self.app.db.clone(), self.clock.clone(), settings);
        TestApp { app, ..self.clone() }
    }

    /// The address of the test's database, for another program.
    pub fn url(&self) -> String {
        match self.db.postgres() {
            Some(pool) => pool.connect_options().to_url_lossy().to_string(),
            None => self.sqlite_url(),
        }
    }

    /// Where the database of a test on SQLite is.
    pub fn sqlite_url(&self) -> String {
        database::sqlite_url(self.folder.as_ref().expect("a test on SQLite"))
    }

    /// A browser without cookies.
    pub fn client(&self) -> Client {
        Client::new(http::router(self.app.clone()))
    }

    /// The person as they stand now, in their widest view.
    pub async fn caller(&self, username: &str) -> Caller {
        self.caller_where(username, None).await
    }

    /// The person in the view of this label, e.g. `Project View: web`.
    pub async fn caller_in(&self, username: &str, view: &str) -> Caller {
        self.caller_where(username, Some(view)).await
    }

    /// The person, in each view held; without any, one caller without a view.
    pub async fn callers(&self, username: &str) -> Vec<Caller> {
        let person = self.person(username).await;
        let views = person.views(true);
        let caller = |view| Caller::of(person.clone(), view, true, "session".into(), "192.0.2.7");
        if views.is_empty() { vec![caller(None)] } else { views.iter().map(|v| caller(Some(&v.view))).collect() }
    }

    async fn caller_where(&self, username: &str, view: Option<&str>) -> Caller {
        let person = self.person(username).await;
        let wanted = view.map(|label| {
            let held = person.views(true).into_iter().find(|v| v.label == label);
            held.unwrap_or_else(|| panic!("{username} doesn't hold {label}")).view
        });
        Caller::of(person, wanted.as_ref(), true, format!("session of {username}"), "192.0.2.7")
    }

    async fn person(&self, username: &str) -> Person {
        directory::person(&self.db, &self.user(username).await).await.expect("query").expect("a person")
    }

    pub async fn user(&self, username: &str) -> UserId {
        let account = directory::find_by_username(&self.db, username).await.expect("query");
        account.unwrap_or_else(|| panic!("no account {username}")).id
    }

    pub async fn project(&self, name: &str) -> ProjectId {
        let mut projects = directory::projects(&self.db).await.expect("query").into_iter();
        projects.find(|p| p.name == name).unwrap_or_else(|| panic!("no project {name}")).id
    }

    /// Runs jobs and moves the clock, a second at a time, until none is left.
    pub async fn run_jobs(&self) {
        for _ in 0..1_000 {
            jobs::run_due(&self.app).await.expect("run jobs");
            if self.leftover_jobs().await.is_empty() {
                return;
            }
            self.clock.advance(SECOND);
        }
        panic!("jobs are left: {:?}", self.leftover_jobs().await);
    }

    /// A line for every job that isn't done.
    pub async fn leftover_jobs(&self) -> Vec<String> {
        jobs::leftovers(&self.app).await.expect("query")
    }

    /// How many records of the operation log there are of this operation and result (`success` or `failed`).
    pub async fn logged(&self, operation: &str, result: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM operation_log WHERE operation = $1 AND result = $2";
        self.db.scalar(sql, args![operation, result]).await.expect("query")
    }
}

/// Passes a ticket as it stands, naming this version of it.
pub async fn pass(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    note: &str,
    back: &str,
) -> Result<Done, AppError> {
    decide::pass(app, caller, ruling(app, number, version, note, back).await).await
}

/// Rejects a ticket as it stands, naming this version of it.
pub async fn reject(
    app: &App,
    caller: &Caller,
    number: TicketNumber,
    version: i64,
    note: &str,
    back: &str,
) -> Result<Done, AppError> {
    decide::reject(app, caller, ruling(app, number, version, note, back).await).await
}

async fn ruling(app: &App, number: TicketNumber, version: i64, note: &str, back: &str) -> Ruling {
    let ticket = ticket::get(&app.db, number).await.expect("query");
    let seen = ticket.map(|ticket| decide::digest(&ticket)).unwrap_or_default();
    Ruling { number, version, seen, note: note.into(), back: back.into(), ..Ruling::default() }
}

/// An application over this database.
pub fn application(db: Db, clock: Arc<dyn Clock>, settings: Settings) -> App {
    let faults: Faults = settings.inventory_faults.parse().expect("faults");
    let cloud = EmbeddedInventory::new(db.clone(), clock.clone(), settings.deploy_delay, faults);
    let events = Events::start(&db, clock.clone(), settings.session_idle);
    let (cloud, wake, stopping) = (Arc::new(cloud), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let is_demo = settings.demo;
    App { db, clock, settings: Arc::new(settings), is_demo, cloud, wake, stopping, events }
}

/// A temporary folder, gone with its last user.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("countersign-test-{}", new_id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
