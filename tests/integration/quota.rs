//! Quota: what fits, what is refused and how, and that nothing counts twice or overshoots, in any order of events.

use crate::common;
use crate::common::stories::play_any;
use crate::common::{Engine, TestApp};
use crate::deploying::*;
use countersign::domain::ids::{DomainId, ProjectId};
use countersign::domain::quota::{Key, Standing, UNLIMITED};
use countersign::domain::workflow::Status;
use countersign::server::clock::new_id;
use countersign::server::jobs;
use countersign::server::service::quota::{LimitScope, set_limits, standings};
use countersign::server::service::workflow::decide;
use countersign::server::service::{quota, requests};
use countersign::server::store::directory;
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use proptest::prelude::*;
use std::collections::BTreeMap;

async fn limit(app: &TestApp, scope: &LimitScope, limits: &[(Key, i64)]) {
    let mut tx = app.db.begin().await.expect("begin");
    set_limits(&mut tx, scope, &limits.iter().copied().collect::<BTreeMap<_, _>>()).await.expect("set");
    tx.commit().await.expect("commit");
}

async fn web(app: &TestApp) -> LimitScope {
    LimitScope::Project(app.project("web").await)
}

async fn domain_of_web(app: &TestApp) -> LimitScope {
    LimitScope::Domain(domain_of(app, "web").await)
}

async fn domain_of(app: &TestApp, project: &str) -> DomainId {
    let id = app.project(project).await;
    directory::project(&app.db, &id).await.expect("query").expect("a project").domain_id
}

async fn of_web(app: &TestApp) -> Vec<Standing> {
    standings(&app.db, &app.project("web").await).await.expect("standings")
}

fn refusal<T: std::fmt::Debug>(result: Result<T, AppError>) -> String {
    match result {
        Err(AppError::Refused(told)) => told,
        other => panic!("refused: {other:?}"),
    }
}

