//! The worker: claims due jobs under a lease, runs them side by side, and ends each in the database.
//!
//! No failure ends the worker: after an error of the database it tries again, and a handler that panics or hangs has
//! failed its attempt. The jobs of a killed process are taken up again once their leases have run out.

use super::handlers::Handlers;
use super::kinds::Dispatch;
use crate::domain::time::{DAY, MINUTE, Millis, SECOND};
use crate::server::app::App;
use crate::server::clock::new_id;
use crate::server::job::{Failure, Outcome};
use crate::server::store::job::{self, Claimed};
use crate::server::{metrics, telemetry};
use crate::wire::error::AppError;
use futures::FutureExt;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::collections::HashMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

const FIRST_BACKOFF: Millis = 500;
const LONGEST_BACKOFF: Millis = 10 * MINUTE;
/// How long a done job is kept, for people who want to know what ran.
const KEEP_DONE: Millis = 7 * DAY;
const PRUNE_BATCH: i64 = 500;
/// The longest pause between looks for due jobs: a wake-up may be lost with the connection that listens for it.
const NAP: Duration = Duration::from_secs(1);
const SHORTEST_NAP: Millis = 5;

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many jobs run side by side.
    pub slots: usize,
    /// How long (ms) a claim holds without being renewed, and so how long a killed process delays its jobs.
    pub lease: Millis,
    /// How long draining waits for running jobs.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options { slots: 4, lease: 15 * SECOND, patience: Duration::from_secs(3) }
    }
}

#[derive(Clone)]
pub struct Runner {
    app: App,
    handlers: Arc<dyn Handlers>,
    options: Options,
    stop: CancellationToken,
    running: Running,
}

/// A running worker. Dropping it stops it at once, wherever it is; [`RunnerHandle::drain`] lets it finish.
#[must_use = "a runner stops when its handle is dropped"]
pub struct RunnerHandle {
    stop: CancellationToken,
    worker: AbortOnDropHandle<()>,
    keeper: AbortOnDropHandle<()>,
    listener: Option<AbortOnDropHandle<()>>,
}

impl RunnerHandle {
    /// Claims no more jobs and waits for the running ones, up to [`Options::patience`]. The rest are taken up
    /// elsewhere, or at the next start, once their leases have run out.
    pub async fn drain(self) {
        self.stop.cancel();
        // A worker that panicked has nothing left to wait for.
        let _ = self.worker.await;
        for helper in [Some(self.keeper), self.listener].into_iter().flatten() {
            helper.abort();
            let _ = helper.await;
        }
    }
}

impl Runner {
    /// Starts this program's jobs with the usual options.
    pub fn start(app: App) -> RunnerHandle {
        Runner::start_with(app, Arc::new(Dispatch), Options::default())
    }

    pub fn start_with(app: App, handlers: Arc<dyn Handlers>, options: Options) -> RunnerHandle {
        let stop = CancellationToken::new();
        let runner = Runner { app, handlers, options, stop: stop.clone(), running: Running::default() };
        let spawn_listener = |pool: &PgPool| spawn(listen(pool.clone(), runner.app.wake.clone()));
        RunnerHandle {
            stop,
            listener: runner.app.db.postgres().map(spawn_listener),
            keeper: spawn(runner.clone().keep()),
            worker: spawn(runner.work()),
        }
    }

    async fn work(self) {
        let mut tasks = JoinSet::new();
        while !self.stop.is_cancelled() {
            while tasks.try_join_next().is_some() {}
            let free = self.options.slots.saturating_sub(tasks.len());
            let claimed = claim(&self.app, free, self.options.lease).await.unwrap_or_else(|error| {
                tracing::warn!("jobs can't be claimed: {error}");
                vec![]
            });
            let is_busy = !claimed.is_empty();
            for job in claimed {
                tasks.spawn(self.clone().run(job));
            }
            if is_busy && tasks.len() < self.options.slots {
                continue;
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                _ = tasks.join_next(), if !tasks.is_empty() => {}
                () = self.app.wake.notified() => {}
                () = sleep(nap(&self.app).await) => {}
            }
        }
        let all_ended = async { while tasks.join_next().await.is_some() {} };
        if timeout(self.options.patience, all_ended).await.is_err() {
            tracing::warn!(
                "{} jobs were still running; they are taken up again when their lease has run out",
                tasks.len()
            );
            tasks.shutdown().await;
        }
    }

