//! What the payload of every ticket type says of itself, in its own terms. Each says it in its own file;
//! [`super::request`] has the table of them.

use super::directory::{Person, View};
use super::ids::{DomainId, ProjectId};
use super::process::TicketType;
use super::quota::Amounts;

/// What a workflow ticket asks for. A payload may serve several types, which a `ticket_type` tells apart.
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

    /// What the list of tickets shows as the resource's name.
    fn resource_name(&self) -> String;

    /// Why it is asked for; may be empty.
    fn reason(&self) -> &str;

    /// "2 hosts, 8 vCPU for web": what Pass leads to. `project` is the ticket's.
    fn summary(&self, project: Option<&str>) -> String;

    /// "web-1, web-2 \u{b7} c2.large: 4 vCPU, 8 GiB": what a decision should know and the summary leaves out.
    fn particulars(&self) -> String {
        String::new()
    }

    /// What Pass leads to where its approver chooses that in the dialog, in place of the summary.
    fn chosen_by_approver(&self, _initiator: &str) -> Option<String> {
        None
    }

    /// What it takes of the quota, and so holds from submission to the ticket's end.
    fn takes(&self) -> Amounts {
        Amounts::default()
    }

    /// Whether it asks for another quota, so that it is weighed against the present one for as long as the ticket is open.
    fn changes_quota(&self) -> bool {
        false
    }

    /// Whether it names hosts that exist, by the ids in its list `hosts`. While the ticket is open those hosts show it.
    fn names_hosts(&self) -> bool {
        false
    }
}
