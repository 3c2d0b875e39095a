//! Carrying out what was approved: every host made once, whatever fails, is interrupted or is killed on the way.

use crate::common::TestApp;
use crate::deploying::*;
use countersign::domain::machine::StepState;
use countersign::domain::quota::Key;
use countersign::domain::time::{MINUTE, SECOND};
use countersign::domain::workflow::{ExecutionResult, ProcessResult, Status};
use countersign::server::cloud::{Progress, Unavailable};
use countersign::server::jobs;
use countersign::server::service::quota::{LimitScope, set_limits};
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

/// Status, process result and execution result of a ticket.
async fn stand(app: &TestApp, number: i64) -> (Status, Option<ProcessResult>, Option<ExecutionResult>) {
    let row = ticket(app, number).await.row;
    (row.status, row.process_result, row.execution_result)
}

const SUCCEEDED: (Status, Option<ProcessResult>, Option<ExecutionResult>) =
    (Status::Completed, Some(ProcessResult::Approved), Some(ExecutionResult::Succeeded));
const FAILED: (Status, Option<ProcessResult>, Option<ExecutionResult>) =
    (Status::Incomplete, Some(ProcessResult::Approved), Some(ExecutionResult::Failed));

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    app.db.scalar(sql, args![]).await.expect("query")
}

/// The reason of the failure, as the ticket's last record gives it.
async fn reason(app: &TestApp, number: i64) -> String {
    ticket(app, number).await.records.last().expect("a record").note.clone()
}

fn named(hosts: &[(String, String)]) -> Vec<(&str, &str)> {
    hosts.iter().map(|(name, status)| (name.as_str(), status.as_str())).collect()
}

