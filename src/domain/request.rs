//! What a workflow ticket asks for: the payload of each type, in its own terms.

use super::host::HostRequest;
use super::host_operation::{AdjustRequest, DeleteRequest, names};
use super::ids::ProjectId;
use super::process::TicketType;
use super::quota::Amounts;
use super::quota_request::{QuotaRequest, QuotaScope};
use super::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// The payload of a Join Project Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    pub reason: String,
    /// The project the applicant would like, with its name when the request was made.
    pub wished: Option<WishedProject>,
}

/// The form of a Join Project Application as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    pub reason: String,
    /// The id of the wished project, or empty.
    pub project: String,
}

impl JoinForm {
    /// Checks the form; `offered` are the projects there are to wish for.
    pub fn parse(&self, offered: &[WishedProject]) -> Result<JoinRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let reason = problems.required("form[reason]", "Reason", &self.reason, 2_000);
        let wished = offered.iter().find(|project| project.id.as_str() == self.project).cloned();
        if wished.is_none() && !self.project.is_empty() {
            problems.add("form[project]", "Choose one of the projects of your domain, or none.");
        }
        problems.or(JoinRequest { reason, wished })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishedProject {
    pub id: ProjectId,
    pub name: String,
}

/// One of the payloads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Host(HostRequest),
    Adjust(AdjustRequest),
    Delete(DeleteRequest),
    Join(JoinRequest),
    Quota(QuotaRequest),
}

/// The same in a format that doesn't describe itself and so can't be read by a tag among the fields.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Request")]
pub enum UntaggedRequest {
    Host(HostRequest),
    Adjust(AdjustRequest),
    Delete(DeleteRequest),
    Join(JoinRequest),
    Quota(QuotaRequest),
}

impl Request {
    pub fn ticket_type(&self) -> TicketType {
        match self {
            Request::Host(_) => TicketType::ApplyMachine,
            Request::Adjust(_) => TicketType::ApplyServerChangeconfig,
            Request::Delete(_) => TicketType::ApplyServerDelete,
            Request::Join(_) => TicketType::ApplyJoinProject,
            Request::Quota(quota) if quota.scope == QuotaScope::Project => TicketType::ApplyProjectQuota,
            Request::Quota(_) => TicketType::ApplyDomainQuota,
        }
    }

    /// What the list of tickets shows as the resource's name.
    pub fn resource_name(&self) -> String {
        match self {
            Request::Host(request) => request.name.clone(),
            Request::Adjust(request) => names(&request.hosts),
            Request::Delete(request) => names(&request.hosts),
            Request::Join(request) => request.wished.as_ref().map(|wished| wished.name.clone()).unwrap_or_default(),
            Request::Quota(request) => request.name.clone(),
        }
    }

    /// What it takes of the quota, and so holds from submission to the ticket's end.
    pub fn takes(&self) -> Amounts {
        match self {
            Request::Host(request) => request.total(),
            Request::Adjust(request) => request.total(),
            Request::Delete(_) | Request::Join(_) | Request::Quota(_) => Amounts::default(),
        }
    }

    /// "2 hosts, 8 vCPU for web": what Pass leads to. `project` is the ticket's.
    pub fn summary(&self, project: Option<&str>) -> String {
        let what = match self {
            Request::Host(request) => request.summary(),
            Request::Adjust(request) => request.summary(),
            Request::Delete(request) => request.summary(),
            Request::Join(JoinRequest { wished: Some(wished), .. }) => return format!("membership in {}", wished.name),
            Request::Join(_) => return "membership in a project".to_owned(),
            Request::Quota(request) => request.summary(),
        };
        match (self, project) {
            (Request::Host(_) | Request::Quota(_), Some(project)) => format!("{what} for {project}"),
            (Request::Adjust(_) | Request::Delete(_), Some(project)) => format!("{what} in {project}"),
            (Request::Quota(request), None) => format!("{what} for {}", request.name),
            _ => what,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Request::Host(request) => &request.reason,
            Request::Adjust(request) => &request.reason,
            Request::Delete(request) => &request.reason,
            Request::Join(request) => &request.reason,
            Request::Quota(request) => &request.reason,
        }
    }

    /// The payload as a ticket keeps it: the type is the ticket's own, and not said twice.
    #[cfg(feature = "ssr")]
    pub fn payload(&self) -> serde_json::Value {
        match self {
            Request::Host(request) => serde_json::json!(request),
            Request::Adjust(request) => serde_json::json!(request),
            Request::Delete(request) => serde_json::json!(request),
            Request::Join(request) => serde_json::json!(request),
            Request::Quota(request) => serde_json::json!(request),
        }
    }

    /// Reads what [`Request::payload`] wrote.
    #[cfg(feature = "ssr")]
    pub fn read(ticket_type: TicketType, payload: &str) -> serde_json::Result<Request> {
        Ok(match ticket_type {
            TicketType::ApplyMachine => Request::Host(serde_json::from_str(payload)?),
            TicketType::ApplyServerChangeconfig => Request::Adjust(serde_json::from_str(payload)?),
            TicketType::ApplyServerDelete => Request::Delete(serde_json::from_str(payload)?),
            TicketType::ApplyJoinProject => Request::Join(serde_json::from_str(payload)?),
            TicketType::ApplyProjectQuota | TicketType::ApplyDomainQuota => {
                Request::Quota(serde_json::from_str(payload)?)
            }
            TicketType::CustomerService => {
                return Err(serde::de::Error::custom("a support ticket is no workflow request"));
            }
        })
    }
}
