//! Workflow tickets: the five tabs, one ticket, and the decisions.

use super::{Choice, Page};
use crate::domain::ids::{ProjectId, TicketNumber};
use crate::domain::machine::StepState;
use crate::domain::process::TicketType;
use crate::domain::quota::Standing;
use crate::domain::request::{Request, UntaggedRequest};
use crate::domain::text_enum::text_enum;
use crate::domain::time::{Millis, iso};
use crate::domain::workflow::{ExecutionResult, ProcessResult, RecordKind, Status, Tab};
use serde::{Deserialize, Serialize};

/// What a tab shows, from its query. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketFilter {
    pub id: String,
    /// A [`TicketType`] key.
    pub ticket_type: String,
    /// A [`Status`] key.
    pub status: String,
    /// A project's name or a part of it.
    pub project: String,
    /// A person's name or a part of it.
    pub initiator: String,
    pub resource: String,
    /// Dates, inclusive, `2026-11-24`.
    pub from: String,
    pub to: String,
    /// The zone the dates are meant in, by its IANA name; UTC without one.
    pub zone: String,
    /// `oldest`; anything else is newest first.
    pub sort: String,
    pub after: Option<String>,
    pub before: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TicketRow {
    pub number: TicketNumber,
    pub ticket_type: TicketType,
    pub resource_name: String,
    pub project: Option<String>,
    pub initiator: String,
    pub status: Status,
    pub process_result: Option<ProcessResult>,
    pub execution_result: Option<ExecutionResult>,
    /// The link's name, with `i/n` where there are several.
    pub stage: String,
    /// Who may act now, or who did.
    pub processor: Vec<String>,
    /// A link is open and nobody may decide it.
    pub waits_for_nobody: bool,
    pub submitted_at: Millis,
    pub closed_at: Option<Millis>,
    pub version: i64,
    /// What the caller may do with it on this tab.
    pub may_decide: bool,
    pub may_undo: bool,
}

text_enum! {
    /// A column of the lists of workflow tickets: of the table on the page and of the file, in this order.
    TicketColumn {
        Id = "id", "ID";
        Type = "type", "Type";
        ResourceName = "resource_name", "Resource Name";
        Project = "project", "Project";
        Initiator = "initiator", "Initiator";
        Status = "status", "Status";
        ProcessResult = "process_result", "Process Result";
        ExecutionResult = "execution_result", "Execution Result";
        Stage = "stage", "Stage";
        Processor = "processor", "Processor";
        Submitted = "submitted", "Time Submitted";
        Closed = "closed", "Time Closed";
    }
}

impl TicketColumn {
    /// The columns of a tab. Who looks at My Tickets has initiated all of them.
    pub fn of(tab: Tab) -> impl Iterator<Item = TicketColumn> {
        let says_something = move |column: &TicketColumn| tab != Tab::Mine || *column != TicketColumn::Initiator;
        TicketColumn::ALL.iter().copied().filter(says_something)
    }