both! {
    async fn the_last_pass_makes_the_host(app) {
        let number = submit(&app, "story", 1).await;
        assert_eq!(used_and_held(&app).await, (0, 1));
        approve(&app, number).await;
        assert_eq!(named(&hosts_of_web(&app).await), [("story", "deploying")]);
        assert_eq!(used_and_held(&app).await, (1, 0), "in use, and not held as well");
        let words = |steps: &[countersign::wire::workflow::ExecutionStep]| {
            steps.iter().map(|s| format!("{} {} {}", s.host, s.step, s.state.key())).collect::<Vec<_>>()
        };
        assert_eq!(
            words(&ticket(&app, number).await.steps),
            ["story Schedule waiting", "story Create disks waiting", "story Boot waiting"]
        );
        app.run_jobs().await;
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        assert_eq!(named(&hosts_of_web(&app).await), [("story", "running")]);
        assert_eq!(machines(&app).await.len(), 1);
        let steps = ticket(&app, number).await.steps;
        assert!(steps.iter().all(|s| s.state == StepState::Done && s.error.is_none()), "{steps:?}");
        assert!(steps.windows(2).all(|w| w[0].ended_at <= w[1].started_at), "one after the other: {steps:?}");
        assert_eq!(used_and_held(&app).await, (1, 0));
        assert_eq!(app.logged("execute", "success").await, 1, "one record for the host, none for polling");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM quota_hold").await, 0);
    }

    async fn a_batch_that_fails_half_way_keeps_what_was_made_and_retry_does_the_rest(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "boot:1,disks:1".into());
        let number = approved(&app, "batch", 4).await;
        app.run_jobs().await;
        assert_eq!(stand(&app, number).await, FAILED);
        let hosts = hosts_of_web(&app).await;
        let (made, failed): (Vec<_>, Vec<_>) = hosts.iter().partition(|(_, status)| status == "running");
        assert_eq!((made.len(), failed.len()), (2, 2), "{hosts:?}");
        assert!(failed.iter().all(|(_, status)| status == "deploy_failed"));
        // Several hosts have a line each, first those that failed, with the reason.
        let lines = ticket(&app, number).await.steps;
        assert_eq!(lines.iter().map(|line| line.state.key()).collect::<Vec<_>>(), ["failed", "failed", "done", "done"]);
        assert!(lines.iter().all(|line| line.error.is_some() == (line.state == StepState::Failed)), "{lines:?}");
        assert!(lines.iter().any(|line| line.step == "Create disks (2 of 3)") && lines[3].step == "Boot (3 of 3)", "{lines:?}");
        assert_eq!(used_and_held(&app).await, (2, 2), "what failed is held, not used");
        let why = reason(&app, number).await;
        for part in ["2 of 4 hosts failed", &failed[0].0, "at Boot: The machine did not come up", "at Create disks:"] {
            assert!(why.contains(part), "{part} in {why}");
        }
        assert_eq!((app.logged("execute", "success").await, app.logged("execute", "failed").await), (2, 2));
        let kept = machines(&app).await;
        retry(&app, number).await.expect("retried");
        assert_eq!(used_and_held(&app).await, (4, 0));
        app.run_jobs().await;
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        assert!(hosts_of_web(&app).await.iter().all(|(_, status)| status == "running"));
        assert_eq!(machines(&app).await, kept, "a machine per host, and the same ones");
        assert_eq!(used_and_held(&app).await, (4, 0));
    }

    async fn abandon_removes_what_failed_and_keeps_what_was_made(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "boot:2".into());
        let number = approved(&app, "batch", 3).await;
        app.run_jobs().await;
        assert_eq!(used_and_held(&app).await, (1, 2));
        abandon(&app, number).await.expect("abandoned");
        assert_eq!(used_and_held(&app).await, (1, 0), "nothing is held by a ticket that ended");
        assert_eq!(stand(&app, number).await.0, Status::Canceled);
        app.run_jobs().await;
        let hosts = hosts_of_web(&app).await;
        assert!(hosts.len() == 1 && hosts[0].1 == "running", "{hosts:?}");
        assert_eq!(machines(&app).await.len(), 1);
        assert!(matches!(retry(&app, number).await, Err(AppError::Refused(_))), "an ended ticket stays ended");
    }

    async fn retry_can_fail_again_and_again(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "boot:3".into());
        let number = approved(&app, "stubborn", 1).await;
        for round in 0..3 {
            app.run_jobs().await;
            assert_eq!(stand(&app, number).await, FAILED, "round {round}");
            assert_eq!(used_and_held(&app).await, (0, 1));
            retry(&app, number).await.expect("retried");
        }
        app.run_jobs().await;
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        let kinds: Vec<_> = ticket(&app, number).await.records.iter().map(|r| r.kind.key()).collect();
        assert_eq!(kinds[3..], ["fail", "retry", "fail", "retry", "fail", "retry", "succeed"]);
        assert_eq!(machines(&app).await.len(), 1);
    }

    async fn a_cloud_that_never_answers_fails_the_ticket_and_says_why(app) {
        let behind = app.app.cloud.clone();
        let is_down = Arc::new(AtomicBool::new(true));
        let down = is_down.clone();
        let instead = move |_: &str| down.load(Ordering::SeqCst).then(|| Err(Unavailable("The cloud is not reachable.".into())));
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "unheard", 1).await;
        for _ in 0..20 {
            jobs::run_due(&app).await.expect("run");
            app.clock.advance(MINUTE);
        }
        assert_eq!(stand(&app, number).await, FAILED);
        assert_eq!(reason(&app, number).await, "unheard at Schedule: The cloud is not reachable.");
        assert_eq!(used_and_held(&app).await, (0, 1));
        is_down.store(false, Ordering::SeqCst);
        retry(&app, number).await.expect("retried");
        for _ in 0..20 {
            jobs::run_due(&app).await.expect("run");
            app.clock.advance(SECOND);
        }
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        assert_eq!(machines(&app).await.len(), 1);
    }

    async fn a_short_outage_delays_and_fails_nothing(app) {
        let behind = app.app.cloud.clone();
        let calls = AtomicUsize::new(0);
        let instead = move |_: &str| {
            let is_out = calls.fetch_add(1, Ordering::SeqCst) % 3 != 2;
            is_out.then(|| Err(Unavailable("The cloud is not reachable.".into())))
        };
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "patient", 2).await;
        app.run_jobs().await;
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        assert_eq!(machines(&app).await.len(), 2);
    }

    async fn a_step_that_never_ends_fails_after_an_hour(app) {
        let behind = app.app.cloud.clone();
        let instead = |call: &str| call.starts_with("poll").then_some(Ok(Progress::Pending));
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "endless", 1).await;
        for _ in 0..59 {
            jobs::run_due(&app).await.expect("run");
            app.clock.advance(MINUTE);
        }
        assert_eq!(stand(&app, number).await.2, Some(ExecutionResult::InProgress));
        app.clock.advance(2 * MINUTE);
        jobs::run_due(&app).await.expect("run");
        assert_eq!(reason(&app, number).await, "endless at Schedule: The cloud has not finished this step within an hour.");
    }

    async fn a_start_that_is_refused_at_once_fails_the_host(app) {
        let behind = app.app.cloud.clone();
        let instead = |call: &str| call.starts_with("start").then(|| Ok(Progress::Failed("No such image.".into())));
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "refused", 1).await;
        app.run_jobs().await;
        assert_eq!(reason(&app, number).await, "refused at Schedule: No such image.");
    }

    async fn a_clean_up_that_fails_fails_the_retry(app) {
        let behind = app.app.cloud.clone();
        let instead = |call: &str| match call.split_once(' ') {
            Some(("poll", request)) if request.ends_with("/1") => Some(Ok(Progress::Failed("It broke.".into()))),
            Some(("clean", request)) if request.ends_with("/2") => Some(Ok(Progress::Failed("It is stuck.".into()))),
            _ => None,
        };
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "stuck", 1).await;
        app.run_jobs().await;
        retry(&app, number).await.expect("retried");
        jobs::run_due(&app).await.expect("run");
        assert_eq!(stand(&app, number).await, FAILED);
        assert_eq!(reason(&app, number).await, "stuck at Schedule: It is stuck.");
        assert_eq!(used_and_held(&app).await, (0, 1));
        retry(&app, number).await.expect("retried");
        for _ in 0..10 {
            jobs::run_due(&app).await.expect("run");
            app.clock.advance(SECOND);
        }
        assert_eq!(stand(&app, number).await, SUCCEEDED);
    }

    async fn a_removal_that_fails_is_in_the_log_and_keeps_no_quota(app) {
        let behind = app.app.cloud.clone();
        let instead = |call: &str| match call.split_once(' ') {
            Some(("poll", _)) => Some(Ok(Progress::Failed("It broke.".into()))),
            Some(("clean", _)) => Some(Ok(Progress::Failed("It is stuck.".into()))),
            _ => None,
        };
        let app = on_cloud(&app, Interfering { behind, instead });
        let number = approved(&app, "stuck", 1).await;
        app.run_jobs().await;
        abandon(&app, number).await.expect("abandoned");
        let failed_before = app.logged("execute", "failed").await;
        jobs::run_due(&app).await.expect("run");
        assert_eq!(app.logged("execute", "failed").await, failed_before + 1);
        assert_eq!(named(&hosts_of_web(&app).await), [("stuck", "deploy_failed")]);
        assert_eq!(used_and_held(&app).await, (0, 0));
    }

    async fn without_a_ticket_a_host_is_made_or_fails_just_the_same(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "disks:1".into());
        disable_approval(&app).await;
        let created_before = app.logged("create", "success").await;
        ask(&app, "direct", 2).await.expect("created at once");
        assert_eq!(used_and_held(&app).await, (2, 0));
        app.run_jobs().await;
        let mut statuses: Vec<_> = hosts_of_web(&app).await.into_iter().map(|(_, status)| status).collect();
        statuses.sort();
        assert_eq!(statuses, ["deploy_failed", "running"]);
        assert_eq!(used_and_held(&app).await, (1, 0), "what failed keeps no quota");
        assert_eq!(app.logged("create", "success").await, created_before + 1, "one record for what was asked");
        assert_eq!((app.logged("execute", "success").await, app.logged("execute", "failed").await), (1, 1));
    }

    async fn hosts_that_end_at_the_same_time_end_the_ticket_once(app) {
        let app = app.with_settings(|settings| settings.deploy_delay = 0);
        let number = approved(&app, "crowd", 12).await;
        // Several workers at once, each with the others' jobs in reach.
        for _ in 0..200 {
            let workers = (0..4).map(|_| jobs::run_due(&app));
            for ran in futures::future::join_all(workers).await {
                ran.expect("run");
            }
            if app.leftover_jobs().await.is_empty() {
                break;
            }
            app.clock.advance(100);
        }
        assert_eq!(stand(&app, number).await, SUCCEEDED);
        let kinds: Vec<_> = ticket(&app, number).await.records.iter().map(|r| r.kind.key()).collect();
        assert_eq!(kinds, ["submit", "pass", "pass", "succeed"]);
        assert_eq!((machines(&app).await.len(), app.logged("execute", "success").await), (12, 12));
    }

    async fn killed_anywhere_on_the_way_the_host_comes_up_once(app) {
        let app = app.with_settings(|settings| settings.deploy_delay = 0);
        lift_limits(&app).await;
        kill_everywhere(&app, async |app, name| approved(app, name, 1).await).await;
    }

    async fn killed_anywhere_in_a_retry_the_host_comes_up_once(app) {
        let behind = app.with_settings(|settings| settings.deploy_delay = 0).app.cloud;
        let instead = |call: &str| call.ends_with("/boot/1").then(|| Ok(Progress::Failed("It broke.".into())));
        let app = on_cloud(&app, Interfering { behind, instead });
        lift_limits(&app).await;
        kill_everywhere(&app, async |app, name| {
            let number = approved(app, name, 1).await;
            app.run_jobs().await;
            assert_eq!(stand(app, number).await, FAILED);
            retry(app, number).await.expect("retried");
            number
        })
        .await;
    }

    async fn killed_anywhere_while_removing_nothing_is_left(app) {
        let behind = app.with_settings(|settings| settings.deploy_delay = 0).app.cloud;
        let instead = |call: &str| call.ends_with("/boot/1").then(|| Ok(Progress::Failed("It broke.".into())));
        let app = on_cloud(&app, Interfering { behind, instead });
        let mut kills = 0;
        for point in 0.. {
            let number = approved(&app, &format!("kill-{point}"), 1).await;
            app.run_jobs().await;
            abandon(&app, number).await.expect("abandoned");
            let ended = before_kill(point, app.run_jobs()).await;
            app.clock.advance(MINUTE);
            app.run_jobs().await;
            assert_eq!((hosts_of_web(&app).await, machines(&app).await), (vec![], vec![]), "killed at {point}");
            kills += u32::from(!ended);
            if ended && point >= 20 {
                break;
            }
        }
        assert!(kills >= 1, "no worker was killed on its way");
    }
}

