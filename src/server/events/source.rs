//! Where committed events come from: on SQLite from this process itself; on Postgres from LISTEN, which brings the
//! events of every process, including this one.

use crate::server::store::change::Event;
use crate::server::store::db::Db;
use crate::server::store::event::CHANNEL;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// After this long without a notification the connection is asked whether it is still alive.
const SILENCE: Duration = Duration::from_secs(10);
/// Time limit for that answer, and for making a new connection.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) enum Heard {
    Events(Vec<Event>),
    /// Events before this point may have been missed; from here on all are heard.
    Gap,
}

/// Passes on the events committed from now on, until the receiver is dropped.
pub(super) fn listen(db: &Db, teller: mpsc::Sender<Heard>) -> impl Future<Output = ()> + Send + 'static {
    // Subscribed at once, before the first page is rendered, so that no commit after that is missed.
    let committed = db.committed();
    let options = db.postgres().map(|pool| (*pool.connect_options()).clone());
    async move {
        match options {
            None => in_process(committed, teller).await,
            Some(options) => across_processes(options, teller).await,
        }
    }
}

async fn in_process(mut committed: broadcast::Receiver<Vec<Event>>, teller: mpsc::Sender<Heard>) {
    loop {
        let heard = match committed.recv().await {
            Ok(events) => Heard::Events(events),
            Err(RecvError::Lagged(_)) => Heard::Gap,
            Err(RecvError::Closed) => return,
        };
        if teller.send(heard).await.is_err() {
            return;
        }
    }
}

async fn across_processes(options: PgConnectOptions, teller: mpsc::Sender<Heard>) {
    loop {
        match hear(&options, &teller).await {
            Ok(()) => return,
            Err(error) => tracing::warn!("not hearing of changes until the database is back: {error}"),
        }
        sleep(PAUSE).await;
    }
}

/// Listens on a connection of its own until that fails; `Ok` once the receiver is dropped.
async fn hear(options: &PgConnectOptions, teller: &mpsc::Sender<Heard>) -> sqlx::Result<()> {
    // A pool of its own: from the application's, the connection would be missing for jobs and hold up the closing.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options.clone()).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    if teller.send(Heard::Gap).await.is_err() {
        return Ok(());
    }
    loop {
        let heard = match timeout(SILENCE, listener.try_recv()).await {
            Ok(received) => match received? {
                Some(notification) => read(notification.payload()),
                // The connection was lost and listens again by now; notifications between are missing.
                None => Heard::Gap,
            },
            Err(_silence) => {
                // A connection that died unnoticed would stay silent for ever.
                let alive = sqlx::query("SELECT 1").execute(&mut listener);
                timeout(PATIENCE, alive).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
                continue;
            }
        };
        if teller.send(heard).await.is_err() {
            return Ok(());
        }
    }
}

fn read(payload: &str) -> Heard {
    match serde_json::from_str(payload) {
        Ok(event) => Heard::Events(vec![event]),
        // A newer version that runs beside this one may send events unknown here.
        Err(error) => {
            tracing::warn!("an event can't be read: {error}");
            Heard::Gap
        }
    }
}
