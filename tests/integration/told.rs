//! Faults 27: what people are told when they come second, come late, or ask for what is there already.

use crate::common;
use crate::common::TestApp;
use crate::common::requests::number_in;
use crate::deploying::{approve, approved, ask, disable_approval, form, submit, ticket};
use countersign::domain::ids::HostId;
use countersign::domain::quota::Key;
use countersign::domain::quota_request::{LimitField, QuotaForm, QuotaScope};
use countersign::server::caller::Caller;
use countersign::server::service::workflow::{decide, details};
use countersign::server::service::{hosts, requests};
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::hosts::HostFilter;
use countersign::wire::workflow::Asked;
use std::collections::BTreeMap;

fn why(outcome: Result<Done, AppError>) -> String {
    outcome.expect_err("refused").to_string()
}

async fn limits(app: &TestApp, who: &Caller, typed: &[(Key, &str)]) -> Result<Done, AppError> {
    let field =
        |(key, value): &(Key, &str)| (key.key().to_owned(), LimitField { value: (*value).to_owned(), unlimited: None });
    let form = QuotaForm {
        scope: QuotaScope::Project.key().into(),
        id: app.project("web").await.0,
        limits: typed.iter().map(field).collect::<BTreeMap<_, _>>(),
        ..QuotaForm::default()
    };
    requests::quota::change(app, who, &form, None, "").await
}

async fn listed(app: &TestApp, who: &Caller) -> Vec<String> {
    let list = hosts::list(app, who, &HostFilter::default()).await.expect("a list");
    list.page.rows.into_iter().map(|row| row.name).filter(|name| name.starts_with("same")).collect()
}

