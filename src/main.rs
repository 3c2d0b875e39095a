//! The server program: settings, then the database, the jobs and HTTP; and the commands beside `serve`.

use countersign::domain::oplog::Head;
use countersign::domain::time::Millis;
use countersign::http;
use countersign::server::app::App;
use countersign::server::backup::{self, Held};
use countersign::server::clock::SystemClock;
use countersign::server::cloud::{EmbeddedInventory, Faults};
use countersign::server::events::Events;
use countersign::server::jobs::{self, Runner};
use countersign::server::listener::Bound;
use countersign::server::service::first_run;
use countersign::server::service::oplog::verify;
use countersign::server::settings::{self, LogTask, Settings, Task};
use countersign::server::store::db::Db;
use countersign::server::telemetry::Telemetry;
use countersign::server::{demo, seed};
use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// A page is thousands of small allocations, often freed by another thread than the one that made them. ADR 35 has what
/// this allocator wins over the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long those get to ask who came in as the door closed; not longer than the drain delay.
const LAST_TO_COME: Duration = Duration::from_secs(1);
/// How long jobs that are under way may go on once requests have ended.
const PATIENCE: Duration = Duration::from_secs(4);

fn main() -> ExitCode {
    let command = settings::from_command_line().command;
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Box<dyn Error>> {
    // Rendering waits on itself where there are too few threads (leptos#4647).
    let threads = std::thread::available_parallelism().map_or(4, |n| n.get().max(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let telemetry = Telemetry::begin(task.settings(), runtime.handle())?;
    let done = runtime.block_on(async {
        match task {
            Task::Serve(settings) => serve(settings).await,
            Task::Migrate(settings) => migrate(&settings).await,
            Task::Seed { settings, commits: Some(seconds), at_once, .. } => commit(settings, seconds, at_once).await,
            Task::Seed { settings, tickets, .. } => fill(settings, tickets).await,
            Task::Backup { settings, folder } => {
                let held = backup::backup(&settings, &folder).await?;
                tell("written to", &folder, &held)
            }
            Task::Restore { settings, folder } => {
                let held = backup::restore(&settings, &folder).await?;
                tell("restored from", &folder, &held)
            }
            Task::Log(LogTask::Verify { settings, head }) => verify_log(settings, head).await,
        }
    });
    telemetry.end();
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}

fn tell(done: &str, folder: &Path, held: &Held) -> Result<(), Box<dyn Error>> {
    let (place, attachments) = (folder.display(), held.attachments);
    let mut out = std::io::stdout().lock();
    writeln!(out, "Backup {done} {place}: a database of {} bytes, {attachments} attachments.", held.database)?;
    Ok(())
}

/// Opening the database is what brings its schema up to date.
async fn migrate(settings: &Settings) -> Result<(), Box<dyn Error>> {
    open(settings).await?.close().await;
    Ok(())
}

async fn fill(mut settings: Settings, tickets: i64) -> Result<(), Box<dyn Error>> {
    settings.demo = true;
    let app = application(settings).await?;
    seed::company(&app, tickets).await?;
    app.db.close().await;
    Ok(())
}

async fn commit(settings: Settings, seconds: u64, at_once: usize) -> Result<(), Box<dyn Error>> {
    let app = bare_application(settings).await?;
    let rate = seed::bare_commits(&app, seconds, at_once).await?;
    app.db.close().await;
    writeln!(std::io::stdout().lock(), "{rate:.1}")?;
    Ok(())
}

/// Tells on stdout what the walk along the chain of seals saw; what it found amiss is the error.
async fn verify_log(settings: Settings, head: Option<Head>) -> Result<(), Box<dyn Error>> {
    let app = bare_application(settings).await?;
    let (report, finding) = verify::verify(&app, head.as_ref()).await?;
    app.db.close().await;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} records in {} seals are as they were sealed.", report.records, report.seals)?;
    if report.removed > 0 {
        writeln!(out, "{} records were removed by retention.", report.removed)?;
    }
    if let Some(finding) = finding {
        return Err(format!("the operation log did not pass: {finding}").into());
    }
    writeln!(out, "{} records are not sealed yet.", report.unsealed)?;
    if report.without_key > 0 && app.settings.log_key.is_some() {
        writeln!(out, "The seals up to {} carry no key.", report.without_key)?;
    }
    if let Some(head) = report.head {
        writeln!(out, "Newest seal, for a later --head: {head}")?;
    }
    Ok(())
}

async fn serve(settings: Settings) -> Result<(), Box<dyn Error>> {
    let bound = Bound::to(settings.address).map_err(|e| format!("{}: {e}", settings.address))?;
    let address = format!("http://{}", bound.address()?);
    let app = application(settings).await?;
    if let Some(token) = first_run::setup_token(&app).await? {
        let base = app.settings.public_url.as_deref().unwrap_or(&address).trim_end_matches('/');
        eprintln!("No account exists yet. Within a day, set the first administrator's password at");
        eprintln!("  {base}/setup?token={token}");
    }

    if let Some(address) = app.settings.metrics_address {
        http::metrics::serve(&app, address).await?;
    }
    jobs::begin_standing(&app).await?;
    let jobs = Runner::start(app.clone());
    let router = http::router(app.clone());
    if let Some(what) = http::build::missing(&app.settings.site_root()) {
        tracing::warn!("{what}");
    }
    let (door, closing) = bound.open().map_err(|e| format!("{}: {e}", app.settings.address))?;
    say_ready(&address)?;
    let (events, announced) = (app.events.clone(), app.stopping.clone());
    let (delay, patience) = (millis(app.settings.drain_delay), millis(app.settings.finish_within));
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let serving = axum::serve(
        axum::serve::ListenerExt::tap_io(door, |connection| {
            // Without it small answers wait for the other side's delayed acknowledgement.
            _ = connection.set_nodelay(true);
        }),
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        told_to_stop().await;
        announced.store(true, Ordering::Relaxed);
        tokio::time::sleep(delay).await;
        closing.close().await;
        // Whoever came in last has not been read from yet, and would be shown out unheard.
        tokio::time::sleep(delay.min(LAST_TO_COME)).await;
        stopping.send_replace(true);
        // They would keep the server from ending.
        events.end();
    });
    tokio::select! {
        ended = serving => ended?,
        () = longer_than(patience, stopped) => tracing::warn!("gave up on requests that took too long"),
    }
    if tokio::time::timeout(PATIENCE, jobs.drain()).await.is_err() {
        tracing::warn!("left a job unfinished; it is taken up at the next start");
    }
    app.db.close().await;
    Ok(())
}

/// The application over its database, with the data that has to be there.
async fn application(settings: Settings) -> Result<App, Box<dyn Error>> {
    let app = bare_application(settings).await?;
    first_run::base_data(&app).await?;
    if app.settings.demo {
        demo::seed(&app).await?;
    }
    Ok(app)
}

/// The application over its database as it is.
async fn bare_application(settings: Settings) -> Result<App, Box<dyn Error>> {
    let faults: Faults = settings.inventory_faults.parse().map_err(|e| format!("--inventory-faults: {e}"))?;
    let db = open(&settings).await?;
    let clock = Arc::new(SystemClock);
    let cloud = Arc::new(EmbeddedInventory::new(db.clone(), clock.clone(), settings.deploy_delay, faults));
    let events = Events::start(&db, clock.clone(), settings.session_idle);
    let (settings, wake, stopping) = (Arc::new(settings), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    Ok(App { db, clock, settings, cloud, wake, stopping, events })
}

async fn open(settings: &Settings) -> Result<Db, Box<dyn Error>> {
    if let Some(folder) = settings.sqlite_file().as_deref().and_then(Path::parent) {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    Db::open(&settings.database_url).await.map_err(|e| format!("the database can't be opened: {e}").into())
}

/// The one line on stdout, which whoever started this program waits for.
fn say_ready(address: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}")?;
    out.flush()
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => _ = tokio::signal::ctrl_c().await,
    }
}

fn millis(time: Millis) -> Duration {
    Duration::from_millis(time.unsigned_abs())
}

async fn longer_than(patience: Duration, mut stopping: tokio::sync::watch::Receiver<bool>) {
    if stopping.wait_for(|stopping| *stopping).await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(patience).await;
}
