//! Signing in: passwords, sessions, limits on guessing, views, the first administrator.

use crate::common::client::Client;
use crate::common::{Engine, TestApp};
use axum::http::StatusCode;
use countersign::domain::directory::View;
use countersign::domain::time::{DAY, HOUR, MINUTE, SECOND};
use countersign::server::demo::PASSWORD;
use countersign::server::service::{directory, first_run, sign_in};
use countersign::wire::error::AppError;
use countersign::wire::frame::Frame;
use countersign::wire::{Done, Reply};
use metrics_exporter_prometheus::PrometheusBuilder;

pub async fn try_to_sign_in(browser: &mut Client, username: &str, password: &str) -> Reply {
    browser.call("/api/sign-in", &[("username", username), ("password", password)]).await.reply()
}

pub fn wrong() -> Reply {
    Reply::Refused(AppError::refused("Username or password is wrong."))
}

async fn is_signed_in(browser: &mut Client) -> bool {
    browser.call("/api/get-frame", &[]).await.status == StatusCode::OK
}

async fn frame(browser: &mut Client) -> Frame {
    browser.call("/api/get-frame", &[]).await.read()
}

pub async fn count(app: &TestApp, sql: &'static str) -> i64 {
    app.db.scalar(sql, vec![]).await.expect("a count")
}

