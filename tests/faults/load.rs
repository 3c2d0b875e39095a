//! What people do at the same time while things break: each goes on with whatever their lists offer.

use super::ledger::{Ledger, Told};
use super::person::{Outcome, Person, Unread, below};
use super::report::Counts;
use countersign::domain::support::SupportTab;
use countersign::domain::workflow::{ExecutionResult, Status, Tab};
use countersign::wire::hosts::{HostFormData, HostList};
use countersign::wire::support::SupportList;
use countersign::wire::workflow::{Decision, TicketList, TicketRow};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::de::DeserializeOwned;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a person does all day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Asks for hosts, changes and deletions, takes things back, asks for help.
    Asks,
    /// Passes and rejects, and clears the trash.
    Decides,
    Helps,
    /// Gives and takes a role that tasks depend on.
    Administers,
}

pub const PEOPLE: [(&str, Part); 8] = [
    ("member", Part::Asks),
    ("owner", Part::Decides),
    ("coowner", Part::Decides),
    ("sysadmin", Part::Decides),
    ("deputy", Part::Decides),
    ("domainadmin", Part::Decides),
    ("helpdesk", Part::Helps),
    ("sysadmin", Part::Administers),
];

/// The ids that forms need.
#[derive(Clone)]
pub struct Catalogue {
    pub web: String,
    pub viewer: String,
    pub specifications: Vec<String>,
    pub image: String,
}

impl Catalogue {
    /// The two smallest specifications, so that many hosts fit.
    pub async fn read(member: &Person, viewer: String) -> Catalogue {
        let form: HostFormData = member.read("get-host-form", &[]).await.expect("the form");
        let mut specifications = form.specifications;
        specifications.sort_by_key(|s| (s.vcpu, s.memory_mib));
        let specifications = specifications.into_iter().take(2).map(|s| s.id.0).collect();
        Catalogue {
            web: form.projects[0].project.value.clone(),
            viewer,
            specifications,
            image: form.images[0].id.0.clone(),
        }
    }
}

/// What the workers of a round share: when to stop, and what they did so far.
#[derive(Default)]
pub struct Shift {
    pub is_over: AtomicBool,
    pub counts: Mutex<Counts>,
}

/// One person at work.
pub struct Worker {
    pub person: Person,
    pub part: Part,
    pub catalogue: Catalogue,
    pub ledger: Arc<Mutex<Ledger>>,
    pub shift: Arc<Shift>,
    rng: StdRng,
    /// The beginning of every mark of this worker.
    marks: String,
    marked: usize,
}

impl Worker {
    pub fn new(
        person: Person,
        part: Part,
        catalogue: Catalogue,
        ledger: Arc<Mutex<Ledger>>,
        shift: Arc<Shift>,
        marks: String,
        seed: u64,
    ) -> Worker {
        let rng = StdRng::seed_from_u64(seed);
        Worker { person, part, catalogue, ledger, shift, rng, marks, marked: 0 }
    }

