//! Hosts, and the form that asks for them (SPEC 2).

use super::directory::Person;
use super::ids::{DomainId, HostId, ImageId, ProjectId, SpecificationId};
use super::number::{Number, counted};
use super::payload::Payload;
use super::process::TicketType;
use super::quota::{Amounts, Key};
use super::validation::{Problem, Problems};
use crate::domain::text_enum::text_enum;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

text_enum! {
    HostStatus {
        Deploying = "deploying", "Deploying";
        Running = "running", "Running";
        Stopped = "stopped", "Stopped";
        ChangingConfiguration = "changing_configuration", "Changing configuration";
        Deleting = "deleting", "Deleting";
        DeployFailed = "deploy_failed", "Deploy failed";
        InTrash = "in_trash", "In trash";
    }
}

pub const MAX_QUANTITY: i64 = 100;
pub const MAX_DATA_DISKS: usize = 8;
pub const SYSTEM_DISK_GIB: RangeInclusive<i64> = 10..=500;
pub const DATA_DISK_GIB: RangeInclusive<i64> = 1..=3072;
/// What the form is preset with.
pub const DEFAULT_SYSTEM_DISK_GIB: i64 = 30;
const MAX_NAME: usize = 60;

/// An entry of the specification catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Specification {
    pub id: SpecificationId,
    pub name: String,
    pub vcpu: i64,
    pub memory_mib: i64,
}

impl Specification {
    /// `c2.large: 2 vCPU, 4 GiB`.
    pub fn label(&self) -> String {
        format!("{}: {} vCPU, {}", self.name, self.vcpu, Key::Memory.show(self.memory_mib))
    }
}

/// An entry of the image catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Image {
    pub id: ImageId,
    pub name: String,
}

/// The create form as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostForm {
    pub name: String,
    pub quantity: String,
    pub project: String,
    pub specification: String,
    pub image: String,
    pub system_disk: String,
    pub data_disks: Vec<String>,
    pub description: String,
    pub reason: String,
}

/// The payload of a host application. It is complete in itself, so that a change of the catalogue can't alter it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRequest {
    pub name: String,
    pub quantity: i64,
    pub project: ProjectId,
    pub specification: Specification,
    pub image: Image,
    pub system_disk_gib: i64,
    pub data_disks_gib: Vec<i64>,
    pub description: String,
    pub reason: String,
}

impl HostForm {
    /// Checks the form against the catalogue.
    pub fn parse(&self, specifications: &[Specification], images: &[Image]) -> Result<HostRequest, Vec<Problem>> {
        let mut problems = Problems::default();
        let name = problems.required("form[name]", "Name", &self.name, MAX_NAME);
        let starts_well = name.chars().next().is_none_or(|c| c.is_ascii_alphanumeric());
        if !starts_well || !name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
            problems
                .add("form[name]", "Name takes the letters A to Z and a to z, digits, '-', '_' and '.', and begins with a letter or digit.");
        }
        let quantity = problems.number("form[quantity]", &Number::new("Quantity", 1..=MAX_QUANTITY), &self.quantity);
        if self.project.is_empty() {
            problems.add("form[project]", "Choose the project the host is for.");
        }
        let specification = specifications.iter().find(|s| s.id.as_str() == self.specification);
        if specification.is_none() {
            problems.add("form[specification]", "Choose one of the specifications.");
        }
        let image = images.iter().find(|i| i.id.as_str() == self.image);
        if image.is_none() {
            problems.add("form[image]", "Choose one of the images.");
        }
        let system_disk_gib =
            problems.number("form[system_disk]", &disk("System disk", SYSTEM_DISK_GIB), &self.system_disk);
        // A row that was added and left empty is a disk that was meant.
        let data_disks_gib: Vec<i64> =
            self.data_disks.iter().enumerate().map(|(i, typed)| data_disk(&mut problems, i, typed)).collect();
        if data_disks_gib.len() > MAX_DATA_DISKS {
            problems.add("form[data_disks]", format!("A host takes at most {MAX_DATA_DISKS} data disks."));
        }
        let description = problems.text("form[description]", "Description", &self.description, 2_000);
        let reason = problems.text("form[reason]", "Reason", &self.reason, 2_000);
        let (Some(specification), Some(image)) = (specification, image) else {
            return Err(problems.or(()).err().unwrap_or_default());
        };
        problems.or(HostRequest {
            name,
            quantity,
            project: self.project.as_str().into(),
            specification: specification.clone(),
            image: image.clone(),
            system_disk_gib,
            data_disks_gib,
            description,
            reason,
        })
    }
}

