//! Whatever people, administrators and crashes do, in whatever order: quota is never overshot, no ticket is carried out twice,
//! and every ticket is in exactly the lists of SPEC 7.

use crate::any_order::*;
use crate::common::stories::{check_open_tasks, play_any};
use crate::common::{Engine, TestApp};
use crate::deploying::number_in;
use countersign::domain::ids::{RoleId, UserId};
use countersign::domain::quota::Key;
use countersign::domain::workflow::Tab;
use countersign::server::jobs;
use countersign::server::service::quota::{LimitScope, set_limits, standings};
use countersign::server::service::workflow::lists;
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::workflow::TicketFilter;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What has happened so far, and what has to have come of it.
struct Story {
    app: TestApp,
    /// The number, the initiator and the wish of each ticket, oldest first.
    tickets: Vec<(i64, &'static str, Wish)>,
    /// Limits of the host count, by place.
    limits: BTreeMap<&'static str, i64>,
    /// Who holds which role in `web`.
    roles: BTreeSet<(UserId, RoleId)>,
    /// Whose task was open when somebody else decided the link, or when the initiator undid the ticket.
    passed_over: BTreeSet<(i64, UserId)>,
    decided: BTreeSet<(i64, UserId)>,
}

async fn play(engine: Engine, faults: i64, events: &[Event]) {
    let app = TestApp::demo(engine).await;
    let app = app.with_settings(|s| s.inventory_faults = format!("boot:{faults},resize:{faults},trash:{faults}"));
    let mut tx = app.db.begin().await.expect("begin");
    let web = LimitScope::Project(app.project("web").await);
    set_limits(&mut tx, &web, &BTreeMap::from([(Key::HostCount, LIMIT), (Key::Vcpu, LIMIT + 3)])).await.expect("set");
    let domain = LimitScope::Domain("default".into());
    set_limits(&mut tx, &domain, &BTreeMap::from([(Key::HostCount, LIMIT + 1)])).await.expect("set");
    tx.commit().await.expect("commit");
    let mut story = Story {
        tickets: vec![],
        limits: BTreeMap::from([("web", LIMIT), ("Default", LIMIT + 1)]),
        roles: roles_in_web(&app).await,
        passed_over: BTreeSet::new(),
        decided: BTreeSet::new(),
        app,
    };
    for event in events {
        story.happen(*event).await;
        story.check().await;
    }
    story.app.run_jobs().await;
    story.check().await;
    story.app.db.close().await;
}

impl Story {
    /// Carries out an event and notes what has to come of it. An event that isn't possible now is no mistake; any other
    /// failure is.
    async fn happen(&mut self, event: Event) {
        let asked_before: Vec<(i64, UserId)> = open_tasks(&self.app).await;
        let ticket = |i: usize| (!self.tickets.is_empty()).then(|| self.tickets[i % self.tickets.len()]);
        let app = &self.app;
        let answer = match event {
            Event::Ask(_) | Event::Adjust(_) | Event::Delete(_) => ask_for_hosts(app, event).await,
            Event::AskForQuota(of, limit) => Some(ask_for_quota(app, of, limit, None).await),
            Event::Apply(i) => Some(apply(app, APPLICANTS[i], None).await),
            Event::Amend(i, size) => match ticket(i) {
                Some(ticket) => Some(amend(app, ticket, size).await),
                None => None,
            },
            Event::Pass(i, who) | Event::Reject(i, who) => match ticket(i) {
                Some((number, ..)) => Some(decide_on(app, event, number, APPROVERS[who], GRANTS[i % 3]).await),
                None => None,
            },
            Event::Undo(i) | Event::Retry(i) | Event::Abandon(i) => match ticket(i) {
                Some((number, who, _)) => Some(end_or_retry(app, event, number, who).await),
                None => None,
            },
            Event::GiveRole(i) | Event::TakeRole(i) => Some(change_role(app, event, PEOPLE[i]).await),
            Event::ChangeProcess(i) => Some(change_process(app, i).await),
            Event::RunJobs => {
                jobs::run_due(app).await.expect("run");
                app.clock.advance(400);
                None
            }
            Event::Crash(after) => {
                let _ = tokio::time::timeout(Duration::from_millis(after), jobs::run_due(&app.app)).await;
                app.clock.advance(60_000);
                None
            }
        };
        match answer {
            Some(Ok(done)) => self.note(event, ticket_of(event, &done), asked_before).await,
            Some(Err(AppError::Refused(_) | AppError::Forbidden(_) | AppError::NotFound | AppError::Invalid(_)))
            | None => {}
            Some(Err(other)) => panic!("{event:?}: {other:?}"),
        }
    }