    async fn run(self, job: Claimed) {
        let _entry = self.running.enter(&job);
        let result = attempt(&self.app, &*self.handlers, &job).await;
        if let Err(error) = end(&self.app, &*self.handlers, &job, result).await {
            // The job's lease isn't renewed any more, so the job will run again.
            tracing::warn!(job = %job.id, kind = %job.kind, "the end of a job can't be written: {error}");
        }
    }

    /// Three times per lease: renews the leases of the jobs that run here, takes up jobs whose lease ran out, and
    /// deletes old done jobs.
    async fn keep(self) {
        let pause = Duration::from_millis(self.options.lease.unsigned_abs() / 3);
        loop {
            if let Err(error) = self.keep_once().await {
                tracing::warn!("leases can't be renewed: {error}");
            }
            sleep(pause).await;
        }
    }

    async fn keep_once(&self) -> sqlx::Result<()> {
        let (ids, tokens) = self.running.claims();
        let now = self.app.now();
        if !ids.is_empty() {
            let mut tx = self.app.quiet().await?;
            job::renew(&mut tx, ids, tokens, now + self.options.lease).await?;
            tx.commit().await?;
        }
        if reap(&self.app).await? > 0 {
            self.app.wake.notify_one();
        }
        if job::is_any_done_before(&self.app.db, now - KEEP_DONE).await? {
            let mut tx = self.app.quiet().await?;
            job::prune(&mut tx, now - KEEP_DONE, PRUNE_BATCH).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// See [`super::run_due`].
pub(super) async fn run_due(app: &App, handlers: &dyn Handlers) -> Result<usize, AppError> {
    reap(app).await?;
    let mut ran = 0;
    while let Some(job) = claim(app, 1, Options::default().lease).await?.pop() {
        let result = attempt(app, handlers, &job).await;
        end(app, handlers, &job, result).await?;
        ran += 1;
    }
    Ok(ran)
}

async fn claim(app: &App, free: usize, lease: Millis) -> sqlx::Result<Vec<Claimed>> {
    let now = app.now();
    if free == 0 || !job::is_any_due(&app.db, now).await? {
        return Ok(vec![]);
    }
    let mut tx = app.quiet().await?;
    let claimed = job::claim(&mut tx, &new_id(), free as i64, now + lease, now).await?;
    tx.commit().await?;
    Ok(claimed)
}

async fn reap(app: &App) -> sqlx::Result<u64> {
    let now = app.now();
    if !job::is_any_expired(&app.db, now).await? {
        return Ok(0);
    }
    let mut tx = app.quiet().await?;
    let reaped = job::reap(&mut tx, now).await?;
    tx.commit().await?;
    Ok(reaped)
}

/// Runs the job's handler once, within its kind's time limit.
async fn attempt(app: &App, handlers: &dyn Handlers, job: &Claimed) -> Result<Outcome, Failure> {
    if job.attempts > job.max_attempts {
        // The job was interrupted at its last attempt, or while it was being laid aside.
        return Err(Failure::Dead(job.last_error.clone().unwrap_or_else(|| "It was interrupted too often.".into())));
    }
    let span = tracing::info_span!("job", id = job.id, kind = job.kind, attempt = job.attempts);
    let running = guarded(handlers.time_limit(&job.kind), handlers.run(app, job)).instrument(span.clone());
    let result = running.await.unwrap_or_else(|why| Err(Failure::Retry(why)));
    if app.settings.otlp_endpoint.is_some()
        && let Err(Failure::Retry(why) | Failure::Dead(why)) = &result
    {
        telemetry::failed(&span, why);
    }
    result
}

/// Writes into the queue how the attempt ended, and gives the job up if it has to.
async fn end(
    app: &App,
    handlers: &dyn Handlers,
    job: &Claimed,
    result: Result<Outcome, Failure>,
) -> Result<(), AppError> {
    metrics::job(&job.kind, &result);
    let (reason, mut is_dead) = match result {
        Ok(outcome) => {
            let mut tx = app.quiet().await?;
            match outcome {
                Outcome::Done => job::done(&mut tx, job, app.now()).await?,
                Outcome::Again(run_at) => job::again(&mut tx, job, run_at).await?,
            };
            return Ok(tx.commit().await?);
        }
        Err(Failure::Dead(reason)) => (reason, true),
        Err(Failure::Retry(reason)) => (reason, job.attempts >= job.max_attempts),
    };
    tracing::warn!(job = %job.id, kind = %job.kind, attempt = job.attempts, is_dead, "a job failed: {reason}");
    if is_dead {
        let shown = guarded(handlers.time_limit(&job.kind), handlers.died(app, job, &reason)).await;
        if let Err(why) = shown.and_then(|result| result.map_err(|error| error.to_string())) {
            tracing::error!(job = %job.id, kind = %job.kind, "a dead job can't be shown yet: {why}");
            is_dead = false;
        }
    }
    let now = app.now();
    let mut tx = app.quiet().await?;
    if is_dead {
        handlers.shown_by(job).into_iter().for_each(|change| tx.changed(change));
        job::dead(&mut tx, job, &reason, now).await?;
    } else {
        job::retry(&mut tx, job, now + backoff(job.attempts), &reason).await?;
    }
    Ok(tx.commit().await?)
}

/// The future's value, or, if it took too long or panicked, a sentence that says so.
async fn guarded<T>(limit: Duration, future: impl Future<Output = T>) -> Result<T, String> {
    match AssertUnwindSafe(timeout(limit, future)).catch_unwind().await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_elapsed)) => Err(format!("It took longer than {} seconds.", limit.as_secs())),
        Err(_panic) => Err("It failed on our side; an administrator finds the details in the server's log.".into()),
    }
}