    /// Works until the shift is over.
    pub async fn run(mut self) {
        while !self.shift.is_over.load(Ordering::Relaxed) {
            let acted = match self.part {
                Part::Asks => self.ask().await,
                Part::Decides => self.decide().await,
                Part::Helps => self.help().await,
                Part::Administers => self.administer().await,
            };
            if acted.is_none() {
                // There is nothing to do, or no server. What others do, or a start, changes that.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    fn mark(&mut self) -> String {
        self.marked += 1;
        format!("{}-{}.", self.marks, self.marked)
    }

    async fn read<T: DeserializeOwned>(&mut self, function: &str, fields: &[(&str, &str)]) -> Option<T> {
        let answer = self.person.read(function, fields).await;
        let mut counts = self.shift.counts.lock().expect("the counts");
        counts.requests += 1;
        match answer {
            Ok(_) | Err(Unread::Refused) => {}
            Err(Unread::Gone) => counts.unanswered += 1,
            Err(Unread::Failed) => counts.failed += 1,
        }
        answer.ok()
    }

    /// Asks for a change and counts the answer.
    async fn change(&mut self, function: &str, fields: &[(&str, &str)]) -> Told {
        let outcome = self.person.change(function, fields).await;
        let mut counts = self.shift.counts.lock().expect("the counts");
        counts.requests += 1;
        let (count, told) = match outcome {
            Outcome::Done => (&mut counts.confirmed, Told::Confirmed),
            Outcome::Refused => (&mut counts.refused, Told::Denied),
            Outcome::Failed => (&mut counts.failed, Told::Denied),
            Outcome::Unsure => (&mut counts.unsure, Told::Nothing),
            Outcome::Unknown => (&mut counts.unanswered, Told::Nothing),
        };
        *count += 1;
        told
    }

    /// [`Worker::change`] for a change that carries a mark, which the ledger notes.
    async fn marked(&mut self, function: &str, mark: String, fields: &[(&str, &str)]) -> Option<()> {
        let told = self.change(function, fields).await;
        self.ledger.lock().expect("the ledger").note(mark, told);
        Some(())
    }

    async fn tickets(&mut self, tab: Tab) -> Option<Vec<TicketRow>> {
        let list: TicketList = self.read("list-workflow-tickets", &[("tab", tab.key()), ("filter[id]", "")]).await?;
        Some(list.page.rows)
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(below(&mut self.rng, all.len())).cloned()
    }

    async fn ask(&mut self) -> Option<()> {
        match below(&mut self.rng, 16) {
            0..6 => self.ask_for_host(None).await,
            6..8 => self.ask_to_adjust().await,
            8..10 => self.ask_to_delete().await,
            10 => self.amend().await,
            11 => self.undo().await,
            12..14 => self.mend().await,
            14 => {
                let mark = self.mark();
                self.marked("request-support", mark.clone(), &[("form[description]", &mark), ("form[level]", "minor")])
                    .await
            }
            _ => self.reply(SupportTab::Mine).await,
        }
    }

    async fn ask_for_host(&mut self, amends: Option<TicketRow>) -> Option<()> {
        let (mark, catalogue) = (self.mark(), self.catalogue.clone());
        let quantity = (1 + below(&mut self.rng, 2)).to_string();
        let specification = self.one_of(&catalogue.specifications)?;
        let mut fields = vec![
            ("form[name]", "h"),
            ("form[quantity]", &quantity),
            ("form[project]", &catalogue.web),
            ("form[specification]", &specification),
            ("form[image]", &catalogue.image),
            ("form[system_disk]", "10"),
            ("form[reason]", &mark),
        ];
        let (number, version);
        if let Some(row) = amends {
            (number, version) = (row.number.to_string(), row.version.to_string());
            fields.extend([("amends", number.as_str()), ("version", version.as_str())]);
        }
        self.marked("create-host", mark.clone(), &fields).await
    }

    async fn amend(&mut self) -> Option<()> {
        let mut rows = self.tickets(Tab::Mine).await?;
        rows.retain(|row| row.may_undo && row.ticket_type.key() == "apply-machine");
        let row = self.one_of(&rows)?;
        self.ask_for_host(Some(row)).await
    }

    async fn hosts(&mut self, status: &str) -> Option<Vec<String>> {
        let list: HostList = self.read("list-hosts", &[("filter[status]", status)]).await?;
        Some(list.page.rows.into_iter().map(|row| row.id.0).collect())
    }

    async fn ask_to_adjust(&mut self) -> Option<()> {
        let hosts = self.hosts("running").await?;
        let (host, specification) = (self.one_of(&hosts)?, self.one_of(&self.catalogue.specifications.clone())?);
        let mark = self.mark();
        let fields = [
            ("form[hosts][0]", host.as_str()),
            ("form[specification]", &specification),
            ("form[auto_start]", "on"),
            ("form[reason]", &mark),
        ];
        self.marked("adjust-hosts", mark.clone(), &fields).await
    }

    async fn ask_to_delete(&mut self) -> Option<()> {
        let hosts = self.hosts("running").await?;
        let host = self.one_of(&hosts)?;
        let mark = self.mark();
        self.marked("delete-hosts", mark.clone(), &[("form[hosts][0]", &host), ("form[reason]", &mark)]).await
    }

    async fn undo(&mut self) -> Option<()> {
        let mut rows = self.tickets(Tab::Mine).await?;
        rows.retain(|row| row.may_undo);
        let row = self.one_of(&rows)?;
        self.step("undo", &row, "reason").await
    }

    /// Retries a ticket whose execution failed, or abandons it.
    async fn mend(&mut self) -> Option<()> {
        let mut rows = self.tickets(Tab::Mine).await?;
        rows.retain(|row| row.status == Status::Incomplete && row.execution_result == Some(ExecutionResult::Failed));
        let row = self.one_of(&rows)?;
        if below(&mut self.rng, 3) == 0 {
            return self.step("abandon", &row, "reason").await;
        }
        let (number, version) = (row.number.to_string(), row.version.to_string());
        self.change("retry", &[("number", &number), ("version", &version), ("back", "")]).await;
        Some(())
    }

    async fn step(&mut self, function: &str, row: &TicketRow, words: &str) -> Option<()> {
        let (number, version, mark) = (row.number.to_string(), row.version.to_string(), self.mark());
        self.marked(function, mark.clone(), &[("number", &number), ("version", &version), (words, &mark), ("back", "")])
            .await
    }

    async fn decide(&mut self) -> Option<()> {
        if self.person.name == "owner" && below(&mut self.rng, 4) == 0 {
            let trash = self.hosts("in_trash").await?;
            let host = self.one_of(&trash)?;
            self.change("act-on-host", &[("id", &host), ("action", "clear"), ("back", "")]).await;
            return Some(());
        }
        let rows = self.tickets(Tab::Pending).await?;
        let number = self.one_of(&rows)?.number.to_string();
        let decision: Decision = self.read("get-decision", &[("number", &number)]).await?;
        let function = if below(&mut self.rng, 8) == 0 { "reject" } else { "pass" };
        let (version, mark) = (decision.version.to_string(), self.mark());
        let fields = [
            ("number", number.as_str()),
            ("version", &version),
            ("seen", &decision.seen),
            ("note", &mark),
            ("back", ""),
        ];
        self.marked(function, mark.clone(), &fields).await
    }

    async fn help(&mut self) -> Option<()> {
        self.reply(SupportTab::Pending).await
    }

    async fn reply(&mut self, tab: SupportTab) -> Option<()> {
        let list: SupportList = self.read("list-support-tickets", &[("tab", tab.key()), ("filter[id]", "")]).await?;
        let open: Vec<i64> =
            list.page.rows.iter().filter(|row| row.closed_at.is_none()).map(|row| row.number).collect();
        let number = self.one_of(&open)?.to_string();
        let mark = self.mark();
        self.marked("reply-support-ticket", mark.clone(), &[("number", &number), ("body", &mark)]).await
    }

    async fn administer(&mut self) -> Option<()> {
        let is_owner = self.ledger.lock().expect("the ledger").is_owner;
        let gives = is_owner.map_or_else(|| below(&mut self.rng, 2) == 0, |owns| !owns);
        let (user, project) = (self.catalogue.viewer.clone(), self.catalogue.web.clone());
        let fields = [("user", user.as_str()), ("project", &project), ("role", "project_owner")];
        let told = self.change(if gives { "assign-role" } else { "remove-role" }, &fields).await;
        self.ledger.lock().expect("the ledger").is_owner = match told {
            Told::Confirmed => Some(gives),
            Told::Nothing => None,
            Told::Denied => is_owner,
        };
        tokio::time::sleep(Duration::from_millis(60)).await;
        Some(())
    }
}
