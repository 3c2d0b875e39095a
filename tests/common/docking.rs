//! Technical Support in a third-party ticket system: what its tests do on this side, whichever system it is.

use super::TestApp;
use super::files::uploaded;
use countersign::domain::process::{ProcessForm, TicketType};
use countersign::domain::time::SECOND;
use countersign::server::jobs;
use countersign::server::service::external::{self, inbox};
use countersign::server::service::processes;
use countersign::server::service::support::{details, handling};
use countersign::wire::error::AppError;
use countersign::wire::external::ConnectionForm;
use countersign::wire::support::SupportDetail;

/// Connects the system, and has Technical Support live in one of its queues.
pub async fn docked(app: &TestApp, form: &ConnectionForm, queue: &str) {
    let admin = app.caller_in("sysadmin", "System View").await;
    external::connect(app, &admin, form).await.expect("connected");
    lives_in(app, queue).await;
}

/// Checks that a system can be connected in the System View only.
pub async fn others_are_refused(app: &TestApp, form: &ConnectionForm) {
    for who in ["owner", "domainadmin"] {
        let refused = external::test(app, &app.caller(who).await, form).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{who}");
    }
}

/// Checks that the token is stored, but nowhere in plain text.
pub async fn token_is_nowhere(app: &TestApp, token: &str) {
    let kept: String = app.db.scalar("SELECT token FROM external_system", vec![]).await.expect("a token");
    assert!(!kept.contains(token), "sealed");
    let logged: Vec<String> = app.db.scalars("SELECT details FROM operation_log", vec![]).await.expect("the log");
    assert!(!logged.iter().any(|details| details.contains(token)), "nor is it in the log");
}

/// Has Technical Support live in a queue of the connected system.
pub async fn lives_in(app: &TestApp, queue: &str) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let process = ProcessForm {
        ticket_type: TicketType::CustomerService.key().into(),
        kind: "third_party".into(),
        queue: queue.into(),
        ..Default::default()
    };
    processes::configure(app, &admin, &process).await.expect("configured");
}

pub async fn reply(app: &TestApp, number: i64, text: &str) {
    handling::reply(app, &app.caller("member").await, number, handling::Entry::reply(text)).await.expect("sent");
}

/// Sends a reply of `member` with files.
pub async fn reply_with(app: &TestApp, number: i64, text: &str, files: &[(&str, &[u8])]) {
    let mut sent = vec![];
    for (name, content) in files {
        sent.push(uploaded(app, "member", name, content).await);
    }
    let entry = handling::Entry { files: &sent, ..handling::Entry::reply(text) };
    handling::reply(app, &app.caller("member").await, number, entry).await.expect("sent");
}

pub async fn shown(app: &TestApp, number: i64) -> SupportDetail {
    details::get(app, &app.caller("member").await, number, None).await.expect("readable")
}

/// What administrators read of why something isn't there.
pub async fn problem(app: &TestApp, number: i64) -> String {
    let admin = app.caller_in("sysadmin", "System View").await;
    let detail = details::get(app, &admin, number, None).await.expect("readable");
    detail.row.external.and_then(|external| external.problem).unwrap_or_default()
}

/// Runs what is due, as a running server would a while later.
pub async fn a_while_later(app: &TestApp) {
    for _ in 0..8 {
        jobs::run_due(app).await.expect("run jobs");
        app.clock.advance(6 * SECOND);
    }
    inbox::poll(app).await.expect("polled");
}

pub async fn remote_id(app: &TestApp, number: i64) -> String {
    shown(app, number).await.row.external.and_then(|external| external.id).expect("it is there")
}

pub fn fields(refused: AppError) -> Vec<(String, String)> {
    refused.problems().iter().map(|problem| (problem.field.clone(), problem.message.clone())).collect()
}
