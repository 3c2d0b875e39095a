//! Ticket types and the processes that put them under approval: who approves, in which order (SPEC 3 and 4).
//!
//! A new ticket type begins as one more line of `ticket_types` below (docs/development/ticket-type.md).

use super::ids::{RoleId, UserId};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where a link looks for the holders of its role.
    Scope {
        Project = "project", "Project";
        Domain = "domain", "Domain";
        Global = "global", "Global";
    }
}

text_enum! {
    /// Whether a process is carried out here or in a connected system.
    Kind {
        BuiltIn = "built_in", "Built-in";
        ThirdParty = "third_party", "Third-party Ticket System";
    }
}

/// For types whose tickets have no project: a link looks further.
const WIDER: &[Scope] = &[Scope::Domain, Scope::Global];

/// Each type with its word, its label, how many links its process may have, and the scopes that these may name.
macro_rules! ticket_types {
    ($($variant:ident = $key:literal, $label:literal, $links:literal, $scopes:expr;)+) => {
        text_enum! {
            /// A ticket type: its word in the database and in addresses, and its label (SPEC 3).
            TicketType {
                $($variant = $key, $label;)+
            }
        }

        impl TicketType {
            /// How many links a process of this type may have.
            pub const fn max_links(self) -> usize {
                match self {
                    $(TicketType::$variant => $links,)+
                }
            }

            /// The approver scopes a link of this type may name.
            pub const fn scopes(self) -> &'static [Scope] {
                match self {
                    $(TicketType::$variant => $scopes,)+
                }
            }
        }
    };
}
ticket_types! {
    ApplyMachine = "apply-machine", "Host Application", 5, Scope::ALL;
    ApplyServerChangeconfig = "apply-server-changeconfig", "Host Adjustment Configuration", 1, Scope::ALL;
    ApplyServerDelete = "apply-server-delete", "Host Deletion", 5, Scope::ALL;
    ApplyJoinProject = "apply-join-project", "Join Project Application", 1, WIDER;
    ApplyProjectQuota = "apply-project-quota", "Project Quota Application", 1, Scope::ALL;
    ApplyDomainQuota = "apply-domain-quota", "Domain Quota Application", 1, WIDER;
    CustomerService = "customer-service", "Technical Support", 1, Scope::ALL;
}

impl TicketType {
    /// Workflow tickets are approved; support tickets are answered.
    pub const fn is_workflow(self) -> bool {
        !matches!(self, TicketType::CustomerService)
    }

    /// Whether its process may live in a third-party ticket system.
    pub const fn may_be_external(self) -> bool {
        matches!(self, TicketType::CustomerService)
    }
}

/// The names a new process gives its links: the first, then every further one.
pub const LINK_NAMES: [&str; 2] = ["Leadership Approval", "System Administrator Approval"];

pub fn default_link_name(index: usize) -> &'static str {
    LINK_NAMES[index.min(1)]
}

/// Who may decide at a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Approver {
    /// Enabled users who hold `role` within `scope` of the ticket.
    Role { role: RoleId, scope: Scope },
    /// Any one of these users.
    Persons { persons: Vec<UserId> },
}

impl Approver {
    /// The users that are named, if any are.
    pub fn persons(&self) -> &[UserId] {
        match self {
            Approver::Role { .. } => &[],
            Approver::Persons { persons } => persons,
        }
    }
}

/// One approval level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub name: String,
    pub approver: Approver,
}

/// What a version of a process says; tickets keep the version they were started with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub kind: Kind,
    /// Empty for a third-party process.
    pub links: Vec<Link>,
    /// "Requester may approve own ticket".
    pub self_approval: bool,
    /// The external process (queue) of a third-party process.
    #[serde(default)]
    pub queue: Option<String>,
}

/// A link as typed into the Configure Process dialog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    pub name: String,
    /// `role` or `persons`.
    pub by: String,
    pub role: String,
    pub scope: String,
    pub persons: Vec<UserId>,
}

impl From<&Link> for LinkForm {
    fn from(link: &Link) -> LinkForm {
        let name = link.name.clone();
        match &link.approver {
            Approver::Role { role, scope } => LinkForm {
                name,
                by: "role".to_owned(),
                role: role.to_string(),
                scope: scope.key().to_owned(),
                persons: vec![],
            },
            Approver::Persons { persons } => {
                LinkForm { name, by: "persons".to_owned(), persons: persons.clone(), ..LinkForm::default() }
            }
        }
    }
}

/// The Configure Process dialog as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcessForm {
    pub ticket_type: String,
    pub kind: String,
    pub description: String,
    pub links: Vec<LinkForm>,
    /// A checkbox: present when ticked.
    pub self_approval: Option<String>,
    pub queue: String,
}

