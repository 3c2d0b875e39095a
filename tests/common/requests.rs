//! What tests ask for first: a host, or technical support.

use super::TestApp;
use countersign::domain::host::HostForm;
use countersign::domain::support::SupportForm;
use countersign::domain::workflow::Tab;
use countersign::server::caller::Caller;
use countersign::server::service::support::request;
use countersign::server::service::workflow::lists;
use countersign::server::service::{hosts, requests};
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::workflow::TicketFilter;

/// The smallest host of the first project that the caller is offered.
pub async fn host_form(app: &TestApp, caller: &Caller, name: &str) -> HostForm {
    let offered = hosts::form(app, caller).await.expect("a form");
    HostForm {
        name: name.into(),
        quantity: "1".into(),
        project: offered.projects[0].project.value.clone(),
        specification: offered.specifications[0].id.0.clone(),
        image: offered.images[0].id.0.clone(),
        system_disk: "30".into(),
        ..Default::default()
    }
}

/// Asks for that host and gives the ticket's number.
pub async fn ask_for_host(app: &TestApp, caller: &Caller, name: &str) -> i64 {
    let form = host_form(app, caller, name).await;
    requests::hosts::create(app, caller, &form, None).await.expect("submitted");
    let mine = lists::list(app, caller, Tab::Mine, &TicketFilter::default()).await.expect("a list");
    mine.page.rows[0].number
}

/// Requests technical support and gives the ticket's number.
pub async fn ask_for_support(app: &TestApp, caller: &Caller, description: &str) -> i64 {
    let form = SupportForm { description: description.into(), ..SupportForm::default() };
    number_in(&request::request(app, caller, &form, &[]).await.expect("submitted"))
}

/// The number in "Ticket 12 submitted."
pub fn number_in(done: &Done) -> i64 {
    done.message.split(' ').nth(1).and_then(|number| number.parse().ok()).expect("Ticket NUMBER submitted.")
}

/// [`ask_for_support`] by `member`, in web.
pub async fn member_asks(app: &TestApp, description: &str) -> i64 {
    ask_for_support(app, &app.caller_in("member", "Project View: web").await, description).await
}

/// Adds `count` canceled tickets of this name, newer than all others. Otherwise they are like ticket `number`.
pub async fn copies(app: &TestApp, number: i64, count: i64, name: &str) {
    let mut tx = app.db.begin().await.expect("begin");
    let last: i64 = tx.scalar("SELECT MAX(number) FROM ticket", vec![]).await.expect("query");
    let sql =
        "INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id,
        resource_name, payload, status, link, links, stage, version, submitted_at, self_approval, support)
        WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $3)
        SELECT $2 + i, ticket_type, process_id, process_version, initiator_id, project_id, domain_id, $4, payload,
        'canceled', link, links, stage, version, submitted_at, self_approval, support FROM ticket, n WHERE number = $1";
    tx.exec(sql, args![number, last, count, name]).await.expect("copied");
    let sql =
        tx.dialect().pick("UPDATE sequence SET value = $1 WHERE name = 'ticket'", "SELECT SETVAL('ticket_number', $1)");
    tx.exec(sql, args![last + count]).await.expect("numbers go on");
    tx.commit().await.expect("commit");
}
