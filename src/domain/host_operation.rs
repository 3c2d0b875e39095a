//! Operations on hosts that exist: adjusting their configuration, deleting them, and the direct actions (SPEC 2).

use super::directory::Person;
use super::host::{HostStatus, MAX_DATA_DISKS, Specification, data_disk, host_amounts};
use super::ids::{DomainId, HostId, ProjectId};
use super::payload::Payload;
use super::process::TicketType;
use super::quota::{Amounts, Key};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};

/// How many hosts of one project can be adjusted or deleted at once.
pub const MAX_HOSTS: usize = 20;
const MAX_REASON: usize = 2_000;

text_enum! {
    /// An action on a host that is done at once, never under a ticket.
    DirectAction {
        Start = "start", "Start";
        Stop = "stop", "Stop";
        Lock = "lock", "Lock";
        Unlock = "unlock", "Unlock";
        Restore = "restore", "Restore";
        Clear = "clear", "Clear";
    }
}

/// The size of a host: its specification and disks. Tickets keep it of the hosts they are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    pub specification: String,
    pub vcpu: i64,
    pub memory_mib: i64,
    pub system_disk_gib: i64,
    pub data_disks_gib: Vec<i64>,
}

impl Configuration {
    pub fn disks_gib(&self) -> i64 {
        self.system_disk_gib + self.data_disks_gib.iter().sum::<i64>()
    }

    /// `c2.large: 4 vCPU, 8 GiB`.
    pub fn specification_label(&self) -> String {
        format!("{}: {} vCPU, {}", self.specification, self.vcpu, Key::Memory.show(self.memory_mib))
    }

    /// `30 + 100 GiB`: the system disk, then the data disks.
    pub fn disks_label(&self) -> String {
        let sizes = std::iter::once(&self.system_disk_gib).chain(&self.data_disks_gib).map(i64::to_string);
        format!("{} GiB", sizes.collect::<Vec<_>>().join(" + "))
    }

    /// The amounts that a host of this configuration takes from the quota.
    pub fn amounts(&self) -> Amounts {
        host_amounts(self.vcpu, self.memory_mib, self.disks_gib())
    }

    /// The amounts that a host takes from the quota beyond what it has, when it changes from `now` to this
    /// configuration. Only keys that grow count: what shrinks becomes free only after the change.
    pub fn growth_from(&self, now: &Configuration) -> Amounts {
        let has = now.amounts();
        self.amounts().iter().map(|(key, amount)| (key, amount - has.get(key))).filter(|(_, more)| *more > 0).collect()
    }
}

/// A host as it was when a ticket was submitted. Approvers are shown it, and the host is compared with it before
/// anything is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostBefore {
    pub id: HostId,
    pub name: String,
    pub status: HostStatus,
    pub configuration: Configuration,
}

/// The payload of a Host Adjustment Configuration: the hosts as they were, and what all of them are to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustRequest {
    pub project: ProjectId,
    pub hosts: Vec<HostBefore>,
    pub specification: Specification,
    /// Data disks to add; only where there is a single host.
    pub added_disks_gib: Vec<i64>,
    /// Whether the hosts are started afterwards.
    pub auto_start: bool,
    pub reason: String,
}

impl AdjustRequest {
    /// The configuration that a host of the request is to have.
    pub fn after(&self, before: &Configuration) -> Configuration {
        Configuration {
            specification: self.specification.name.clone(),
            vcpu: self.specification.vcpu,
            memory_mib: self.specification.memory_mib,
            system_disk_gib: before.system_disk_gib,
            data_disks_gib: before.data_disks_gib.iter().chain(&self.added_disks_gib).copied().collect(),
        }
    }

    /// The amounts that all hosts of the request take from the quota beyond what they have.
    pub fn total(&self) -> Amounts {
        self.hosts.iter().flat_map(|host| self.after(&host.configuration).growth_from(&host.configuration).0).collect()
    }

    fn changes_nothing(&self) -> bool {
        self.hosts.iter().all(|host| self.after(&host.configuration) == host.configuration)
    }

    /// "web-1, web-2 to c2.large".
    pub fn in_short(&self) -> String {
        format!("{} to {}", names(&self.hosts), self.specification.name)
    }
}