impl ProcessForm {
    /// Checks the whole dialog; every problem is named by its field (`form[links][0][role]`).
    ///
    /// That the named roles and persons exist is for the directory to say. `external_ready` tells whether a third-party
    /// system is connected.
    pub fn parse(&self, external_ready: bool) -> Result<(TicketType, Definition, String), Vec<Problem>> {
        let mut problems = Problems::default();
        let description = problems.text("form[description]", "Description", &self.description, 2_000);
        let Some(ticket_type) = TicketType::from_key(&self.ticket_type) else {
            problems.add("form[ticket_type]", "Choose the ticket type this process is for.");
            return Err(problems.or(()).err().unwrap_or_default());
        };
        let kind = match Kind::from_key(&self.kind) {
            None if self.kind.is_empty() => Kind::BuiltIn,
            Some(Kind::ThirdParty) if !ticket_type.may_be_external() => {
                problems.add("form[kind]", "Only Technical Support can be handled by a third-party ticket system.");
                Kind::BuiltIn
            }
            Some(Kind::ThirdParty) if !external_ready => {
                problems.add(
                    "form[kind]",
                    "No third-party ticket system is connected. Connect one under External Ticket first.",
                );
                Kind::BuiltIn
            }
            Some(kind) => kind,
            None => {
                problems.add("form[kind]", "Choose one of the kinds.");
                Kind::BuiltIn
            }
        };
        let self_approval = self.self_approval.is_some();
        if kind == Kind::ThirdParty {
            let queue = problems.required("form[queue]", "External process", &self.queue, 200);
            let definition = Definition { kind, links: vec![], self_approval, queue: Some(queue) };
            return problems.or((ticket_type, definition, description));
        }
        let max = ticket_type.max_links();
        if self.links.is_empty() {
            problems.add("form[links]", "A process needs at least one link.");
        }
        if self.links.len() > max {
            let links = if max == 1 { "one link".to_owned() } else { format!("{max} links") };
            problems.add("form[links]", format!("{} takes at most {links}. Remove the others.", ticket_type.label()));
        }
        let links = self.links.iter().enumerate().map(|(i, link)| link.parse(i, ticket_type, &mut problems)).collect();
        problems.or((ticket_type, Definition { kind, links, self_approval, queue: None }, description))
    }
}

impl LinkForm {
    fn parse(&self, index: usize, ticket_type: TicketType, problems: &mut Problems) -> Link {
        let field = |name: &str| format!("form[links][{index}][{name}]");
        // Above the form, too, one has to know which of the links is meant.
        let of = format!("Link {}", index + 1);
        let name = problems.required(&field("name"), &format!("{of}: the name"), &self.name, 60);
        let approver = match self.by.as_str() {
            "persons" => {
                if self.persons.is_empty() {
                    problems.add(field("persons"), format!("{of}: choose at least one person."));
                }
                let mut persons = self.persons.clone();
                persons.sort();
                persons.dedup();
                Approver::Persons { persons }
            }
            "role" => {
                if self.role.is_empty() {
                    problems.add(field("role"), format!("{of}: choose the role that approves."));
                }
                let scope = match Scope::from_key(&self.scope) {
                    Some(scope) if ticket_type.scopes().contains(&scope) => scope,
                    Some(scope) => {
                        let message =
                            format!("{of}: {} takes no approver of the scope {}.", ticket_type.label(), scope.label());
                        problems.add(field("scope"), message);
                        scope
                    }
                    None => {
                        problems.add(field("scope"), format!("{of}: choose where the role has to be held."));
                        Scope::Global
                    }
                };
                Approver::Role { role: self.role.as_str().into(), scope }
            }
            _ => {
                problems.add(field("by"), format!("{of}: choose whether a role or a person approves."));
                Approver::Persons { persons: vec![] }
            }
        };
        Link { name, approver }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_role(role: &str, scope: &str) -> LinkForm {
        LinkForm { name: "L".into(), by: "role".into(), role: role.into(), scope: scope.into(), persons: vec![] }
    }

    fn form(ticket_type: &str, links: Vec<LinkForm>) -> ProcessForm {
        ProcessForm { ticket_type: ticket_type.into(), kind: "built_in".into(), links, ..Default::default() }
    }

    fn fields(form: &ProcessForm) -> Vec<String> {
        form.parse(false).err().unwrap_or_default().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_good_form_becomes_a_definition() {
        let good = form("apply-machine", vec![by_role("project_owner", "project"), by_role("admin", "global")]);
        let (ticket_type, definition, _) = good.parse(false).expect("good");
        assert_eq!(ticket_type, TicketType::ApplyMachine);
        assert_eq!(definition.links.len(), 2);
        assert!(!definition.self_approval);
    }

    #[test]
    fn every_error_stands_at_its_field() {
        assert_eq!(fields(&form("", vec![])), ["form[ticket_type]"]);
        assert_eq!(fields(&form("apply-machine", vec![])), ["form[links]"]);
        assert_eq!(fields(&form("apply-machine", vec![by_role("", "project")])), ["form[links][0][role]"]);
        assert_eq!(fields(&form("apply-machine", vec![by_role("admin", "")])), ["form[links][0][scope]"]);
        let nobody = LinkForm { name: "L".into(), by: "persons".into(), ..Default::default() };
        assert_eq!(fields(&form("apply-machine", vec![nobody])), ["form[links][0][persons]"]);
        let many = vec![by_role("admin", "global"); 6];
        assert_eq!(fields(&form("apply-machine", many)), ["form[links]"]);
        let two = vec![by_role("admin", "global"); 2];
        assert_eq!(fields(&form("apply-join-project", two)), ["form[links]"]);
        for only_wider in ["apply-join-project", "apply-domain-quota"] {
            assert_eq!(fields(&form(only_wider, vec![by_role("admin", "project")])), ["form[links][0][scope]"]);
        }
        let external =
            ProcessForm { kind: "third_party".into(), ..form("apply-machine", vec![by_role("admin", "global")]) };
        assert_eq!(fields(&external), ["form[kind]"]);
        let unconnected =
            ProcessForm { kind: "third_party".into(), queue: "q".into(), ..form("customer-service", vec![]) };
        assert_eq!(fields(&unconnected), ["form[kind]", "form[links]"]);
        assert!(unconnected.parse(true).is_ok(), "a connected system takes support tickets without links");
    }
}
