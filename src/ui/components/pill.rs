//! States as a pill with an icon and a word: one mapping per enum, so that the same state looks the same everywhere.

use super::icon::{self, Small};
use crate::domain::host::HostStatus;
use crate::domain::support::{Level, SupportStatus};
use crate::domain::workflow::{ExecutionResult, ProcessResult, Status};
use maud::{Markup, PreEscaped, html};

pub fn pill(tone: &'static str, paths: &'static str, label: &str) -> Markup {
    html! { span class="pill" data-tone=(tone) { (Small(paths)) span { (label) } } }
}

/// A state that is shown as a pill.
pub trait State: Copy {
    fn label(self) -> &'static str;
    /// The tone and the icon.
    fn look(self) -> (&'static str, &'static str);

    fn pill(self) -> Markup {
        let (tone, paths) = self.look();
        pill(tone, paths, self.label())
    }
}

impl State for Status {
    fn label(self) -> &'static str {
        Status::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Status::Incomplete => ("info", icon::CLOCK),
            Status::Completed => ("success", icon::CIRCLE_CHECK),
            Status::Canceled => ("neutral", icon::BAN),
        }
    }
}

impl State for ProcessResult {
    fn label(self) -> &'static str {
        ProcessResult::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            ProcessResult::Approved => ("success", icon::CIRCLE_CHECK),
            ProcessResult::Rejected => ("danger", icon::CIRCLE_X),
        }
    }
}

impl State for ExecutionResult {
    fn label(self) -> &'static str {
        ExecutionResult::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            ExecutionResult::InProgress => ("info", icon::LOADER),
            ExecutionResult::Succeeded => ("success", icon::CIRCLE_CHECK),
            ExecutionResult::Failed => ("danger", icon::CIRCLE_X),
        }
    }
}

impl State for SupportStatus {
    fn label(self) -> &'static str {
        SupportStatus::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            SupportStatus::Submitted => ("info", icon::INBOX),
            SupportStatus::Waiting => ("info", icon::CLOCK),
            SupportStatus::Processing => ("info", icon::LOADER),
            SupportStatus::Feedback => ("warning", icon::USER),
            SupportStatus::Closed => ("neutral", icon::CIRCLE_CHECK),
        }
    }
}

impl State for Level {
    fn label(self) -> &'static str {
        Level::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Level::Minor => ("neutral", icon::ARROW_DOWN),
            Level::Moderate => ("info", icon::MINUS),
            Level::Critical => ("warning", icon::ARROW_UP),
            Level::Fatal => ("danger", icon::ALERT_TRIANGLE),
        }
    }
}

impl State for HostStatus {
    fn label(self) -> &'static str {
        HostStatus::label(self)
    }
    fn look(self) -> (&'static str, &'static str) {
        match self {
            HostStatus::Running => ("success", icon::CIRCLE_CHECK),
            HostStatus::Stopped => ("neutral", icon::STOP),
            HostStatus::Deploying | HostStatus::ChangingConfiguration | HostStatus::Deleting => ("info", icon::LOADER),
            HostStatus::DeployFailed => ("danger", icon::CIRCLE_X),
            HostStatus::InTrash => ("neutral", icon::TRASH),
        }
    }
}

/// Whether a process is Enabled or Disabled.
#[derive(Clone, Copy)]
pub struct Enablement(pub bool);

impl State for Enablement {
    fn label(self) -> &'static str {
        if self.0 { "Enabled" } else { "Disabled" }
    }
    fn look(self) -> (&'static str, &'static str) {
        if self.0 { ("success", icon::CIRCLE_CHECK) } else { ("neutral", icon::BAN) }
    }
}

/// The pill, or the dash of "none".
pub fn pill_or_none<S: State>(state: Option<S>) -> Markup {
    state.map_or_else(none, State::pill)
}

/// The dash that stands for an empty value.
pub const NONE: PreEscaped<&str> = PreEscaped("<span class=\"none\">-</span>");

/// The dash of "none" as markup of its own, where other markup could stand.
pub fn none() -> Markup {
    html! { (NONE) }
}

/// The text, or the dash where there is none.
pub fn optional(text: Option<&str>) -> Markup {
    text_or_none(text.unwrap_or_default())
}

/// A text, or the dash where it is empty.
pub fn text_or_none(text: &str) -> Markup {
    if text.is_empty() {
        none()
    } else {
        html! { (text) }
    }
}
