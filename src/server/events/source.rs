//! Where committed events come from: this process itself on SQLite; LISTEN on Postgres, which brings those of every
//! process, this one's too.

use crate::server::store::change::Event;
use crate::server::store::db::Db;
use crate::server::store::event::CHANNEL;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// A connection that was silent for so long is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(10);
/// How long it may take to answer, and a new one to come about.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) enum Heard {
    Events(Vec<Event>),
    /// From here on everything is heard; what came before may be missing.
    Gap,
}

/// Tells what is committed from now on, as long as anybody is there to be told.
pub(super) fn listen(db: &Db, teller: mpsc::Sender<Heard>) -> impl Future<Output = ()> + Send + 'static {
    // Subscribed before the first page is rendered: what is committed after that is heard.
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

/// Listens on a connection of its own until that is lost; `Ok` when nobody is there to be told any more.
async fn hear(options: &PgConnectOptions, teller: &mpsc::Sender<Heard>) -> sqlx::Result<()> {
    // A pool of one, not the application's: closing that would wait for this connection, and jobs would lack one.
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
                // Lost and, by now, listening again.
                None => Heard::Gap,
            },
            Err(_silence) => {
                // A connection that died without a word would stay silent for ever.
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
        // A newer process beside this one speaks of things unknown here.
        Err(error) => {
            tracing::warn!("an event can't be read: {error}");
            Heard::Gap
        }
    }
}
