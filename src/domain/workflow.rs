//! The life of a workflow ticket as a state machine (SPEC 7): which steps are possible, and what each sets off.
//!
//! ```text
//! submit -> Incomplete, link 1      amend, while nobody has decided -> the same, with another request
//!   pass at link i<n -> link i+1      pass at link n -> Approved, In progress -> Succeeded -> Completed
//!   reject at any link -> Completed, Rejected                                 -> Failed -> Incomplete (retry | abandon)
//!   undo by the initiator, while a link is open -> Canceled
//!   failed: retry -> In progress; abandon -> Canceled
//! ```

use super::ids::UserId;
use super::process::Definition;
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether a ticket still goes on.
    Status {
        Incomplete = "incomplete", "Incomplete";
        Completed = "completed", "Completed";
        Canceled = "canceled", "Canceled";
    }
}

text_enum! {
    /// The decision of the approvers.
    ProcessResult {
        Approved = "approved", "Approved";
        Rejected = "rejected", "Rejected";
    }
}

text_enum! {
    /// How far the execution of what was approved is.
    ExecutionResult {
        InProgress = "in_progress", "In progress";
        Succeeded = "succeeded", "Succeeded";
        Failed = "failed", "Failed";
    }
}

text_enum! {
    /// The state of a task, which is one approver's part in a link of a ticket.
    TaskState {
        /// Waits for this approver.
        Open = "open", "Open";
        /// This approver decided the link.
        Decided = "decided", "Decided";
        /// Another approver decided the link, or the initiator undid the ticket, while it waited for this one.
        Missed = "missed", "Missed";
        /// The approver lost the role (or was disabled) before the link was decided.
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

text_enum! {
    /// One entry of a ticket's history.
    RecordKind {
        Submit = "submit", "Submitted";
        Amend = "amend", "Amended";
        Pass = "pass", "Passed";
        Reject = "reject", "Rejected";
        Undo = "undo", "Undone";
        Succeed = "succeed", "Succeeded";
        Fail = "fail", "Failed";
        Retry = "retry", "Retried";
        Abandon = "abandon", "Abandoned";
    }
}

text_enum! {
    /// A tab of the workflow pages; its key is the last part of the path.
    Tab {
        Mine = "mine", "My Tickets";
        Pending = "pending", "My Pending";
        Resolved = "resolved", "I Resolved";
        Involved = "involved", "I Involved";
        All = "all", "All Tickets";
    }
}

/// The state of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    pub status: Status,
    pub process: Option<ProcessResult>,
    pub execution: Option<ExecutionResult>,
    /// The link that is open, or was last; counted from 0.
    pub link: i64,
    /// How many links the ticket's route has.
    pub links: i64,
    /// Grows by one with every step; a decision names the version it was made on.
    pub version: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Replaces the request, which nobody has decided yet, by another one.
    Amend,
    Pass,
    Reject,
    Undo,
    Succeed,
    Fail,
    Retry,
    Abandon,
}

/// A consequence of a step, which the service carries out in the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// End the tasks of this link.
    CloseLink(i64),
    /// Find this link's approvers and give each a task.
    OpenLink(i64),
    /// Begin to carry out what was approved.
    Execute,
    /// Carry on with what failed.
    Resume,
    /// Release what the ticket held, because it ended.
    Release,
}

/// Why a step isn't possible now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    #[error("This ticket waits for no decision any more.")]
    NotWaiting,
    #[error("Only a ticket that nobody has decided yet can be amended.")]
    NotAmendable,
    #[error("Only an incomplete ticket that isn't being executed can be undone.")]
    NotUndoable,
    #[error("Nothing of this ticket is being executed.")]
    NotExecuting,
    #[error("Only a ticket whose execution failed can be retried or abandoned.")]
    NotFailed,
}

impl State {
    /// A ticket just submitted, with its first link open.
    pub fn submitted(links: i64) -> State {
        State { status: Status::Incomplete, process: None, execution: None, link: 0, links, version: 1 }
    }

    /// Whether a link is open, that is, whether somebody is asked to decide.
    pub fn is_waiting(&self) -> bool {
        self.status == Status::Incomplete && self.process.is_none()
    }

    /// Whether the first link is still open.
    pub fn is_undecided(&self) -> bool {
        self.is_waiting() && self.link == 0
    }

    pub fn is_executing(&self) -> bool {
        self.status == Status::Incomplete && self.execution == Some(ExecutionResult::InProgress)
    }

    pub fn has_failed(&self) -> bool {
        self.status == Status::Incomplete && self.execution == Some(ExecutionResult::Failed)
    }

