//! Technical support: the states of a ticket, who may take it from one to another, and its forms (SPEC 8).

use super::directory::{Person, View};
use super::ids::{DomainId, ProjectId};
use super::number::{self, Number};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// How bad the problem is. Handlers see Fatal first.
    Level {
        Minor = "minor", "Minor";
        Moderate = "moderate", "Moderate";
        Critical = "critical", "Critical";
        Fatal = "fatal", "Fatal";
    }
}

text_enum! {
    SupportStatus {
        Submitted = "submitted", "Submitted";
        Waiting = "waiting", "Waiting for processing";
        Processing = "processing", "Processing";
        Feedback = "feedback", "Pending user feedback";
        Closed = "closed", "Closed";
    }
}

text_enum! {
    /// The kind of an entry of a thread.
    PostKind {
        Reply = "reply", "Reply";
        /// Only handlers see it, and people who may read every ticket.
        Note = "note", "Internal note";
        /// A plain sentence by the system about what happened.
        Event = "event", "Event";
    }
}

text_enum! {
    /// A tab of the support pages; its key is the last part of the path.
    SupportTab {
        Mine = "mine", "My Tickets";
        Pending = "pending", "My Pending";
        Resolved = "resolved", "I Resolved";
        External = "external", "External Ticket";
        All = "all", "All Tickets";
    }
}

/// Whether the person may ask for help there: in a project that they see, or for a domain that they administer.
pub fn may_start(person: &Person, project: Option<&ProjectId>, domain: &DomainId) -> bool {
    match project {
        Some(project) => person.sees_project(project, domain),
        None => person.is_admin_of_domain(domain),
    }
}

/// Whether the bell lets the person ask for help in this view.
pub fn is_offered(person: &Person, view: &View) -> bool {
    match view {
        View::System => false,
        View::Domain(domain) => may_start(person, None, domain),
        View::Project(project) => {
            person.domain_of(project).is_some_and(|domain| may_start(person, Some(project), domain))
        }
    }
}

/// What may happen to a support ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A handler pressed View in My Pending.
    Take,
    HandlerReply,
    RequesterReply,
    /// Its requester pressed End.
    End,
    /// Its requester said nothing for too long.
    Lapse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "This ticket is closed and takes no reply. Request technical support again; the new ticket links back to it."
    )]
    Closed,
    #[error("This ticket doesn't wait for its requester.")]
    NotWaiting,
}

impl SupportStatus {
    /// The state after a step.
    pub fn step(self, step: Step) -> Result<SupportStatus, Refusal> {
        use SupportStatus::{Closed, Feedback, Processing, Submitted, Waiting};
        match (self, step) {
            (Closed, _) => Err(Refusal::Closed),
            (Feedback, Step::Take) => Ok(Feedback),
            (Submitted | Waiting | Processing, Step::Take) => Ok(Processing),
            (_, Step::HandlerReply) => Ok(Feedback),
            (Feedback, Step::RequesterReply) => Ok(Waiting),
            (now, Step::RequesterReply) => Ok(now),
            (_, Step::End) | (Feedback, Step::Lapse) => Ok(Closed),
            (Submitted | Waiting | Processing, Step::Lapse) => Err(Refusal::NotWaiting),
        }
    }

    pub fn is_open(self) -> bool {
        self != SupportStatus::Closed
    }

    /// Whether the ticket waits for its handlers to do something.
    pub fn waits_for_handler(self) -> bool {
        !matches!(self, SupportStatus::Feedback | SupportStatus::Closed)
    }
}

/// The [`queue`] of a ticket that waits for its requester.
pub const QUEUE_FEEDBACK: i64 = 8;

/// A ticket's place in its handlers' My Pending: 1 (Fatal) to 4 (Minor). A ticket with 8 (waits for its requester) or 9
/// (closed) isn't in it. Workflow tickets have 0.
pub fn queue(level: Level, status: SupportStatus) -> i64 {
    match (status, level) {
        (SupportStatus::Closed, _) => 9,
        (SupportStatus::Feedback, _) => QUEUE_FEEDBACK,
        (_, Level::Fatal) => 1,
        (_, Level::Critical) => 2,
        (_, Level::Moderate) => 3,
        (_, Level::Minor) => 4,
    }
}

/// The payload of a support ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupportRequest {
    pub level: Level,
    /// Markdown, at most [`MAX_TEXT`] characters.
    pub description: String,
    /// The number of the closed ticket that it follows.
    #[serde(default)]
    pub follows: Option<i64>,
}

/// How many characters a problem description or a reply may have.
pub const MAX_TEXT: usize = 10_000;
const MAX_COMMENT: usize = 2_000;
/// How many characters of a description's first line lists show.
const MAX_TITLE: usize = 120;

/// The Request Technical Support dialog as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupportForm {
    pub description: String,
    /// A [`Level`] key.
    pub level: String,
    /// The number of the closed ticket that it follows, or empty.
    pub follows: String,
}

impl SupportForm {
    pub fn parse(&self) -> Result<SupportRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let description = problems.required("form[description]", "Problem description", &self.description, MAX_TEXT);
        let level = match Level::from_key(&self.level) {
            None if self.level.is_empty() => Level::Minor,
            Some(level) => level,
            None => {
                problems.add("form[level]", "Choose one of the levels.");
                Level::Minor
            }
        };
        let follows = number::whole(&self.follows);
        problems.or(SupportRequest { level, description, follows })
    }
}

/// A reply's text, checked. With files it may be empty.
pub fn reply(typed: &str, has_files: bool) -> Result<String, Vec<Problem>> {
    let mut problems = Problems::default();
    let body = match has_files {
        true => problems.text("body", "Reply", typed, MAX_TEXT),
        false => problems.required("body", "Reply", typed, MAX_TEXT),
    };
    problems.or(body)
}

