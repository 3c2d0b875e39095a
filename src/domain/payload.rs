//! The questions that the rest of the program asks of a ticket's payload without knowing its type: its name, its summary,
//! what it takes of the quota. Each payload answers them in its own file; [`super::request`] has the table of payloads.

use super::directory::{Person, View};
use super::ids::{DomainId, ProjectId};
use super::process::TicketType;
use super::quota::Amounts;

/// The payload of a workflow ticket: the request in the form in which the ticket keeps it, such as hosts to be made. One
/// payload may serve several ticket types; where its answers differ by type they take a `ticket_type`.
pub trait Payload: Send + Sync {
    /// Whether the person may start such a ticket for the given place (SPEC 3, the table's last column). `project` is the
    /// ticket's, `domain` its domain; a type that has only a domain is asked without a project.
    fn may_start(person: &Person, ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool
    where
        Self: Sized;

    /// Whether the bell lets the person start such a ticket in this view. Most types are started where their things are.
    fn is_offered(_person: &Person, _ticket_type: TicketType, _view: &View) -> bool
    where
        Self: Sized,
    {
        false
    }

    /// Why several such tickets can't be passed together, where each asks its approver for more than a note.
    fn passed_alone() -> Option<&'static str>
    where
        Self: Sized,
    {
        None
    }

    fn ticket_type(&self) -> TicketType;

    /// The text of the column Resource Name in lists of tickets.
    fn resource_name(&self) -> String;

    /// The reason that the initiator typed; may be empty.
    fn reason(&self) -> &str;

    /// "2 hosts, 8 vCPU for web": the result of passing the ticket, in short. `project` is the name of the ticket's project.
    fn summary(&self, project: Option<&str>) -> String;

    /// "web-1, web-2 \u{b7} c2.large: 4 vCPU, 8 GiB": the details that an approver should know and the summary leaves out.
    fn particulars(&self) -> String {
        String::new()
    }

    /// The sentence that the Pass dialog shows in place of the summary, where its approver chooses the result in the dialog.
    fn chosen_by_approver(&self, _initiator: &str) -> Option<String> {
        None
    }

    /// The amounts that the request takes from the quota, in stored units. They are held from submission to the ticket's end.
    fn takes(&self) -> Amounts {
        Amounts::default()
    }

    /// Whether the request asks for another quota. Its page then compares it with the present quota while the ticket is open.
    fn changes_quota(&self) -> bool {
        false
    }

    /// Whether the payload names existing hosts, by the ids in its list `hosts`. While the ticket is open, the pages of those
    /// hosts show the ticket.
    fn names_hosts(&self) -> bool {
        false
    }
}
