//! Administration of users and roles, and the guards that keep an administrator.

use crate::common::TestApp;
use crate::common::administration::{PASSWORD, all, at, domain, person, refused, role, role_form, search};
use crate::common::requests::ask_for_host;
use countersign::domain::directory::View;
use countersign::domain::ids::{ProjectId, RoleId, UserId};
use countersign::domain::process::{LinkForm, ProcessForm};
use countersign::server::service::directory::{self, projects, roles, users};
use countersign::server::service::processes;
use countersign::server::service::workflow::{decide, details};
use countersign::server::store::directory as store;
use countersign::wire::Reply;
use countersign::wire::directory::{DirectoryFilter, UserForm};
use countersign::wire::error::AppError;
use std::collections::BTreeSet;

/// Asks for one host in the caller's project and gives the ticket's number.
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn waits_for_nobody(app: &TestApp, number: i64) -> bool {
    details::get(app, &app.caller("sysadmin").await, number).await.expect("read").row.waits_for_nobody
}

both! {
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
}
