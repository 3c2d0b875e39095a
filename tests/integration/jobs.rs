//! The job queue and its runner: nothing lost, nothing twice, in order, whatever fails or is killed.

use crate::common::TestApp;
use async_trait::async_trait;
use countersign::domain::oplog::{Operation, Operator, ResourceType, Subject};
use countersign::domain::time::{DAY, HOUR, Millis, SECOND};
use countersign::server::app::App;
use countersign::server::clock::{SystemClock, new_id};
use countersign::server::job::{Failure, Outcome};
use countersign::server::jobs::{self, Handlers, Options, Runner, RunnerHandle, leftovers, run_due_with};
use countersign::server::store::change::Change;
use countersign::server::store::job::{self, Claimed, NewJob};
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::sleep;

/// Does what a job's payload says, and remembers every run.
#[derive(Default)]
struct Script {
    started: Mutex<Vec<String>>,
    finished: Mutex<Vec<String>>,
    died: Mutex<Vec<String>>,
    /// How often the handler of a dead job fails before it succeeds.
    deaths_unshown: AtomicUsize,
}

impl Script {
    fn started(&self) -> Vec<String> {
        self.started.lock().expect("a lock").clone()
    }
    fn finished(&self) -> Vec<String> {
        self.finished.lock().expect("a lock").clone()
    }
    fn died(&self) -> Vec<String> {
        self.died.lock().expect("a lock").clone()
    }
}

#[async_trait]
impl Handlers for Script {
    fn time_limit(&self, kind: &str) -> Duration {
        Duration::from_millis(if kind == "hasty" { 50 } else { 60_000 })
    }

    async fn run(&self, app: &App, job: &Claimed) -> Result<Outcome, Failure> {
        let runs_before = self.started().iter().filter(|payload| **payload == job.payload).count();
        self.started.lock().expect("a lock").push(job.payload.clone());
        let (act, argument) = job.payload.split_once(' ').unwrap_or((&job.payload, ""));
        let result = match act {
            "fail" => Err(Failure::Retry("it rains".into())),
            "fail-once" if runs_before == 0 => Err(Failure::Retry("it rains".into())),
            "dead" => Err(Failure::Dead("no way".into())),
            "panic" => panic!("on purpose"),
            "hang" => std::future::pending().await,
            "again" if runs_before < 20 => Ok(Outcome::Again(app.now() + 10)),
            "sleep" => {
                sleep(Duration::from_millis(argument.split(' ').next().and_then(|ms| ms.parse().ok()).expect("ms")))
                    .await;
                Ok(Outcome::Done)
            }
            _ => Ok(Outcome::Done),
        };
        if result == Ok(Outcome::Done) {
            self.finished.lock().expect("a lock").push(job.payload.clone());
        }
        result
    }

    fn shown_by(&self, _: &Claimed) -> Option<Change> {
        None
    }

    async fn died(&self, _: &App, job: &Claimed, reason: &str) -> Result<(), AppError> {
        if self.deaths_unshown.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(AppError::NotFound);
        }
        self.died.lock().expect("a lock").push(format!("{}: {reason}", job.payload));
        Ok(())
    }
}

fn new(payload: &str) -> NewJob {
    NewJob {
        kind: "scripted",
        payload: payload.into(),
        run_at: 0,
        max_attempts: 3,
        order_key: None,
        idempotency_key: None,
    }
}

fn in_order(payload: &str, key: &str) -> NewJob {
    NewJob { order_key: Some(key.into()), ..new(payload) }
}

async fn push(app: &App, new: NewJob) -> bool {
    let mut tx = app.db.begin().await.expect("begin");
    let pushed = job::push(&mut tx, &new).await.expect("push");
    tx.commit().await.expect("commit");
    app.wake.notify_one();
    pushed
}

/// The application by the machine's clock, which a runner sleeps by.
fn in_real_time(app: &TestApp) -> App {
    App { clock: Arc::new(SystemClock), ..app.app.clone() }
}

const QUICK: Options = Options { slots: 4, lease: 300, patience: Duration::from_secs(5) };