both! {
    async fn signing_in_opens_the_widest_view(app) {
        let mut browser = app.client();
        let reply = try_to_sign_in(&mut browser, " deputy ", PASSWORD).await;
        assert_eq!(reply, Reply::Done(Done::new("Signed in as deputy.", "/hosts")));
        let frame = frame(&mut browser).await;
        let labels: Vec<_> = frame.views.iter().map(|v| v.label.as_str()).collect();
        assert_eq!(labels, ["System View", "Domain View: Default", "Project View: system", "Project View: web"]);
        assert_eq!(frame.view.expect("a view").view, View::System);
        assert_eq!(app.logged("sign_in", "success").await, 1);
    }

    async fn a_wrong_password_and_an_unknown_person_are_told_the_same(app) {
        let mut browser = app.client();
        assert_eq!(try_to_sign_in(&mut browser, "member", "wrong").await, wrong());
        assert_eq!(try_to_sign_in(&mut browser, "nobody", PASSWORD).await, wrong());
        assert_eq!(try_to_sign_in(&mut browser, "Member", PASSWORD).await, wrong());
        assert!(browser.cookies.is_empty());
        let Reply::Refused(empty) = try_to_sign_in(&mut browser, "", "").await else { panic!("refused") };
        assert!(empty.problem("username").is_some() && empty.problem("password").is_some());
        assert_eq!(app.logged("sign_in", "failed").await, 4, "refused attempts are recorded too");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM session").await, 0);
    }

    async fn a_disabled_person_cannot_sign_in_and_loses_open_sessions(app) {
        let (mut open, mut browser) = (app.client(), app.client());
        open.sign_in("owner").await;
        assert!(is_signed_in(&mut open).await);
        let admin = app.caller("sysadmin").await;
        directory::set_enabled(&app, &admin, &app.user("owner").await, false).await.expect("disabled");
        assert!(!is_signed_in(&mut open).await);
        let Reply::Refused(AppError::Refused(told)) = try_to_sign_in(&mut browser, "owner", PASSWORD).await else {
            panic!("refused")
        };
        assert!(told.contains("disabled"), "{told}");
        assert_eq!(try_to_sign_in(&mut browser, "owner", "wrong").await, wrong(), "only who knows the password is told");
    }

    async fn fault_26_a_new_password_is_another_one_and_more_than_spaces(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        for new in [PASSWORD, "          ", "\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}"] {
            let fields = [("current", PASSWORD), ("password", new), ("repeat", new)];
            let Reply::Refused(error) = browser.call("/api/change-password", &fields).await.reply() else { panic!("{new}") };
            assert!(error.problem("password").is_some(), "{error:?}");
        }
        let page = browser.get("/account").await.body;
        let field = page.split("<input").find(|field| field.contains("autocomplete=\"username\"")).expect("for password managers");
        assert!(field.contains("value=\"member\"") && !field.contains("name="), "{field}");
    }

    async fn a_session_ends_when_idle(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        for _ in 0..3 {
            app.clock.advance(11 * HOUR);
            assert!(is_signed_in(&mut browser).await, "use keeps it open");
        }
        app.clock.advance(12 * HOUR);
        assert!(!is_signed_in(&mut browser).await);
    }

    async fn a_session_ends_after_its_lifetime_however_it_is_used(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        for _ in 0..27 {
            app.clock.advance(12 * HOUR - SECOND);
            assert!(is_signed_in(&mut browser).await);
        }
        app.clock.advance(DAY / 2);
        assert!(!is_signed_in(&mut browser).await);
    }

    async fn being_seen_is_written_at_most_once_a_minute(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let seen = async || count(&app, "SELECT seen_at FROM session").await;
        let start = seen().await;
        app.clock.advance(MINUTE - 1);
        assert!(is_signed_in(&mut browser).await);
        assert_eq!(seen().await, start);
        app.clock.advance(1);
        assert!(is_signed_in(&mut browser).await);
        assert_eq!(seen().await, start + MINUTE);
    }

    async fn only_the_hash_of_a_token_is_stored(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let token = browser.cookies.values().next().expect("a cookie").clone();
        let stored: String = app.db.scalar("SELECT token_hash FROM session", vec![]).await.expect("a session");
        assert_ne!(stored, token);
        assert_eq!(stored, countersign::server::auth::token::hash(&token));
        browser.cookies.insert("countersign_session".into(), stored);
        assert!(!is_signed_in(&mut browser).await, "what the database holds opens nothing");
    }

    async fn signing_in_again_ends_the_browsers_older_session(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let mut older = browser.clone();
        browser.sign_in("owner").await;
        assert!(!is_signed_in(&mut older).await);
        assert_eq!(frame(&mut browser).await.username, "owner");
    }

    async fn a_session_planted_before_signing_in_is_never_the_victims(app) {
        // Somebody gives the victim's browser a cookie they know: a made-up one, and one of a session of their own.
        let mut attacker = app.client();
        attacker.sign_in("shopper").await;
        let of_their_own = attacker.cookies["countersign_session"].clone();
        for planted in ["0123456789abcdef0123456789abcdef0123456789a", of_their_own.as_str()] {
            let mut victim = app.client();
            victim.cookies.insert("countersign_session".into(), planted.to_owned());
            victim.sign_in("member").await;
            assert_ne!(victim.cookies["countersign_session"], planted, "signing in begins a session of its own");
            let mut with_planted = app.client();
            with_planted.cookies.insert("countersign_session".into(), planted.to_owned());
            assert!(!is_signed_in(&mut with_planted).await, "what was planted opens nothing");
        }
    }

    async fn signing_out_ends_the_session(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let mut copy = browser.clone();
        let answer = browser.submit("/logout", &[]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/login"));
        assert!(browser.cookies.is_empty(), "the cookie is taken back");
        assert!(!is_signed_in(&mut copy).await, "a copied cookie is worth nothing");
        assert_eq!(app.logged("sign_out", "success").await, 1);
        assert_eq!(browser.submit("/logout", &[]).await.location(), "/login", "twice does no harm");
    }

    async fn signing_out_everywhere_spares_this_session(app) {
        let (mut here, mut there, mut other) = (app.client(), app.client(), app.client());
        here.sign_in("member").await;
        there.sign_in("member").await;
        other.sign_in("owner").await;
        let reply = here.call("/api/sign-out-everywhere", &[]).await.reply();
        assert_eq!(reply, Reply::Done(Done::new("Your other session has ended.", "/account")));
        assert!(is_signed_in(&mut here).await);
        assert!(!is_signed_in(&mut there).await);
        assert!(is_signed_in(&mut other).await, "other people stay");
    }

    async fn the_password_changes_with_the_current_one_only(app) {
        let (mut browser, mut other) = (app.client(), app.client());
        browser.sign_in("member").await;
        other.sign_in("member").await;
        let change = async |browser: &mut Client, current: &str, new: &str, repeat: &str| {
            let fields = [("current", current), ("password", new), ("repeat", repeat)];
            browser.call("/api/change-password", &fields).await.reply()
        };
        let field = |reply: Reply| match reply {
            Reply::Refused(error) => error.problems().first().expect("a problem").field.clone(),
            Reply::Done(done) => panic!("{done:?}"),
        };
        assert_eq!(field(change(&mut browser, "wrong", "a new password", "a new password").await), "current");
        assert_eq!(field(change(&mut browser, PASSWORD, "short", "short").await), "password");
        assert_eq!(field(change(&mut browser, PASSWORD, "a new password", "another one").await), "repeat");
        assert!(is_signed_in(&mut other).await);
        let done = change(&mut browser, PASSWORD, "a new password", "a new password").await;
        assert!(matches!(done, Reply::Done(_)), "{done:?}");
        assert!(is_signed_in(&mut browser).await);
        assert!(!is_signed_in(&mut other).await, "the other sessions end");
        assert_eq!(try_to_sign_in(&mut other, "member", PASSWORD).await, wrong());
        assert!(matches!(try_to_sign_in(&mut other, "member", "a new password").await, Reply::Done(_)));
        assert_eq!(app.logged("change_password", "success").await, 1);
        assert_eq!(app.logged("change_password", "failed").await, 3);
    }

    async fn a_view_is_switched_to_only_while_it_is_held(app) {
        let mut browser = app.client();
        browser.sign_in("domainadmin").await;
        let (web, shop) = (app.project("web").await, app.project("shop").await);
        let switch = async |browser: &mut Client, view: String| {
            browser.call("/api/switch-view", &[("view", &view)]).await.reply()
        };
        for foreign in ["system".to_owned(), format!("project:{shop}"), "project:unknown".into(), "nonsense".into()] {
            assert_eq!(switch(&mut browser, foreign).await, Reply::Refused(AppError::NotFound));
        }
        let done = switch(&mut browser, format!("project:{web}")).await;
        assert_eq!(done, Reply::Done(Done::new("You work in Project View: web now.", "/hosts")));
        assert_eq!(frame(&mut browser).await.view.expect("a view").label, "Project View: web");
        assert_eq!(app.logged("switch_view", "success").await, 1);
        assert_eq!(app.logged("switch_view", "failed").await, 4);
    }

    async fn a_view_gained_or_lost_counts_from_the_next_request(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let admin = app.caller("sysadmin").await;
        let (member, web, system) = (app.user("member").await, app.project("web").await, app.project("system").await);
        directory::assign(&app, &admin, &member, &system, &"admin".into()).await.expect("given");
        let now = frame(&mut browser).await;
        assert_eq!(now.view.expect("a view").view, View::System, "nothing was chosen, so the widest");
        browser.call("/api/switch-view", &[("view", &format!("project:{web}"))]).await;
        directory::unassign(&app, &admin, &member, &web, &"member".into()).await.expect("taken");
        assert_eq!(frame(&mut browser).await.view.expect("a view").view, View::System, "the chosen one is lost");
        directory::unassign(&app, &admin, &member, &system, &"admin".into()).await.expect("taken");
        assert_eq!(frame(&mut browser).await.view, None);
    }

    async fn a_request_costs_one_statement_for_its_session(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let before = app.db.query_count();
        assert!(is_signed_in(&mut browser).await);
        assert_eq!(app.db.query_count() - before, 1, "the session's statement brings the bell and the enabled types");
    }

    async fn the_first_administrator_comes_by_a_link_that_works_once(_app) {
        let app = TestApp::empty(_app.engine).await;
        let token = first_run::setup_token(&app).await.expect("query").expect("no account yet");
        let set_up = async |token: &str, username: &str, password: &str| {
            let fields = [("token", token), ("username", username), ("password", password), ("repeat", password)];
            let mut browser = app.client();
            let reply = browser.call("/api/set-up", &fields).await.reply();
            (browser, reply)
        };
        let (_, refused) = set_up("guess", "root", "long enough").await;
        assert!(matches!(refused, Reply::Refused(AppError::Refused(_))), "{refused:?}");
        let (_, refused) = set_up(&token, "a b", "short").await;
        let Reply::Refused(error) = refused else { panic!("refused") };
        assert!(error.problem("username").is_some() && error.problem("password").is_some(), "{error:?}");
        let (mut browser, done) = set_up(&token, "root", "long enough").await;
        assert!(matches!(done, Reply::Done(_)), "{done:?}");
        assert_eq!(frame(&mut browser).await.view.expect("a view").view, View::System);
        let (_, again) = set_up(&token, "second", "long enough").await;
        assert!(matches!(again, Reply::Refused(AppError::Refused(_))), "{again:?}");
        assert_eq!(first_run::setup_token(&app).await.expect("query"), None, "no link once there is an account");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM account").await, 1);
        app.db.close().await;
    }

    async fn the_first_administrators_link_expires(_app) {
        let app = TestApp::empty(_app.engine).await;
        let token = first_run::setup_token(&app).await.expect("query").expect("no account yet");
        app.clock.advance(DAY);
        let refused = first_run::set_up(&app, &token, "root", "long enough", "long enough", "").await;
        assert!(refused.is_err());
        app.db.close().await;
    }
}

/// A sign-in costs one comparison with a hash, whether the person is known or not. It is counted, not timed. The
/// recorder belongs to the thread, so all of this runs on one.
async fn one_password_check_each(engine: Engine) {
    let app = TestApp::demo(engine).await;
    let admin = app.caller("sysadmin").await;
    directory::set_enabled(&app, &admin, &app.user("owner").await, false).await.expect("disabled");
    let recorder = PrometheusBuilder::new().build_recorder();
    let _counting = metrics::set_default_local_recorder(&recorder);
    let checks = || {
        let figures = recorder.handle().render();
        let line = figures.lines().find(|line| line.starts_with("countersign_password_checks_total "));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).unwrap_or_default()
    };
    for (number, (who, password)) in [
        ("member", "wrong"),
        ("nobody", "wrong"),
        ("owner", "wrong"),
        ("nobody", PASSWORD),
        ("owner", PASSWORD),
        ("member", PASSWORD),
    ]
    .into_iter()
    .enumerate()
    {
        let done = sign_in::sign_in(&app, who, password.into(), None, "192.0.2.1").await;
        assert_eq!(done.is_ok(), (who, password) == ("member", PASSWORD), "{who} {password}");
        assert_eq!(checks(), number as u64 + 1, "{who} {password}");
    }
    app.db.close().await;
}

#[tokio::test]
async fn unknown_people_cost_one_password_check_like_known_ones_on_sqlite() {
    one_password_check_each(Engine::Sqlite).await;
}

#[tokio::test]
async fn unknown_people_cost_one_password_check_like_known_ones_on_postgres() {
    one_password_check_each(Engine::Postgres).await;
}