both! {
    async fn limits_are_set_changed_and_lifted(app) {
        let before = of_web(&app).await;
        assert_eq!(before.iter().map(|s| s.scope.as_str()).collect::<Vec<_>>(), ["project web", "domain Default"]);
        assert_eq!((before[0].limit(Key::Vcpu), before[0].limit(Key::Memory)), (64, 131_072), "the demo's");
        limit(&app, &web(&app).await, &[(Key::Vcpu, 8), (Key::Memory, UNLIMITED)]).await;
        limit(&app, &domain_of_web(&app).await, &[(Key::HostCount, 3)]).await;
        let after = of_web(&app).await;
        assert_eq!((after[0].limit(Key::Vcpu), after[0].limit(Key::Memory)), (8, UNLIMITED));
        assert_eq!((after[0].limit(Key::HostCount), after[1].limit(Key::HostCount)), (UNLIMITED, 3));
        assert_eq!(standings(&app.db, &ProjectId::from("none")).await, Ok(vec![]));
    }

    async fn a_refusal_names_everything_in_both_scopes(app) {
        submit(&app, "first", 2).await;
        limit(&app, &web(&app).await, &[(Key::HostCount, 3)]).await;
        limit(&app, &domain_of_web(&app).await, &[(Key::HostCount, 2), (Key::Storage, 25 * 1_024)]).await;
        let told = refusal(ask(&app, "second", 2).await);
        for part in [
            "The quota of project web does not allow this: Host count: limit 3, used 0, held by pending tickets 2, requested 2.",
            "The quota of domain Default does not allow this: Host count: limit 2, used 0, held by pending tickets 2, requested 2.",
            "Storage: limit 25 GiB, used 0 GiB, held by pending tickets 20 GiB, requested 20 GiB.",
        ] {
            assert!(told.contains(part), "{part}\nin {told}");
        }
        assert_eq!(used_and_held(&app).await, (0, 2), "nothing is half-made");
        assert_eq!(app.logged("submit", "failed").await, 1, "the refused attempt is in the log");
        limit(&app, &domain_of_web(&app).await, &[(Key::HostCount, 4), (Key::Storage, UNLIMITED)]).await;
        ask(&app, "third", 1).await.expect("exactly what is left");
    }

    async fn a_hold_lasts_from_submission_to_the_tickets_end(app) {
        let owner = app.caller("owner").await;
        let rejected = submit(&app, "rejected", 3).await;
        assert_eq!(used_and_held(&app).await, (0, 3));
        common::reject(&app, &owner, rejected, 1, "", "/").await.expect("rejected");
        assert_eq!(used_and_held(&app).await, (0, 0));
        let undone = submit(&app, "undone", 3).await;
        common::pass(&app, &owner, undone, 1, "", "/").await.expect("link 1");
        assert_eq!(used_and_held(&app).await, (0, 3));
        decide::undo(&app, &app.caller("member").await, undone, 2, "no", "/").await.expect("undone");
        assert_eq!(used_and_held(&app).await, (0, 0));
    }

    async fn other_projects_count_in_the_domain_only(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        disable_approval(&app).await;
        for project in ["system", "shop"] {
            let form = form(&app, project, "elsewhere", 2).await;
            requests::hosts::create(&app, &admin, &form, None).await.expect("created");
        }
        ask(&app, "here", 1).await.expect("created");
        let counts: Vec<i64> = of_web(&app).await.iter().map(|s| s.used.get(Key::HostCount)).collect();
        assert_eq!(counts, [1, 3], "shop is of another domain");
        let one = amounts_of_one(&app).await;
        let domain = &of_web(&app).await[1];
        for key in [Key::Vcpu, Key::Memory, Key::Storage] {
            assert_eq!(domain.used.get(key), 3 * one.get(key), "{}", key.label());
        }
    }

    async fn trash_counts_and_what_failed_does_not(app) {
        disable_approval(&app).await;
        for (status, counts) in [("in_trash", 1), ("deploy_failed", 0), ("stopped", 1), ("deleting", 1)] {
            ask(&app, "one", 1).await.expect("created");
            let mut tx = app.db.begin().await.expect("begin");
            tx.exec("UPDATE host SET status = $1", args![status]).await.expect("update");
            tx.commit().await.expect("commit");
            assert_eq!(used_and_held(&app).await.0, counts, "{status}");
            let mut tx = app.db.begin().await.expect("begin");
            tx.exec("DELETE FROM host_step", args![]).await.expect("delete");
            tx.exec("DELETE FROM host", args![]).await.expect("delete");
            tx.commit().await.expect("commit");
        }
    }

    async fn requests_at_the_same_time_cant_overshoot_together(app) {
        limit(&app, &web(&app).await, &[(Key::HostCount, 5)]).await;
        let requests = (0..4).map(|i| {
            let app = app.clone();
            tokio::spawn(async move { ask(&app, &format!("race-{i}"), 2).await })
        });
        let answers = futures::future::join_all(requests.collect::<Vec<_>>()).await;
        let submitted = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
        assert_eq!(submitted, 2, "{answers:?}");
        assert_eq!(used_and_held(&app).await, (0, 4));
    }

    async fn requests_of_two_projects_cant_overshoot_their_domain_together(app) {
        let acme = domain_of(&app, "shop").await;
        let mall = ProjectId::from(new_id());
        let mut tx = app.db.begin().await.expect("begin");
        directory::insert_project(&mut tx, &mall, &acme, "mall", app.now()).await.expect("insert");
        tx.commit().await.expect("commit");
        limit(&app, &LimitScope::Domain(acme), &[(Key::HostCount, 3)]).await;
        disable_approval(&app).await;
        let admin = app.caller_in("acmeadmin", "Domain View: acme").await;
        for round in 0..5 {
            let requests = ["shop", "mall"].map(|project| {
                let (app, admin) = (app.clone(), admin.clone());
                tokio::spawn(async move {
                    let form = form(&app, project, "race", 2).await;
                    requests::hosts::create(&app, &admin, &form, None).await
                })
            });
            let answers = futures::future::join_all(requests).await;
            let created = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
            assert_eq!(created, 1, "round {round}: {answers:?}");
            let mut tx = app.db.begin().await.expect("begin");
            tx.exec("DELETE FROM host_step", args![]).await.expect("delete");
            tx.exec("DELETE FROM host", args![]).await.expect("delete");
            tx.commit().await.expect("commit");
        }
    }

    async fn standings_of_many_projects_take_one_statement(app) {
        let projects = directory::projects(&app.db).await.expect("projects");
        submit(&app, "held", 2).await;
        let before = app.db.query_count();
        let all = quota::standings_of(&app.db, &projects).await.expect("standings");
        assert_eq!(app.db.query_count() - before, 1);
        for (project, standing) in projects.iter().zip(all) {
            assert_eq!(standings(&app.db, &project.id).await, Ok(standing), "{}", project.name);
        }
    }
}

/// What may happen to the quota of two projects of a domain.
#[derive(Debug, Clone, Copy)]
enum Event {
    Submit(usize, i64),
    Pass,
    Reject,
    Undo,
    RunJobs,
    Retry,
    Abandon,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        5 => (0usize..2, 1i64..4).prop_map(|(project, quantity)| Event::Submit(project, quantity)),
        6 => Just(Event::Pass),
        1 => Just(Event::Reject),
        1 => Just(Event::Undo),
        4 => Just(Event::RunJobs),
        2 => Just(Event::Retry),
        2 => Just(Event::Abandon),
    ];
    proptest::collection::vec(event, 1..30)
}

/// The projects, with who asks for hosts there.
const ASKING: [(&str, &str); 2] = [("web", "member"), ("system", "deputy")];
const LIMITS: [i64; 2] = [6, 5];
const LIMIT_OF_DOMAIN: i64 = 8;