impl Payload for AdjustRequest {
    fn may_start(person: &Person, _ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool {
        project.is_some_and(|project| person.operates_hosts(project, domain))
    }

    fn ticket_type(&self) -> TicketType {
        TicketType::ApplyServerChangeconfig
    }

    fn resource_name(&self) -> String {
        names(&self.hosts)
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn summary(&self, project: Option<&str>) -> String {
        in_project(self.in_short(), project)
    }

    fn takes(&self) -> Amounts {
        self.total()
    }

    fn names_hosts(&self) -> bool {
        true
    }
}

/// The payload of a Host Deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteRequest {
    pub project: ProjectId,
    pub hosts: Vec<HostBefore>,
    pub reason: String,
}

impl DeleteRequest {
    /// "web-1, web-2 to the trash".
    pub fn in_short(&self) -> String {
        format!("{} to the trash", names(&self.hosts))
    }
}

impl Payload for DeleteRequest {
    fn may_start(person: &Person, _ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool {
        project.is_some_and(|project| person.operates_hosts(project, domain))
    }

    fn ticket_type(&self) -> TicketType {
        TicketType::ApplyServerDelete
    }

    fn resource_name(&self) -> String {
        names(&self.hosts)
    }

    fn reason(&self) -> &str {
        &self.reason
    }

    fn summary(&self, project: Option<&str>) -> String {
        in_project(self.in_short(), project)
    }

    fn names_hosts(&self) -> bool {
        true
    }
}

fn in_project(what: String, project: Option<&str>) -> String {
    match project {
        Some(project) => format!("{what} in {project}"),
        None => what,
    }
}

/// What is under way with a host that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    Adjust { after: Configuration, auto_start: bool },
    Delete,
    Restore,
    Clear,
    Start,
    Stop,
}

impl Change {
    /// The host's status while the change is under way.
    pub const fn status_meanwhile(&self, before: HostStatus) -> HostStatus {
        match self {
            Change::Adjust { .. } => HostStatus::ChangingConfiguration,
            Change::Delete => HostStatus::Deleting,
            Change::Restore | Change::Clear | Change::Start | Change::Stop => before,
        }
    }

    /// "Starting": the words that pages show beside the host's status.
    pub const fn label(&self) -> &'static str {
        match self {
            Change::Adjust { .. } => "Changing configuration",
            Change::Delete => "Deleting",
            Change::Restore => "Restoring",
            Change::Clear => "Clearing",
            Change::Start => "Starting",
            Change::Stop => "Stopping",
        }
    }
}

/// The names of hosts as a list of tickets shows them: all of them, or the first and how many more.
pub fn names(hosts: &[HostBefore]) -> String {
    match hosts {
        [] => String::new(),
        [one] => one.name.clone(),
        [first, second] => format!("{}, {}", first.name, second.name),
        [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
    }
}

/// The dialog *Adjust configuration* as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdjustForm {
    pub hosts: Vec<HostId>,
    pub specification: String,
    pub data_disks: Vec<String>,
    /// A checkbox: present when ticked.
    pub auto_start: Option<String>,
    pub reason: String,
}

/// The dialog *Delete* as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeleteForm {
    pub hosts: Vec<HostId>,
    pub reason: String,
}

impl AdjustForm {
    /// Checks the dialog against the hosts it is about, all of one project, and the catalogue.
    pub fn parse(
        &self,
        project: &ProjectId,
        hosts: Vec<HostBefore>,
        specifications: &[Specification],
    ) -> Result<AdjustRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        // A row that was added and left empty is a disk that was meant.
        let added_disks_gib: Vec<i64> =
            self.data_disks.iter().enumerate().map(|(i, typed)| data_disk(&mut problems, i, typed)).collect();
        let present = hosts.first().map_or(0, |host| host.configuration.data_disks_gib.len());
        if hosts.len() > 1 && !added_disks_gib.is_empty() {
            problems.add("form[data_disks]", "Data disks can be added to a single host only.");
        } else if present + added_disks_gib.len() > MAX_DATA_DISKS {
            problems.add("form[data_disks]", format!("A host takes at most {MAX_DATA_DISKS} data disks."));
        }
        let reason = problems.text("form[reason]", "Reason", &self.reason, MAX_REASON);
        let Some(specification) = specifications.iter().find(|s| s.id.as_str() == self.specification) else {
            problems.add("form[specification]", "Choose one of the specifications.");
            return Err(problems.or(()).err().unwrap_or_default());
        };
        let request = AdjustRequest {
            project: project.clone(),
            hosts,
            specification: specification.clone(),
            added_disks_gib,
            auto_start: self.auto_start.is_some(),
            reason,
        };
        if problems.is_empty() && request.changes_nothing() {
            problems.add("form[specification]", "This is the configuration they have already. Choose another one.");
        }
        problems.or(request)
    }
}

