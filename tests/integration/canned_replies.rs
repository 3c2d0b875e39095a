//! Canned replies: who writes them for which project, and who answers with them.

use crate::common::TestApp;
use crate::common::requests::member_asks;
use countersign::server::caller::Caller;
use countersign::server::service::support::{canned, details, handling, lists};
use countersign::wire::error::AppError;

const TEXT: &str = "Dear {requester},\n\n{ticket} is with {handler}. {unknown}";

/// Writes a canned reply of this title for the project, as this caller in their view.
async fn written(app: &TestApp, caller: &Caller, project: &str, title: &str) -> Result<(), AppError> {
    let project = app.project(project).await;
    canned::create(app, caller, project.as_str(), title, TEXT).await.map(drop)
}

async fn titles(app: &TestApp, caller: &Caller) -> Vec<String> {
    let list = canned::list(app, caller, "").await.expect("a list");
    list.rows.into_iter().map(|row| format!("{}: {}", row.project, row.title)).collect()
}

both! {
    async fn who_writes_them_for_which_project(app) {
        for (who, view, writes) in [
            ("helpdesk", "Project View: web", true),
            ("helpdesk2", "Project View: web", true),
            ("sysadmin", "System View", true),
            ("member", "Project View: web", false),
            ("owner", "Project View: web", false),
            ("viewer", "Project View: web", false),
        ] {
            let caller = app.caller_in(who, view).await;
            let title = format!("From {who}");
            let outcome = written(&app, &caller, "web", &title).await;
            assert_eq!(outcome.is_ok(), writes, "{who}: {outcome:?}");
            assert_eq!(canned::list(&app, &caller, "").await.is_ok(), writes, "{who} opens the page");
            let tab = lists::list(&app, &caller, countersign::domain::support::SupportTab::Mine, &Default::default()).await.expect("a list");
            assert_eq!(tab.may_write_replies, writes, "{who} is offered the page");
            if !writes {
                assert!(matches!(outcome, Err(AppError::Forbidden(_))), "{who}: {outcome:?}");
            }
        }
        let (helpdesk, admin) = (app.caller_in("helpdesk", "Project View: web").await, app.caller("sysadmin").await);
        assert_eq!(titles(&app, &helpdesk).await, ["web: From helpdesk", "web: From helpdesk2", "web: From sysadmin"]);
        written(&app, &admin, "system", "Only there").await.expect("administrators write for every project");
        assert!(written(&app, &helpdesk, "system", "Not theirs").await.is_err());
        assert_eq!(titles(&app, &helpdesk).await.len(), 3, "those of other projects aren't shown");
        assert_eq!(titles(&app, &admin).await.len(), 4);
        assert_eq!(app.logged("create", "success").await, 4 + demo_created(&app).await);

        let foreign = canned::list(&app, &admin, "only").await.expect("a list").rows.remove(0).id;
        let member = app.caller_in("member", "Project View: web").await;
        let own = canned::list(&app, &admin, "From helpdesk2").await.expect("a list").rows.remove(0).id;
        for (caller, id) in [(&helpdesk, foreign.as_str()), (&helpdesk, "unknown"), (&member, own.as_str())] {
            assert_eq!(canned::edit(&app, caller, id, "x", "x").await, Err(AppError::NotFound));
            assert_eq!(canned::delete(&app, caller, id).await, Err(AppError::NotFound));
        }
        canned::edit(&app, &helpdesk, &own, "Renamed", "Other words").await.expect("changed");
        canned::delete(&app, &admin, &foreign).await.expect("deleted");
        assert_eq!(titles(&app, &admin).await, ["web: From helpdesk", "web: From sysadmin", "web: Renamed"]);
        assert_eq!((app.logged("configure", "failed").await, app.logged("delete", "failed").await), (3, 3));
    }

    async fn what_is_wrong_is_said_at_its_field(app) {
        let helpdesk = app.caller_in("helpdesk", "Project View: web").await;
        let web = app.project("web").await;
        let fields = |error: AppError| error.problems().iter().map(|p| p.field.clone()).collect::<Vec<_>>();
        let empty = canned::create(&app, &helpdesk, web.as_str(), " ", "").await.expect_err("empty");
        assert_eq!(fields(empty), ["title", "body"]);
        canned::create(&app, &helpdesk, web.as_str(), "Hello", "x").await.expect("written");
        let taken = canned::create(&app, &helpdesk, web.as_str(), "HELLO", "y").await.expect_err("taken");
        assert_eq!(fields(taken), ["title"]);
        let nowhere = canned::create(&app, &helpdesk, "unknown", "Hi", "y").await.expect_err("no such project");
        assert!(matches!(nowhere, AppError::Forbidden(_) | AppError::Invalid(_)), "{nowhere:?}");
        canned::create(&app, &helpdesk, web.as_str(), "Bye", "x").await.expect("written");
        let bye = canned::list(&app, &helpdesk, "bye").await.expect("a list").rows.remove(0).id;
        assert_eq!(fields(canned::edit(&app, &helpdesk, &bye, "hello", "x").await.expect_err("taken")), ["title"]);
        canned::edit(&app, &helpdesk, &bye, "BYE", "x").await.expect("its own title is free to it");
    }

    async fn handlers_answer_with_those_of_the_tickets_project(app) {
        let helpdesk = app.caller_in("helpdesk", "Project View: web").await;
        written(&app, &helpdesk, "web", "Working on it").await.expect("written");
        let admin = app.caller("sysadmin").await;
        written(&app, &admin, "system", "Elsewhere").await.expect("written");
        let elsewhere = canned::list(&app, &admin, "else").await.expect("a list").rows.remove(0).id;
        let number = member_asks(&app, "help").await;
        let offered = details::reply_rights(&app, &helpdesk, number).await.expect("readable").canned;
        assert_eq!(offered.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>(), ["Working on it"]);
        let id = offered[0].value.clone();
        let text = canned::text(&app, &helpdesk, number, &id).await.expect("a text");
        assert_eq!(text, format!("Dear member,\n\n#{number} is with helpdesk. {{unknown}}"));
        // Refused are a reply of another project, an unknown one, and any to the requester or to people who only read.
        assert_eq!(canned::text(&app, &helpdesk, number, &elsewhere).await, Err(AppError::NotFound));
        assert_eq!(canned::text(&app, &helpdesk, number, "unknown").await, Err(AppError::NotFound));
        assert_eq!(canned::text(&app, &helpdesk, number + 1, &id).await, Err(AppError::NotFound));
        for who in ["member", "sysadmin", "owner"] {
            let caller = app.caller(who).await;
            assert_eq!(canned::text(&app, &caller, number, &id).await, Err(AppError::NotFound), "{who}");
            if who != "owner" {
                assert_eq!(details::reply_rights(&app, &caller, number).await.expect("readable").canned, []);
            }
        }
        // A name that was put in is text: it is rendered like everything else that is written.
        handling::reply(&app, &helpdesk, number, handling::Entry::reply(&text)).await.expect("sent");
    }
}

/// How many records of creating things the demo left, so that a test can count its own.
async fn demo_created(app: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) FROM operation_log WHERE operation = 'create' AND resource_type <> 'canned_reply'";
    app.db.scalar(sql, vec![]).await.expect("query")
}
