//! A cloud and a third-party ticket system that are slow, out of reach, or do what they are asked and lose the answer.

use super::fake_helpdesk::FakeHelpdesk;
use super::invariants;
use super::person::below;
use super::report::{self, Counts};
use crate::common::requests::member_asks;
use crate::common::{Engine, TestApp, docking};
use crate::deploying::{CloudAnswer, Interference, Interfering, approve, machines, on_cloud, retry, submit};
use countersign::domain::time::{MINUTE, SECOND};
use countersign::server::cloud::Unavailable;
use countersign::server::jobs;
use countersign::server::service::external::inbox;
use countersign::server::store::value::args;
use countersign::wire::external::ConnectionForm;
use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Makes a cloud unsteady: a part of the calls fails before they are made, a part after, and every call takes its time.
struct Unsteady {
    luck: Mutex<StdRng>,
    broken: Arc<AtomicUsize>,
    is_steady: Arc<AtomicBool>,
}

impl Interference for Unsteady {
    async fn answer(&self, _call: &str, asked: impl Future<Output = CloudAnswer> + Send) -> CloudAnswer {
        if self.is_steady.load(Ordering::SeqCst) {
            return asked.await;
        }
        let (luck, pause) = {
            let mut rng = self.luck.lock().expect("the dice");
            (rng.random_range(0..10), rng.random_range(0..20))
        };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let lost = || {
            self.broken.fetch_add(1, Ordering::SeqCst);
            Err(Unavailable("The cloud did not answer.".into()))
        };
        match luck {
            0..2 => lost(),
            2..5 => {
                let _ = asked.await;
                lost()
            }
            _ => asked.await,
        }
    }
}

pub async fn unsteady_cloud(engine: Engine) {
    let name = match engine {
        Engine::Sqlite => "cloud slow and failing, SQLite",
        Engine::Postgres => "cloud slow and failing, Postgres",
    };
    let mut rng = StdRng::seed_from_u64(report::seed(name));
    let mut counts = Counts::default();
    for _ in 0..report::rounds(1, 20) {
        let app = TestApp::demo(engine).await.with_settings(|settings| settings.deploy_delay = 0);
        let (broken, is_steady) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let (luck, behind) = (Mutex::new(StdRng::seed_from_u64(rng.random())), app.app.cloud.clone());
        let instead = Unsteady { luck, broken: broken.clone(), is_steady: is_steady.clone() };
        let app = on_cloud(&app, Interfering { behind, instead });
        let mut numbers = vec![];
        for quantity in 1..=3 {
            let number = submit(&app, "cloudy", quantity).await;
            approve(&app, number).await;
            numbers.push(number);
        }
        for _ in 0..60 {
            work(&app, &mut rng).await;
            invariants::check(&app, false, None).await;
            counts.checks += 1;
            app.clock.advance(30 * SECOND);
        }
        // The cloud has recovered. What was given up meanwhile is retried by a person.
        is_steady.store(true, Ordering::SeqCst);
        for number in &numbers {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE number = $1 AND execution_result = 'failed'";
            if app.db.scalar::<i64>(sql, args![*number]).await.expect("query") == 1 {
                retry(&app, *number).await.expect("retried");
            }
        }
        for _ in 0..60 {
            jobs::run_due(&app).await.expect("run");
            app.clock.advance(30 * SECOND);
        }
        // Jobs that were laid aside belong to attempts that were retried since.
        let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM ticket WHERE execution_result <> 'succeeded'
                   AND ticket_type = 'apply-machine' AND process_result = 'approved'";
        assert_eq!(app.db.scalar::<i64>(sql, args![]).await.expect("query"), 0, "every ticket succeeds in the end");
        assert_eq!(machines(&app).await.len(), 6, "a machine for every host");
        assert_eq!(app.logged("execute", "success").await, 6, "recorded once each");
        counts.faults += broken.load(Ordering::SeqCst);
        counts.confirmed += numbers.len() * 3;
        counts.requests += numbers.len() * 3;
        app.db.close().await;
    }
    assert!(counts.faults > 0, "nothing failed");
    report::row(name, counts);
}