fn backoff(attempts: i64) -> Millis {
    let doublings = attempts.clamp(1, 20) - 1;
    (FIRST_BACKOFF << doublings).min(LONGEST_BACKOFF)
}

async fn nap(app: &App) -> Duration {
    let now = app.now();
    match job::next_run_at(&app.db, now).await {
        Ok(Some(run_at)) => Duration::from_millis((run_at - now).max(SHORTEST_NAP).unsigned_abs()).min(NAP),
        _ => NAP,
    }
}

/// Wakes the worker when another process enqueues a job.
async fn listen(pool: PgPool, wake: Arc<Notify>) {
    loop {
        if let Err(error) = hear(&pool, &wake).await {
            tracing::warn!("not hearing of new jobs, looking for them every second: {error}");
        }
        sleep(NAP).await;
    }
}

async fn hear(pool: &PgPool, wake: &Notify) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("job").await?;
    loop {
        wake.notify_one();
        listener.recv().await?;
    }
}

fn spawn(task: impl Future<Output = ()> + Send + 'static) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(task))
}

/// The jobs that run here: the token of each claim, by the job's id. Only these leases are renewed.
#[derive(Clone, Default)]
struct Running(Arc<Mutex<HashMap<String, String>>>);

impl Running {
    fn enter(&self, job: &Claimed) -> Entry {
        self.with(|claims| claims.insert(job.id.clone(), job.token.clone()));
        Entry { running: self.clone(), id: job.id.clone(), token: job.token.clone() }
    }

    fn claims(&self) -> (Vec<String>, Vec<String>) {
        self.with(|claims| claims.clone().into_iter().unzip())
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<String, String>) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A job's entry in [`Running`]. Dropping it removes the job, also after a panic or an abort.
struct Entry {
    running: Running,
    id: String,
    token: String,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.running.with(|claims| {
            if claims.get(&self.id) == Some(&self.token) {
                claims.remove(&self.id);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_after_every_failure_up_to_a_limit() {
        assert_eq!(backoff(1), 500);
        assert_eq!(backoff(2), 1_000);
        assert_eq!(backoff(9), 128_000);
        assert_eq!(backoff(60), LONGEST_BACKOFF);
        let until_dead: Millis = (1..10).map(backoff).sum();
        assert!((4 * MINUTE..5 * MINUTE).contains(&until_dead), "what `MAX_ATTEMPTS` says: {until_dead} ms");
    }
}
