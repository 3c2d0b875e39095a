//! What may happen to tickets, in random sequences: the events, and how each is done.

use crate::common::TestApp;
use crate::deploying::form;
use countersign::domain::host_operation::{AdjustForm, DeleteForm};
use countersign::domain::ids::{HostId, RoleId};
use countersign::domain::join::JoinForm;
use countersign::domain::process::{LinkForm, ProcessForm};
use countersign::domain::quota::Key;
use countersign::domain::quota_request::{LimitField, QuotaForm};
use countersign::server::service::hosts;
use countersign::server::service::workflow::decide::{self, Ruling};
use countersign::server::service::workflow::grant::Grant;
use countersign::server::service::workflow::submit::Amends;
use countersign::server::service::{directory, processes, requests};
use countersign::server::store;
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use proptest::prelude::*;
use std::collections::BTreeMap;

pub type Answer = Result<Done, AppError>;

/// An event that may happen. A number picks one of the tickets, hosts, people or choices there are.
#[derive(Debug, Clone, Copy)]
pub enum Event {
    Ask(i64),
    Adjust(usize),
    Delete(usize),
    /// One of [`QUOTAS`], and the limit of hosts that is asked for.
    AskForQuota(usize, i64),
    Apply(usize),
    Amend(usize, i64),
    Pass(usize, usize),
    Reject(usize, usize),
    Undo(usize),
    Retry(usize),
    Abandon(usize),
    GiveRole(usize),
    TakeRole(usize),
    ChangeProcess(usize),
    RunJobs,
    /// A worker that is killed after this many milliseconds. Another takes over when its leases have run out.
    Crash(u64),
}

/// The people who come and go as owners of `web`.
pub const PEOPLE: [&str; 4] = ["owner", "coowner", "viewer", "newcomer"];
/// Everybody who may have a task; the last two once they were let in as owners.
pub const APPROVERS: [&str; 8] =
    ["owner", "coowner", "viewer", "sysadmin", "deputy", "domainadmin", "newcomer", "helpdesk"];
/// The people who apply to join.
pub const APPLICANTS: [&str; 3] = ["newcomer", "viewer", "helpdesk"];
/// The roles that an applicant is let in with.
pub const GRANTS: [&[&str]; 3] = [&["member"], &["project_owner"], &["member", "project_owner"]];
/// Who asks for more quota, in which view, for what.
pub const QUOTAS: [(&str, &str, &str); 3] = [
    ("member", "Project View: web", "web"),
    ("domainadmin", "Domain View: Default", "web"),
    ("domainadmin", "Domain View: Default", "Default"),
];
pub const LIMIT: i64 = 7;

pub fn events() -> impl Strategy<Value = Vec<Event>> {
    let (ticket, host, person) = (0usize..6, 0usize..6, 0usize..4);
    let event = prop_oneof![
        5 => (1i64..3).prop_map(Event::Ask),
        2 => host.clone().prop_map(Event::Adjust),
        2 => host.prop_map(Event::Delete),
        3 => (0usize..3, 0i64..12).prop_map(|(of, limit)| Event::AskForQuota(of, limit)),
        2 => (0usize..3).prop_map(Event::Apply),
        2 => (ticket.clone(), 1i64..4).prop_map(|(t, n)| Event::Amend(t, n)),
        12 => (ticket.clone(), 0usize..8).prop_map(|(t, p)| Event::Pass(t, p)),
        1 => (ticket.clone(), 0usize..8).prop_map(|(t, p)| Event::Reject(t, p)),
        1 => ticket.clone().prop_map(Event::Undo),
        2 => ticket.clone().prop_map(Event::Retry),
        1 => ticket.prop_map(Event::Abandon),
        2 => person.clone().prop_map(Event::GiveRole),
        2 => person.prop_map(Event::TakeRole),
        2 => (0usize..9).prop_map(Event::ChangeProcess),
        4 => Just(Event::RunJobs),
        2 => (0u64..8).prop_map(Event::Crash),
    ];
    proptest::collection::vec(event, 1..40)
}

/// What a ticket asks for, as far as its outcome can be foretold.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    Hosts,
    /// One of [`QUOTAS`], and the limit.
    Quota(usize, i64),
    Join,
}

pub async fn ask_for_hosts(app: &TestApp, event: Event) -> Option<Answer> {
    let member = app.caller("member").await;
    Some(match event {
        Event::Adjust(i) => {
            let offered = hosts::form(app, &member).await.expect("form").specifications;
            let specification = offered[i % offered.len()].id.0.clone();
            let adjust = AdjustForm { hosts: pick(app, i).await?, specification, ..Default::default() };
            requests::operations::adjust(app, &member, &adjust, None).await
        }
        Event::Delete(i) => {
            let delete = DeleteForm { hosts: pick(app, i).await?, reason: String::new() };
            requests::operations::delete(app, &member, &delete, None).await
        }
        Event::Ask(quantity) => {
            requests::hosts::create(app, &member, &form(app, "web", "h", quantity).await, None).await
        }
        _ => return None,
    })
}

