//! Asking to be let into a project (SPEC 3). Whoever approves it chooses the project and the roles.

use super::directory::{Person, View};
use super::ids::{DomainId, ProjectId};
use super::payload::Payload;
use super::process::TicketType;
use super::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// The payload of a Join Project Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    pub reason: String,
    /// The project the applicant would like, with its name when the request was made.
    pub wished: Option<WishedProject>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WishedProject {
    pub id: ProjectId,
    pub name: String,
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

impl Payload for JoinRequest {
    fn may_start(person: &Person, _ticket_type: TicketType, _project: Option<&ProjectId>, domain: &DomainId) -> bool {
        person.domain == *domain
    }

    fn is_offered(_person: &Person, _ticket_type: TicketType, view: &View) -> bool {
        matches!(view, View::Project(_))
    }

    fn passed_alone() -> Option<&'static str> {
        Some("each needs its own project and roles")
    }

    fn ticket_type(&self) -> TicketType {
        TicketType::ApplyJoinProject
    }

    fn resource_name(&self) -> String {
        self.wished.as_ref().map(|wished| wished.name.clone()).unwrap_or_default()
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn summary(&self, _project: Option<&str>) -> String {
        match &self.wished {
            Some(wished) => format!("membership in {}", wished.name),
            None => "membership in a project".to_owned(),
        }
    }

    fn chosen_by_approver(&self, initiator: &str) -> Option<String> {
        let wish = self.wished.as_ref().map(|wished| format!(" Wished for: {}.", wished.name)).unwrap_or_default();
        Some(format!("{initiator} joins the project chosen here, in the roles chosen here.{wish}"))
    }
}
