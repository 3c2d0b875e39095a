//! The live stream: who is told what, that nothing is lost, and that it ends when it has to.

use crate::common;
use crate::common::client::Client;
use crate::common::requests::ask_for_host;
use crate::common::streams::{PATIENCE, all_hints, hints, open, settled, signed_in, stream};
use crate::common::{Engine, TestApp};
use countersign::domain::directory::View;
use countersign::domain::time::DAY;
use countersign::domain::workflow::Tab;
use countersign::server::events::Stream;
use countersign::server::service::workflow::lists;
use countersign::server::service::{directory, processes, session};
use countersign::server::store::change::Change;
use countersign::server::store::value::args;
use countersign::wire::live::{Hint, Position};
use countersign::wire::workflow::TicketFilter;
use futures::StreamExt;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

const BACK: &str = "/tickets/workflow/pending";
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn pass(app: &TestApp, who: &str, number: i64, version: i64) {
    common::pass(app, &app.caller(who).await, number, version, "", BACK).await.expect("passed");
}

both! {
    async fn a_change_is_told_after_it_is_committed_and_never_when_taken_back(app) {
        let number = ask(&app, "member", "told").await;
        let mut owner = stream(&app, "owner").await;
        let mut tx = app.db.begin().await.expect("begin");
        tx.changed(Change::Ticket(number));
        assert!(timeout(Duration::from_millis(200), owner.next()).await.is_err(), "not before the commit");
        tx.rollback().await.expect("rollback");
        let mut dropped = app.db.begin().await.expect("begin");
        dropped.changed(Change::Ticket(number));
        drop(dropped);
        assert_eq!(all_hints(&app, &mut owner).await, [].into(), "neither rolled back nor dropped");
        let mut tx = app.db.begin().await.expect("begin");
        tx.changed(Change::Ticket(number));
        tx.commit().await.expect("commit");
        assert_eq!(hints(&mut owner).await, [Hint::Frame, Hint::Ticket(number)]);
    }

    async fn a_refused_decision_tells_nothing(app) {
        let number = ask(&app, "member", "refused").await;
        let mut owner = stream(&app, "owner").await;
        common::pass(&app, &app.caller("viewer").await, number, 1, "", BACK).await.expect_err("not hers");
        assert_eq!(all_hints(&app, &mut owner).await, [].into());
    }

    async fn who_hears_of_a_ticket(app) {
        let (_, admin) = signed_in(&app, "sysadmin").await;
        let system_view = admin.clone();
        let mut streams = vec![];
        for who in ["member", "owner", "coowner", "deputy", "viewer", "shopowner", "newcomer", "domainadmin"] {
            streams.push((who, stream(&app, who).await));
        }
        let mut sysadmin = open(&app, system_view).await;
        let number = ask(&app, "member", "heard").await;
        assert!(all_hints(&app, &mut sysadmin).await.contains(&Hint::Ticket(number)), "the System View reads every ticket");
        for (who, stream) in &mut streams {
            // deputy is a system administrator too, in the System View from signing in.
            let concerned = ["member", "owner", "coowner", "deputy"].contains(who);
            let heard = all_hints(&app, stream).await;
            assert_eq!(heard.contains(&Hint::Ticket(number)), concerned, "{who}: {heard:?}");
            assert!(concerned || !heard.iter().any(|hint| matches!(hint, Hint::Ticket(_) | Hint::Tickets)), "{who}: {heard:?}");
        }
    }

    async fn an_administrator_outside_the_system_view_hears_of_no_foreign_ticket(app) {
        let (_, mut caller) = signed_in(&app, "sysadmin").await;
        let project = View::Project(app.project("system").await);
        session::switch_view(&app, &caller, &project.key()).await.expect("held");
        caller.view = caller.person.views(true).into_iter().find(|v| v.view == project);
        let mut sysadmin = open(&app, caller.clone()).await;
        let number = ask(&app, "member", "foreign").await;
        assert!(!all_hints(&app, &mut sysadmin).await.contains(&Hint::Ticket(number)));
        session::switch_view(&app, &caller, &View::System.key()).await.expect("held");
        assert_eq!(hints(&mut sysadmin).await, [Hint::All], "the other tabs of the session show the new view");
        pass(&app, "owner", number, 1).await;
        assert!(all_hints(&app, &mut sysadmin).await.contains(&Hint::Ticket(number)), "now it reads every ticket");
    }

    async fn jobs_tell_of_every_step_without_a_use_case(app) {
        let number = ask(&app, "member", "steps").await;
        let mut viewer = stream(&app, "viewer").await;
        let mut shopper = stream(&app, "shopper").await;
        pass(&app, "owner", number, 1).await;
        pass(&app, "deputy", number, 2).await;
        let mut owner = stream(&app, "owner").await;
        countersign::server::jobs::run_due(&app).await.expect("the step begins");
        assert_eq!(all_hints(&app, &mut owner).await, [Hint::Frame, Hint::Ticket(number)].into(), "the ticket shows its steps");
        app.run_jobs().await;
        assert_eq!(all_hints(&app, &mut owner).await, [Hint::Frame, Hint::Ticket(number), Hint::Hosts].into());
        assert_eq!(all_hints(&app, &mut viewer).await, [Hint::Hosts].into(), "sees the project, not the ticket");
        assert_eq!(all_hints(&app, &mut shopper).await, [].into(), "of another domain");
    }

    async fn a_role_gained_or_lost_is_told_to_whom_it_concerns(app) {
        let number = ask(&app, "member", "roles").await;
        let mut newcomer = stream(&app, "newcomer").await;
        let mut member = stream(&app, "member").await;
        let mut sysadmin = stream(&app, "sysadmin").await;
        let (admin, user, web) = (app.caller("sysadmin").await, app.user("newcomer").await, app.project("web").await);
        directory::assign(&app, &admin, &user, &web, &"project_owner".into()).await.expect("assigned");
        let gained = all_hints(&app, &mut newcomer).await;
        assert_eq!(gained, [Hint::All, Hint::Frame, Hint::Ticket(number)].into(), "a view, a task");
        assert_eq!(all_hints(&app, &mut member).await, [Hint::Frame, Hint::Ticket(number)].into(), "its processors are others");
        assert!(all_hints(&app, &mut sysadmin).await.contains(&Hint::Directory));
        directory::unassign(&app, &admin, &user, &web, &"project_owner".into()).await.expect("taken");
        let lost = all_hints(&app, &mut newcomer).await;
        assert!(lost.contains(&Hint::All), "{lost:?}");
        pass(&app, "owner", number, 1).await;
        assert!(all_hints(&app, &mut newcomer).await.contains(&Hint::Ticket(number)), "who had a task may read on");
    }

    async fn a_process_enabled_or_disabled_is_told_to_everybody(app) {
        let mut newcomer = stream(&app, "newcomer").await;
        let admin = app.caller("sysadmin").await;
        let setup = processes::setup(&app, &admin).await.expect("setup");
        let enabled = setup.processes.iter().find(|process| process.enabled).expect("one is enabled");
        processes::disable(&app, &admin, &enabled.id).await.expect("disabled");
        assert_eq!(hints(&mut newcomer).await, [Hint::Frame, Hint::Processes]);
    }

    async fn a_session_that_ends_ends_its_stream(app) {
        let mut ways: Vec<(&str, Stream)> = vec![];
        let (mut browser, caller) = signed_in(&app, "owner").await;
        let mut kept = stream(&app, "owner").await;
        ways.push(("signed out", open(&app, caller).await));
        browser.submit("/logout", &[]).await;
        ways.push(("disabled", stream(&app, "viewer").await));
        let (admin, viewer) = (app.caller("sysadmin").await, app.user("viewer").await);
        directory::set_enabled(&app, &admin, &viewer, false).await.expect("disabled");
        for (way, mut stream) in ways {
            assert_eq!(hints(&mut stream).await.last(), Some(&Hint::SignedOut), "{way}");
            let end = timeout(PATIENCE, stream.next()).await.expect("an end in time");
            assert_eq!(end, None, "{way}");
        }
        assert_eq!(all_hints(&app, &mut kept).await, [].into(), "another session of the same person goes on");
    }

    async fn a_session_that_expires_ends_its_stream_at_the_next_look(app) {
        let mut owner = stream(&app, "owner").await;
        app.clock.advance(400 * DAY);
        let mut tx = app.db.begin().await.expect("begin");
        tx.changed(Change::Directory);
        tx.commit().await.expect("commit");
        assert_eq!(hints(&mut owner).await, [Hint::SignedOut]);
    }

    async fn what_a_page_or_a_stream_missed_is_caught_up(app) {
        let (_, caller) = signed_in(&app, "owner").await;
        settled(&app).await;
        let rendered = app.events.position();
        let number = ask(&app, "member", "missed").await;
        settled(&app).await;
        let asked = app.events.position();
        let mut later = app.events.open(caller.clone(), &asked, Some(&rendered)).expect("opened");
        assert_eq!(hints(&mut later).await, [Hint::Frame, Hint::Ticket(number)]);
        let mut on_time = app.events.open(caller.clone(), &asked, Some(&asked)).expect("opened");
        assert_eq!(hints(&mut on_time).await, []);
        let elsewhere = Position { epoch: "of another process".into(), count: 0 };
        for unknown in [None, Some(&elsewhere), Some(&Position { count: u64::MAX, ..asked.clone() })] {
            let mut stream = app.events.open(caller.clone(), &asked, unknown).expect("opened");
            assert_eq!(hints(&mut stream).await, [Hint::All], "{unknown:?}");
        }
    }

    async fn a_session_changed_while_it_was_authenticated_opens_no_stream(app) {
        let (_, caller) = signed_in(&app, "owner").await;
        settled(&app).await;
        let asked = app.events.position();
        session::sign_out(&app, &caller).await.expect("signed out");
        settled(&app).await;
        assert!(app.events.open(caller, &asked, None).is_none());
        assert_eq!(app.events.open_streams(), 0);
    }

    async fn stopping_ends_every_stream(app) {
        let mut owner = stream(&app, "owner").await;
        let (mut browser, _) = signed_in(&app, "member").await;
        let mut body = events(&app, &mut browser, "").await;
        assert!(body.next().await.is_some());
        app.events.end();
        assert_eq!(timeout(PATIENCE, owner.next()).await.expect("in time"), None);
        let rest = async { while body.next().await.is_some() {} };
        timeout(PATIENCE, rest).await.expect("the answer ends");
        drop(owner);
        assert_eq!(app.events.open_streams(), 0);
    }

    async fn an_event_costs_the_same_for_any_number_of_streams(app) {
        let number = ask(&app, "member", "cost").await;
        let statements = async |changes: &[Change]| {
            settled(&app).await;
            let before = app.db.query_count();
            let mut tx = app.db.begin().await.expect("begin");
            changes.iter().for_each(|change| tx.changed(change.clone()));
            tx.commit().await.expect("commit");
            settled(&app).await;
            app.db.query_count() - before
        };
        let cost = async || {
            statements(&[Change::Ticket(number), Change::Directory]).await - statements(&[]).await
        };
        let mut streams = vec![stream(&app, "owner").await];
        let of_one = cost().await;
        let (_, caller) = signed_in(&app, "member").await;
        for _ in 0..200 {
            streams.push(open(&app, caller.clone()).await);
        }
        assert_eq!(app.events.open_streams(), 201);
        assert_eq!(cost().await, of_one);
        // One statement finds out whom the ticket concerns, one reads the sessions; on Postgres one more notifies.
        assert_eq!(of_one, if app.engine == Engine::Postgres { 3 } else { 2 });
        for stream in &mut streams {
            assert!(hints(stream).await.contains(&Hint::Ticket(number)));
        }
    }

    async fn a_change_nobody_could_see_costs_nothing(app) {
        let before = app.db.query_count();
        app.db.begin().await.expect("begin").commit().await.expect("commit");
        assert_eq!(app.db.query_count(), before);
    }

    async fn the_stream_over_http(app) {
        let (mut browser, _) = signed_in(&app, "owner").await;
        let page = browser.get("/tickets/workflow/pending").await;
        let position = page.body.split("<meta name=\"live\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
        let position = position.expect("the page says where it stands").to_owned();
        let number = ask(&app, "member", "http").await;
        let mut body = events(&app, &mut browser, &position).await;
        let text = read_until(&mut body, &format!("data: frame ticket/{number}\n")).await;
        assert!(text.contains("retry: "), "{text}");
        let id = text.lines().rev().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned();
        let mut again = events(&app, &mut browser, &id).await;
        read_until(&mut again, "data: beat\n").await;
    }

    async fn without_a_session_the_stream_says_so_and_ends(app) {
        let answer = app.client().get("/events").await;
        assert_eq!(answer.status, 200);
        assert!(answer.header("content-type").starts_with("text/event-stream"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.body.contains("data: signed-out\n"), "{}", answer.body);
    }
}

type Body = std::pin::Pin<Box<dyn futures::Stream<Item = String> + Send>>;

/// The answer to GET `/events`, as it comes.
async fn events(app: &TestApp, browser: &mut Client, since: &str) -> Body {
    settled(app).await;
    let response = browser.open(&format!("/events?since={since}")).await;
    assert_eq!(response.status(), 200);
    let text = |chunk: Result<axum::body::Bytes, _>| String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
    Box::pin(response.into_body().into_data_stream().map(text))
}

async fn read_until(body: &mut Body, wanted: &str) -> String {
    let mut text = String::new();
    let read = async {
        while !text.contains(wanted) {
            text.push_str(&body.next().await.expect("the stream goes on"));
        }
    };
    timeout(PATIENCE, read).await.unwrap_or_else(|_| panic!("{wanted:?} doesn't come"));
    text
}

/// Two processes on one Postgres are two applications, each with connections of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_on_the_same_postgres_hears_of_it_also_after_its_connection_was_cut() {
    let here = TestApp::demo(Engine::Postgres).await;
    let there = here.another_process().await;
    let number = ask(&here, "member", "across").await;
    let mut owner = stream(&there, "owner").await;
    pass(&here, "owner", number, 1).await;
    assert_eq!(hints(&mut owner).await, [Hint::Frame, Hint::Ticket(number)]);

    let listeners = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND query LIKE 'LISTEN %event%' AND pid <> pg_backend_pid()";
    let cut: i64 = here.db.scalar(listeners, args![]).await.expect("query");
    assert!(cut >= 2, "both processes listen on connections of their own: {cut}");
    assert!(hints(&mut owner).await.contains(&Hint::All), "whatever happened meanwhile is read anew");
    pass(&here, "deputy", number, 2).await;
    let mut heard = BTreeSet::new();
    while !heard.contains(&Hint::Ticket(number)) {
        heard.extend(hints(&mut owner).await);
    }

    // What was committed while nobody listened is in the database by the time the stream says that anything may have
    // changed.
    let mut missed = stream(&there, "coowner").await;
    let _: i64 = here.db.scalar(listeners, args![]).await.expect("query");
    let second = ask(&here, "member", "meanwhile").await;
    let mut heard = BTreeSet::new();
    while !heard.contains(&Hint::All) {
        heard.extend(hints(&mut missed).await);
    }
    let pending = lists::list(&there, &there.caller("coowner").await, Tab::Pending, &TicketFilter::default()).await;
    assert!(pending.expect("list").page.rows.iter().any(|row| row.number == second));
}
