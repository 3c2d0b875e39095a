//! Joining a project: who may apply, what an approver may grant, and what the applicant then holds.

use crate::common::TestApp;
use crate::deploying::{number_in, ticket};
use crate::{common, deploying};
use axum::http::StatusCode;
use countersign::domain::directory::View;
use countersign::domain::ids::RoleId;
use countersign::domain::join::JoinForm;
use countersign::domain::process::{LinkForm, ProcessForm};
use countersign::domain::workflow::{ProcessResult, Status, Tab};
use countersign::server::caller::Caller;
use countersign::server::service::workflow::decide::{self, Ruling};
use countersign::server::service::workflow::grant::Grant;
use countersign::server::service::workflow::{details, lists};
use countersign::server::service::{directory, processes, requests};
use countersign::server::store;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::workflow::Asked;

async fn apply(app: &TestApp, caller: &Caller, wished: &str) -> Result<Done, AppError> {
    let project = if wished.is_empty() { String::new() } else { app.project(wished).await.0 };
    requests::join::apply(app, caller, &JoinForm { reason: "To help.".into(), project }, None).await
}

/// The newcomer's application to join any project.
async fn applied(app: &TestApp) -> i64 {
    number_in(&apply(app, &app.caller("newcomer").await, "").await.expect("submitted"))
}

async fn pass(app: &TestApp, caller: &Caller, number: i64, project: &str, roles: &[&str]) -> Result<Done, AppError> {
    let project = match project {
        "" => None,
        name => Some(app.project(name).await),
    };
    let ticket = store::ticket::get(&app.db, number).await.expect("query").expect("a ticket");
    let grant = Grant { project, roles: roles.iter().map(|role| RoleId::from(*role)).collect() };
    let (version, seen) = (ticket.state().version, decide::digest(&ticket));
    decide::pass(app, caller, Ruling { number, version, seen, grant, ..Ruling::default() }).await
}

/// The roles that the person holds, as `role in project`.
async fn held(app: &TestApp, who: &str) -> Vec<String> {
    let mut held: Vec<_> =
        app.caller(who).await.person.held.iter().map(|h| format!("{} in {}", h.role, h.project_name)).collect();
    held.sort();
    held
}