    /// What the column says of a ticket: in the file, and on the page wherever plain text is shown.
    pub fn text(self, row: &TicketRow) -> String {
        match self {
            TicketColumn::Id => row.number.to_string(),
            TicketColumn::Type => row.ticket_type.label().to_owned(),
            TicketColumn::ResourceName => row.resource_name.clone(),
            TicketColumn::Project => row.project.clone().unwrap_or_default(),
            TicketColumn::Initiator => row.initiator.clone(),
            TicketColumn::Status => row.status.label().to_owned(),
            TicketColumn::ProcessResult => row.process_result.map_or("", ProcessResult::label).to_owned(),
            TicketColumn::ExecutionResult => row.execution_result.map_or("", ExecutionResult::label).to_owned(),
            TicketColumn::Stage => row.stage.clone(),
            TicketColumn::Processor if row.waits_for_nobody => "Waiting for nobody".to_owned(),
            TicketColumn::Processor => row.processor.join(", "),
            TicketColumn::Submitted => iso(row.submitted_at),
            TicketColumn::Closed => row.closed_at.map(iso).unwrap_or_default(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub kind: RecordKind,
    pub stage: String,
    pub actor: String,
    pub note: String,
    pub at: Millis,
}

text_enum! {
    StageState {
        Done = "done", "Done";
        Current = "current", "Waiting";
        Rejected = "rejected", "Rejected";
        Failed = "failed", "Failed";
        Canceled = "canceled", "Canceled";
        Ahead = "ahead", "Not yet";
    }
}

/// One stop of the stepper: Submit, each link, Execution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    pub name: String,
    pub state: StageState,
    /// Who decided, whom it waits for, or who could approve once it is reached.
    pub who: String,
    pub at: Option<Millis>,
}

/// One step of the execution, of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionStep {
    pub host: String,
    /// A word for people: "Schedule", "Create disks", "Boot".
    pub step: String,
    pub state: StepState,
    pub error: Option<String>,
    pub started_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketDetail {
    pub row: TicketRow,
    pub domain: Option<String>,
    pub process_version: i64,
    #[serde(with = "UntaggedRequest")]
    pub request: Request,
    /// "2 hosts, 8 vCPU for web": what Pass will lead to.
    pub summary: String,
    /// Why it can't be passed as things are now; empty when nothing stands in the way, or nobody is asked any more.
    pub obstacles: Vec<String>,
    /// How the quota it counts against stands now.
    pub standings: Vec<Standing>,
    pub stages: Vec<Stage>,
    pub records: Vec<Record>,
    pub steps: Vec<ExecutionStep>,
    /// What a decision on this names, so that what is approved is what was shown.
    pub seen: String,
    pub may_amend: bool,
    pub may_retry: bool,
    pub may_abandon: bool,
}

/// A link of the route a ticket would take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteLink {
    pub name: String,
    /// "Ada, Grace, Linus and 2 more": who could approve.
    pub who: String,
    /// Nobody could.
    pub is_empty: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutePreview {
    pub links: Vec<RouteLink>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketList {
    pub page: Page<TicketRow>,
    /// The tabs the caller has in this view.
    pub tabs: Vec<Tab>,
    /// The zone that dates were read in.
    pub zone: String,
}

/// The dialogs' texts, so that a page without scripts can name what it asks about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub number: TicketNumber,
    pub version: i64,
    /// What the decision names, so that what is approved is what was shown.
    pub seen: String,
    /// "#12 of member. Pass: 2 hosts, 8 vCPU for web. Next: System Administrator Approval."
    pub about: String,
    /// "web-1, web-2 \u{b7} c2.large: 4 vCPU, 8 GiB \u{b7} \u{2026}": what `about` doesn't say of it; may be empty.
    pub particulars: String,
    /// "Reason: More load.", where that is weighed and one was given.
    pub reason: String,
    pub ticket_type: TicketType,
    /// For Join Project: the projects and roles to choose from, and the project that the applicant would like.
    pub projects: Vec<Choice>,
    pub roles: Vec<Choice>,
    pub wished: Option<ProjectId>,
}

text_enum! {
    /// What a dialog asks about a ticket; the key is the dialog's name in the URL.
    Asked {
        Pass = "pass", "Pass";
        Reject = "reject", "Reject";
        Undo = "undo", "Undo";
        Abandon = "abandon", "Abandon";
    }
}

text_enum! {
    /// What an approver decides.
    Verdict {
        Pass = "pass", "Pass";
        Reject = "reject", "Reject";
    }
}

/// The tickets that were selected to be decided together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// The tickets that wait for the caller, in the order of their numbers.
    pub tickets: Vec<TicketRow>,
    /// What a decision on each of them names, in the same order.
    pub seen: Vec<String>,
    /// "web-1 · 1 host, 2 vCPU for web · member": what each of them is about, in the same order.
    pub about: Vec<String>,
    /// How many of the selected don't (any more).
    pub gone: i64,
    /// Why they can't be decided together.
    pub refusal: Option<String>,
}

/// One of a batch, and the version of it that the person saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picked {
    pub number: TicketNumber,
    pub version: i64,
    /// What the dialog showed, so that what is approved is that.
    #[serde(default)]
    pub seen: String,
}

/// What became of a batch of which not all could be decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchResult {
    /// "8 of 10 tickets passed."
    pub summary: String,
    pub undecided: Vec<Undecided>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undecided {
    pub number: TicketNumber,
    /// How the sentence goes on that begins with "Ticket 12".
    pub reason: String,
}
