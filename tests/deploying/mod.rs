//! Asking for hosts and having them approved, for tests of what happens afterwards.
#![allow(dead_code, reason = "every test program uses a part of it")]

use crate::common::TestApp;
pub use crate::common::requests::number_in;
use async_trait::async_trait;
use countersign::domain::host::HostForm;
use countersign::domain::ids::HostId;
use countersign::domain::machine::{CloudStep, MachineSpec};
use countersign::domain::quota::Amounts;
use countersign::server::cloud::{CloudProvider, Progress, Unavailable};
use countersign::server::service::workflow::{decide, details};
use countersign::server::service::{hosts, processes, quota, requests};
use countersign::server::store::inventory;
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::workflow::TicketDetail;
use std::sync::Arc;

/// The form for `quantity` hosts of this name and of the smallest size, in the project.
pub async fn form(app: &TestApp, project: &str, name: &str, quantity: i64) -> HostForm {
    let offered = hosts::form(app, &app.caller("sysadmin").await).await.expect("form");
    let smallest = offered.specifications.iter().min_by_key(|s| (s.vcpu, s.memory_mib)).expect("a catalogue");
    HostForm {
        name: name.into(),
        quantity: quantity.to_string(),
        project: app.project(project).await.0,
        specification: smallest.id.0.clone(),
        image: offered.images[0].id.0.clone(),
        system_disk: "10".into(),
        ..HostForm::default()
    }
}

/// What one host of [`form`] takes of the quota.
pub async fn amounts_of_one(app: &TestApp) -> Amounts {
    let offered = hosts::form(app, &app.caller("sysadmin").await).await.expect("form");
    let form = form(app, "web", "one", 1).await;
    form.parse(&offered.specifications, &offered.images).expect("a good form").one()
}

/// Asks for hosts of `web` as `member`.
pub async fn ask(app: &TestApp, name: &str, quantity: i64) -> Result<Done, AppError> {
    let form = form(app, "web", name, quantity).await;
    requests::hosts::create(app, &app.caller_in("member", "Project View: web").await, &form, None).await
}

/// Asks for hosts of `web` as `member` and gives the ticket's number.
pub async fn submit(app: &TestApp, name: &str, quantity: i64) -> i64 {
    number_in(&ask(app, name, quantity).await.expect("submitted"))
}

/// Passes both links.
pub async fn approve(app: &TestApp, number: i64) {
    for (approver, version) in [("owner", 1), ("deputy", 2)] {
        let caller = app.caller(approver).await;
        crate::common::pass(app, &caller, number, version, "", "/").await.expect("passed");
    }
}

/// Submits and passes both links.
pub async fn approved(app: &TestApp, name: &str, quantity: i64) -> i64 {
    let number = submit(app, name, quantity).await;
    approve(app, number).await;
    number
}

pub async fn retry(app: &TestApp, number: i64) -> Result<Done, AppError> {
    let version = ticket(app, number).await.row.version;
    decide::retry(app, &app.caller("member").await, number, version, "/").await
}

pub async fn abandon(app: &TestApp, number: i64) -> Result<Done, AppError> {
    let version = ticket(app, number).await.row.version;
    decide::abandon(app, &app.caller("member").await, number, version, "no longer needed", "/").await
}

pub async fn ticket(app: &TestApp, number: i64) -> TicketDetail {
    details::get(app, &app.caller_in("sysadmin", "System View").await, number).await.expect("readable")
}

/// Takes host applications out of approval: they run at once from now on.
pub async fn disable_approval(app: &TestApp) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let setup = processes::setup(app, &admin).await.expect("setup");
    let process = setup.processes.iter().find(|p| p.ticket_type.key() == "apply-machine").expect("a process");
    processes::disable(app, &admin, &process.id).await.expect("disabled");
}

/// Name and status of every host of `web`, by name.
pub async fn hosts_of_web(app: &TestApp) -> Vec<(String, String)> {
    let sql = "SELECT h.name, h.status FROM host h JOIN project p ON p.id = h.project_id
               WHERE p.name = 'web' ORDER BY h.name";
    app.db.all(sql, args![]).await.expect("query")
}

/// The tags of the inventory's machines.
pub async fn machines(app: &TestApp) -> Vec<HostId> {
    inventory::machines(&app.db).await.expect("query").into_iter().map(|(tag, _)| tag).collect()
}

/// How many hosts `web` uses and holds of its quota.
pub async fn used_and_held(app: &TestApp) -> (i64, i64) {
    use countersign::domain::quota::Key::HostCount;
    let standings = quota::standings(&app.db, &app.project("web").await).await.expect("standings");
    (standings[0].used.get(HostCount), standings[0].held.get(HostCount))
}

/// The same application on another cloud.
pub fn on_cloud(app: &TestApp, cloud: impl CloudProvider) -> TestApp {
    let mut other = app.clone();
    other.app.cloud = Arc::new(cloud);
    other
}

/// The answer to a call of the cloud.
pub type CloudAnswer = Result<Progress, Unavailable>;

/// What a test does to the calls of the cloud.
pub trait Interference: Send + Sync + 'static {
    /// Answers a call, which begins with its kind: `start`, `poll` or `clean up`, and its request. Only if `asked` is awaited
    /// does the cloud hear of it.
    fn answer(
        &self,
        call: &str,
        asked: impl Future<Output = CloudAnswer> + Send,
    ) -> impl Future<Output = CloudAnswer> + Send;
}

/// The cloud hears of every call; where the function gives an answer, that one counts instead.
impl<F: Fn(&str) -> Option<CloudAnswer> + Send + Sync + 'static> Interference for F {
    async fn answer(&self, call: &str, asked: impl Future<Output = CloudAnswer> + Send) -> CloudAnswer {
        let answer = asked.await;
        self(call).unwrap_or(answer)
    }
}

/// A cloud whose calls go through an interference.
pub struct Interfering<I> {
    pub behind: Arc<dyn CloudProvider>,
    pub instead: I,
}

#[async_trait]
impl<I: Interference> CloudProvider for Interfering<I> {
    async fn start(&self, request: &str, tag: &HostId, step: CloudStep, machine: &MachineSpec) -> CloudAnswer {
        let asked = self.behind.start(request, tag, step, machine);
        self.instead.answer(&format!("start {request}"), asked).await
    }

    async fn poll(&self, request: &str) -> CloudAnswer {
        self.instead.answer(&format!("poll {request}"), self.behind.poll(request)).await
    }

    async fn clean_up(&self, request: &str, tag: &HostId) -> CloudAnswer {
        self.instead.answer(&format!("clean up {request}"), self.behind.clean_up(request, tag)).await
    }
}
