//! How the operation log names a ticket.

use crate::domain::ids::{DomainId, ProjectId};
use crate::domain::oplog::{ResourceType, Subject};
use crate::domain::process::TicketType;

/// The ticket, in its project and its domain; their names are left out.
pub(in crate::server::service) fn ticket_subject(
    number: impl ToString,
    ticket_type: TicketType,
    resource_name: &str,
    project: Option<&ProjectId>,
    domain: Option<&DomainId>,
) -> Subject {
    let mut subject = Subject::new(ResourceType::Ticket, number, format!("{} {resource_name}", ticket_type.label()));
    if let Some(project) = project {
        subject = subject.in_project(project, "");
    }
    if let Some(domain) = domain {
        subject = subject.in_domain(domain, "");
    }
    subject
}