pub async fn ask_for_quota(app: &TestApp, of: usize, limit: i64, amends: Option<Amends>) -> Answer {
    let (who, view, place) = QUOTAS[of];
    let (scope, id) = match place {
        "web" => ("project", app.project("web").await.0),
        _ => ("domain", "default".to_owned()),
    };
    let field = LimitField { value: limit.to_string(), unlimited: None };
    let limits = BTreeMap::from([(Key::HostCount.key().to_owned(), field)]);
    let form = QuotaForm { scope: scope.into(), id, limits, ..QuotaForm::default() };
    requests::quota::change(app, &app.caller_in(who, view).await, &form, amends, "").await
}

pub async fn apply(app: &TestApp, who: &str, amends: Option<Amends>) -> Answer {
    let form = JoinForm { reason: "To help.".into(), project: String::new() };
    requests::join::apply(app, &app.caller(who).await, &form, amends).await
}

pub async fn amend(app: &TestApp, (number, who, wish): (i64, &str, Wish), size: i64) -> Answer {
    let amends = Some(Amends { number, version: version(app, number).await });
    let caller = app.caller(who).await;
    match wish {
        Wish::Hosts => requests::hosts::create(app, &caller, &form(app, "web", "amended", size).await, amends).await,
        Wish::Quota(of, _) => ask_for_quota(app, of, size, amends).await,
        Wish::Join => apply(app, who, amends).await,
    }
}

/// Decides on the ticket as it stands; an applicant is let into `web`.
pub async fn decide_on(app: &TestApp, event: Event, number: i64, who: &str, roles: &[&str]) -> Answer {
    let ticket = store::ticket::get(&app.db, number).await.expect("query").expect("a ticket");
    let grant = Grant {
        project: Some(app.project("web").await),
        roles: roles.iter().map(|role| RoleId::from(*role)).collect(),
    };
    let (version, seen) = (ticket.state().version, decide::digest(&ticket));
    let ruling = Ruling { number, version, seen, grant, back: "/".into(), ..Ruling::default() };
    let caller = app.caller(who).await;
    match event {
        Event::Reject(..) => decide::reject(app, &caller, ruling).await,
        _ => decide::pass(app, &caller, ruling).await,
    }
}

pub async fn end_or_retry(app: &TestApp, event: Event, number: i64, who: &str) -> Answer {
    let (caller, version) = (app.caller(who).await, version(app, number).await);
    match event {
        Event::Undo(_) => decide::undo(app, &caller, number, version, "no", "/").await,
        Event::Retry(_) => decide::retry(app, &caller, number, version, "/").await,
        _ => decide::abandon(app, &caller, number, version, "no", "/").await,
    }
}

/// Makes somebody an owner of `web`, or takes that away.
pub async fn change_role(app: &TestApp, event: Event, who: &str) -> Answer {
    let admin = app.caller_in("sysadmin", "System View").await;
    let (user, web, role) = (app.user(who).await, app.project("web").await, "project_owner".into());
    match event {
        Event::GiveRole(_) => directory::assign(app, &admin, &user, &web, &role).await,
        _ => directory::unassign(app, &admin, &user, &web, &role).await,
    }
}

pub async fn change_process(app: &TestApp, i: usize) -> Answer {
    let link = |role: &str, scope: &str| LinkForm {
        name: role.into(),
        by: "role".into(),
        role: role.into(),
        scope: scope.into(),
        persons: vec![],
    };
    let (owner, domain, admin) =
        (link("project_owner", "project"), link("domainadmin", "domain"), link("admin", "global"));
    let (ticket_type, links) = [
        ("apply-machine", vec![owner.clone(), admin.clone()]),
        ("apply-machine", vec![admin.clone()]),
        ("apply-machine", vec![owner.clone(), domain.clone(), admin.clone()]),
        ("apply-join-project", vec![domain.clone()]),
        ("apply-join-project", vec![admin.clone()]),
        ("apply-project-quota", vec![owner]),
        ("apply-project-quota", vec![domain.clone()]),
        ("apply-domain-quota", vec![domain]),
        ("apply-domain-quota", vec![admin]),
    ][i]
        .clone();
    let process = ProcessForm { ticket_type: ticket_type.into(), kind: "built_in".into(), links, ..Default::default() };
    processes::configure(app, &app.caller_in("sysadmin", "System View").await, &process).await
}

/// One or two hosts of web.
async fn pick(app: &TestApp, i: usize) -> Option<Vec<HostId>> {
    let hosts: Vec<HostId> = app.db.scalars("SELECT id FROM host ORDER BY id", vec![]).await.expect("query");
    let first = hosts.get(i.checked_rem(hosts.len())?)?.clone();
    let second = hosts.get(i / 2).cloned().filter(|host| *host != first);
    Some(std::iter::once(first).chain(second).collect())
}

pub async fn version(app: &TestApp, number: i64) -> i64 {
    count_of(app, "SELECT version FROM ticket WHERE number = $1", number).await
}

pub async fn count(app: &TestApp, sql: &'static str) -> i64 {
    app.db.scalar(sql, vec![]).await.expect("query")
}

pub async fn count_of(app: &TestApp, sql: &'static str, number: i64) -> i64 {
    app.db.scalar(sql, args![number]).await.expect("query")
}
