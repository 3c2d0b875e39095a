//! The embedded inventory: a cloud that keeps its machines as rows of our own database and boots none of them. It is
//! what a first run and the tests use.

use super::{CloudProvider, Progress, Unavailable};
use crate::domain::ids::HostId;
use crate::domain::machine::{CloudStep, MAKE, MachineSpec};
use crate::domain::number;
use crate::domain::time::Millis;
use crate::server::clock::Clock;
use crate::server::store::db::{Db, Tx};
use crate::server::store::inventory::{self, NewRequest};
use std::collections::BTreeMap;
use std::sync::Arc;

const CLEAN_UP: &str = "clean_up";

pub struct EmbeddedInventory {
    db: Db,
    clock: Arc<dyn Clock>,
    step_delay: Millis,
    faults: Faults,
}

impl EmbeddedInventory {
    /// `deploy_delay`: how long (ms) it takes to make a host, all steps together.
    pub fn new(db: Db, clock: Arc<dyn Clock>, deploy_delay: Millis, faults: Faults) -> EmbeddedInventory {
        EmbeddedInventory { db, clock, step_delay: deploy_delay / MAKE.len() as Millis, faults }
    }

    async fn start_or_find(
        &self,
        request: &str,
        tag: &HostId,
        step: CloudStep,
        machine: &MachineSpec,
    ) -> sqlx::Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if inventory::request(&mut tx, request).await?.is_some() {
            return Ok(());
        }
        let failure = self.faults.next(&mut tx, step).await?;
        let is_new = NewRequest { request, tag, action: step.key(), ready_at: now + self.step_delay, failure };
        if inventory::insert_request(&mut tx, &is_new).await? {
            match step {
                CloudStep::Remove => inventory::delete_machine(&mut tx, tag).await?,
                _ => inventory::put_machine(&mut tx, tag, machine, step.key(), now).await?,
            }
        }
        tx.commit().await
    }

    async fn remove(&self, request: &str, tag: &HostId) -> sqlx::Result<()> {
        let mut tx = self.db.begin().await?;
        let is_new = NewRequest { request, tag, action: CLEAN_UP, ready_at: self.clock.now(), failure: None };
        if inventory::insert_request(&mut tx, &is_new).await? {
            inventory::delete_machine(&mut tx, tag).await?;
        }
        tx.commit().await
    }
}

#[async_trait::async_trait]
impl CloudProvider for EmbeddedInventory {
    async fn start(
        &self,
        request: &str,
        tag: &HostId,
        step: CloudStep,
        machine: &MachineSpec,
    ) -> Result<Progress, Unavailable> {
        self.start_or_find(request, tag, step, machine).await.map_err(unavailable)?;
        Ok(Progress::Pending)
    }

    async fn poll(&self, request: &str) -> Result<Progress, Unavailable> {
        let found = inventory::find_request(&self.db, request).await.map_err(unavailable)?;
        Ok(match found {
            None => Progress::Failed("The inventory knows nothing of this request.".into()),
            Some(found) if self.clock.now() < found.ready_at => Progress::Pending,
            Some(found) => found.failure.map_or(Progress::Done, Progress::Failed),
        })
    }

    async fn clean_up(&self, request: &str, tag: &HostId) -> Result<Progress, Unavailable> {
        self.remove(request, tag).await.map_err(unavailable)?;
        Ok(Progress::Done)
    }

    fn note(&self) -> Option<&'static str> {
        Some("Embedded inventory: it boots no machine")
    }
}

fn unavailable(error: sqlx::Error) -> Unavailable {
    tracing::warn!("embedded inventory: {error}");
    Unavailable("The embedded inventory did not answer.".into())
}

/// What the inventory fails at, for rehearsals: `boot:1,disks:2` fails the first boot and the first two disk creations
/// that are ever asked of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(BTreeMap<CloudStep, i64>);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no fault of the inventory: write STEP:TIMES, STEP one of schedule, disks, boot, stop, resize, attach, start, trash, restore and remove, e.g. `boot:1,disks:2`"
)]
pub struct BadFaults(String);

impl std::str::FromStr for Faults {
    type Err = BadFaults;

    fn from_str(text: &str) -> Result<Faults, BadFaults> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let parsed = entries.map(|entry| {
            let (step, times) = entry.split_once(':')?;
            Some((CloudStep::from_key(step.trim())?, number::whole(times)?))
        });
        parsed.collect::<Option<_>>().map(Faults).ok_or_else(|| BadFaults(text.to_owned()))
    }
}

impl Faults {
    /// The reason for which the step that starts now will fail; `None` once such steps have failed as often as set.
    async fn next(&self, tx: &mut Tx, step: CloudStep) -> sqlx::Result<Option<String>> {
        let times = self.0.get(&step).copied().unwrap_or(0);
        if times == 0 || inventory::lock_and_count_failures(tx, step.key()).await? >= times {
            return Ok(None);
        }
        let reason = match step {
            CloudStep::Schedule | CloudStep::Resize => "No node has enough free memory for this machine.",
            CloudStep::CreateDisks | CloudStep::AttachDisks => "The storage pool did not answer in time.",
            CloudStep::Boot | CloudStep::Start => "The machine did not come up: its boot disk was not found.",
            CloudStep::Stop => "The machine did not shut down.",
            CloudStep::Trash | CloudStep::Restore | CloudStep::Remove => "The node of this machine did not answer.",
        };
        Ok(Some(reason.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_or_refused_with_what_would_be_right() {
        assert_eq!("".parse(), Ok(Faults::default()));
        let expected = BTreeMap::from([(CloudStep::Boot, 1), (CloudStep::CreateDisks, 2)]);
        assert_eq!("boot:1, disks:2".parse(), Ok(Faults(expected)));
        for wrong in ["boot", "boot:x", "fly:1", "boot:-1"] {
            assert_eq!(wrong.parse::<Faults>(), Err(BadFaults(wrong.to_owned())), "{wrong}");
        }
    }
}
