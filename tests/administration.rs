//! Administration through the services: domains, projects, users and roles, their guards, and the tickets they touch.
#![cfg(feature = "ssr")]

mod common;

use common::TestApp;
use common::requests::ask_for_host;
use countersign::api::directory::{DirectoryFilter, Impact, ImpactAsk, RoleForm, UserForm};
use countersign::api::error::AppError;
use countersign::api::settings::SettingsForm;
use countersign::api::workflow::{Tab, TicketFilter};
use countersign::api::{Done, Reply};
use countersign::domain::directory::View;
use countersign::domain::ids::{DomainId, ProjectId, RoleId, UserId};
use countersign::domain::process::{LinkForm, ProcessForm, Scope, TicketType};
use countersign::domain::time::DAY;
use countersign::server::app::Caller;
use countersign::server::service::directory::{self, domains, impact, projects, roles, users};
use countersign::server::service::oplog::retention::kept_for;
use countersign::server::service::workflow::{decide, details, lists};
use countersign::server::service::{coverage, first_run, processes, session, system_settings};
use countersign::server::store::directory as store;
use std::collections::BTreeSet;

const PASSWORD: &str = "long enough";

fn all() -> DirectoryFilter {
    DirectoryFilter::default()
}

fn search(text: &str) -> DirectoryFilter {
    DirectoryFilter { search: text.into(), ..all() }
}

async fn domain(app: &TestApp, name: &str) -> DomainId {
    let domains = store::domains(&app.db).await.expect("query");
    domains.into_iter().find(|d| d.name == name).unwrap_or_else(|| panic!("no domain {name}")).id
}

async fn role(app: &TestApp, name: &str) -> RoleId {
    let roles = store::roles(&app.db).await.expect("query");
    roles.into_iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no role {name}")).id
}

fn person(username: &str) -> UserForm {
    UserForm { username: username.into(), ..Default::default() }
}

fn role_form(name: &str, reach: &str) -> RoleForm {
    RoleForm { name: name.into(), reach: reach.into(), description: String::new() }
}

fn at<'a>(field: &str, outcome: &'a Result<Done, AppError>) -> &'a str {
    outcome
        .as_ref()
        .expect_err("refused")
        .problem(field)
        .unwrap_or_else(|| panic!("no problem at {field}: {outcome:?}"))
}