/// What the requester says of a ticket on ending it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub resolved: bool,
    /// 1 to 5.
    pub rating: Option<i64>,
    pub comment: String,
}

impl Verdict {
    /// From the fields of the End dialog: `yes` or `no`, a number or nothing, a text.
    pub fn parse(resolved: &str, rating: &str, comment: &str) -> Result<Verdict, Vec<Problem>> {
        let mut problems = Problems::default();
        if !["yes", "no"].contains(&resolved) {
            problems.add("resolved", "Choose Yes or No.");
        }
        let rating =
            (!rating.trim().is_empty()).then(|| problems.number("rating", &Number::new("Rating", 1..=5), rating));
        let comment = problems.text("comment", "Comment", comment, MAX_COMMENT);
        problems.or(Verdict { resolved: resolved == "yes", rating, comment })
    }
}

/// The text that lists show for a description: its first line with words, without Markdown's marks of lines, emphasis
/// and code.
pub fn title(description: &str) -> String {
    let is_mark = |c: char| "#>*-+=`~_|".contains(c) || c.is_whitespace();
    let lines = description.lines().map(|line| line.trim_start_matches(is_mark).trim_end());
    let line = lines.into_iter().find(|line| !line.is_empty()).unwrap_or("(no words)");
    let shortened: String =
        line.chars().filter(|c| !c.is_control() && !is_invisible(*c) && !"*`".contains(*c)).take(MAX_TITLE).collect();
    if line.chars().count() > MAX_TITLE { format!("{shortened}\u{2026}") } else { shortened }
}

/// Whether a character is invisible: it has no width, or it turns the order of the characters around it. Such
/// characters could make a text read as something that it doesn't say.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 5] = [Step::Take, Step::HandlerReply, Step::RequesterReply, Step::End, Step::Lapse];

    #[test]
    fn the_transitions_are_those_of_the_diagram() {
        use SupportStatus::*;
        let expected = |from: SupportStatus, step: Step| match (from, step) {
            (Closed, _) => None,
            (Feedback, Step::Take) => Some(Feedback),
            (_, Step::Take) => Some(Processing),
            (_, Step::HandlerReply) => Some(Feedback),
            (Feedback, Step::RequesterReply) => Some(Waiting),
            (same, Step::RequesterReply) => Some(same),
            (_, Step::End) => Some(Closed),
            (Feedback, Step::Lapse) => Some(Closed),
            (_, Step::Lapse) => None,
        };
        for from in SupportStatus::ALL {
            for step in STEPS {
                assert_eq!(from.step(step).ok(), expected(*from, step), "{from:?} {step:?}");
            }
        }
    }

    proptest! {
        /// Only End and a lapse close a ticket, and nothing opens it again.
        #[test]
        fn a_ticket_is_closed_by_its_end_only(steps in proptest::collection::vec(0usize..5, 0..30)) {
            let (mut status, mut ended) = (SupportStatus::Submitted, false);
            for step in steps.into_iter().map(|i| STEPS[i]) {
                let before = status;
                if let Ok(next) = status.step(step) {
                    status = next;
                    ended |= step == Step::End || step == Step::Lapse;
                }
                prop_assert_eq!(status.is_open(), !ended);
                prop_assert!(before.is_open() || status == SupportStatus::Closed);
            }
        }
    }

    #[test]
    fn the_worst_comes_first_and_only_what_waits() {
        let mut levels = Level::ALL.to_vec();
        levels.sort_by_key(|level| queue(*level, SupportStatus::Waiting));
        assert_eq!(levels, [Level::Fatal, Level::Critical, Level::Moderate, Level::Minor]);
        for level in Level::ALL {
            for status in SupportStatus::ALL {
                assert_eq!((1..=4).contains(&queue(*level, *status)), status.waits_for_handler());
            }
        }
    }

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        assert_eq!(title("\n\n## Disk **full** in `/var_log`\nmore"), "Disk full in /var_log");
        assert_eq!(title("- \n> quoted"), "quoted");
        assert_eq!(title("---\n"), "(no words)");
        assert_eq!(title("safe\u{202e}gpj.exe"), "safegpj.exe");
        let long = "x".repeat(500);
        assert_eq!(title(&long).chars().count(), MAX_TITLE + 1);
    }

    #[test]
    fn forms_say_what_is_wrong() {
        let fields = |problems: Vec<Problem>| problems.into_iter().map(|p| p.field).collect::<Vec<_>>();
        let form = |description: &str, level: &str| SupportForm {
            description: description.into(),
            level: level.into(),
            ..Default::default()
        };
        assert_eq!(form("x", "").parse().map(|r| r.level), Ok(Level::Minor));
        assert_eq!(
            form(" ", "awful").parse().map_err(fields),
            Err(vec!["form[description]".into(), "form[level]".into()])
        );
        assert!(form(&"x".repeat(MAX_TEXT), "fatal").parse().is_ok());
        assert!(form(&"x".repeat(MAX_TEXT + 1), "fatal").parse().is_err());
        assert_eq!(
            Verdict::parse("yes", "", " ok ").map(|v| (v.resolved, v.rating, v.comment)),
            Ok((true, None, "ok".into()))
        );
        assert_eq!(Verdict::parse("", "6", "").map_err(fields), Err(vec!["resolved".into(), "rating".into()]));
        assert_eq!(reply("\n", false).map_err(fields), Err(vec!["body".into()]));
        assert_eq!(reply("\n", true), Ok(String::new()));
        assert!(reply(&"x".repeat(MAX_TEXT + 1), true).is_err());
    }
}