/// Runs due jobs with two workers at once, one of which may be killed on its way.
async fn work(app: &TestApp, rng: &mut StdRng) {
    let limits = [rng.random_range(1..60), 10_000];
    let workers = limits.map(|limit| tokio::time::timeout(Duration::from_millis(limit), jobs::run_due(app)));
    for ran in join_all(workers).await.into_iter().flatten() {
        ran.expect("run");
    }
}

pub async fn unsteady_helpdesk(engine: Engine) {
    let name = match engine {
        Engine::Sqlite => "helpdesk slow and failing, SQLite",
        Engine::Postgres => "helpdesk slow and failing, Postgres",
    };
    let mut rng = StdRng::seed_from_u64(report::seed(name));
    let mut counts = Counts::default();
    for _ in 0..report::rounds(1, 20) {
        let app = TestApp::demo(engine).await;
        let desk = FakeHelpdesk::start(rng.random()).await;
        let form = ConnectionForm { kind: "request_tracker".into(), address: desk.url(), token: "token".into() };
        docking::docked(&app, &form, "Support").await;
        desk.misbehave(true);
        let (mut threads, mut ours, mut theirs) = (vec![], vec![], vec![]);
        for turn in 0..40 {
            match below(&mut rng, 4) {
                0 => threads.push(member_asks(&app, &format!("problem-{turn}.")).await),
                1 if !threads.is_empty() => {
                    let words = format!("ours-{turn}.");
                    docking::reply(&app, threads[below(&mut rng, threads.len())], &words).await;
                    ours.push(words);
                }
                2 => {
                    let words = format!("theirs-{turn}.");
                    if desk.reply_to_one(&words) {
                        theirs.push(words);
                    }
                }
                _ => {}
            }
            work(&app, &mut rng).await;
            // Two servers ask for news at once.
            let polls = [rng.random_range(1..60), 10_000];
            let polls = polls.map(|limit| tokio::time::timeout(Duration::from_millis(limit), inbox::poll(&app)));
            for polled in join_all(polls).await.into_iter().flatten() {
                polled.expect("polled");
            }
            app.clock.advance(rng.random_range(1..8) * SECOND);
        }
        counts.faults += desk.faults();
        desk.misbehave(false);
        for _ in 0..30 {
            jobs::run_due(&app).await.expect("run");
            inbox::poll(&app).await.expect("polled");
            app.clock.advance(MINUTE);
        }
        assert_eq!(desk.ticket_count(), threads.len(), "a ticket there for each one here");
        for words in &ours {
            assert_eq!(desk.times(words), 1, "{words} is there once");
        }
        assert!(desk.is_in_order(), "what was said here is there in its order");
        for words in &theirs {
            let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM post WHERE body = $1";
            let here: i64 = app.db.scalar(sql, args![words.clone()]).await.expect("query");
            assert_eq!(here, 1, "{words} is here once");
        }
        invariants::check(&app, false, None).await;
        counts.checks += 1;
        counts.confirmed += threads.len() + ours.len() + theirs.len();
        counts.requests += desk.requests();
        app.db.close().await;
    }
    assert!(counts.faults > 0, "nothing failed");
    report::row(name, counts);
}

/// Somebody replies in the helpdesk to a ticket of which nobody here knows yet that it was made there.
pub async fn a_reply_before_the_ticket_is_known(engine: Engine) {
    let app = TestApp::demo(engine).await;
    let desk = FakeHelpdesk::start(1).await;
    let form = ConnectionForm { kind: "request_tracker".into(), address: desk.url(), token: "token".into() };
    docking::docked(&app, &form, "Support").await;
    desk.lose_next_ticket();
    let number = member_asks(&app, "It rains in.").await;
    jobs::run_due(&app).await.expect("run");
    assert_eq!(desk.ticket_count(), 1, "it is there");
    assert!(docking::problem(&app, number).await.contains("504"), "and isn't known here");
    assert!(desk.reply_to_one("A plumber comes."));
    inbox::poll(&app).await.expect("polled");
    docking::a_while_later(&app).await;
    assert_eq!(desk.ticket_count(), 1, "it was found");
    let words: Vec<String> = docking::shown(&app, number).await.posts.into_iter().map(|post| post.html).collect();
    assert!(words.iter().any(|html| html.contains("A plumber comes.")), "{words:?}");
    app.db.close().await;
}
