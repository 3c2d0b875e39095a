//! The numbers of the bell: how many tickets are open for somebody.

use serde::{Deserialize, Serialize};

/// How far the bell counts. With more tickets open people need the list and not the number, and no page reads on for
/// it.
pub const MOST_COUNTED: i64 = 1_000;

/// How many tickets are open for a person, whatever the view; each number is at most [`MOST_COUNTED`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub workflow_mine: i64,
    pub workflow_pending: i64,
    pub support_mine: i64,
    pub support_pending: i64,
}

impl Counts {
    pub fn sum(&self) -> i64 {
        self.workflow_mine + self.workflow_pending + self.support_mine + self.support_pending
    }
}
