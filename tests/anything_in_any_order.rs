//! Whatever people, administrators and crashes do, in whatever order: quota is never overshot, no ticket is carried out twice,
//! and every ticket is in exactly the lists of SPEC 7.

mod common;
mod deploying;

use common::{Engine, TestApp};
use countersign::api::error::AppError;
use countersign::api::workflow::{Tab, TicketFilter};
use countersign::domain::host_operation::{AdjustForm, DeleteForm};
use countersign::domain::ids::{HostId, UserId};
use countersign::domain::process::{LinkForm, ProcessForm};
use countersign::domain::quota::Key;
use countersign::server::jobs;
use countersign::server::service::directory as directory_service;
use countersign::server::service::hosts::{self, operations};
use countersign::server::service::processes;
use countersign::server::service::quota::{LimitScope, set_limits, standings};
use countersign::server::service::workflow::submit::Amends;
use countersign::server::service::workflow::{decide, lists};
use deploying::{form, number_in};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What may happen. A number picks one of the tickets, hosts or people there are.
#[derive(Debug, Clone, Copy)]
enum Event {
    Ask(i64),
    Adjust(usize),
    Delete(usize),
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
    /// A worker that is killed after so many milliseconds; another takes over when its leases have run out.
    Crash(u64),
}

/// Who comes and goes as an owner of `web`.
const PEOPLE: [&str; 3] = ["owner", "coowner", "viewer"];
/// Everybody who may have a task.
const APPROVERS: [&str; 6] = ["owner", "coowner", "viewer", "sysadmin", "deputy", "domainadmin"];
const LIMIT: i64 = 7;

fn events() -> impl Strategy<Value = Vec<Event>> {
    let (ticket, host, person) = (0usize..6, 0usize..6, 0usize..3);
    let event = prop_oneof![
        5 => (1i64..3).prop_map(Event::Ask),
        2 => host.clone().prop_map(Event::Adjust),
        2 => host.prop_map(Event::Delete),
        2 => (ticket.clone(), 1i64..4).prop_map(|(t, n)| Event::Amend(t, n)),
        9 => (ticket.clone(), 0usize..6).prop_map(|(t, p)| Event::Pass(t, p)),
        1 => (ticket.clone(), 0usize..6).prop_map(|(t, p)| Event::Reject(t, p)),
        1 => ticket.clone().prop_map(Event::Undo),
        2 => ticket.clone().prop_map(Event::Retry),
        1 => ticket.prop_map(Event::Abandon),
        2 => person.clone().prop_map(Event::GiveRole),
        2 => person.prop_map(Event::TakeRole),
        1 => (0usize..3).prop_map(Event::ChangeProcess),
        4 => Just(Event::RunJobs),
        2 => (0u64..8).prop_map(Event::Crash),
    ];
    proptest::collection::vec(event, 1..40)
}

async fn play(engine: Engine, faults: i64, events: &[Event]) {
    let app = TestApp::demo(engine).await;
    let app = app.with_settings(|s| s.inventory_faults = format!("boot:{faults},resize:{faults},trash:{faults}"));
    let mut tx = app.db.begin().await.expect("begin");
    let web = LimitScope::Project(app.project("web").await);
    set_limits(&mut tx, &web, &BTreeMap::from([(Key::HostCount, LIMIT), (Key::Vcpu, LIMIT + 3)])).await.expect("set");
    tx.commit().await.expect("commit");
    let mut numbers: Vec<i64> = Vec::new();
    for event in events {
        if let Some(number) = happen(&app, &numbers, *event).await {
            numbers.push(number);
        }
        check(&app).await;
    }
    app.run_jobs().await;
    check(&app).await;
    app.db.close().await;
}

