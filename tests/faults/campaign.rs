//! A server under load in rounds, whatever the round breaks: its people, what they were told, and the checks.

use super::invariants;
use super::ledger::{Ledger, Told};
use super::load::{Catalogue, PEOPLE, Part, Shift, Worker};
use super::person::Person;
use super::report::Counts;
use super::server::{Recipe, Server};
use crate::common::{self, Engine, Folder};
use countersign::domain::oplog::Head;
use countersign::domain::quota::Key;
use countersign::server::app::App;
use countersign::server::clock::SystemClock;
use countersign::server::service::quota::{LimitScope, set_limits};
use countersign::server::settings::Settings;
use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long to wait for anything that goes on by itself. It is longer than all of it takes; the lease of a killed
/// server, for one, is 15 seconds.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Campaign {
    pub recipe: Recipe,
    pub rng: StdRng,
    pub counts: Counts,
    name: &'static str,
    seed: u64,
    round: usize,
    people: Vec<(Person, Part)>,
    catalogue: Catalogue,
    ledger: Arc<Mutex<Ledger>>,
    head: Option<Head>,
    _folder: Option<Arc<Folder>>,
}

/// A load that goes on until it is ended.
pub struct Load {
    shift: Arc<Shift>,
    workers: JoinSet<()>,
}