both! {
    async fn fault_27_a_second_pass_of_ones_own_is_told_as_ones_own(app) {
        let number = submit(&app, "twice", 1).await;
        let (owner, coowner) = (app.caller("owner").await, app.caller("coowner").await);
        common::pass(&app, &owner, number, 1, "", "/").await.expect("passed");
        let own = why(common::pass(&app, &owner, number, 1, "", "/").await);
        assert!(own.starts_with(&format!("Ticket {number} was already passed at ")) && own.contains(" by you on 2026-11-24"), "{own}");
        assert!(own.ends_with("UTC. That counts, and this second time changed nothing."), "{own}");
        let other = why(common::reject(&app, &coowner, number, 1, "", "/").await);
        assert!(other.contains(" by owner on ") && other.ends_with("Your decision was not counted."), "{other}");
        let changed = why(common::reject(&app, &owner, number, 1, "", "/").await);
        assert!(changed.contains(" by you on ") && changed.ends_with("Your decision was not counted."), "{changed}");
    }

    async fn fault_27_a_late_undo_says_that_it_is_carried_out(app) {
        let number = approved(&app, "late", 1).await;
        let member = app.caller("member").await;
        let passed = why(decide::undo(&app, &member, number, 1, "No.", "/").await);
        assert!(passed.contains("already passed at") && passed.ends_with("It can't be undone any more."), "{passed}");
        app.run_jobs().await;
        let done = why(decide::undo(&app, &member, number, 1, "No.", "/").await);
        assert!(done.starts_with(&format!("Ticket {number} was already carried out on 2026-")), "{done}");
        assert!(done.ends_with("UTC. It can't be undone any more.") && !done.contains("Countersign"), "{done}");
        // What can still be undone was only looked at too early.
        let waiting = submit(&app, "early", 1).await;
        common::pass(&app, &app.caller("owner").await, waiting, 1, "", "/").await.expect("passed");
        let stale = why(decide::undo(&app, &member, waiting, 1, "No.", "/").await);
        assert!(stale.contains(" by owner on ") && stale.ends_with("It was not undone."), "{stale}");
    }

    async fn fault_27_who_will_never_be_asked_gets_no_dialog(app) {
        let number = submit(&app, "own", 1).await;
        let asked = async |who: &str, asked| details::decision(&app, &app.caller(who).await, number, asked).await;
        for verdict in [Asked::Pass, Asked::Reject] {
            let Err(AppError::Forbidden(own)) = asked("member", verdict).await else { panic!("forbidden") };
            assert_eq!(own, "You can't decide on your own ticket: this process doesn't allow it.");
            assert!(matches!(asked("sysadmin", verdict).await, Err(AppError::Forbidden(_))), "reads it, isn't asked yet");
            assert!(asked("owner", verdict).await.is_ok());
        }
        assert!(asked("member", Asked::Undo).await.is_ok());
        let mut browser = app.client();
        browser.sign_in("member").await;
        let page = browser.get(&format!("/tickets/workflow/{number}?dialog=pass")).await.body;
        assert!(page.contains("You can&#x27;t decide on your own ticket") || page.contains("You can't decide on your own ticket"), "said at once");
        assert!(!page.contains("action=\"/api/pass"), "without a form that would refuse it");
    }

    async fn fault_27_hosts_of_one_name_are_told_apart(app) {
        let member = app.caller_in("member", "Project View: web").await;
        let first = ask(&app, "same", 1).await.expect("submitted");
        assert!(!first.message.contains("already"), "{}", first.message);
        approve(&app, number_in(&first)).await;
        app.run_jobs().await;
        assert_eq!(listed(&app, &member).await, ["same"]);
        let second = ask(&app, "same", 1).await.expect("submitted all the same");
        let number = number_in(&second);
        assert_eq!(second.message, format!("Ticket {number} submitted. web has a host named same already: only their IDs differ."));
        approve(&app, number).await;
        app.run_jobs().await;
        let ids: Vec<HostId> =
            app.db.scalars("SELECT id FROM host WHERE name = $1 ORDER BY id DESC", args!["same"]).await.expect("ids");
        let marked: Vec<String> = ids.iter().map(|id| format!("same (\u{2026}{})", &id.0[id.0.len() - 4..])).collect();
        assert_eq!(listed(&app, &member).await, marked);
        for (id, name) in ids.iter().zip(&marked) {
            let dialog = requests::operations::dialog(&app, &member, std::slice::from_ref(id), true, None).await.expect("a dialog");
            assert_eq!(dialog.hosts[0].name, *name);
        }
        // At once as well.
        disable_approval(&app).await;
        let third = requests::hosts::create(&app, &member, &form(&app, "web", "same", 1).await, None).await.expect("made");
        assert_eq!(third.message, "same is being created. web has a host named same already: only their IDs differ.");
    }

    async fn fault_27_two_quota_tickets_for_one_key_are_told_of_each_other(app) {
        let owner = app.caller_in("owner", "Project View: web").await;
        let coowner = app.caller_in("coowner", "Project View: web").await;
        let first = limits(&app, &owner, &[(Key::Vcpu, "80"), (Key::Rds, "9")]).await.expect("submitted");
        let number = number_in(&first);
        assert_eq!(first.message, format!("Ticket {number} submitted."));
        let other = limits(&app, &coowner, &[(Key::Memory, "256")]).await.expect("submitted");
        assert!(!other.message.contains("too"), "another key: {}", other.message);
        let second = limits(&app, &coowner, &[(Key::Vcpu, "96"), (Key::Rds, "7")]).await.expect("submitted");
        let rival = number_in(&second);
        let told = |number: i64| {
            format!("Ticket {number} asks for another limit of vCPU, RDS too: once one of the two is passed, the other has to be amended.")
        };
        assert_eq!(second.message, format!("Ticket {rival} submitted. {}", told(number)));
        let admin = app.caller("domainadmin").await;
        let shown = async |number| details::decision(&app, &admin, number, Asked::Pass).await.expect("asked").particulars;
        assert_eq!((shown(number).await, shown(rival).await), (told(rival), told(number)));
        let version = ticket(&app, rival).await.row.version;
        common::reject(&app, &admin, rival, version, "", "/").await.expect("rejected");
        assert_eq!(shown(number).await, "", "the other one is gone");
    }
}