/// Lets it happen; gives the number of the ticket it made. That something isn't possible now is no mistake; any other
/// failure is.
async fn happen(app: &TestApp, numbers: &[i64], event: Event) -> Option<i64> {
    let member = app.caller("member").await;
    let ticket = |i: usize| (!numbers.is_empty()).then(|| numbers[i % numbers.len()]);
    let answer = match event {
        Event::Ask(quantity) => hosts::create(app, &member, &form(app, "web", "h", quantity).await, None).await,
        Event::Adjust(i) => {
            let offered = hosts::form(app, &member).await.expect("form").specifications;
            let specification = offered[i % offered.len()].id.0.clone();
            let adjust = AdjustForm { hosts: pick(app, i).await?, specification, ..Default::default() };
            operations::adjust(app, &member, &adjust, None).await
        }
        Event::Delete(i) => {
            let delete = DeleteForm { hosts: pick(app, i).await?, reason: String::new() };
            operations::delete(app, &member, &delete, None).await
        }
        Event::Amend(i, quantity) => {
            let number = ticket(i)?;
            let amends = Amends { number, version: version(app, number).await };
            hosts::create(app, &member, &form(app, "web", "amended", quantity).await, Some(amends)).await
        }
        Event::Pass(i, who) => {
            let number = ticket(i)?;
            let (version, who) = (version(app, number).await, app.caller(APPROVERS[who]).await);
            common::pass(app, &who, number, version, "", "/").await
        }
        Event::Reject(i, who) => {
            let number = ticket(i)?;
            let (version, who) = (version(app, number).await, app.caller(APPROVERS[who]).await);
            common::reject(app, &who, number, version, "", "/").await
        }
        Event::Undo(i) => decide::undo(app, &member, ticket(i)?, version(app, ticket(i)?).await, "no", "/").await,
        Event::Retry(i) => decide::retry(app, &member, ticket(i)?, version(app, ticket(i)?).await, "/").await,
        Event::Abandon(i) => decide::abandon(app, &member, ticket(i)?, version(app, ticket(i)?).await, "no", "/").await,
        Event::GiveRole(i) | Event::TakeRole(i) => {
            let admin = app.caller_in("sysadmin", "System View").await;
            let (user, web) = (app.user(PEOPLE[i]).await, app.project("web").await);
            let role = "project_owner".into();
            match event {
                Event::GiveRole(_) => directory_service::assign(app, &admin, &user, &web, &role).await,
                _ => directory_service::unassign(app, &admin, &user, &web, &role).await,
            }
        }
        Event::ChangeProcess(i) => {
            let admin = app.caller_in("sysadmin", "System View").await;
            let link = |role: &str, scope: &str| LinkForm {
                name: role.into(),
                by: "role".into(),
                role: role.into(),
                scope: scope.into(),
                persons: vec![],
            };
            let routes = [
                vec![link("project_owner", "project"), link("admin", "global")],
                vec![link("admin", "global")],
                vec![link("project_owner", "project"), link("domainadmin", "domain"), link("admin", "global")],
            ];
            let (ticket_type, kind) = ("apply-machine".into(), "built_in".into());
            let process = ProcessForm { ticket_type, kind, links: routes[i].clone(), ..Default::default() };
            processes::configure(app, &admin, &process).await
        }
        Event::RunJobs => {
            jobs::run_due(app).await.expect("run");
            app.clock.advance(400);
            return None;
        }
        Event::Crash(after) => {
            let _ = tokio::time::timeout(Duration::from_millis(after), jobs::run_due(&app.app)).await;
            app.clock.advance(60_000);
            return None;
        }
    };
    match answer {
        Ok(done) if matches!(event, Event::Ask(_) | Event::Adjust(_) | Event::Delete(_)) => Some(number_in(&done)),
        Ok(_) => None,
        Err(AppError::Refused(_) | AppError::Forbidden(_) | AppError::NotFound | AppError::Invalid(_)) => None,
        Err(other) => panic!("{event:?}: {other:?}"),
    }
}

/// One or two hosts of web.
async fn pick(app: &TestApp, i: usize) -> Option<Vec<HostId>> {
    let hosts: Vec<HostId> = app.db.scalars("SELECT id FROM host ORDER BY id", vec![]).await.expect("query");
    let first = hosts.get(i.checked_rem(hosts.len())?)?.clone();
    let second = hosts.get(i / 2).cloned().filter(|host| *host != first);
    Some(std::iter::once(first).chain(second).collect())
}

async fn version(app: &TestApp, number: i64) -> i64 {
    app.db.scalar("SELECT version FROM ticket WHERE number = $1", countersign::args![number]).await.expect("query")
}