    /// Takes one step of the diagram. Returns the state after it, and the effects to carry out, in this order. Refuses
    /// a step that the diagram doesn't have from this state.
    pub fn step(self, step: Step) -> Result<(State, Vec<Effect>), Impossible> {
        let (next, effects) = match step {
            Step::Amend if !self.is_undecided() => return Err(Impossible::NotAmendable),
            Step::Amend => (self, vec![]),
            Step::Pass | Step::Reject if !self.is_waiting() => return Err(Impossible::NotWaiting),
            Step::Pass if self.link + 1 < self.links => (
                State { link: self.link + 1, ..self },
                vec![Effect::CloseLink(self.link), Effect::OpenLink(self.link + 1)],
            ),
            Step::Pass => (
                State { process: Some(ProcessResult::Approved), execution: Some(ExecutionResult::InProgress), ..self },
                vec![Effect::CloseLink(self.link), Effect::Execute],
            ),
            Step::Reject => (
                State { status: Status::Completed, process: Some(ProcessResult::Rejected), ..self },
                vec![Effect::CloseLink(self.link), Effect::Release],
            ),
            Step::Undo if !self.is_waiting() => return Err(Impossible::NotUndoable),
            Step::Undo => {
                (State { status: Status::Canceled, ..self }, vec![Effect::CloseLink(self.link), Effect::Release])
            }
            Step::Succeed | Step::Fail if !self.is_executing() => return Err(Impossible::NotExecuting),
            Step::Succeed => (
                State { status: Status::Completed, execution: Some(ExecutionResult::Succeeded), ..self },
                vec![Effect::Release],
            ),
            Step::Fail => (State { execution: Some(ExecutionResult::Failed), ..self }, vec![]),
            Step::Retry | Step::Abandon if !self.has_failed() => return Err(Impossible::NotFailed),
            Step::Retry => (State { execution: Some(ExecutionResult::InProgress), ..self }, vec![Effect::Resume]),
            Step::Abandon => (State { status: Status::Canceled, ..self }, vec![Effect::Release]),
        };
        Ok((State { version: self.version + 1, ..next }, effects))
    }
}

/// Whether `user`, whom a link's rule found, may decide there. The requester may only where the process allows it.
pub fn may_decide(definition: &Definition, initiator: &UserId, user: &UserId) -> bool {
    definition.self_approval || initiator != user
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 8] =
        [Step::Amend, Step::Pass, Step::Reject, Step::Undo, Step::Succeed, Step::Fail, Step::Retry, Step::Abandon];

    fn walk(links: i64, steps: &[Step]) -> State {
        steps.iter().fold(State::submitted(links), |s, step| s.step(*step).expect("possible").0)
    }

    #[test]
    fn the_story() {
        let done = walk(2, &[Step::Pass, Step::Pass, Step::Fail, Step::Retry, Step::Succeed]);
        assert_eq!(done.status, Status::Completed);
        assert_eq!(done.process, Some(ProcessResult::Approved));
        assert_eq!(done.execution, Some(ExecutionResult::Succeeded));
        assert_eq!(done.version, 6);
    }

    #[test]
    fn undo_ends_where_execution_begins() {
        assert_eq!(walk(2, &[Step::Pass]).step(Step::Undo).map(|(s, _)| s.status), Ok(Status::Canceled));
        assert_eq!(walk(1, &[Step::Pass]).step(Step::Undo), Err(Impossible::NotUndoable));
        assert_eq!(walk(1, &[Step::Pass, Step::Fail]).step(Step::Undo), Err(Impossible::NotUndoable));
    }

    /// The combinations SPEC 7 knows; anything else is a path out of the diagram.
    fn in_diagram(s: &State) -> bool {
        use ExecutionResult::*;
        use ProcessResult::*;
        matches!(
            (s.status, s.process, s.execution),
            (Status::Incomplete, None, None)
                | (Status::Incomplete, Some(Approved), Some(InProgress | Failed))
                | (Status::Completed, Some(Approved), Some(Succeeded))
                | (Status::Completed, Some(Rejected), None)
                | (Status::Canceled, None, None)
                | (Status::Canceled, Some(Approved), Some(Failed))
        ) && (0..s.links).contains(&s.link)
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_diagram(links in 1i64..6, picks in proptest::collection::vec(0..STEPS.len(), 0..40)) {
            let mut state = State::submitted(links);
            let (mut executions, mut releases, mut open) = (0, 0, Some(0));
            for pick in picks {
                let Ok((next, effects)) = state.step(STEPS[pick]) else { continue };
                prop_assert!(in_diagram(&next), "{:?} -> {:?}", state, next);
                prop_assert_eq!(next.version, state.version + 1);
                for effect in effects {
                    match effect {
                        Effect::CloseLink(i) => { prop_assert_eq!(open, Some(i)); open = None; }
                        Effect::OpenLink(i) => { prop_assert_eq!(open, None); open = Some(i); }
                        Effect::Execute => executions += 1,
                        Effect::Release => releases += 1,
                        Effect::Resume => prop_assert!(state.has_failed()),
                    }
                }
                prop_assert_eq!(next.is_waiting(), open.is_some(), "a link is open exactly while the ticket waits");
                state = next;
            }
            prop_assert!(executions <= 1, "approved at most once");
            prop_assert_eq!(releases, i32::from(state.status != Status::Incomplete), "released exactly when ended");
        }

        #[test]
        fn an_ended_ticket_moves_no_more(links in 1i64..6, picks in proptest::collection::vec(0..STEPS.len(), 0..40), last in 0..STEPS.len()) {
            let mut state = State::submitted(links);
            for pick in picks {
                state = state.step(STEPS[pick]).map_or(state, |(next, _)| next);
            }
            if state.status != Status::Incomplete {
                prop_assert!(state.step(STEPS[last]).is_err());
            }
        }

        #[test]
        fn every_incomplete_ticket_can_end(links in 1i64..6, picks in proptest::collection::vec(0..STEPS.len(), 0..40)) {
            let mut state = State::submitted(links);
            for pick in picks {
                state = state.step(STEPS[pick]).map_or(state, |(next, _)| next);
            }
            let way_out = [Step::Undo, Step::Succeed, Step::Abandon].iter().any(|s| state.step(*s).is_ok());
            prop_assert_eq!(way_out, state.status == Status::Incomplete);
        }
    }
}