impl Load {
    /// Waits until a request was answered with a failure.
    pub async fn until_something_failed(&self) {
        let begun = Instant::now();
        while self.shift.counts.lock().expect("the counts").failed == 0 {
            assert!(begun.elapsed() < PATIENCE, "nothing failed");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Campaign {
    /// A new database of the engine, in a folder of its own, with a server on it.
    pub async fn on(engine: Engine, name: &'static str, seed: u64) -> (Campaign, Server) {
        let folder = Arc::new(Folder::new());
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}/countersign.db", folder.path().display()),
            Engine::Postgres => common::database::fresh_postgres_database().await,
        };
        let (mut campaign, server) = Campaign::at(url, folder.path(), name, seed).await;
        campaign._folder = Some(folder);
        (campaign, server)
    }

    /// [`Campaign::on`], but on this database, and with the server's log in this folder.
    pub async fn at(database_url: String, folder: &Path, name: &'static str, seed: u64) -> (Campaign, Server) {
        let recipe = Recipe { database_url, folder: folder.to_owned(), inventory_faults: String::new() };
        let server = recipe.start();
        let mut people = vec![];
        for (who, part) in PEOPLE {
            let mut person = Person::new(who, &server.base);
            person.sign_in().await;
            people.push((person, part));
        }
        let db = Db::open(&recipe.database_url).await.expect("the database");
        let viewer = db.scalar("SELECT id FROM account WHERE username = 'viewer'", args![]).await.expect("query");
        limit(&db).await;
        db.close().await;
        let catalogue = Catalogue::read(&people[0].0, viewer).await;
        let ledger = Arc::new(Mutex::new(Ledger::new()));
        let rng = StdRng::seed_from_u64(seed);
        let (counts, head, round) = (Counts::default(), None, 0);
        let campaign =
            Campaign { recipe, rng, counts, name, seed, round, people, catalogue, ledger, head, _folder: None };
        (campaign, server)
    }

    /// Begins a round: all people start to work, spread over these servers.
    pub fn load(&mut self, servers: &[&Server]) -> Load {
        self.round += 1;
        // One failure in a few rounds, so that there is something to retry and to abandon.
        self.recipe.inventory_faults = format!("boot:{0},resize:{0},trash:{0}", self.round.div_ceil(3));
        let shift = Arc::new(Shift::default());
        let mut workers = JoinSet::new();
        for (place, (person, part)) in self.people.iter().enumerate() {
            let person = person.at(&servers[place % servers.len()].base);
            let marks = format!("{}{place}", self.marks());
            let seed = self.seed.wrapping_add((self.round * PEOPLE.len() + place) as u64);
            let (catalogue, ledger) = (self.catalogue.clone(), self.ledger.clone());
            workers.spawn(Worker::new(person, *part, catalogue, ledger, shift.clone(), marks, seed).run());
        }
        Load { shift, workers }
    }

    fn told(&self) -> Ledger {
        self.ledger.lock().expect("the ledger").clone()
    }

    /// The beginning of all marks of this round.
    fn marks(&self) -> String {
        format!("{}-{}-", self.name, self.round)
    }

    /// Waits for a random time of up to `longest` milliseconds.
    pub async fn moment(&mut self, longest: u64) {
        tokio::time::sleep(Duration::from_millis(self.rng.random_range(20..longest))).await;
    }

    /// Ends the load and counts what it did.
    pub async fn end(&mut self, load: Load) {
        load.shift.is_over.store(true, Ordering::Relaxed);
        load.workers.join_all().await;
        self.counts += *load.shift.counts.lock().expect("the counts");
    }

    /// Somebody of the people, signed in at this server.
    pub fn person(&self, name: &str, server: &Server) -> Person {
        let found = self.people.iter().find(|(person, _)| person.name == name);
        found.expect("one of the people").0.at(&server.base)
    }

    /// Checks that what was answered in this round is true.
    pub async fn check_answers(&self) {
        let db = Db::open(&self.recipe.database_url).await.expect("the database");
        self.told().check(&db, &self.marks()).await;
        db.close().await;
    }

    /// [`Campaign::check_answers`], and all that has to hold at any instant. No server may be running: the leases of
    /// the killed ones are ended now, not in fifteen seconds.
    pub async fn check_remains(&mut self) {
        self.check_answers().await;
        let db = Db::open(&self.recipe.database_url).await.expect("the database");
        let app: App = common::application(db, Arc::new(SystemClock), Settings::for_tests());
        self.head = invariants::check(&app, false, self.head.as_ref()).await;
        let mut tx = app.db.begin().await.expect("begin");
        tx.exec("UPDATE job SET lease = 0 WHERE state = 1", args![]).await.expect("lapsed");
        tx.commit().await.expect("commit");
        app.db.close().await;
        self.counts.checks += 1;
    }

    /// Waits until a running server has finished what is under way, and checks everything.
    pub async fn check_all(&mut self) {
        let db = Db::open(&self.recipe.database_url).await.expect("the database");
        let begun = Instant::now();
        while invariants::under_way(&db).await > 0 {
            assert!(begun.elapsed() < PATIENCE, "the queue doesn't drain: {:?}", self.recipe.last_words());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let app: App = common::application(db, Arc::new(SystemClock), Settings::for_tests());
        assert_eq!(invariants::given_up(&app.db).await, 0, "no job was laid aside");
        self.head = invariants::check(&app, true, self.head.as_ref()).await;
        self.told().check(&app.db, &format!("{}-", self.name)).await;
        app.db.close().await;
        assert_eq!(self.recipe.panics(), 0, "no server panicked: {}", self.recipe.log().display());
        self.counts.checks += 1;
    }

    /// The last check: enough was confirmed to mean something, and the program's own check of the log passes.
    pub async fn finish(&mut self) -> Counts {
        self.check_all().await;
        self.recipe.log_verify();
        let confirmed = self.told().count(Told::Confirmed);
        assert!(confirmed > self.round, "only {confirmed} changes were confirmed in {} rounds", self.round);
        self.counts
    }
}

/// Limits the quota of `web` so far that people come up against it.
async fn limit(db: &Db) {
    let web = db.scalar::<String>("SELECT id FROM project WHERE name = 'web'", args![]).await.expect("query");
    let limits = BTreeMap::from([(Key::Vcpu, 16), (Key::HostCount, 10)]);
    let mut tx = db.begin().await.expect("begin");
    set_limits(&mut tx, &LimitScope::Project(web.into()), &limits).await.expect("set");
    tx.commit().await.expect("commit");
}
