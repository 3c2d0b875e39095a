//! A ticket of the seventh type, from Ticket Setup to its end.

use crate::common::requests::number_in;
use crate::common::{TestApp, pass};
use countersign::domain::floating_ip::FloatingIpForm;
use countersign::domain::process::{LinkForm, ProcessForm, TicketType};
use countersign::domain::workflow::{ExecutionResult, Status, Tab};
use countersign::server::service::processes;
use countersign::server::service::requests::floating_ip;
use countersign::server::service::workflow::{details, export, lists};
use countersign::server::store::process;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::workflow::{Asked, TicketFilter};
use futures::TryStreamExt;

async fn enable(app: &TestApp) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let (role, scope) = ("project_owner".into(), "project".into());
    let link = LinkForm { name: "Owner".into(), by: "role".into(), role, scope, persons: vec![] };
    let form = ProcessForm { ticket_type: "apply-floating-ip".into(), links: vec![link], ..Default::default() };
    processes::configure(app, &admin, &form).await.expect("the database takes the word");
    let process = process::by_type(&app.db, TicketType::ApplyFloatingIp).await.expect("query").expect("a process");
    processes::enable(app, &admin, &process.id, true).await.expect("enabled");
}

async fn ask(app: &TestApp, who: &str, quantity: &str) -> Result<Done, AppError> {
    let form = FloatingIpForm { quantity: quantity.into(), reason: "For the shop.".into() };
    let caller = app.caller_in(who, "Project View: web").await;
    floating_ip::ask(app, &caller, &app.project("web").await, &form).await
}

both! {
    async fn from_submission_to_its_end(app) {
        assert!(ask(&app, "member", "2").await.is_err(), "not before it has a process");
        enable(&app).await;
        let refused = ask(&app, "member", "eleven").await.expect_err("no number");
        assert_eq!(refused.problems()[0].field, "form[quantity]");
        assert!(matches!(ask(&app, "viewer", "2").await, Err(AppError::Forbidden(_))));
        let number = number_in(&ask(&app, "member", "2").await.expect("submitted"));

        let (member, owner) = (app.caller_in("member", "Project View: web").await, app.caller("owner").await);
        let filter = TicketFilter { ticket_type: "apply-floating-ip".into(), ..TicketFilter::default() };
        let mine = lists::list(&app, &member, Tab::Mine, &filter).await.expect("a list").page.rows;
        let shown: Vec<_> = mine.iter().map(|row| (row.number, row.ticket_type.label(), row.resource_name.as_str())).collect();
        assert_eq!(shown, [(number, "Floating IP Application", "2 floating IPs")]);
        let decision = details::decision(&app, &owner, number, Asked::Pass).await.expect("a dialog");
        assert_eq!(decision.about, format!("#{number} of member. Pass: 2 floating IPs for web. Then it is carried out."));
        assert_eq!(decision.reason, "Reason: For the shop.");
        let mut browser = app.client();
        browser.sign_in("owner").await;
        let page = browser.get(&format!("/tickets/workflow/{number}")).await.body;
        for words in ["Floating IP Application", "Floating IPs", "For the shop.", "Waits for your decision", "Quota of project web after this"] {
            assert!(page.contains(words), "the ticket's page says {words}");
        }

        pass(&app, &owner, number, 1, "", "/").await.expect("passed");
        let done = details::get(&app, &member, number).await.expect("its ticket");
        assert_eq!((done.row.status, done.row.execution_result), (Status::Completed, Some(ExecutionResult::Succeeded)));
        assert_eq!(done.records.last().map(|record| record.note.as_str()), Some("2 floating IPs assigned."));
        let file = export::prepare(&app, &member, Tab::Mine, &filter).expect("a file").stream();
        let file: Vec<u8> = file.try_fold(vec![], async |all, part| Ok([all, part.to_vec()].concat())).await.expect("read");
        let text = String::from_utf8(file).expect("UTF-8");
        assert!(text.contains(&format!("{number},Floating IP Application,2 floating IPs,web,")), "{text}");
    }
}