fn refused(outcome: Result<Done, AppError>) -> String {
    match outcome {
        Err(AppError::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

/// Asks for one host in the caller's project and gives the ticket's number.
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn pending(app: &TestApp, who: &str) -> Vec<i64> {
    let caller = app.caller(who).await;
    let list = lists::list(app, &caller, Tab::Pending, &TicketFilter::default()).await.expect("list");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

async fn waits_for_nobody(app: &TestApp, number: i64) -> bool {
    details::get(app, &app.caller("sysadmin").await, number).await.expect("read").row.waits_for_nobody
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

/// Number and whether it would wait for nobody.
fn touched(impact: &Impact) -> Vec<(i64, bool)> {
    impact.tickets.iter().map(|ticket| (ticket.number, ticket.orphaned)).collect()
}

both! {
    async fn a_domain_is_made_changed_and_deleted(app) {
        let admin = app.caller("sysadmin").await;
        domains::create(&app, &admin, "  initech ", "Paper").await.expect("created");
        let list = domains::list(&app, &admin, &search("INIT")).await.expect("list");
        assert_eq!(list.rows.len(), 1);
        let row = &list.rows[0];
        assert_eq!((row.name.as_str(), row.description.as_str(), row.projects, row.users), ("initech", "Paper", 0, 0));
        assert!(at("name", &domains::create(&app, &admin, "acme", "").await).contains("already"));
        assert!(at("name", &domains::create(&app, &admin, " ", "").await).contains("required"));
        assert!(at("name", &domains::create(&app, &admin, "a\tb", "").await).contains("control"));
        assert!(at("name", &domains::edit(&app, &admin, &row.id, "acme", "").await).contains("already"));
        domains::edit(&app, &admin, &row.id, "initrode", "").await.expect("changed");
        let acme = domain(&app, "acme").await;
        let why = refused(domains::delete(&app, &admin, &acme).await);
        assert!(why.contains("1 project") && why.contains("4 users"), "{why}");
        let default = domain(&app, "Default").await;
        assert!(refused(domains::delete(&app, &admin, &default).await).contains("stays"));
        assert!(at("name", &domains::edit(&app, &admin, &default, "Other", "").await).contains("keeps"));
        domains::delete(&app, &admin, &row.id).await.expect("deleted");
        assert!(domains::list(&app, &admin, &search("init")).await.expect("list").rows.is_empty());
        assert_eq!(domains::delete(&app, &admin, &row.id).await, Err(AppError::NotFound));
        // The name is free again, as often as it is deleted.
        domains::create(&app, &admin, "initrode", "").await.expect("created again");
        let again = domain(&app, "initrode").await;
        domains::delete(&app, &admin, &again).await.expect("deleted again");
        assert_eq!((app.logged("create", "failed").await, app.logged("delete", "success").await), (3, 2));
    }

    async fn a_project_is_made_changed_and_deleted(app) {
        let admin = app.caller("sysadmin").await;
        let acme = domain(&app, "acme").await;
        projects::create(&app, &admin, "web", acme.as_str(), "The other web").await.expect("names repeat across domains");
        let both = projects::list(&app, &admin, &search("web")).await.expect("list").page.rows;
        assert_eq!(both.iter().map(|p| (p.domain.as_str(), p.members)).collect::<Vec<_>>(), [("Default", 8), ("acme", 0)]);
        let of_acme = DirectoryFilter { domain: acme.0.clone(), ..search("web") };
        let of_acme = projects::list(&app, &admin, &of_acme).await.expect("list").page.rows;
        assert_eq!(of_acme.len(), 1);
        let id = &of_acme[0].id;
        assert!(at("name", &projects::create(&app, &admin, "shop", acme.as_str(), "").await).contains("already"));
        assert!(at("name", &projects::edit(&app, &admin, id, "shop", "").await).contains("already"));
        let nowhere = projects::create(&app, &admin, "", "no-such-domain", "").await;
        assert!(at("domain", &nowhere).contains("Choose") && at("name", &nowhere).contains("required"), "both are said");
        assert!(at("domain", &projects::create(&app, &admin, "x", "", "").await).contains("Choose"));
        projects::edit(&app, &admin, id, "site", "").await.expect("changed");
        projects::delete(&app, &admin, id).await.expect("deleted");
        assert_eq!(projects::edit(&app, &admin, id, "site", "").await, Err(AppError::NotFound));
        assert!(refused(projects::delete(&app, &admin, &"system".into()).await).contains("stays"));
        assert!(at("name", &projects::edit(&app, &admin, &"system".into(), "other", "").await).contains("keeps"));
    }

    async fn a_project_with_hosts_or_open_tickets_stays(app) {
        let admin = app.caller("sysadmin").await;
        let web = app.project("web").await;
        let number = ask(&app, "member", "in-the-way").await;
        let why = refused(projects::delete(&app, &admin, &web).await);
        assert!(why.contains("0 hosts") && why.contains("1 open ticket."), "{why}");
        pass(&app, "owner", number, 1).await;
        pass(&app, "sysadmin", number, 2).await;
        app.run_jobs().await;
        let why = refused(projects::delete(&app, &admin, &web).await);
        assert!(why.contains("1 host ") && why.contains("0 open tickets"), "{why}");
        assert_eq!(app.project("web").await, web, "nothing is half-made");
    }

    async fn a_deleted_project_takes_its_roles_and_stays_named_in_tickets(app) {
        let admin = app.caller("sysadmin").await;
        let web = app.project("web").await;
        let number = ask(&app, "member", "closed").await;
        common::reject(&app, &app.caller("owner").await, number, 1, "", "/").await.expect("rejected");
        let mut browser = app.client();
        browser.sign_in("member").await;
        projects::delete(&app, &admin, &web).await.expect("deleted");
        let row = details::get(&app, &admin, number).await.expect("read").row;
        assert_eq!(row.project.as_deref(), Some("web (deleted)"));
        assert!(app.caller("member").await.view.is_none(), "the role is gone with its project");
        assert_eq!(browser.get("/hosts").await.status.as_u16() / 100, 3, "and counts from the next request");
        assert_eq!(projects::list(&app, &admin, &search("web")).await.expect("list").page.rows, []);
        assert!(store::project(&app.db, &web).await.expect("query").is_none());
        let gaps = async |scope| coverage::of_role(&app, &admin, TicketType::ApplyMachine, "support".into(), scope).await;
        assert!(!gaps(Scope::Project).await.expect("read").names.iter().any(|name| name.contains("deleted")), "no gap either");
        projects::create(&app, &admin, "web", "default", "").await.expect("the name is free again");
    }

    async fn deleting_a_project_keeps_the_last_administrator(app) {
        let admin = app.caller("sysadmin").await;
        let (web, system) = (app.project("web").await, ProjectId::from("system"));
        let (sysadmin, deputy) = (app.user("sysadmin").await, app.user("deputy").await);
        directory::assign(&app, &admin, &sysadmin, &web, &"admin".into()).await.expect("given");
        directory::unassign(&app, &admin, &sysadmin, &system, &"admin".into()).await.expect("held in web");
        directory::unassign(&app, &admin, &deputy, &system, &"admin".into()).await.expect("taken");
        assert!(refused(projects::delete(&app, &admin, &web).await).contains("nobody to administer"));
        assert!(!app.caller("member").await.person.held.is_empty(), "nothing was taken");
    }

    async fn a_user_is_made_and_signs_in(app) {
        let admin = app.caller("sysadmin").await;
        let form = UserForm { username: " ada ".into(), display_name: "Ada Lovelace".into(), domain: "default".into() };
        let done = users::create(&app, &admin, &form, PASSWORD, PASSWORD).await.expect("created");
        let ada = app.user("ada").await;
        assert_eq!(done.location, format!("/directory/users/{ada}"));
        let mut browser = app.client();
        let fields = [("username", "ada"), ("password", PASSWORD)];
        assert!(matches!(browser.call("/api/sign-in", &fields).await.reply(), Reply::Done(_)));
        directory::assign(&app, &admin, &ada, &app.project("web").await, &"member".into()).await.expect("given");
        let row = &users::list(&app, &admin, &search("LOVELACE")).await.expect("list").page.rows[0];
        assert_eq!((row.username.as_str(), row.domain.as_str(), row.enabled), ("ada", "Default", true));
        assert_eq!(row.roles, ["member in web"]);
        users::edit(&app, &admin, &ada, &person("countess")).await.expect("changed");
        assert_eq!(app.caller("countess").await.person.display_name, "countess", "who has no name is called by the user name");
        let acme = domain(&app, "acme").await;
        let moved = UserForm { domain: acme.0.clone(), ..person("countess") };
        users::edit(&app, &admin, &ada, &moved).await.expect("the System View moves people");
        assert_eq!(app.caller("countess").await.person.domain, acme);
        let nowhere = UserForm { domain: "nowhere".into(), ..person("countess") };
        assert!(at("domain", &users::edit(&app, &admin, &ada, &nowhere).await).contains("Choose"));
    }

    async fn what_is_wrong_with_a_user_is_said_at_the_field(app) {
        let admin = app.caller("sysadmin").await;
        let form = |username: &str| UserForm { domain: "default".into(), ..person(username) };
        for (username, password, repeat, field, what) in [
            ("", PASSWORD, PASSWORD, "username", "required"),
            ("two words", PASSWORD, PASSWORD, "username", "spaces"),
            ("member", PASSWORD, PASSWORD, "username", "already"),
            ("new", "short", "short", "password", "at least 10"),
            ("new", PASSWORD, "something else", "repeat", "differ"),
        ] {
            let outcome = users::create(&app, &admin, &form(username), password, repeat).await;
            assert!(at(field, &outcome).contains(what), "{outcome:?}");
        }
        let long = "x".repeat(101);
        assert!(at("username", &users::create(&app, &admin, &form(&long), PASSWORD, PASSWORD).await).contains("at most 100"));
        let nowhere = UserForm { domain: "x".into(), ..person("") };
        let outcome = users::create(&app, &admin, &nowhere, "", "").await;
        let fields: BTreeSet<_> = outcome.as_ref().expect_err("refused").problems().iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, BTreeSet::from(["domain", "password", "username"]), "all at once");
        assert!(at("username", &users::edit(&app, &admin, &app.user("owner").await, &person("member")).await).contains("already"));
        assert_eq!(users::list(&app, &admin, &search("new")).await.expect("list").page.rows.len(), 1, "only newcomer");
    }

    async fn two_at_once_of_one_name_are_one(app) {
        let admin = app.caller("sysadmin").await;
        let form = UserForm { domain: "default".into(), ..person("twin") };
        let (a, b) = tokio::join!(
            users::create(&app, &admin, &form, PASSWORD, PASSWORD),
            users::create(&app, &admin, &form, PASSWORD, PASSWORD),
        );
        assert!(a.is_ok() != b.is_ok());
        let loser = if a.is_ok() { b } else { a };
        assert!(at("username", &loser).contains("already"), "{loser:?}");
        let (a, b) = tokio::join!(
            projects::create(&app, &admin, "twin", "default", ""),
            projects::create(&app, &admin, "twin", "default", ""),
        );
        assert!(a.is_ok() != b.is_ok());
    }

    async fn a_disabled_user_is_out_at_once(app) {
        let admin = app.caller("sysadmin").await;
        let owner = app.user("owner").await;
        let mut browser = app.client();
        browser.sign_in("owner").await;
        users::set_enabled(&app, &admin, &owner, false).await.expect("disabled");
        assert_eq!(browser.call("/api/get-frame", &[]).await.status.as_u16(), 401);
        let disabled = DirectoryFilter { status: "disabled".into(), ..all() };
        let found = users::list(&app, &admin, &disabled).await.expect("list").page.rows;
        assert_eq!(found.iter().map(|u| u.username.as_str()).collect::<Vec<_>>(), ["owner"]);
        assert!(refused(users::set_enabled(&app, &admin, &owner, false).await).contains("already disabled"));
        users::set_enabled(&app, &admin, &owner, true).await.expect("enabled");
        browser.sign_in("owner").await;
    }

    async fn a_new_password_ends_the_sessions(app) {
        let admin = app.caller("sysadmin").await;
        let member = app.user("member").await;
        let mut browser = app.client();
        browser.sign_in("member").await;
        assert!(at("password", &users::reset_password(&app, &admin, &member, "short", "short").await).contains("at least"));
        assert!(at("repeat", &users::reset_password(&app, &admin, &member, PASSWORD, "").await).contains("differ"));
        users::reset_password(&app, &admin, &member, PASSWORD, PASSWORD).await.expect("reset");
        assert_eq!(browser.call("/api/get-frame", &[]).await.status.as_u16(), 401);
        let fields = [("username", "member"), ("password", PASSWORD)];
        assert!(matches!(browser.call("/api/sign-in", &fields).await.reply(), Reply::Done(_)));
        let own = users::reset_password(&app, &admin, &admin.person.id, PASSWORD, PASSWORD).await;
        assert!(refused(own).contains("Account"));
        assert_eq!(app.logged("reset_password", "success").await, 1);
        let details: Vec<String> = app.db.scalars("SELECT details FROM operation_log", vec![]).await.expect("query");
        assert!(details.iter().all(|text| !text.contains(PASSWORD) && !text.contains("argon2")), "no secret is recorded");
    }

    async fn the_last_administrator_stays(app) {
        let (sysadmin, deputy) = (app.user("sysadmin").await, app.user("deputy").await);
        let (admin, other) = (app.caller("sysadmin").await, app.caller("deputy").await);
        let (system, role) = (ProjectId::from("system"), RoleId::from("admin"));
        assert!(refused(users::set_enabled(&app, &admin, &sysadmin, false).await).contains("yourself"));
        users::set_enabled(&app, &admin, &deputy, false).await.expect("sysadmin is left");
        assert!(refused(directory::unassign(&app, &admin, &sysadmin, &system, &role).await).contains("nobody to administer"));
        // A caller whose session was read a moment before deputy was disabled.
        assert!(refused(users::set_enabled(&app, &other, &sysadmin, false).await).contains("nobody to administer"));
        users::set_enabled(&app, &admin, &deputy, true).await.expect("enabled");
        directory::unassign(&app, &admin, &sysadmin, &system, &role).await.expect("deputy is left");
    }

    async fn two_administrators_cant_remove_each_other(app) {
        let (sysadmin, deputy) = (app.user("sysadmin").await, app.user("deputy").await);
        let (admin, other) = (app.caller("sysadmin").await, app.caller("deputy").await);
        let (system, role) = (ProjectId::from("system"), RoleId::from("admin"));
        let (a, b) = tokio::join!(
            directory::unassign(&app, &admin, &deputy, &system, &role),
            users::set_enabled(&app, &other, &sysadmin, false),
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
        assert!(refused(a.and(b)).contains("nobody to administer"));
    }

    async fn a_role_is_made_changed_and_deleted(app) {
        let admin = app.caller("sysadmin").await;
        roles::create(&app, &admin, &role_form("auditor", "domain")).await.expect("created");
        let auditor = role(&app, "auditor").await;
        assert!(at("name", &roles::create(&app, &admin, &role_form("member", "project")).await).contains("already"));
        let empty = roles::create(&app, &admin, &role_form("", "galaxy")).await;
        assert!(at("name", &empty).contains("required") && at("reach", &empty).contains("Choose"));
        roles::edit(&app, &admin, &auditor, &role_form("inspector", "project")).await.expect("changed");
        let listed = roles::list(&app, &admin, &search("inspec")).await.expect("list").rows;
        assert_eq!((listed[0].reach.key(), listed[0].built_in, listed[0].holders), ("project", false, 0));
        for built_in in ["admin", "member"] {
            let edited = roles::edit(&app, &admin, &built_in.into(), &role_form("x", "project")).await;
            assert!(refused(edited).contains("built in"));
            assert!(refused(roles::delete(&app, &admin, &built_in.into()).await).contains("built in"));
        }
        let (shop, shopper) = (app.project("shop").await, app.user("shopper").await);
        directory::assign(&app, &admin, &shopper, &shop, &auditor).await.expect("given");
        let why = refused(roles::delete(&app, &admin, &auditor).await);
        assert!(why.contains("1 user holds inspector"), "{why}");
        directory::unassign(&app, &admin, &shopper, &shop, &auditor).await.expect("taken");
        roles::delete(&app, &admin, &auditor).await.expect("deleted");
        assert_eq!(roles::delete(&app, &admin, &auditor).await, Err(AppError::NotFound));
    }

    async fn a_role_that_a_process_names_stays(app) {
        let admin = app.caller("sysadmin").await;
        roles::create(&app, &admin, &role_form("auditor", "project")).await.expect("created");
        let auditor = role(&app, "auditor").await;
        let process = |role: &str| ProcessForm {
            ticket_type: "apply-machine".into(),
            links: vec![LinkForm { name: "L".into(), by: "role".into(), role: role.into(), scope: "project".into(), persons: vec![] }],
            ..Default::default()
        };
        processes::configure(&app, &admin, &process(auditor.as_str())).await.expect("named");
        assert!(refused(roles::delete(&app, &admin, &auditor).await).contains("Host Application"));
        let (web, owner) = (app.project("web").await, app.user("owner").await);
        directory::assign(&app, &admin, &owner, &web, &auditor).await.expect("given");
        let number = ask(&app, "member", "under-way").await;
        processes::configure(&app, &admin, &process("member")).await.expect("no longer named");
        directory::unassign(&app, &admin, &owner, &web, &auditor).await.expect("taken");
        assert!(waits_for_nobody(&app, number).await);
        assert!(refused(roles::delete(&app, &admin, &auditor).await).contains("ticket"), "one under way keeps its version");
        decide::undo(&app, &app.caller("member").await, number, 1, "over", "/").await.expect("undone");
        roles::delete(&app, &admin, &auditor).await.expect("deleted");
    }

    async fn narrowing_a_role_keeps_the_last_administrator(app) {
        let admin = app.caller("sysadmin").await;
        roles::create(&app, &admin, &role_form("root", "system")).await.expect("created");
        let (root, web) = (role(&app, "root").await, app.project("web").await);
        let (sysadmin, deputy) = (app.user("sysadmin").await, app.user("deputy").await);
        directory::assign(&app, &admin, &sysadmin, &web, &root).await.expect("given");
        for user in [&sysadmin, &deputy] {
            directory::unassign(&app, &admin, user, &"system".into(), &"admin".into()).await.expect("root is left");
        }
        let admin = app.caller("sysadmin").await;
        assert_eq!(admin.view(), Some(&View::System));
        assert!(refused(roles::edit(&app, &admin, &root, &role_form("root", "domain")).await).contains("nobody to administer"));
        roles::edit(&app, &admin, &root, &role_form("superuser", "system")).await.expect("a new name is fine");
    }

    async fn a_domain_view_leaves_alone_who_reaches_beyond_it(app) {
        let admin = app.caller("domainadmin").await;
        for (username, wider) in [("sysadmin", true), ("deputy", true), ("owner", false), ("helpdesk", false)] {
            let user = app.user(username).await;
            let outcome = users::reset_password(&app, &admin, &user, PASSWORD, PASSWORD).await;
            assert_eq!(matches!(outcome, Err(AppError::Forbidden(_))), wider, "{username}: {outcome:?}");
            let row = users::get(&app, &admin, &user).await.expect("read").user;
            assert_eq!(row.may_change, !wider, "{username}");
            let edited = users::edit(&app, &admin, &user, &person(username)).await;
            assert_eq!(matches!(edited, Err(AppError::Forbidden(_))), wider, "{username}");
            let disabled = users::set_enabled(&app, &admin, &user, false).await;
            assert_eq!(matches!(disabled, Err(AppError::Forbidden(_))), wider, "{username}");
        }
        let abroad = users::get(&app, &admin, &app.user("helpdesk2").await).await.expect("read");
        assert_eq!(abroad.held.iter().map(|h| h.project_name.as_str()).collect::<Vec<_>>(), ["web"], "shop is foreign");
        assert_eq!(abroad.user.roles, ["support in web"]);
        assert!(abroad.roles.iter().all(|role| role.label != "admin"), "no role that reaches wider is offered");
    }

    async fn a_domain_view_makes_everything_in_its_domain(app) {
        let admin = app.caller("acmeadmin").await;
        let acme = domain(&app, "acme").await;
        users::create(&app, &admin, &person("clerk"), PASSWORD, PASSWORD).await.expect("created");
        projects::create(&app, &admin, "depot", "", "").await.expect("created");
        assert_eq!(app.caller("clerk").await.person.domain, acme);
        let names: Vec<_> = projects::list(&app, &admin, &all()).await.expect("list").page.rows.into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["depot", "shop"]);
        assert_eq!(projects::create(&app, &admin, "x", "default", "").await, Err(AppError::NotFound));
        let abroad = UserForm { domain: "default".into(), ..person("x") };
        assert_eq!(users::create(&app, &admin, &abroad, PASSWORD, PASSWORD).await, Err(AppError::NotFound));
        assert_eq!(users::edit(&app, &admin, &app.user("clerk").await, &abroad).await, Err(AppError::NotFound));
        let listed = domains::list(&app, &admin, &all()).await.expect("list");
        assert_eq!(listed.rows.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["acme"]);
        assert!(!listed.may_create);
        domains::edit(&app, &admin, &acme, "acme", "Ours").await.expect("its own");
        let elsewhere = DirectoryFilter { domain: "default".into(), ..all() };
        let users = users::list(&app, &admin, &elsewhere).await.expect("list").page.rows;
        assert!(users.iter().all(|u| u.domain_id == acme), "the filter doesn't widen the view");
        let holders = roles::list(&app, &admin, &search("project_owner")).await.expect("list").rows[0].holders;
        assert_eq!(holders, 1, "only those of the domain are counted");
    }

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

    async fn users_are_paged_by_key(app) {
        let admin = app.caller("sysadmin").await;
        let mut tx = app.db.begin().await.expect("begin");
        for i in 0..105 {
            let (id, username) = (UserId(format!("id-{i}")), format!("p{i:03}"));
            let account = store::NewAccount {
                id: &id,
                domain: &"default".into(),
                username: &username,
                display_name: &username,
                password_hash: "",
                now: 0,
            };
            store::insert_account(&mut tx, &account).await.expect("insert");
        }
        tx.commit().await.expect("commit");
        let read = async |filter: DirectoryFilter| users::list(&app, &admin, &filter).await.expect("list").page;
        let first = read(search("p0")).await;
        assert_eq!((first.rows.len(), first.previous.clone()), (50, None));
        let second = read(DirectoryFilter { after: first.next.clone(), ..search("p") }).await;
        assert_eq!(second.rows[0].username, "p050");
        let back = read(DirectoryFilter { before: second.previous.clone(), ..search("p0") }).await;
        assert_eq!(back.rows, first.rows);
        let before = app.db.query_count();
        read(search("p")).await;
        assert_eq!(app.db.query_count() - before, 3, "a page of any length costs three statements");
    }

    async fn projects_are_paged_by_key(app) {
        let admin = app.caller("sysadmin").await;
        let acme = domain(&app, "acme").await;
        let mut tx = app.db.begin().await.expect("begin");
        for i in 0..60 {
            for (domain, prefix) in [(&acme, "a"), (&"default".into(), "d")] {
                let id = ProjectId(format!("{prefix}{i:02}"));
                store::insert_project(&mut tx, &id, domain, &format!("same {i:02}"), 0).await.expect("insert");
            }
        }
        tx.commit().await.expect("commit");
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = projects::list(&app, &admin, &DirectoryFilter { after, ..search("same") }).await.expect("list").page;
            seen.extend(page.rows.into_iter().map(|row| row.id.0));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 120, "each once");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
        assert_eq!(&seen[..2], ["a00", "d00"], "names that repeat lie together");
    }

    async fn settings_are_saved_and_obeyed(app) {
        let admin = app.caller("sysadmin").await;
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(3 * DAY));
        assert_eq!(kept_for(&app).await, Ok(None));
        let form = SettingsForm { auto_close: "12h".into(), trash: "7d".into(), log_retention: "400".into() };
        system_settings::save(&app, &admin, &form).await.expect("saved");
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(DAY / 2));
        assert_eq!(system_settings::trash_delay(&app).await, Ok(7 * DAY));
        assert_eq!(kept_for(&app).await, Ok(Some(400 * DAY)));
        let shown = system_settings::get(&app, &admin).await.expect("read");
        assert_eq!((shown.auto_close.text.as_str(), shown.trash.text.as_str(), shown.log_retention.text.as_str()), ("12h", "7d", "400"));
        let wrong = SettingsForm { auto_close: "soon".into(), trash: "0s".into(), log_retention: "-1".into() };
        let outcome = system_settings::save(&app, &admin, &wrong).await;
        for field in ["auto_close", "trash", "log_retention"] {
            at(field, &outcome);
        }
        system_settings::save(&app, &admin, &SettingsForm { log_retention: String::new(), ..form }).await.expect("saved");
        assert_eq!(kept_for(&app).await, Ok(None), "empty is for ever");
    }

    async fn what_the_environment_sets_wins_over_the_page(app) {
        let admin = app.caller("sysadmin").await;
        let form = SettingsForm { auto_close: "12h".into(), trash: "7d".into(), log_retention: String::new() };
        system_settings::save(&app, &admin, &form).await.expect("saved");
        let fixed = app.with_settings(|settings| {
            settings.auto_close_after = 5_000;
            settings.log_retention = Some(36 * DAY / 24);
            settings.fixed.extend(["auto-close-after".into(), "log-retention".into()]);
        });
        assert_eq!(system_settings::auto_close_after(&fixed).await, Ok(5_000));
        let shown = system_settings::get(&fixed, &admin).await.expect("read");
        assert_eq!((shown.auto_close.text.as_str(), shown.auto_close.fixed, shown.trash.fixed), ("5s", true, false));
        assert_eq!((shown.log_retention.text.as_str(), shown.log_retention.fixed), ("36h", true));
        let sent = SettingsForm { auto_close: String::new(), trash: "1d".into(), log_retention: String::new() };
        system_settings::save(&fixed, &admin, &sent).await.expect("the fixed one isn't asked for");
        assert_eq!(system_settings::trash_delay(&fixed).await, Ok(DAY));
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(DAY / 2), "what was saved is still there without it");
    }

    async fn every_change_leaves_its_record(app) {
        let admin = app.caller("sysadmin").await;
        domains::create(&app, &admin, "initech", "Paper").await.expect("created");
        let id = domain(&app, "initech").await;
        domains::edit(&app, &admin, &id, "initech", "Plastic").await.expect("changed");
        let sql = "SELECT operation || ' ' || resource_type || ' ' || resource_name || ' ' || domain_name || ' ' || details
                   FROM operation_log WHERE resource_id = $1 ORDER BY number";
        let records: Vec<String> = app.db.scalars(sql, countersign::args![&id]).await.expect("query");
        assert_eq!(records, [
            r#"create domain initech initech {"after":{"description":"Paper","name":"initech"},"before":null}"#,
            r#"configure domain initech initech {"after":{"description":"Plastic","name":"initech"},"before":{"description":"Paper","name":"initech"}}"#,
        ]);
        let acme = app.caller("acmeadmin").await;
        users::set_enabled(&app, &acme, &app.user("shopper").await, false).await.expect("disabled");
        let of_acme = "SELECT COUNT(*) FROM operation_log WHERE operation = 'disable' AND domain_name = 'acme'";
        assert_eq!(app.db.scalar::<i64>(of_acme, vec![]).await.expect("query"), 1, "the domain's own log has it");
    }
}

mod without_the_three_levels {
    use super::*;
    use common::Engine;

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
        session::caller(person, None, three_level, "session".into(), "192.0.2.7")
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