    /// Notes what follows from an event that was carried out. `before`: the tasks that were open before it.
    async fn note(&mut self, event: Event, number: Option<i64>, before: Vec<(i64, UserId)>) {
        let app = self.app.clone();
        match (event, number) {
            (Event::Ask(_) | Event::Adjust(_) | Event::Delete(_), Some(number)) => {
                self.tickets.push((number, "member", Wish::Hosts));
            }
            (Event::AskForQuota(of, limit), Some(number)) => {
                self.tickets.push((number, QUOTAS[of].0, Wish::Quota(of, limit)));
            }
            (Event::Apply(i), Some(number)) => self.tickets.push((number, APPLICANTS[i], Wish::Join)),
            (Event::Amend(i, size), _) => {
                let len = self.tickets.len();
                if let Wish::Quota(_, limit) = &mut self.tickets[i % len].2 {
                    *limit = size;
                }
            }
            (Event::Pass(i, who) | Event::Reject(i, who), _) => {
                let (number, initiator, wish) = self.tickets[i % self.tickets.len()];
                let decider = app.user(APPROVERS[who]).await;
                self.close_link(number, Some(&decider), before);
                self.decided.insert((number, decider));
                let is_carried_out = count_of(
                    &app,
                    "SELECT COUNT(*) FROM ticket WHERE number = $1 AND status = 'completed'
                  AND process_result = 'approved' AND execution_result = 'succeeded'",
                    number,
                )
                .await
                    == 1;
                match wish {
                    Wish::Hosts => {}
                    Wish::Quota(of, limit) if is_carried_out => drop(self.limits.insert(QUOTAS[of].2, limit)),
                    Wish::Join if is_carried_out => {
                        let applicant = app.user(initiator).await;
                        self.roles.extend(GRANTS[i % 3].iter().map(|role| (applicant.clone(), RoleId::from(*role))));
                    }
                    Wish::Quota(..) | Wish::Join => {}
                }
            }
            (Event::Undo(i), _) => {
                let (number, ..) = self.tickets[i % self.tickets.len()];
                self.close_link(number, None, before);
            }
            (Event::GiveRole(i), _) => drop(self.roles.insert((app.user(PEOPLE[i]).await, "project_owner".into()))),
            (Event::TakeRole(i), _) => drop(self.roles.remove(&(app.user(PEOPLE[i]).await, "project_owner".into()))),
            _ => {}
        }
    }

    fn close_link(&mut self, number: i64, decider: Option<&UserId>, before: Vec<(i64, UserId)>) {
        let asked = before.into_iter().filter(|(of, who)| *of == number && Some(who) != decider);
        self.passed_over.extend(asked);
    }

