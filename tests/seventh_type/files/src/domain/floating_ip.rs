//! Asking for floating IPs: addresses at which hosts of a project are reached from outside.

use super::directory::Person;
use super::ids::{DomainId, ProjectId};
use super::number::Number;
use super::payload::Payload;
use super::process::TicketType;
use super::quota::{Amounts, Key};
use super::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// The form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FloatingIpForm {
    pub quantity: String,
    pub reason: String,
}

/// The payload of a Floating IP Application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatingIpRequest {
    pub quantity: i64,
    pub reason: String,
}

impl FloatingIpForm {
    pub fn parse(&self) -> Result<FloatingIpRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let quantity = problems.number("form[quantity]", &Number::new("Quantity", 1..=10), &self.quantity);
        let reason = problems.required("form[reason]", "Reason", &self.reason, 2_000);
        problems.or(FloatingIpRequest { quantity, reason })
    }
}

impl FloatingIpRequest {
    /// "2 floating IPs".
    pub fn in_short(&self) -> String {
        if self.quantity == 1 { "1 floating IP".to_owned() } else { format!("{} floating IPs", self.quantity) }
    }
}

impl Payload for FloatingIpRequest {
    fn may_start(person: &Person, _ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool {
        project.is_some_and(|project| person.operates_hosts(project, domain))
    }

    fn ticket_type(&self) -> TicketType {
        TicketType::ApplyFloatingIp
    }

    fn resource_name(&self) -> String {
        self.in_short()
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn summary(&self, project: Option<&str>) -> String {
        match project {
            Some(project) => format!("{} for {project}", self.in_short()),
            None => self.in_short(),
        }
    }

    fn takes(&self) -> Amounts {
        [(Key::ElasticIp, self.quantity)].into_iter().collect()
    }
}