/// The size of a disk, which is a whole number of GiB.
fn disk(label: &str, sizes: RangeInclusive<i64>) -> Number<'_> {
    Number::new(label, sizes).of(Some("GiB"))
}

/// The size of the data disk in this row of a form.
pub(super) fn data_disk(problems: &mut Problems, row: usize, typed: &str) -> i64 {
    let label = format!("Data disk {}", row + 1);
    problems.number(&format!("form[data_disks][{row}]"), &disk(&label, DATA_DISK_GIB), typed)
}

impl HostForm {
    /// The amounts that the hosts would take from the quota. `None` if a field that decides this is wrong; other fields
    /// may be wrong.
    pub fn takes(&self, specifications: &[Specification], images: &[Image]) -> Option<Amounts> {
        let image = images.first()?.id.to_string();
        let rest = HostForm { name: "host".to_owned(), project: "project".to_owned(), image, ..self.clone() };
        let data_disks = self.data_disks.iter().filter(|typed| !typed.trim().is_empty()).cloned().collect();
        let rest = HostForm { data_disks, description: String::new(), reason: String::new(), ..rest };
        rest.parse(specifications, images).ok().map(|request| request.total())
    }
}

impl HostRequest {
    /// The names of the hosts: the name itself, or `name-1` … `name-N` for a batch.
    pub fn host_names(&self) -> Vec<String> {
        match self.quantity {
            1 => vec![self.name.clone()],
            n => (1..=n).map(|i| format!("{}-{i}", self.name)).collect(),
        }
    }

    /// The amounts that one of the hosts takes from the quota.
    pub fn one(&self) -> Amounts {
        host_amounts(
            self.specification.vcpu,
            self.specification.memory_mib,
            self.system_disk_gib + self.data_disks_gib.iter().sum::<i64>(),
        )
    }

    /// The amounts that all hosts of the request take from the quota.
    pub fn total(&self) -> Amounts {
        self.one().times(self.quantity)
    }

    /// "web-1 … web-3": the first and the last of the names, or as many as there are.
    pub fn names_in_short(&self) -> String {
        let names = self.host_names();
        match names.as_slice() {
            [first, .., last] if names.len() > 2 => format!("{first} \u{2026} {last}"),
            few => few.join(", "),
        }
    }

    /// "2 hosts, 8 vCPU": the short form written on a button.
    pub fn in_short(&self) -> String {
        let hosts = counted(self.quantity, "host", "hosts");
        format!("{hosts}, {} vCPU", self.specification.vcpu * self.quantity)
    }
}

impl Payload for HostRequest {
    fn may_start(person: &Person, _ticket_type: TicketType, project: Option<&ProjectId>, domain: &DomainId) -> bool {
        project.is_some_and(|project| person.operates_hosts(project, domain))
    }

    fn ticket_type(&self) -> TicketType {
        TicketType::ApplyMachine
    }

