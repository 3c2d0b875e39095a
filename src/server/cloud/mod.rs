//! The cloud behind the tickets, as a port shaped for a real one: it says "accepted" long before something is done, may
//! fail afterwards, and can be asked again without doing its work twice.
//!
//! Every step is up to three calls: *start or find*, *poll* until the step is over, and, if it failed, *clean up*. What
//! is under way is kept in our database, so no call waits for the cloud to finish.

mod embedded;

pub use embedded::{BadFaults, EmbeddedInventory, Faults};

use crate::domain::ids::HostId;
use crate::domain::machine::{CloudStep, MachineSpec};

/// How far a step or a clean-up is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Accepted; poll it until it is over.
    Pending,
    Done,
    /// The step failed for good. The text says why, for people.
    Failed(String),
}

/// The cloud couldn't be reached or gave no answer, so nothing is known: ask again. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// The port to a cloud. `request` is a call's idempotency key: a second call with the same key does nothing but tell
/// what became of the first, also after a clean-up. `tag` is our name for a machine, the host's id. The cloud keeps it
/// with the machine, because the cloud's own names aren't unique.
#[async_trait::async_trait]
pub trait CloudProvider: Send + Sync + 'static {
    /// Starts a step, or finds it started under this request.
    async fn start(
        &self,
        request: &str,
        tag: &HostId,
        step: CloudStep,
        machine: &MachineSpec,
    ) -> Result<Progress, Unavailable>;

    /// Tells how far the step is that was started under this request.
    async fn poll(&self, request: &str) -> Result<Progress, Unavailable>;

    /// Removes whatever exists under the tag, which may be nothing. Call it again while it gives `Pending`.
    async fn clean_up(&self, request: &str, tag: &HostId) -> Result<Progress, Unavailable>;

    /// What the page footer says about this cloud, if it isn't a real one.
    fn note(&self) -> Option<&'static str> {
        None
    }
}