async fn pending(app: &TestApp, who: &str) -> Vec<i64> {
    let caller = app.caller(who).await;
    let list = lists::list(app, &caller, Tab::Pending, &Default::default()).await.expect("list");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

/// Has applications approved by the holders of this role in this scope.
async fn approved_by(app: &TestApp, role: &str, scope: &str) {
    let link =
        LinkForm { name: "L".into(), by: "role".into(), role: role.into(), scope: scope.into(), persons: vec![] };
    let form = ProcessForm { ticket_type: "apply-join-project".into(), links: vec![link], ..Default::default() };
    processes::configure(app, &app.caller_in("sysadmin", "System View").await, &form).await.expect("configured");
}

fn problems(refused: Result<Done, AppError>) -> Vec<String> {
    refused.expect_err("refused").problems().iter().map(|problem| problem.field.clone()).collect()
}

both! {
    async fn a_newcomer_is_let_in(app) {
        let newcomer = app.caller("newcomer").await;
        let offered = requests::join::form(&app, &newcomer).await.expect("form");
        assert!(offered.may_apply && offered.last.is_none() && offered.domain == "Default");
        let names: Vec<_> = offered.projects.iter().map(|project| project.label.as_str()).collect();
        assert_eq!(names, ["system", "web"], "those of the own domain");
        let done = apply(&app, &newcomer, "web").await.expect("submitted");
        assert_eq!(done.location, "/no-project", "there is no list of tickets to land on");
        let number = number_in(&done);
        let shown = details::get(&app, &newcomer, number).await.expect("the applicant reads it");
        assert_eq!((shown.domain.as_deref(), shown.row.project), (Some("Default"), None));
        assert_eq!(shown.row.processor, ["deputy", "domainadmin"]);
        let waiting = requests::join::form(&app, &newcomer).await.expect("form");
        assert_eq!(waiting.open(), Some(number));

        let admin = app.caller_in("domainadmin", "Domain View: Default").await;
        let decision = details::decision(&app, &admin, number, Asked::Pass).await.expect("readable");
        assert_eq!(decision.wished, Some(app.project("web").await));
        let about = format!("#{number}. Pass: newcomer joins the project chosen here, in the roles chosen here. Wished for: web.");
        assert_eq!((decision.about, decision.reason.as_str()), (about, "Reason: To help."));
        let roles: Vec<_> = decision.roles.iter().map(|role| role.label.as_str()).collect();
        assert_eq!(roles, ["domainadmin", "member", "project_owner", "support", "viewer"], "nothing wider than the view");
        pass(&app, &admin, number, "web", &["member", "support", "member"]).await.expect("passed");
        assert_eq!(held(&app, "newcomer").await, ["member in web", "support in web"]);
        let done = ticket(&app, number).await;
        assert_eq!(done.row.status, Status::Completed);
        assert_eq!(done.records.last().expect("a record").note, "newcomer is now member, support in web.");
        let now = app.caller("newcomer").await;
        assert!(matches!(now.view(), Some(View::Project(_))), "the view is there with the next request");
        let after = requests::join::form(&app, &now).await.expect("form");
        assert_eq!(after.last.expect("the application").ticket.process_result, Some(ProcessResult::Approved));
        let details: Option<String> =
            app.db.scalar("SELECT details FROM operation_log WHERE operation = 'pass'", vec![]).await.expect("a record");
        assert!(details.is_some_and(|details| details.contains("\"roles\":[\"member\"")), "the log says what was granted");
    }

    async fn who_may_apply_where(app) {
        let acme = app.project("shop").await;
        for (who, view, may) in [
            ("member", "Project View: web", true), ("viewer", "Project View: web", true), ("owner", "Project View: web", true),
            ("helpdesk", "Project View: shop", true), ("shopper", "Project View: shop", true),
            ("sysadmin", "System View", false), ("domainadmin", "Domain View: Default", false),
        ] {
            let caller = app.caller_in(who, view).await;
            assert_eq!(requests::join::form(&app, &caller).await.expect("form").may_apply, may, "{who} in {view}");
            let outcome = apply(&app, &caller, "").await;
            match may {
                true => assert_eq!(outcome.expect("submitted").location, "/tickets/workflow/mine", "{who}"),
                false => assert!(matches!(outcome, Err(AppError::Forbidden(_))), "{who} in {view}: {outcome:?}"),
            }
        }
        // A project of another domain can't be wished for, and a reason has to be given.
        let coowner = app.caller("coowner").await;
        let foreign = requests::join::apply(&app, &coowner, &JoinForm { reason: "r".into(), project: acme.0 }, None).await;
        assert_eq!(problems(foreign), ["form[project]"]);
        assert_eq!(problems(requests::join::apply(&app, &coowner, &JoinForm::default(), None).await), ["form[reason]"]);
        // A helper of `shop` belongs to Default, and so applies there.
        let offered = requests::join::form(&app, &app.caller_in("helpdesk", "Project View: shop").await).await.expect("form");
        assert_eq!(offered.domain, "Default");
    }

    async fn without_its_process_nobody_applies(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let setup = processes::setup(&app, &admin).await.expect("setup");
        let process = setup.processes.iter().find(|p| p.ticket_type.key() == "apply-join-project").expect("a process");
        processes::disable(&app, &admin, &process.id).await.expect("disabled");
        let newcomer = app.caller("newcomer").await;
        assert!(!requests::join::form(&app, &newcomer).await.expect("form").may_apply);
        assert!(matches!(apply(&app, &newcomer, "").await, Err(AppError::Refused(_))));
    }

    async fn one_application_at_a_time(app) {
        let newcomer = app.caller("newcomer").await;
        let (a, b) = tokio::join!(apply(&app, &newcomer, ""), apply(&app, &newcomer, "web"));
        assert_ne!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
        let (done, refused) = if a.is_ok() { (a, b) } else { (b, a) };
        let number = number_in(&done.expect("one of them"));
        let Err(AppError::Refused(told)) = refused else { panic!("{refused:?}") };
        assert!(told.contains(&format!("application {number} is still open")), "{told}");
        apply(&app, &app.caller("viewer").await, "").await.expect("others may");
        decide::undo(&app, &newcomer, number, 1, "Not yet.", "/no-project").await.expect("undone");
        let undone = requests::join::form(&app, &newcomer).await.expect("form");
        assert_eq!((undone.open(), undone.last.map(|last| last.note).as_deref()), (None, Some("Not yet.")));
        apply(&app, &newcomer, "").await.expect("and again");
    }

    async fn a_pass_needs_a_project_and_roles(app) {
        let number = applied(&app).await;
        let admin = app.caller_in("domainadmin", "Domain View: Default").await;
        assert_eq!(problems(pass(&app, &admin, number, "", &[]).await), ["project", "roles"]);
        assert_eq!(problems(pass(&app, &admin, number, "web", &[]).await), ["roles"]);
        assert_eq!(problems(pass(&app, &admin, number, "", &["member"]).await), ["project"]);
        assert_eq!(problems(pass(&app, &admin, number, "web", &["no-such-role"]).await), ["roles"]);
        assert_eq!(problems(pass(&app, &admin, number, "shop", &["member"]).await), ["project"], "of a foreign domain");
        assert!(held(&app, "newcomer").await.is_empty(), "nothing is half-made");
        assert_eq!(ticket(&app, number).await.row.status, Status::Incomplete);
        assert_eq!(app.logged("pass", "failed").await, 5);
    }

    async fn nobody_grants_what_reaches_wider_than_their_view(app) {
        approved_by(&app, "domainadmin", "global").await;
        // Who may grant admin, domainadmin and member, in which view.
        let table = [
            ("deputy", "System View", "yyy"), ("deputy", "Domain View: Default", "-yy"),
            ("deputy", "Project View: web", "--y"), ("domainadmin", "Domain View: Default", "-yy"),
            ("domainadmin", "Project View: web", "--y"),
            // A Domain View of another domain is no wider than its own domain.
            ("acmeadmin", "Domain View: acme", "--y"), ("acmeadmin", "Project View: shop", "--y"),
        ];
        for (who, view, expected) in table {
            let caller = app.caller_in(who, view).await;
            let mut got = String::new();
            for role in ["admin", "domainadmin", "member"] {
                let number = applied(&app).await;
                let offered = details::decision(&app, &caller, number, Asked::Pass).await.expect("readable").roles;
                let is_offered = offered.iter().any(|offered| offered.value == role);
                let outcome = pass(&app, &caller, number, "web", &[role]).await;
                assert_eq!(outcome.is_ok(), is_offered, "{who} in {view}: {role}");
                got.push(if outcome.is_ok() { 'y' } else { '-' });
                let newcomer = app.user("newcomer").await;
                if outcome.is_ok() {
                    let admin = app.caller_in("sysadmin", "System View").await;
                    let web = app.project("web").await;
                    directory::unassign(&app, &admin, &newcomer, &web, &role.into()).await.expect("taken");
                } else {
                    assert!(held(&app, "newcomer").await.is_empty());
                    decide::undo(&app, &app.caller("newcomer").await, number, 1, "again", "/").await.expect("undone");
                }
            }
            assert_eq!(got, expected, "{who} in {view}");
        }
    }

    async fn what_waits_for_a_role_waits_for_who_gains_it(app) {
        let hosts = deploying::submit(&app, "waiting", 1).await;
        let other = number_in(&apply(&app, &app.caller("viewer").await, "").await.expect("submitted"));
        let number = applied(&app).await;
        let admin = app.caller_in("domainadmin", "Domain View: Default").await;
        pass(&app, &admin, number, "web", &["project_owner", "domainadmin"]).await.expect("passed");
        assert_eq!(pending(&app, "newcomer").await, [other, hosts]);
        common::pass(&app, &app.caller("newcomer").await, hosts, 1, "", "/").await.expect("the new owner decides");
    }

    async fn an_approver_alone_sees_what_there_is_to_grant(app) {
        let number = applied(&app).await;
        let own = details::decision(&app, &app.caller("newcomer").await, number, Asked::Pass).await;
        assert!(matches!(own, Err(AppError::Forbidden(_))), "the applicant grants nothing: {own:?}");
        for stranger in ["member", "owner", "acmeadmin", "shopper", "viewer"] {
            let caller = app.caller(stranger).await;
            assert_eq!(details::decision(&app, &caller, number, Asked::Pass).await, Err(AppError::NotFound), "{stranger}");
            assert_eq!(pass(&app, &caller, number, "web", &["member"]).await, Err(AppError::NotFound), "{stranger}");
        }
        let refused = pass(&app, &app.caller("newcomer").await, number, "web", &["member"]).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "nobody lets themselves in: {refused:?}");
    }

    async fn without_a_project_one_reads_ones_own_tickets(app) {
        let mut browser = app.client();
        browser.sign_in("newcomer").await;
        browser.page = "/no-project?dialog=join".into();
        let sent = browser.submit("/api/apply-to-join", &[("form[reason]", "Let me in."), ("form[project]", "")]).await;
        assert!(sent.location().starts_with("/no-project?flash="), "{}", sent.location());
        let page = browser.get("/no-project").await;
        assert!(page.body.contains("Your application #1"), "{}", page.body);
        let own = browser.get("/tickets/workflow/1").await;
        assert_eq!(own.status, StatusCode::OK);
        assert!(own.body.contains("Let me in.") && !own.body.contains("Project View"), "no view to switch");
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
        assert_eq!(browser.get("/tickets/workflow/2").await.status, StatusCode::NOT_FOUND);
        for elsewhere in ["/tickets/workflow/mine", "/tickets/workflow/1x", "/tickets/workflow/", "/quotas", "/hosts"] {
            assert_eq!(browser.get(elsewhere).await.location(), "/no-project", "{elsewhere}");
        }
        let mut stranger = app.client();
        stranger.sign_in("member").await;
        assert_eq!(stranger.get("/tickets/workflow/1").await.status, StatusCode::NOT_FOUND);
    }
}