fn start(app: &App, script: &Arc<Script>, options: Options) -> RunnerHandle {
    Runner::start_with(app.clone(), script.clone(), options)
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited too long for: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

both! {
    async fn a_job_is_there_exactly_when_its_transaction_is(app) {
        let subject = || Subject::new(ResourceType::Host, "h", "h");
        for keep in [false, true] {
            let mut work = app.app.work(Operator::system(), Operation::Execute, subject()).await.expect("work");
            work.enqueue(new(if keep { "kept" } else { "taken back" })).await.expect("enqueue");
            let outcome = if keep { Ok(()) } else { Err(AppError::NotFound) };
            assert_eq!(work.finish(outcome.clone()).await, outcome);
        }
        let script = Script::default();
        assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
        assert_eq!(script.finished(), ["kept"]);
    }

    async fn a_second_job_with_the_same_key_is_refused_even_when_the_first_is_done(app) {
        let keyed = || NewJob { idempotency_key: Some("once".into()), ..new("a") };
        assert!(push(&app.app, keyed()).await);
        assert!(!push(&app.app, keyed()).await);
        let script = Script::default();
        assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
        assert!(!push(&app.app, keyed()).await);
        assert_eq!(run_due_with(&app.app, &script).await, Ok(0));
    }

    async fn a_job_waits_for_its_time(app) {
        push(&app.app, NewJob { run_at: app.now() + HOUR, ..new("later") }).await;
        let script = Script::default();
        assert_eq!(run_due_with(&app.app, &script).await, Ok(0));
        app.clock.advance(HOUR);
        assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
    }

    async fn jobs_of_one_key_run_in_order_and_wait_for_a_failing_one(app) {
        for job in [in_order("fail-once 1", "k"), in_order("2", "k"), in_order("3", "k"), new("other")] {
            push(&app.app, job).await;
        }
        let script = Script::default();
        run_due_with(&app.app, &script).await.expect("run");
        assert_eq!(script.finished(), ["other"]);
        app.clock.advance(500);
        run_due_with(&app.app, &script).await.expect("run");
        assert_eq!(script.finished(), ["other", "fail-once 1", "2", "3"]);
    }

    async fn a_dead_job_shows_and_lets_the_next_of_its_key_run(app) {
        push(&app.app, in_order("dead", "k")).await;
        push(&app.app, in_order("next", "k")).await;
        let script = Script::default();
        run_due_with(&app.app, &script).await.expect("run");
        assert_eq!(script.died(), ["dead: no way"]);
        assert_eq!(script.finished(), ["next"]);
        let left = leftovers(&app.app).await.expect("leftovers");
        assert_eq!(left, ["scripted dead (dead): no way"]);
    }

    async fn a_failing_job_is_tried_later_and_later_then_dies_once(app) {
        push(&app.app, new("fail")).await;
        let script = Script::default();
        for pause in [0, 500, 1_000] {
            if pause > 0 {
                app.clock.advance(pause - 1);
                assert_eq!(run_due_with(&app.app, &script).await, Ok(0), "not before {pause} ms");
                app.clock.advance(1);
            }
            assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
        }
        assert_eq!(script.died(), ["fail: it rains"]);
        app.clock.advance(DAY);
        assert_eq!(run_due_with(&app.app, &script).await, Ok(0), "the dead stay dead");
        assert_eq!(script.started().len(), 3);
    }

    async fn a_death_that_could_not_be_shown_is_shown_later(app) {
        push(&app.app, new("fail")).await;
        let script = Script { deaths_unshown: AtomicUsize::new(2), ..Script::default() };
        for _ in 0..10 {
            run_due_with(&app.app, &script).await.expect("run");
            app.clock.advance(HOUR);
        }
        assert_eq!(script.died(), ["fail: it rains"]);
        assert_eq!(script.started().len(), 3, "no further attempt is made meanwhile");
    }

    async fn a_panic_and_a_handler_that_hangs_are_failed_attempts(app) {
        push(&app.app, NewJob { max_attempts: 1, ..new("panic") }).await;
        push(&app.app, NewJob { max_attempts: 1, kind: "hasty", ..new("hang") }).await;
        push(&app.app, new("fine")).await;
        let script = Script::default();
        assert_eq!(run_due_with(&app.app, &script).await, Ok(3));
        assert_eq!(script.finished(), ["fine"]);
        let died = script.died();
        assert_eq!(died.len(), 2);
        assert!(died[0].starts_with("panic: It failed on our side") && !died[0].contains("on purpose"), "{died:?}");
        assert!(died[1].starts_with("hang: It took longer than"), "{died:?}");
    }

    async fn again_is_no_failure(app) {
        push(&app.app, new("again")).await;
        let script = Script::default();
        for _ in 0..30 {
            run_due_with(&app.app, &script).await.expect("run");
            app.clock.advance(10);
        }
        assert_eq!(script.started().len(), 21);
        assert_eq!(script.finished(), ["again"]);
        assert_eq!(script.died(), [""; 0]);
    }

    async fn what_a_killed_process_was_running_runs_again_once_its_lease_is_over(app) {
        push(&app.app, new("a")).await;
        let lost = claim_and_be_killed(&app.app).await;
        let script = Script::default();
        app.clock.advance(15 * SECOND);
        assert_eq!(run_due_with(&app.app, &script).await, Ok(0), "the lease still runs");
        app.clock.advance(1);
        assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
        assert_eq!(script.finished(), ["a"]);
        let mut tx = app.db.begin().await.expect("begin");
        assert!(!job::done(&mut tx, &lost, app.now()).await.expect("query"), "who lost the lease ends nothing");
        assert!(!job::retry(&mut tx, &lost, app.now(), "x").await.expect("query"));
        assert!(!job::dead(&mut tx, &lost, "x", app.now()).await.expect("query"));
        assert!(!job::again(&mut tx, &lost, app.now()).await.expect("query"));
    }

    async fn a_job_that_kills_its_process_every_time_dies_instead_of_going_on_for_ever(app) {
        push(&app.app, new("a")).await;
        for _ in 0..3 {
            claim_and_be_killed(&app.app).await;
            app.clock.advance(HOUR);
            let mut tx = app.db.begin().await.expect("begin");
            assert_eq!(job::reap(&mut tx, app.now()).await.expect("reap"), 1);
            tx.commit().await.expect("commit");
        }
        let script = Script::default();
        assert_eq!(run_due_with(&app.app, &script).await, Ok(1));
        assert_eq!(script.started(), [""; 0]);
        assert_eq!(script.died(), ["a: The server was interrupted."]);
    }

    async fn a_runner_hears_of_a_job_at_once(app) {
        let (app, script) = (in_real_time(&app), Arc::new(Script::default()));
        let runner = start(&app, &script, QUICK);
        // Another process has a wake-up of its own; on Postgres the runner hears of its jobs all the same.
        let elsewhere = App { wake: Arc::new(Notify::new()), ..app.clone() };
        let pusher = if app.db.postgres().is_some() { &elsewhere } else { &app };
        until("the runner to be up", async || { push(pusher, new("up")).await; !script.finished().is_empty() }).await;
        sleep(Duration::from_millis(300)).await;
        let (begun, before) = (Instant::now(), script.finished().len());
        for i in 1..=10 {
            push(pusher, new("a")).await;
            until("the job to run", async || script.finished().len() >= before + i).await;
            sleep(Duration::from_millis(20)).await;
        }
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(5), "ten naps would have taken ten seconds; this took {took:?}");
        runner.drain().await;
    }

    async fn two_runners_share_the_jobs_and_run_each_once(app) {
        let (app, script) = (in_real_time(&app), Arc::new(Script::default()));
        for i in 0..60 {
            let key = format!("key {}", i % 7);
            push(&app, if i % 2 == 0 { in_order(&format!("job {i}"), &key) } else { new(&format!("job {i}")) }).await;
        }
        let other = App { wake: Arc::new(Notify::new()), ..app.clone() };
        let runners = [start(&app, &script, Options::default()), start(&other, &script, Options::default())];
        until("all to run", async || script.finished().len() >= 60).await;
        until("all to be done", async || leftovers(&app).await.is_ok_and(|left| left.is_empty())).await;
        for runner in runners {
            runner.drain().await;
        }
        let finished = script.finished();
        let mut sorted = finished.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((finished.len(), sorted.len()), (60, 60), "each once");
        for key in 0..7 {
            let of_key: Vec<usize> = finished
                .iter()
                .filter_map(|payload| payload.strip_prefix("job ")?.parse().ok())
                .filter(|i: &usize| i.is_multiple_of(2) && i % 7 == key)
                .collect();
            assert!(of_key.is_sorted(), "{of_key:?}");
        }
    }

    async fn a_lease_is_renewed_while_the_job_runs(app) {
        let (app, script) = (in_real_time(&app), Arc::new(Script::default()));
        push(&app, new("sleep 2000")).await;
        let runners = [start(&app, &script, QUICK), start(&app, &script, QUICK)];
        until("the job to end", async || !script.finished().is_empty()).await;
        sleep(Duration::from_millis(600)).await;
        assert_eq!(script.started(), ["sleep 2000"], "nobody else took it, at a lease of 300 ms");
        for runner in runners {
            runner.drain().await;
        }
    }

    async fn draining_finishes_what_runs_and_claims_nothing_more(app) {
        let (app, script) = (in_real_time(&app), Arc::new(Script::default()));
        let runner = start(&app, &script, Options { slots: 1, ..QUICK });
        push(&app, new("sleep 700")).await;
        until("the job to run", async || !script.started().is_empty()).await;
        push(&app, new("too late")).await;
        runner.drain().await;
        assert_eq!(script.finished(), ["sleep 700"]);
        let left = leftovers(&app).await.expect("leftovers");
        assert!(left.len() == 1 && left[0].contains("too late (ready"), "{left:?}");
        app.db.close().await;
    }

    async fn what_outlasts_draining_is_taken_up_after_its_lease(app) {
        let (app, script) = (in_real_time(&app), Arc::new(Script::default()));
        let impatient = Options { patience: Duration::from_millis(100), ..QUICK };
        let runner = start(&app, &script, impatient);
        push(&app, new("sleep 30000")).await;
        until("the job to run", async || !script.started().is_empty()).await;
        let begun = Instant::now();
        runner.drain().await;
        assert!(begun.elapsed() < Duration::from_secs(10), "draining has an end");
        let runner = start(&app, &script, QUICK);
        until("the job to run again", async || script.started().len() == 2).await;
        drop(runner);
        // A dropped runner is a killed one: its job comes back as well.
        let _runner = start(&app, &script, QUICK);
        until("the job to run a third time", async || script.started().len() == 3).await;
    }

    async fn done_jobs_are_pruned_after_a_week_and_no_others(app) {
        for i in 0..3 {
            push(&app.app, new(&format!("old {i}"))).await;
        }
        push(&app.app, new("dead")).await;
        run_due_with(&app.app, &Script::default()).await.expect("run");
        app.clock.advance(6 * DAY);
        push(&app.app, new("young")).await;
        run_due_with(&app.app, &Script::default()).await.expect("run");
        push(&app.app, NewJob { run_at: Millis::MAX, ..new("waiting") }).await;
        app.clock.advance(DAY + 1);
        let runner = start(&app.app, &Arc::new(Script::default()), QUICK);
        let kept = async || {
            let sql = "SELECT payload FROM job ORDER BY id";
            app.db.scalars::<String>(sql, args![]).await.expect("query")
        };
        until("the old ones to go", async || kept().await == ["dead", "young", "waiting"]).await;
        drop(runner);
    }

    async fn an_unknown_kind_is_laid_aside(app) {
        push(&app.app, NewJob { kind: "of-a-later-version", ..new("{}") }).await;
        assert_eq!(jobs::run_due(&app.app).await, Ok(1));
        assert!(leftovers(&app.app).await.expect("leftovers")[0].contains("(dead)"));
    }
}

/// Claims the oldest due job as a runner does that is killed right afterwards.
async fn claim_and_be_killed(app: &App) -> Claimed {
    let now = app.now();
    let mut tx = app.db.begin().await.expect("begin");
    let mut claimed = job::claim(&mut tx, &new_id(), 1, now + 15 * SECOND, now).await.expect("claim");
    tx.commit().await.expect("commit");
    claimed.pop().expect("a job was due")
}