    fn resource_name(&self) -> String {
        self.name.clone()
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

    /// "web-1, web-2 \u{b7} c2.large: 4 vCPU, 8 GiB \u{b7} Debian 12 \u{b7} 30 + 50 GiB each".
    fn particulars(&self) -> String {
        let sizes = std::iter::once(&self.system_disk_gib).chain(&self.data_disks_gib).map(i64::to_string);
        let each = if self.quantity == 1 { "" } else { " each" };
        let disks = format!("{} GiB{each}", sizes.collect::<Vec<_>>().join(" + "));
        [self.names_in_short(), self.specification.label(), self.image.name.clone(), disks].join(" \u{b7} ")
    }

    fn takes(&self) -> Amounts {
        self.total()
    }
}

/// "web-1 (\u{2026}a3f2)": a host's name with the end of its id, where another host has the same name.
pub fn marked(name: &str, id: &HostId) -> String {
    let id = id.as_str();
    // Ids of hosts that were made together begin alike.
    let end = id.char_indices().rev().nth(3).map_or(id, |(at, _)| &id[at..]);
    format!("{name} (\u{2026}{end})")
}

/// What a host of this size takes from the quota.
pub fn host_amounts(vcpu: i64, memory_mib: i64, disks_gib: i64) -> Amounts {
    Amounts::from_iter([
        (Key::Vcpu, vcpu),
        (Key::Memory, memory_mib),
        (Key::Storage, disks_gib * Key::Storage.divisor()),
        (Key::HostCount, 1),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> (Vec<Specification>, Vec<Image>) {
        let specification = Specification { id: "s".into(), name: "c2".into(), vcpu: 2, memory_mib: 4_096 };
        (vec![specification], vec![Image { id: "i".into(), name: "Debian 12".into() }])
    }

    fn form() -> HostForm {
        HostForm {
            name: "web".into(),
            quantity: "1".into(),
            project: "p".into(),
            specification: "s".into(),
            image: "i".into(),
            system_disk: "30".into(),
            ..Default::default()
        }
    }

    fn fields(form: HostForm) -> Vec<String> {
        let (s, i) = catalogue();
        form.parse(&s, &i).err().unwrap_or_default().into_iter().map(|p| p.field).collect()
    }

    #[test]
    fn a_name_is_enough() {
        let (s, i) = catalogue();
        let request = form().parse(&s, &i).expect("good");
        assert_eq!(request.host_names(), ["web"]);
        assert_eq!(request.total().get(Key::Storage), 30 * 1_024);
        assert_eq!(request.total().get(Key::HostCount), 1);
    }

    #[test]
    fn a_batch_is_numbered_and_multiplied() {
        let (s, i) = catalogue();
        let batch = HostForm { quantity: "3".into(), data_disks: vec!["100".into()], ..form() };
        let request = batch.parse(&s, &i).expect("good");
        assert_eq!(request.host_names(), ["web-1", "web-2", "web-3"]);
        assert_eq!(request.data_disks_gib, [100]);
        assert_eq!(request.total().get(Key::Vcpu), 6);
        assert_eq!(request.in_short(), "3 hosts, 6 vCPU");
    }

    #[test]
    fn what_it_takes_is_known_before_the_name_is_good() {
        let (s, i) = catalogue();
        let vcpu = |form: HostForm| form.takes(&s, &i).map(|takes| takes.get(Key::Vcpu));
        let three = HostForm { quantity: "3".into(), name: "-a b".into(), image: "none".into(), ..form() };
        assert_eq!(vcpu(three), Some(6));
        let beginning = HostForm { data_disks: vec![" ".into()], ..form() };
        assert_eq!(vcpu(beginning), vcpu(form()), "a disk is being added");
        assert_eq!(vcpu(HostForm { quantity: "many".into(), ..form() }), None);
        assert_eq!(vcpu(HostForm { specification: "none".into(), ..form() }), None);
    }

    #[test]
    fn fault_27_a_name_says_which_letters_it_takes() {
        let (s, i) = catalogue();
        for name in ["w\u{e9}b", "\u{432}\u{435}\u{431}", "a b"] {
            let problems = HostForm { name: name.into(), ..form() }.parse(&s, &i).expect_err("refused");
            assert!(problems[0].message.contains("the letters A to Z and a to z"), "{}", problems[0].message);
        }
    }

    #[test]
    fn fault_27_hosts_of_one_name_differ_by_their_ids() {
        assert_eq!(marked("web-1", &"0193-a3f2".into()), "web-1 (\u{2026}a3f2)");
        assert_eq!(marked("web-1", &"x".into()), "web-1 (\u{2026}x)");
    }

    #[test]
    fn bounds_are_refused_at_their_field() {
        assert_eq!(fields(HostForm { name: " ".into(), ..form() }), ["form[name]"]);
        assert_eq!(fields(HostForm { name: "-a b".into(), ..form() }), ["form[name]"]);
        for quantity in ["0", "101", "x", "1.5"] {
            assert_eq!(fields(HostForm { quantity: quantity.into(), ..form() }), ["form[quantity]"], "{quantity}");
        }
        for disk in ["9", "501", ""] {
            assert_eq!(fields(HostForm { system_disk: disk.into(), ..form() }), ["form[system_disk]"], "{disk}");
        }
        for disk in ["0", "3073", ""] {
            let disks = HostForm { data_disks: vec![disk.into()], ..form() };
            assert_eq!(fields(disks), ["form[data_disks][0]"], "{disk}");
        }
        let nine = HostForm { data_disks: vec!["1".into(); 9], ..form() };
        assert_eq!(fields(nine), ["form[data_disks]"]);
        assert_eq!(fields(HostForm { specification: "none".into(), ..form() }), ["form[specification]"]);
        assert_eq!(fields(HostForm { image: "none".into(), ..form() }), ["form[image]"]);
    }
}
