//! The application that every use case is handed: the database, the clock, the settings, the ports.

use super::clock::Clock;
use super::cloud::CloudProvider;
use super::events::Events;
use super::settings::Settings;
use super::store::db::{Db, Tx};
use crate::domain::time::Millis;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::sync::Notify;

/// The running application; cloning it shares everything.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub settings: Arc<Settings>,
    /// Whether the accounts are the demo's, with a password that everybody knows; pages say so.
    pub is_demo: bool,
    pub cloud: Arc<dyn CloudProvider>,
    /// Wakes the job runner of this process after a commit that enqueued something.
    pub wake: Arc<Notify>,
    /// Set once the server was told to stop: `/readyz` then asks for no more requests, and answers end connections.
    pub stopping: Arc<AtomicBool>,
    /// Tells the open event streams of this process about committed changes.
    pub events: Arc<Events>,
}

impl App {
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Begins a transaction that leaves no record in the operation log, for writes that are nobody's change: a step of a
    /// job, a kept answer, a counted attempt to sign in, a seal. Every change goes through [`App::work`] instead. What
    /// isn't committed is taken back.
    pub async fn quiet(&self) -> sqlx::Result<Tx> {
        self.db.begin().await
    }
}