struct Asked {
    number: i64,
    project: usize,
    quantity: i64,
}

/// Plays the events, each on the oldest ticket it can be done to. After each, used and held have to be what the rows of
/// hosts and tickets say, within the limits.
async fn play(engine: Engine, faults: i64, events: &[Event]) {
    let app = TestApp::demo(engine).await;
    let app = app.with_settings(|s| s.inventory_faults = format!("boot:{faults},disks:{faults}"));
    for ((project, _), most) in ASKING.iter().zip(LIMITS) {
        let scope = LimitScope::Project(app.project(project).await);
        limit(&app, &scope, &[(Key::HostCount, most)]).await;
    }
    limit(&app, &domain_of_web(&app).await, &[(Key::HostCount, LIMIT_OF_DOMAIN)]).await;
    let mut asked: Vec<Asked> = Vec::new();
    for event in events {
        match event {
            Event::Submit(project, quantity) => {
                let fits = fits(&app, *project, *quantity).await;
                let (name, person) = ASKING[*project];
                let form = form(&app, name, "host", *quantity).await;
                let answer = requests::hosts::create(&app, &app.caller(person).await, &form, None).await;
                assert_eq!(answer.is_ok(), fits, "{answer:?}");
                if let Ok(done) = answer {
                    asked.push(Asked { number: number_in(&done), project: *project, quantity: *quantity });
                }
            }
            Event::RunJobs => {
                jobs::run_due(&app).await.expect("run");
                app.clock.advance(400);
            }
            event => act_on_a_ticket(&app, &asked, *event).await,
        }
        check(&app, &asked).await;
    }
    app.run_jobs().await;
    check(&app, &asked).await;
    app.db.close().await;
}

async fn hosts_taken(app: &TestApp, project: usize) -> [(i64, i64); 2] {
    let standings = standings(&app.db, &app.project(ASKING[project].0).await).await.expect("standings");
    [0, 1].map(|i| (standings[i].used.get(Key::HostCount), standings[i].held.get(Key::HostCount)))
}

async fn fits(app: &TestApp, project: usize, quantity: i64) -> bool {
    let taken = hosts_taken(app, project).await.into_iter().zip([LIMITS[project], LIMIT_OF_DOMAIN]);
    taken.into_iter().all(|((used, held), limit)| used + held + quantity <= limit)
}

/// Tries the step on each ticket, oldest first, until one takes it.
async fn act_on_a_ticket(app: &TestApp, asked: &[Asked], event: Event) {
    let (owner, admin) = (app.caller("coowner").await, app.caller("sysadmin").await);
    for Asked { number, project, .. } in asked {
        let version = ticket(app, *number).await.row.version;
        let initiator = app.caller(ASKING[*project].1).await;
        let answer = match event {
            Event::Pass => match common::pass(app, &owner, *number, version, "", "/").await {
                Err(_) => common::pass(app, &admin, *number, version, "", "/").await,
                passed => passed,
            },
            Event::Reject => common::reject(app, &owner, *number, version, "", "/").await,
            Event::Undo => decide::undo(app, &initiator, *number, version, "no", "/").await,
            Event::Retry => decide::retry(app, &initiator, *number, version, "/").await,
            _ => decide::abandon(app, &initiator, *number, version, "no", "/").await,
        };
        if answer.is_ok() {
            return;
        }
    }
}

async fn check(app: &TestApp, asked: &[Asked]) {
    let one = amounts_of_one(app).await;
    let mut expected = [(0, 0); 2];
    for Asked { number, project, quantity } in asked {
        let sql = "SELECT COUNT(*) FROM host WHERE ticket_number = $1 AND status <> 'deploy_failed'";
        let made: i64 = app.db.scalar(sql, args![*number]).await.expect("query");
        expected[*project].0 += made;
        if ticket(app, *number).await.row.status == Status::Incomplete {
            expected[*project].1 += quantity - made;
        }
    }
    let of_domain = (expected[0].0 + expected[1].0, expected[0].1 + expected[1].1);
    for (project, most) in LIMITS.into_iter().enumerate() {
        let standings = standings(&app.db, &app.project(ASKING[project].0).await).await.expect("standings");
        let expected = [(expected[project], most), (of_domain, LIMIT_OF_DOMAIN)];
        for (standing, ((used, held), limit)) in standings.iter().zip(expected) {
            for key in [Key::HostCount, Key::Vcpu, Key::Memory, Key::Storage] {
                let got = (standing.used.get(key), standing.held.get(key));
                assert_eq!(got, (used * one.get(key), held * one.get(key)), "{} of {}", key.label(), standing.scope);
            }
            assert!(used + held <= limit, "{}: {used} used, {held} held of {limit}", standing.scope);
        }
    }
}

mod nothing_overshoots_or_counts_twice_in_any_order_of_events {
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
        on(Engine::Postgres, 8);
    }
}