impl DeleteForm {
    pub fn parse(&self, project: &ProjectId, hosts: Vec<HostBefore>) -> Result<DeleteRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let reason = problems.text("form[reason]", "Reason", &self.reason, MAX_REASON);
        problems.or(DeleteRequest { project: project.clone(), hosts, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specification(name: &str, vcpu: i64, memory_mib: i64) -> Specification {
        Specification { id: name.into(), name: name.into(), vcpu, memory_mib }
    }

    fn host(name: &str, vcpu: i64, memory_mib: i64) -> HostBefore {
        HostBefore {
            id: name.into(),
            name: name.into(),
            status: HostStatus::Running,
            configuration: Configuration {
                specification: format!("c{vcpu}"),
                vcpu,
                memory_mib,
                system_disk_gib: 30,
                data_disks_gib: vec![10],
            },
        }
    }

    fn form(specification: &str, disks: &[&str]) -> AdjustForm {
        let data_disks = disks.iter().map(|d| (*d).to_owned()).collect();
        AdjustForm { specification: specification.into(), data_disks, ..Default::default() }
    }

    fn parse(form: &AdjustForm, hosts: Vec<HostBefore>) -> Result<AdjustRequest, Vec<String>> {
        let catalogue = [specification("c2", 2, 4_096), specification("c4", 4, 2_048)];
        let parsed = form.parse(&"p".into(), hosts, &catalogue);
        parsed.map_err(|problems| problems.into_iter().map(|p| p.field).collect())
    }

    #[test]
    fn only_what_grows_is_taken() {
        let request = parse(&form("c4", &[]), vec![host("a", 2, 4_096), host("b", 8, 4_096)]).expect("good");
        let total = request.total();
        assert_eq!((total.get(Key::Vcpu), total.get(Key::Memory), total.get(Key::HostCount)), (2, 0, 0));
        assert_eq!(request.in_short(), "a, b to c4");
    }

    #[test]
    fn disks_are_added_to_a_single_host() {
        let request = parse(&form("c2", &["20"]), vec![host("a", 2, 4_096)]).expect("good");
        assert_eq!(request.after(&request.hosts[0].configuration).data_disks_gib, [10, 20]);
        assert_eq!(request.total().get(Key::Storage), 20 * 1_024);
        let two = vec![host("a", 2, 4_096), host("b", 2, 4_096)];
        assert_eq!(parse(&form("c4", &["20"]), two), Err(vec!["form[data_disks]".into()]));
        let eight = parse(&form("c2", &["1"; 8]), vec![host("a", 2, 4_096)]);
        assert_eq!(eight, Err(vec!["form[data_disks]".into()]), "it has one already");
        for disk in ["0", ""] {
            let refused = parse(&form("c2", &[disk]), vec![host("a", 2, 4_096)]);
            assert_eq!(refused, Err(vec!["form[data_disks][0]".into()]), "{disk}");
        }
    }

    #[test]
    fn a_change_has_to_change_something() {
        assert_eq!(parse(&form("c2", &[]), vec![host("a", 2, 4_096)]), Err(vec!["form[specification]".into()]));
        assert_eq!(parse(&form("none", &[]), vec![host("a", 2, 4_096)]), Err(vec!["form[specification]".into()]));
    }

    #[test]
    fn many_names_are_counted() {
        let hosts: Vec<_> = ["a", "b", "c"].iter().map(|name| host(name, 1, 1_024)).collect();
        assert_eq!(names(&hosts[..1]), "a");
        assert_eq!(names(&hosts[..2]), "a, b");
        assert_eq!(names(&hosts), "a and 2 more");
    }
}
