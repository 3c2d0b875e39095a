//! What a ticket's page shows of its execution: each step of a single host; of several a line each, with where it stands.

use crate::domain::machine::StepState;
use crate::server::store::host::step::Shown;
use crate::wire::workflow::ExecutionStep;

impl From<Shown> for ExecutionStep {
    fn from(shown: Shown) -> ExecutionStep {
        ExecutionStep {
            host: shown.host,
            step: shown.step.label().to_owned(),
            state: shown.state,
            error: shown.error,
            started_at: shown.started_at,
            ended_at: shown.ended_at,
        }
    }
}

/// The steps come host by host. Of several hosts those that failed come first.
pub fn shown(steps: Vec<Shown>) -> Vec<ExecutionStep> {
    let hosts: Vec<&[Shown]> = steps.chunk_by(|a, b| a.host_id == b.host_id).collect();
    if hosts.len() < 2 {
        return steps.into_iter().map(ExecutionStep::from).collect();
    }
    let mut lines: Vec<ExecutionStep> = hosts.into_iter().filter_map(line).collect();
    lines.sort_by_key(|line| line.error.is_none());
    lines
}

/// The step a host is at: the one that failed, that runs, or that comes next; its last once all are done.
fn line(steps: &[Shown]) -> Option<ExecutionStep> {
    let at = [StepState::Failed, StepState::Running, StepState::Waiting]
        .into_iter()
        .find_map(|state| steps.iter().position(|step| step.state == state))
        .or(steps.len().checked_sub(1))?;
    let current = ExecutionStep::from(steps[at].clone());
    Some(ExecutionStep {
        step: format!("{} ({} of {})", current.step, at + 1, steps.len()),
        started_at: steps[0].started_at,
        ..current
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::machine::MAKE;

    fn steps(host: &str, states: [StepState; 3]) -> Vec<Shown> {
        let step = |(position, state): (usize, StepState)| Shown {
            host_id: host.into(),
            host: host.into(),
            step: MAKE[position],
            state,
            error: (state == StepState::Failed).then(|| "No room.".to_owned()),
            started_at: Some(position as i64),
            ended_at: (state == StepState::Done).then_some(position as i64 + 10),
        };
        states.into_iter().enumerate().map(step).collect()
    }

    fn told(steps: Vec<Shown>) -> Vec<String> {
        let word =
            |s: ExecutionStep| format!("{} {} {} {}", s.host, s.step, s.state.key(), s.error.unwrap_or_default());
        shown(steps).into_iter().map(|s| word(s).trim().to_owned()).collect()
    }

    #[test]
    fn one_host_is_told_step_by_step_and_several_in_a_line_each() {
        use StepState::{Done, Failed, Running, Waiting};
        assert_eq!(told(vec![]), [""; 0]);
        let single = told(steps("a", [Done, Running, Waiting]));
        assert_eq!(single, ["a Schedule done", "a Create disks running", "a Boot waiting"]);
        let each = [
            ("a", [Done, Running, Waiting]),
            ("b", [Done, Done, Done]),
            ("c", [Done, Failed, Waiting]),
            ("d", [Waiting, Waiting, Waiting]),
        ];
        let lines = told(each.into_iter().flat_map(|(host, states)| steps(host, states)).collect());
        let expected = [
            "c Create disks (2 of 3) failed No room.",
            "a Create disks (2 of 3) running",
            "b Boot (3 of 3) done",
            "d Schedule (1 of 3) waiting",
        ];
        assert_eq!(lines, expected);
        let done = shown(["b", "c"].into_iter().flat_map(|host| steps(host, [Done, Done, Done])).collect());
        assert!(done.iter().all(|line| (line.started_at, line.ended_at) == (Some(0), Some(12))), "{done:?}");
    }
}
