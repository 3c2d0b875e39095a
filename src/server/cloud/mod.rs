//! The cloud behind the tickets, as a port shaped for a real one: it says "accepted" long before something is done, may
//! fail afterwards, and can be asked again without doing its work twice.
//!
//! Every step is three calls: *start or find*, *poll* until it is over, and, where it failed, *clean up*. The state in
//! between is ours and lies in our database, so no call waits for the cloud to finish.

mod embedded;

pub use embedded::{BadFaults, EmbeddedInventory, Faults};

use crate::domain::ids::HostId;
use crate::domain::machine::{CloudStep, MachineSpec};

/// How far something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Accepted; to be polled.
    Pending,
    Done,
    /// It won't succeed; why, for people.
    Failed(String),
}

/// The cloud couldn't be asked, or gave no answer: nothing is known, and asking again is right. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// What the port's calls have in common: `request` is the idempotency key. A second call with the same key does nothing
/// but tell what became of the first, also after a clean-up. `tag` is our name for the machine, which the cloud keeps
/// with it, because its own names aren't unique: the host's id.
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

    /// How far the step is that was started under this request.
    async fn poll(&self, request: &str) -> Result<Progress, Unavailable>;

    /// Removes whatever exists under the tag; there may be nothing. To be called again while it is pending.
    async fn clean_up(&self, request: &str, tag: &HostId) -> Result<Progress, Unavailable>;

    /// What the page footer says about this cloud, if it isn't a real one.
    fn note(&self) -> Option<&'static str> {
        None
    }
}