async fn check(app: &TestApp) {
    for standing in standings(&app.db, &app.project("web").await).await.expect("standings") {
        for (key, limit) in &standing.limits {
            let (used, held) = (standing.used.get(*key), standing.held.get(*key));
            assert!(
                used + held <= *limit,
                "{}: {used} used and {held} held of {limit} {}",
                standing.scope,
                key.label()
            );
        }
    }
    let ended_with_holds: i64 = count(
        app,
        "SELECT COUNT(*) FROM quota_hold q JOIN ticket t ON t.number = q.ticket_number
         WHERE t.status <> 'incomplete' AND q.amount > 0",
    )
    .await;
    assert_eq!(ended_with_holds, 0, "what ended holds nothing");
    let twice = "SELECT COUNT(*) FROM (SELECT ticket_number FROM ticket_record WHERE kind = 'succeed'
                 GROUP BY ticket_number HAVING COUNT(*) > 1) AS t";
    assert_eq!(count(app, twice).await, 0, "no ticket succeeds twice");
    let machines = "SELECT COUNT(*) FROM host h WHERE h.status IN ('running', 'stopped')
                    AND NOT EXISTS (SELECT 1 FROM inventory_machine m WHERE m.tag = h.id)";
    assert_eq!(count(app, machines).await, 0, "every host has its machine");
    check_lists(app).await;
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    app.db.scalar(sql, vec![]).await.expect("query")
}

/// A task as the database has it.
#[derive(sqlx::FromRow)]
struct Task {
    ticket_number: i64,
    account_id: UserId,
    state: String,
}

/// The five lists of everybody, against what SPEC 7 says of them in terms of tickets and tasks.
async fn check_lists(app: &TestApp) {
    let sql = "SELECT ticket_number, account_id, state FROM task";
    let tasks: Vec<Task> = app.db.all(sql, vec![]).await.expect("query");
    let all: BTreeSet<i64> =
        app.db.scalars("SELECT number FROM ticket", vec![]).await.expect("query").into_iter().collect();
    for who in APPROVERS.iter().chain(&["member", "helpdesk"]) {
        let user = app.user(who).await;
        let with = |state: &str| -> BTreeSet<i64> {
            let mine = tasks.iter().filter(|task| task.account_id == user && task.state == state);
            mine.map(|task| task.ticket_number).collect()
        };
        let started: BTreeSet<i64> = app
            .db
            .scalars("SELECT number FROM ticket WHERE initiator_id = $1", countersign::args![&user])
            .await
            .expect("query")
            .into_iter()
            .collect();
        let (open, decided, missed) = (with("open"), with("decided"), with("missed"));
        let involved = missed.difference(&decided).copied().collect();
        for (tab, expected) in
            [(Tab::Mine, started), (Tab::Pending, open), (Tab::Resolved, decided), (Tab::Involved, involved)]
        {
            assert_eq!(listed(app, who, tab).await, expected, "{} of {who}", tab.label());
        }
    }
    assert_eq!(listed(app, "sysadmin", Tab::All).await, all);
    check_open_tasks(app).await;
}

async fn listed(app: &TestApp, who: &str, tab: Tab) -> BTreeSet<i64> {
    let list = lists::list(app, &app.caller(who).await, tab, &TicketFilter::default()).await.expect("list");
    assert!(list.page.next.is_none(), "one page holds them all");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

/// Open tasks are exactly those of the open links, of whoever holds the role now, without who asked.
async fn check_open_tasks(app: &TestApp) {
    let expected = "SELECT DISTINCT t.number, a.account_id FROM ticket t
      JOIN assignment a ON a.role_id = t.waits_role JOIN project p ON p.id = a.project_id
      JOIN account u ON u.id = a.account_id AND u.enabled
      WHERE t.status = 'incomplete' AND t.process_result IS NULL AND a.account_id <> t.initiator_id
        AND (t.waits_scope = 'global' OR (t.waits_scope = 'project' AND a.project_id = t.waits_scope_id)
             OR (t.waits_scope = 'domain' AND p.domain_id = t.waits_scope_id))
      ORDER BY 1, 2";
    let open = "SELECT k.ticket_number, k.account_id FROM task k WHERE k.state = 'open' ORDER BY 1, 2";
    let expected: Vec<(i64, String)> = app.db.all(expected, vec![]).await.expect("query");
    let open: Vec<(i64, String)> = app.db.all(open, vec![]).await.expect("query");
    assert_eq!(open, expected, "open tasks follow the directory");
}

mod nothing_is_lost_overshot_or_done_twice {
    use super::*;

    fn on(engine: Engine, cases: u32) {
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 30, ..Config::default() };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
        TestRunner::new(config)
            .run(&(0i64..4, events()), |(faults, events)| {
                runtime.block_on(play(engine, faults, &events));
                Ok(())
            })
            .expect("no counterexample");
    }

    #[test]
    fn sqlite() {
        on(Engine::Sqlite, 24);
    }

    #[test]
    fn postgres() {
        on(Engine::Postgres, 12);
    }
}
