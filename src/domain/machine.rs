//! The steps that the cloud carries out on a machine: making, changing or deleting a host is a sequence of them.

use crate::domain::text_enum::text_enum;

text_enum! {
    /// One step that the cloud carries out on a machine, asked for and polled by jobs of its own.
    CloudStep {
        Schedule = "schedule", "Schedule";
        CreateDisks = "disks", "Create disks";
        Boot = "boot", "Boot";
        Stop = "stop", "Stop";
        Resize = "resize", "Resize";
        AttachDisks = "attach", "Attach disks";
        Start = "start", "Start";
        Trash = "trash", "Move to trash";
        Restore = "restore", "Restore";
        Remove = "remove", "Remove";
    }
}

text_enum! {
    /// How far a step is with one host.
    StepState {
        Waiting = "waiting", "Waiting";
        Running = "running", "Running";
        Done = "done", "Done";
        Failed = "failed", "Failed";
    }
}

/// The steps of making a host, in the order they are taken.
pub const MAKE: [CloudStep; 3] = [CloudStep::Schedule, CloudStep::CreateDisks, CloudStep::Boot];

/// The name, image and size that a machine is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineSpec {
    pub name: String,
    pub image: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub disks_gib: i64,
}
