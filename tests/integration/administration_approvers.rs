//! What a change in the directory does to open tickets, what a dialog tells of it before, and a system without domains.

use crate::common;
use crate::common::TestApp;
use crate::common::administration::{PASSWORD, all, at, person, refused};
use crate::common::requests::ask_for_host;
use countersign::domain::process::{LinkForm, ProcessForm};
use countersign::domain::workflow::Tab;
use countersign::server::caller::Caller;
use countersign::server::service::directory::{self, domains, impact, projects, users};
use countersign::server::service::workflow::{details, lists};
use countersign::server::service::{first_run, processes, system_settings};
use countersign::server::store::directory as store;
use countersign::wire::directory::{Impact, ImpactAsk};
use countersign::wire::error::AppError;
use countersign::wire::workflow::TicketFilter;

/// Asks for one host in the caller's project and gives the ticket's number.
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn pending(app: &TestApp, who: &str) -> Vec<i64> {
    let caller = app.caller(who).await;
    let list = lists::list(app, &caller, Tab::Pending, &TicketFilter::default()).await.expect("list");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

/// Whether the ticket is flagged as waiting for nobody, alike on its page and in All Tickets.
async fn waits_for_nobody(app: &TestApp, number: i64) -> bool {
    let admin = app.caller("sysadmin").await;
    let shown = details::get(app, &admin, number).await.expect("read").row.waits_for_nobody;
    let all = lists::list(app, &admin, Tab::All, &TicketFilter::default()).await.expect("list").page.rows;
    assert_eq!(all.iter().find(|row| row.number == number).map(|row| row.waits_for_nobody), Some(shown));
    shown
}

async fn pass(app: &TestApp, who: &str, number: i64, version: i64) {
    common::pass(app, &app.caller(who).await, number, version, "", "/").await.expect("passed");
}

async fn impact_of(app: &TestApp, user: &str, project: &str, role: &str) -> Impact {
    let ask = ImpactAsk {
        user: if user.is_empty() { String::new() } else { app.user(user).await.0 },
        project: if project.is_empty() { String::new() } else { app.project(project).await.0 },
        role: role.into(),
    };
    impact::of(app, &app.caller("sysadmin").await, &ask).await.expect("an impact")
}

/// The number of each ticket, and whether it would wait for nobody.
fn touched(impact: &Impact) -> Vec<(i64, bool)> {
    impact.tickets.iter().map(|ticket| (ticket.number, ticket.orphaned)).collect()
}

both! {
    async fn taking_an_approver_tells_the_tickets_first(app) {
        let (first, second) = (ask(&app, "member", "one").await, ask(&app, "owner", "two").await);
        pass(&app, "owner", first, 1).await;
        // `first` waits for sysadmin and deputy, `second` for coowner alone.
        assert_eq!(touched(&impact_of(&app, "coowner", "", "").await), [(second, true)]);
        assert_eq!(touched(&impact_of(&app, "coowner", "web", "project_owner").await), [(second, true)]);
        assert_eq!(touched(&impact_of(&app, "coowner", "system", "project_owner").await), []);
        assert_eq!(touched(&impact_of(&app, "deputy", "system", "admin").await), [(first, false)]);
        assert_eq!(touched(&impact_of(&app, "member", "web", "member").await), []);
        assert_eq!(touched(&impact_of(&app, "", "web", "").await), [(second, true)], "a project with everybody in it");
        let third = ask(&app, "member", "three").await;
        let both = impact_of(&app, "coowner", "web", "project_owner").await;
        assert_eq!(touched(&both), [(second, true), (third, false)], "owner could still decide the third");
        assert_eq!((both.total, both.orphaned, both.may_read), (2, 1, true));
        assert_eq!(touched(&impact_of(&app, "", "web", "").await), [(second, true), (third, true)], "both owners would go");
        assert_eq!(both.tickets[0].stage, "Leadership Approval");
    }

    async fn a_role_held_twice_within_the_scope_keeps_its_tasks(app) {
        let number = ask(&app, "member", "twice").await;
        pass(&app, "owner", number, 1).await;
        let admin = app.caller("sysadmin").await;
        let (deputy, web) = (app.user("deputy").await, app.project("web").await);
        directory::assign(&app, &admin, &deputy, &web, &"admin".into()).await.expect("a second time");
        assert_eq!(touched(&impact_of(&app, "deputy", "system", "admin").await), [], "held elsewhere, scope is global");
        directory::unassign(&app, &admin, &deputy, &web, &"admin".into()).await.expect("taken");
        assert_eq!(pending(&app, "deputy").await, [number]);
    }

    async fn what_the_dialog_told_is_what_happens(app) {
        let number = ask(&app, "owner", "only").await;
        let admin = app.caller("sysadmin").await;
        let (web, coowner, viewer) = (app.project("web").await, app.user("coowner").await, app.user("viewer").await);
        assert_eq!(touched(&impact_of(&app, "coowner", "web", "project_owner").await), [(number, true)]);
        directory::unassign(&app, &admin, &coowner, &web, &"project_owner".into()).await.expect("confirmed");
        assert!(waits_for_nobody(&app, number).await);
        directory::assign(&app, &admin, &viewer, &web, &"project_owner".into()).await.expect("a successor");
        assert_eq!(pending(&app, "viewer").await, [number], "at once");
        assert_eq!(touched(&impact_of(&app, "viewer", "", "").await), [(number, true)]);
        users::set_enabled(&app, &admin, &viewer, false).await.expect("disabled");
        assert!(waits_for_nobody(&app, number).await);
    }

    async fn named_persons_count_when_they_are_disabled(app) {
        let admin = app.caller("sysadmin").await;
        let viewer = app.user("viewer").await;
        let link = LinkForm { name: "Named".into(), by: "persons".into(), persons: vec![viewer.clone()], ..Default::default() };
        let form = ProcessForm { ticket_type: "apply-machine".into(), links: vec![link], ..Default::default() };
        processes::configure(&app, &admin, &form).await.expect("configured");
        let number = ask(&app, "member", "named").await;
        assert_eq!(touched(&impact_of(&app, "viewer", "", "").await), [(number, true)]);
        assert_eq!(touched(&impact_of(&app, "viewer", "web", "viewer").await), [], "the role isn't why");
    }

    async fn the_impact_of_what_is_foreign_is_not_told(app) {
        let acme = app.caller("acmeadmin").await;
        let (owner, web) = (app.user("owner").await, app.project("web").await);
        for ask in [
            ImpactAsk { user: owner.0.clone(), ..Default::default() },
            ImpactAsk { project: web.0.clone(), ..Default::default() },
            ImpactAsk { user: app.user("shopper").await.0, project: web.0, role: "member".into() },
            ImpactAsk::default(),
        ] {
            assert_eq!(impact::of(&app, &acme, &ask).await, Err(AppError::NotFound), "{ask:?}");
        }
    }
}

mod without_the_three_levels {
    use super::*;
    use crate::common::Engine;

    /// A first administrator on a system that was started without demo data.
    async fn started(engine: Engine) -> (TestApp, Caller) {
        let app = TestApp::empty(engine).await;
        let token = first_run::setup_token(&app).await.expect("query").expect("no account yet");
        first_run::set_up(&app, &token, "root", PASSWORD, PASSWORD, "").await.expect("set up");
        let caller = caller(&app, "root", false).await;
        (app, caller)
    }

    async fn caller(app: &TestApp, username: &str, three_level: bool) -> Caller {
        let person = store::person(&app.db, &app.user(username).await).await.expect("query").expect("a person");
        Caller::of(person, None, three_level, "session".into(), "192.0.2.7")
    }

    async fn body(engine: Engine) {
        let (app, root) = started(engine).await;
        assert!(!system_settings::get(&app, &root).await.expect("read").three_level);
        assert!(refused(domains::create(&app, &root, "acme", "").await).contains("three-level"));
        let listed = domains::list(&app, &root, &all()).await.expect("list");
        assert_eq!((listed.rows.len(), listed.may_create), (1, false));
        projects::create(&app, &root, "web", "", "").await.expect("in Default, without asking");
        assert!(at("domain", &projects::create(&app, &root, "x", "elsewhere", "").await).contains("Choose"));
        users::create(&app, &root, &person("ada"), PASSWORD, PASSWORD).await.expect("created");
        let (ada, web) = (app.user("ada").await, app.project("web").await);
        directory::assign(&app, &root, &ada, &web, &"domainadmin".into()).await.expect("given");
        let labels =
            |caller: Caller| caller.person.views(caller.three_level).into_iter().map(|v| v.label).collect::<Vec<_>>();
        assert_eq!(labels(caller(&app, "ada", false).await), ["Project View: web"], "no Domain View");
        let refused_to_ada = users::list(&app, &caller(&app, "ada", false).await, &all()).await;
        let Err(AppError::Forbidden(why)) = refused_to_ada else { panic!("{refused_to_ada:?}") };
        assert!(!why.contains("Switch"), "there is no view to switch to: {why}");

        system_settings::turn_on_three_level(&app, &root).await.expect("on");
        assert!(refused(system_settings::turn_on_three_level(&app, &root).await).contains("already"));
        assert!(system_settings::get(&app, &root).await.expect("read").three_level);
        let root = caller(&app, "root", true).await;
        domains::create(&app, &root, "acme", "").await.expect("created");
        assert!(
            at("domain", &projects::create(&app, &root, "y", "", "").await).contains("Choose"),
            "now there is a choice"
        );
        let ada = caller(&app, "ada", true).await;
        assert_eq!(labels(ada), ["Domain View: Default", "Project View: web"]);
        app.db.close().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        body(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        body(Engine::Postgres).await;
    }
}
