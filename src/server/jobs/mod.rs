//! What runs after commit: the queue's runner and the kinds of job.

use crate::domain::time::Millis;

/// A job to run after the transaction that enqueues it has committed.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    /// JSON.
    pub payload: String,
    /// Not before this.
    pub run_at: Millis,
    /// Jobs of one key run strictly in the order they were enqueued.
    pub order_key: Option<String>,
    /// A second job with the same key is not enqueued.
    pub idempotency_key: Option<String>,
}
