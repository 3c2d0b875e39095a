//! The clock is set forwards by hours and back by minutes, again and again: leases, sessions, closing by itself and what was
//! asked of the cloud hold.

use super::invariants;
use super::person::below;
use super::report::{self, Counts};
use crate::common::client::Client;
use crate::common::requests::ask_for_support;
use crate::common::{self, Engine, TestApp};
use crate::deploying::{form, number_in};
use axum::http::StatusCode;
use countersign::domain::time::{DAY, HOUR, MINUTE, SECOND};
use countersign::server::caller::Caller;
use countersign::server::jobs;
use countersign::server::service::requests;
use countersign::server::service::support::handling::{self, Entry};
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::Duration;

const EVENTS: usize = 40;

struct Story {
    app: TestApp,
    rng: StdRng,
    counts: Counts,
    tickets: Vec<i64>,
    threads: Vec<i64>,
    /// The latest time that the clock has shown.
    furthest: i64,
}

pub async fn set_forwards_and_back(engine: Engine) {
    let name = match engine {
        Engine::Sqlite => "clock set, SQLite",
        Engine::Postgres => "clock set, Postgres",
    };
    let mut rng = StdRng::seed_from_u64(report::seed(name));
    let mut counts = Counts::default();
    for _ in 0..report::rounds(2, 20) {
        let app = TestApp::demo(engine).await;
        let app = app.with_settings(|s| s.inventory_faults = "boot:1".into());
        let seed = rng.random();
        let story = Story {
            app,
            rng: StdRng::seed_from_u64(seed),
            counts: Counts::default(),
            tickets: vec![],
            threads: vec![],
            furthest: 0,
        };
        counts += story.play().await;
    }
    assert!(counts.confirmed > 0 && counts.faults > 0);
    report::row(name, counts);
}

impl Story {
    async fn play(mut self) -> Counts {
        let mut browser = self.app.client();
        browser.sign_in("owner").await;
        for _ in 0..EVENTS {
            self.happen(&mut browser).await;
            invariants::check(&self.app, false, None).await;
            self.counts.checks += 1;
        }
        self.settle().await;
        invariants::check(&self.app, true, None).await;
        self.check_threads().await;
        self.check_idle_session(browser).await;
        self.app.db.close().await;
        self.counts
    }

    async fn happen(&mut self, browser: &mut Client) {
        match below(&mut self.rng, 12) {
            0..2 => {
                let (member, form) = (self.member().await, form(&self.app, "web", "h", 1).await);
                let asked = requests::hosts::create(&self.app, &member, &form, None).await;
                if let Ok(done) = &asked {
                    self.tickets.push(number_in(done));
                }
                self.count(asked);
            }
            2..5 => {
                let Some(number) = self.one_of(self.tickets.clone()) else { return };
                let sql = "SELECT version FROM ticket WHERE number = $1";
                let version: i64 = self.app.db.scalar(sql, args![number]).await.expect("query");
                let who = self.app.caller(["owner", "deputy"][below(&mut self.rng, 2)]).await;
                let passed = common::pass(&self.app, &who, number, version, "", "/").await;
                self.count(passed);
            }
            5 => {
                let member = self.member().await;
                self.threads.push(ask_for_support(&self.app, &member, "It rains in.").await);
                self.counts.confirmed += 1;
            }
            6..8 => {
                let Some(number) = self.one_of(self.threads.clone()) else { return };
                let who = ["helpdesk", "helpdesk", "member"][below(&mut self.rng, 3)];
                let caller = self.app.caller(who).await;
                let replied = handling::reply(&self.app, &caller, number, Entry::reply("Words.")).await;
                self.count(replied);
            }
            8 => {
                jobs::run_due(&self.app).await.expect("run");
            }
            9 => {
                // A worker that is killed on its way: its claims stay under leases that end by the clock as it was.
                let limit = Duration::from_millis(below(&mut self.rng, 8) as u64);
                let _ = tokio::time::timeout(limit, jobs::run_due(&self.app.app)).await;
            }
            10 => {
                // Somebody who has just been here stays signed in, wherever the clock goes within half a day.
                let before = browser.get("/hosts").await;
                if before.status != StatusCode::OK {
                    browser.sign_in("owner").await;
                    browser.get("/hosts").await;
                }
                let jump = self.rng.random_range(-50 * MINUTE..11 * HOUR);
                self.set_clock(jump);
                assert_eq!(browser.get("/hosts").await.status, StatusCode::OK, "signed in after {jump} ms");
            }
            _ => {
                let (forwards, back) = (self.rng.random_range(HOUR..30 * HOUR), -self.rng.random_range(1..50) * MINUTE);
                let jump = if self.rng.random_ratio(1, 2) { forwards } else { back };
                self.set_clock(jump);
            }
        }
    }

    fn set_clock(&mut self, jump: i64) {
        self.furthest = self.furthest.max(self.app.now());
        self.app.clock.advance(jump);
        self.counts.faults += 1;
    }

    fn one_of(&mut self, all: Vec<i64>) -> Option<i64> {
        all.get(below(&mut self.rng, all.len())).copied()
    }

    async fn member(&self) -> Caller {
        self.app.caller_in("member", "Project View: web").await
    }

    fn count<T>(&mut self, answer: Result<T, AppError>) {
        self.counts.requests += 1;
        match answer {
            Ok(_) => self.counts.confirmed += 1,
            Err(AppError::Internal { .. }) => panic!("a fault"),
            Err(_) => self.counts.refused += 1,
        }
    }

    /// Moves the clock to an hour after the latest time it has shown. By then everything that was begun has to be over,
    /// also what waited for leases and pauses from times that were taken back.
    async fn settle(&self) {
        self.app.clock.advance((self.furthest - self.app.now()).max(0) + HOUR);
        for _ in 0..200 {
            jobs::run_due(&self.app).await.expect("run");
            if invariants::under_way(&self.app.db).await == 0 {
                return;
            }
            self.app.clock.advance(SECOND);
        }
        panic!("jobs are left: {:?}", self.app.leftover_jobs().await);
    }

    /// Checks that whatever still waits for its requester closes by itself, once.
    async fn check_threads(&self) {
        self.app.clock.advance(4 * DAY);
        for _ in 0..3 {
            jobs::run_due(&self.app).await.expect("run");
            self.app.clock.advance(SECOND);
        }
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM support WHERE status = 'feedback'";
        assert_eq!(self.app.db.scalar::<i64>(sql, args![]).await.expect("query"), 0, "nothing waits for ever");
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT ticket_number FROM post WHERE kind = 'event'
                   AND body LIKE 'Closed by itself%' GROUP BY ticket_number HAVING COUNT(*) > 1) AS t";
        assert_eq!(self.app.db.scalar::<i64>(sql, args![]).await.expect("query"), 0, "and none closes twice");
    }

    /// Checks that somebody who was away for longer than a session lives is signed out, also when the clock had been
    /// set back before.
    async fn check_idle_session(&self, mut browser: Client) {
        browser.sign_in("owner").await;
        self.app.clock.advance(-30 * MINUTE);
        assert_eq!(browser.get("/hosts").await.status, StatusCode::OK);
        self.app.clock.advance(14 * HOUR);
        let answer = browser.get("/hosts").await;
        assert!(answer.location().starts_with("/login"), "{}: {}", answer.status, answer.location());
    }
}