/// Makes one host after the other, and kills the worker of each at one wait later than the worker of the one before,
/// until workers are through before they are killed. How often a worker waits isn't the same every time, because a
/// database that answers at once is not waited for. So one worker that is through early doesn't end the test. After
/// each kill another worker takes over once the lease has run out.
async fn kill_everywhere(app: &TestApp, begin: impl AsyncFn(&TestApp, &str) -> i64) {
    let mut kills = 0;
    for point in 0.. {
        let name = format!("kill-{point}");
        let number = begin(app, &name).await;
        let logged_before = app.logged("execute", "success").await;
        let ended = before_kill(point, app.run_jobs()).await;
        app.clock.advance(MINUTE);
        app.run_jobs().await;
        assert_eq!(stand(app, number).await, SUCCEEDED, "killed at {point}");
        let hosts = hosts_of_web(app).await;
        let of_ticket: Vec<_> = hosts.iter().filter(|(host, _)| *host == name).collect();
        assert!(of_ticket.len() == 1 && of_ticket[0].1 == "running", "killed at {point}: {of_ticket:?}");
        assert_eq!(machines(app).await.len(), hosts.len(), "killed at {point}: one machine per host");
        assert_eq!(app.logged("execute", "success").await, logged_before + 1, "killed at {point}: recorded once");
        let (used, held) = used_and_held(app).await;
        assert_eq!((used, held), (hosts.len() as i64, 0), "killed at {point}");
        kills += u32::from(!ended);
        if ended && point >= 50 {
            break;
        }
    }
    assert!(kills >= 3, "only {kills} workers were killed on their way");
}

/// Runs the future until it has waited `waits` times, then drops it wherever it is. `true` if it ended before that.
async fn before_kill<T>(waits: usize, future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    let mut waited = 0;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if waited == waits => Poll::Ready(false),
        Poll::Pending => {
            waited += 1;
            Poll::Pending
        }
    })
    .await
}

async fn lift_limits(app: &TestApp) {
    let mut tx = app.db.begin().await.expect("begin");
    let web = LimitScope::Project(app.project("web").await);
    let none = Key::ALL.iter().map(|key| (*key, countersign::domain::quota::UNLIMITED)).collect::<BTreeMap<_, _>>();
    set_limits(&mut tx, &web, &none).await.expect("set");
    tx.commit().await.expect("commit");
}
