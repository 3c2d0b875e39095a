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
use countersign::server::private;
use countersign::server::service::oplog::verify;
use countersign::server::service::{external, first_run};
use countersign::server::settings::{self, LogTask, Settings, Task};
use countersign::server::store::db::Db;
use countersign::server::store::opening::OpenError;
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

/// Grace for connections accepted last: time to send their first request before shutdown. At most the drain delay.
const LAST_TO_COME: Duration = Duration::from_secs(1);
/// How long running jobs may go on after the last request has ended.
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
    // At least four threads: with too few, rendering can wait for itself (leptos#4647).
    let threads = std::thread::available_parallelism().map_or(4, |n| n.get().max(4));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let telemetry = Telemetry::begin(task.settings(), runtime.handle())?;
    for unknown in settings::unknown_variables() {
        tracing::warn!("{unknown}");
    }
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

/// Brings the database's schema up to date, which opening it does.
async fn migrate(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let db = open(settings).await?;
    let schema = db.schema().clone();
    db.close().await;
    let mut out = std::io::stdout().lock();
    let taken = match schema.taken {
        0 => "nothing was to be done".to_owned(),
        1 => "1 step was taken".to_owned(),
        taken => format!("{taken} steps were taken"),
    };
    writeln!(out, "{}: the schema is at step {}; {taken}.", settings.database_shown(), schema.newest)?;
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

/// Checks the operation log's chain of seals and prints its counts on stdout. A finding is returned as the error.
async fn verify_log(settings: Settings, head: Option<Head>) -> Result<(), Box<dyn Error>> {
    let db = Db::open_to_read(&settings.database_url).await.map_err(|error| unopened(&settings, &error))?;
    let faults = faults(&settings)?;
    let app = over(db, settings, faults)?;
    let walked = verify::verify(&app, head.as_ref()).await;
    let (report, finding) =
        walked.map_err(|error| format!("--database-url {}: {error}", app.settings.database_shown()))?;
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
    let bound = Bound::to(settings.address).map_err(|error| untaken("--address", settings.address, &error))?;
    let address = format!("http://{}", bound.address()?);
    let figures = match settings.metrics_address {
        Some(at) => Some(http::metrics::bind(at).await.map_err(|error| untaken("--metrics-address", at, &error))?),
        None => None,
    };
    settings.check_places()?;
    let app = application(settings).await?;
    if let Some(figures) = figures {
        http::metrics::serve(&app, figures)?;
    }
    if let Some(amiss) = external::unopenable(&app).await? {
        tracing::error!("{amiss}");
    }
    jobs::begin_standing(&app).await?;
    let jobs = Runner::start(app.clone());
    let router = http::router(app.clone());
    if let Some(what) = http::build::missing(&app.settings.site_root()) {
        tracing::warn!("{what}");
    }
    let (door, closing) = bound.open().map_err(|error| untaken("--address", app.settings.address, &error))?;
    // Last of all: a link is for a server that is there.
    if let Some(token) = first_run::setup_token(&app).await? {
        let base = app.settings.public_url.as_deref().unwrap_or(&address);
        eprintln!("No account exists yet. Within a day, set the first administrator's password at");
        eprintln!("  {base}/setup?token={token}");
    }
    say_ready(&address)?;
    let (events, announced) = (app.events.clone(), app.stopping.clone());
    let (delay, patience) = (millis(app.settings.drain_delay), millis(app.settings.finish_within));
    let (stopping, stopped) = tokio::sync::watch::channel(false);
    let serving = axum::serve(
        axum::serve::ListenerExt::tap_io(door, |connection| {
            // With Nagle's algorithm small answers would wait for the other side's delayed acknowledgement.
            _ = connection.set_nodelay(true);
        }),
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async move {
        let signal = told_to_stop().await;
        tracing::info!("told to stop by {signal}: finishing what is under way");
        announced.store(true, Ordering::Relaxed);
        tokio::time::sleep(delay).await;
        closing.close().await;
        // The connections accepted last haven't been read from yet: stopping now would close them unanswered.
        tokio::time::sleep(delay.min(LAST_TO_COME)).await;
        stopping.send_replace(true);
        // Event streams never end by themselves and would keep the server from stopping.
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
    tracing::info!("stopped");
    Ok(())
}

/// Why an address can't be had.
fn untaken(setting: &str, address: SocketAddr, error: &std::io::Error) -> String {
    format!("{setting} {address}: {error}; end what listens there, or write another address or port")
}

/// The application over its database, with the data that has to be there.
async fn application(settings: Settings) -> Result<App, Box<dyn Error>> {
    let mut app = bare_application(settings).await?;
    let shown = app.settings.database_shown();
    let named = |error| format!("--database-url {shown}: {error}");
    first_run::base_data(&app).await.map_err(named)?;
    if app.settings.demo {
        demo::seed(&app).await.map_err(named)?;
    }
    app.is_demo = demo::made_the_accounts(&app).await.map_err(named)?;
    if app.settings.demo && !app.is_demo {
        tracing::warn!(
            "--demo: {shown} has accounts that no demo made: nothing was added, and no page says that it is one"
        );
    }
    Ok(app)
}

/// The application over its database as it is, with the schema up to date.
async fn bare_application(settings: Settings) -> Result<App, Box<dyn Error>> {
    let faults = faults(&settings)?;
    over(open(&settings).await?, settings, faults)
}

fn faults(settings: &Settings) -> Result<Faults, String> {
    settings.inventory_faults.parse::<Faults>().map_err(|error| format!("--inventory-faults: {error}"))
}

fn over(db: Db, settings: Settings, faults: Faults) -> Result<App, Box<dyn Error>> {
    let clock = Arc::new(SystemClock);
    let cloud = Arc::new(EmbeddedInventory::new(db.clone(), clock.clone(), settings.deploy_delay, faults));
    let events = Events::start(&db, clock.clone(), settings.session_idle);
    let (settings, wake, stopping) = (Arc::new(settings), Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    Ok(App { db, clock, settings, is_demo: false, cloud, wake, stopping, events })
}

/// Opens the database, brings its schema up to date, and tells what about it deserves a look.
async fn open(settings: &Settings) -> Result<Db, Box<dyn Error>> {
    let db = Db::open(&settings.database_url).await.map_err(|error| unopened(settings, &error))?;
    let shown = settings.database_shown();
    let unknown = &db.schema().unknown;
    if !unknown.is_empty() {
        tracing::warn!(
            "--database-url {shown}: a newer program took the steps {unknown:?} of its schema, which this one doesn't know; \
             that is meant only while servers are being upgraded"
        );
    }
    if let Some(file) = settings.sqlite_file().filter(|file| private::is_open_to_others(file)) {
        let file = file.display();
        tracing::warn!("--database-url {shown}: everybody on this machine can read it; chmod 600 {file} ends that");
    }
    Ok(db)
}

fn unopened(settings: &Settings, error: &OpenError) -> String {
    format!("--database-url {}: {error}", settings.database_shown())
}

/// Prints the server's only line on stdout. Programs that start it wait for this line.
fn say_ready(address: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}")?;
    out.flush()
}

/// Waits for a signal to stop; gives its name.
async fn told_to_stop() -> &'static str {
    use tokio::signal::unix::{SignalKind, signal};
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = terminate.recv() => return "SIGTERM",
            _ = tokio::signal::ctrl_c() => {}
        }
    } else {
        _ = tokio::signal::ctrl_c().await;
    }
    "SIGINT"
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
