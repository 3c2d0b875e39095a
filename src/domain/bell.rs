//! The numbers of the bell: how many tickets are open for somebody.

use serde::{Deserialize, Serialize};

/// So far the bell counts: who has more open than this needs the list, not the number, and no page reads on for it.
pub const MOST_COUNTED: i64 = 1_000;

/// The bell's numbers: the person's own, whatever the view; each at most [`MOST_COUNTED`].
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