    async fn check(&self) {
        let app = &self.app;
        for standing in standings(&app.db, &app.project("web").await).await.expect("standings") {
            for (key, limit) in &standing.limits {
                let (used, held) = (standing.used.get(*key), standing.held.get(*key));
                let scope = &standing.scope;
                assert!(used + held <= *limit, "{scope}: {used} used and {held} held of {limit} {}", key.label());
            }
            let place = standing.scope.rsplit(' ').next().expect("a name");
            assert_eq!(
                standing.limit(Key::HostCount),
                self.limits[place],
                "{place} has the limit that was passed last"
            );
        }
        assert_eq!(roles_in_web(app).await, self.roles, "exactly what was granted, given and not taken");
        let ended_with_holds = "SELECT COUNT(*) FROM quota_hold q JOIN ticket t ON t.number = q.ticket_number
             WHERE t.status <> 'incomplete' AND q.amount > 0";
        assert_eq!(count(app, ended_with_holds).await, 0, "what ended holds nothing");
        let twice = "SELECT COUNT(*) FROM (SELECT ticket_number FROM ticket_record WHERE kind = 'succeed'
                     GROUP BY ticket_number HAVING COUNT(*) > 1) AS t";
        assert_eq!(count(app, twice).await, 0, "no ticket succeeds twice");
        let machines = "SELECT COUNT(*) FROM host h WHERE h.status IN ('running', 'stopped')
                        AND NOT EXISTS (SELECT 1 FROM inventory_machine m WHERE m.tag = h.id)";
        assert_eq!(count(app, machines).await, 0, "every host has its machine");
        self.check_lists().await;
    }

    /// Checks the five lists of everybody against what SPEC 7 says of them.
    async fn check_lists(&self) {
        let app = &self.app;
        let open = open_tasks(app).await;
        for who in APPROVERS.iter().chain(&["member", "acmeadmin"]) {
            let user = app.user(who).await;
            let of = |some: &[(i64, UserId)]| -> BTreeSet<i64> {
                some.iter().filter(|(_, of)| *of == user).map(|(number, _)| *number).collect()
            };
            let all = |some: &BTreeSet<(i64, UserId)>| of(&some.iter().cloned().collect::<Vec<_>>());
            let started = self.tickets.iter().filter(|(_, by, _)| by == who).map(|(number, ..)| *number).collect();
            let (decided, passed_over) = (all(&self.decided), all(&self.passed_over));
            let involved = passed_over.difference(&decided).copied().collect();
            for (tab, expected) in
                [(Tab::Mine, started), (Tab::Pending, of(&open)), (Tab::Resolved, decided), (Tab::Involved, involved)]
            {
                assert_eq!(listed(app, who, tab).await, expected, "{} of {who}", tab.label());
            }
        }
        let all: BTreeSet<i64> = self.tickets.iter().map(|(number, ..)| *number).collect();
        assert_eq!(listed(app, "sysadmin", Tab::All).await, all);
        check_open_tasks(&app.db).await;
    }
}

/// The number of the ticket that an event made.
fn ticket_of(event: Event, done: &Done) -> Option<i64> {
    use Event::{Adjust, Apply, Ask, AskForQuota, Delete};
    matches!(event, Ask(_) | Adjust(_) | Delete(_) | AskForQuota(..) | Apply(_)).then(|| number_in(done))
}

async fn open_tasks(app: &TestApp) -> Vec<(i64, UserId)> {
    app.db.all("SELECT ticket_number, account_id FROM task WHERE state = 'open'", vec![]).await.expect("query")
}

async fn roles_in_web(app: &TestApp) -> BTreeSet<(UserId, RoleId)> {
    let sql = "SELECT account_id, role_id FROM assignment WHERE project_id = $1";
    let held: Vec<(UserId, RoleId)> = app.db.all(sql, args![app.project("web").await]).await.expect("query");
    held.into_iter().collect()
}

async fn listed(app: &TestApp, who: &str, tab: Tab) -> BTreeSet<i64> {
    let list = lists::list(app, &app.caller(who).await, tab, &TicketFilter::default()).await.expect("list");
    assert!(list.page.next.is_none(), "one page holds them all");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

mod nothing_is_lost_overshot_or_done_twice {
    use super::*;

    fn on(engine: Engine, cases: u32) {
        play_any(cases, (0i64..4, events()), async |(faults, events)| play(engine, faults, &events).await);
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
