//! Adjusting, deleting, restoring and clearing hosts: by ticket and at once, with what it does to quota, who may do it, and
//! what happens when it fails on the way.

use crate::common;
use crate::common::TestApp;
use crate::deploying::*;
use countersign::domain::host_operation::{AdjustForm, DeleteForm, DirectAction};
use countersign::domain::ids::HostId;
use countersign::domain::quota::Key;
use countersign::domain::time::{DAY, MINUTE};
use countersign::domain::workflow::{ExecutionResult, Status};
use countersign::server::caller::Caller;
use countersign::server::jobs;
use countersign::server::service::hosts::{self, trash};
use countersign::server::service::quota::{LimitScope, set_limits, standings};
use countersign::server::service::workflow::submit::Amends;
use countersign::server::service::workflow::{decide, route};
use countersign::server::service::{processes, requests};
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use std::collections::BTreeMap;

/// Makes running hosts of `web` and passes their ticket; returns their ids, sorted by name.
async fn running(app: &TestApp, name: &str, quantity: i64) -> Vec<HostId> {
    let number = approved(app, name, quantity).await;
    app.run_jobs().await;
    let sql = "SELECT id FROM host WHERE ticket_number = $1 ORDER BY name";
    app.db.scalars(sql, args![number]).await.expect("query")
}

async fn disable(app: &TestApp, ticket_type: &str) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let setup = processes::setup(app, &admin).await.expect("setup");
    let process = setup.processes.iter().find(|p| p.ticket_type.key() == ticket_type).expect("a process");
    processes::disable(app, &admin, &process.id).await.expect("disabled");
}

async fn member(app: &TestApp) -> Caller {
    app.caller_in("member", "Project View: web").await
}

/// The specification of the catalogue with the most vCPU, but fewer than `below`.
async fn larger(app: &TestApp, below: i64) -> String {
    let offered = hosts::form(app, &member(app).await).await.expect("form");
    let found = offered.specifications.iter().filter(|s| s.vcpu < below).max_by_key(|s| (s.vcpu, s.memory_mib));
    found.expect("a catalogue").id.0.clone()
}

async fn adjust_form(app: &TestApp, hosts: &[HostId], disks: &[&str]) -> AdjustForm {
    AdjustForm {
        hosts: hosts.to_vec(),
        specification: larger(app, 5).await,
        data_disks: disks.iter().map(|d| (*d).to_owned()).collect(),
        auto_start: Some("on".into()),
        reason: "More load.".into(),
    }
}

async fn adjust(app: &TestApp, hosts: &[HostId], disks: &[&str]) -> Result<Done, AppError> {
    requests::operations::adjust(app, &member(app).await, &adjust_form(app, hosts, disks).await, None).await
}

async fn delete(app: &TestApp, hosts: &[HostId]) -> Result<Done, AppError> {
    let form = DeleteForm { hosts: hosts.to_vec(), reason: "Not needed.".into() };
    requests::operations::delete(app, &member(app).await, &form, None).await
}

async fn passed(app: &TestApp, number: i64, approvers: &[&str]) {
    for approver in approvers {
        let version = ticket(app, number).await.row.version;
        common::pass(app, &app.caller(approver).await, number, version, "", "/").await.expect("passed");
    }
}

/// A host's status, vCPU, GiB of all disks, and whether a change is under way.
async fn host(app: &TestApp, id: &HostId) -> (String, i64, i64, bool) {
    let sql = "SELECT status, vcpu, disks_gib, change IS NOT NULL FROM host WHERE id = $1";
    app.db.opt(sql, args![id]).await.expect("query").expect("a host")
}

/// The vCPU that `web` uses and holds of its quota.
async fn vcpu(app: &TestApp) -> (i64, i64) {
    let standings = standings(&app.db, &app.project("web").await).await.expect("standings");
    (standings[0].used.get(Key::Vcpu), standings[0].held.get(Key::Vcpu))
}

async fn limit_vcpu(app: &TestApp, limit: i64) {
    let mut tx = app.db.begin().await.expect("begin");
    let web = LimitScope::Project(app.project("web").await);
    set_limits(&mut tx, &web, &BTreeMap::from([(Key::Vcpu, limit)])).await.expect("set");
    tx.commit().await.expect("commit");
}

fn refused(answer: Result<Done, AppError>) -> String {
    match answer.expect_err("refused") {
        AppError::Refused(why) => why,
        other => panic!("refused otherwise: {other:?}"),
    }
}

both! {
    async fn an_adjustment_by_ticket_holds_what_it_adds_and_changes_the_host_after_the_pass(app) {
        let hosts = running(&app, "a", 1).await;
        let (_, before, disks, _) = host(&app, &hosts[0]).await;
        let used = vcpu(&app).await.0;
        let number = number_in(&adjust(&app, &hosts, &["5"]).await.expect("submitted"));
        let grown = ticket(&app, number).await.request.takes().get(Key::Vcpu);
        assert!(grown > 0);
        assert_eq!(vcpu(&app).await, (used, grown));
        assert_eq!(host(&app, &hosts[0]).await, ("running".into(), before, disks, false), "nothing before the Pass");
        passed(&app, number, &["owner"]).await;
        assert_eq!(vcpu(&app).await, (used + grown, 0), "in use from the Pass on, and not held as well");
        assert_eq!(host(&app, &hosts[0]).await.0, "changing_configuration");
        let words: Vec<_> = ticket(&app, number).await.steps.into_iter().map(|step| step.step).collect();
        assert_eq!(words, ["Stop", "Resize", "Attach disks", "Start"]);
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await, ("running".into(), before + grown, disks + 5, false));
        assert_eq!(vcpu(&app).await, (used + grown, 0));
        assert_eq!(ticket(&app, number).await.row.status, Status::Completed);
    }

    async fn a_batch_to_the_trash_and_back(app) {
        let hosts = running(&app, "b", 2).await;
        let used = vcpu(&app).await;
        let number = number_in(&delete(&app, &hosts).await.expect("submitted"));
        passed(&app, number, &["owner", "domainadmin"]).await;
        assert_eq!(host(&app, &hosts[0]).await.0, "deleting");
        app.run_jobs().await;
        for id in &hosts {
            assert_eq!(host(&app, id).await.0, "in_trash");
        }
        assert_eq!(vcpu(&app).await, used, "what is in the trash counts");
        assert_eq!(ticket(&app, number).await.row.status, Status::Completed);
        let owner = app.caller("owner").await;
        trash::act(&app, &owner, &hosts[0], DirectAction::Restore, "/trash").await.expect("restored");
        trash::act(&app, &owner, &hosts[1], DirectAction::Clear, "/trash").await.expect("cleared");
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await.0, "stopped");
        assert_eq!(machines(&app).await, [hosts[0].clone()]);
        assert_eq!(hosts_of_web(&app).await.len(), 1);
        assert_eq!(vcpu(&app).await.0, used.0 / 2);
        assert_eq!(ticket(&app, number).await.steps.len(), 2, "the ticket still tells what was done, a line for each host");
    }

    async fn without_approval_both_run_at_once(app) {
        let hosts = running(&app, "c", 2).await;
        disable(&app, "apply-server-changeconfig").await;
        disable(&app, "apply-server-delete").await;
        let before = host(&app, &hosts[0]).await.1;
        let done = adjust(&app, &hosts, &[]).await.expect("at once");
        assert_eq!(done.location, "/hosts");
        app.run_jobs().await;
        assert!(host(&app, &hosts[0]).await.1 > before);
        delete(&app, &hosts[..1]).await.expect("at once");
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await.0, "in_trash");
        assert_eq!((app.logged("configure", "success").await, app.logged("delete", "success").await), (1, 1));
    }

    async fn what_would_fail_is_refused_at_submission(app) {
        let hosts = running(&app, "d", 1).await;
        let member = member(&app).await;
        trash::act(&app, &member, &hosts[0], DirectAction::Lock, "/").await.expect("locked");
        assert!(refused(delete(&app, &hosts).await).contains("d is delete-locked"));
        trash::act(&app, &member, &hosts[0], DirectAction::Unlock, "/").await.expect("unlocked");
        assert!(matches!(adjust(&app, &[], &[]).await, Err(AppError::Refused(_))));
        let many: Vec<HostId> = (0..21).map(|i| HostId(format!("h{i}"))).collect();
        assert!(refused(delete(&app, &many).await).contains("at most 20"));
        assert!(matches!(delete(&app, &["none".into()]).await, Err(AppError::NotFound)));
        limit_vcpu(&app, host(&app, &hosts[0]).await.1).await;
        let why = refused(adjust(&app, &hosts, &[]).await);
        for part in ["project web", "vCPU", "limit", "requested"] {
            assert!(why.contains(part), "{part} in {why}");
        }
        trash::act(&app, &member, &hosts[0], DirectAction::Stop, "/").await.expect("stopping");
        assert!(refused(delete(&app, &hosts).await).contains("under way"));
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await.0, "stopped");
        assert_eq!(vcpu(&app).await.1, 0, "a refused request holds nothing");
    }

    async fn an_approver_decides_on_what_was_shown(app) {
        let hosts = running(&app, "e", 1).await;
        let late = number_in(&adjust(&app, &hosts, &["1"]).await.expect("submitted"));
        // Meanwhile it is changed without a ticket.
        disable(&app, "apply-server-changeconfig").await;
        adjust(&app, &hosts, &[]).await.expect("at once");
        let owner = app.caller("coowner").await;
        let why = refused(common::pass(&app, &owner, late, 1, "", "/").await);
        assert!(why.contains("Something is under way with e"), "{why}");
        app.run_jobs().await;
        let shown = ticket(&app, late).await;
        assert!(shown.obstacles[0].contains("another configuration"), "{:?}", shown.obstacles);
        let why = refused(common::pass(&app, &owner, late, 1, "", "/").await);
        assert!(why.contains("can't be passed now") && why.contains("another configuration"), "{why}");
        common::reject(&app, &owner, late, 1, "", "/").await.expect("rejected");
        assert_eq!(vcpu(&app).await.1, 0);
        let ruling = decide::Ruling { number: late, version: 1, seen: "something else".into(), ..Default::default() };
        decide::pass(&app, &owner, ruling).await.expect_err("another request than the one shown");
    }

    async fn a_failed_adjustment_can_be_retried_or_abandoned(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "attach:2".into());
        let hosts = running(&app, "f", 1).await;
        let (_, before, disks, _) = host(&app, &hosts[0]).await;
        let number = number_in(&adjust(&app, &hosts, &["5"]).await.expect("submitted"));
        let grown = ticket(&app, number).await.request.takes();
        passed(&app, number, &["owner"]).await;
        app.run_jobs().await;
        let failed = ticket(&app, number).await;
        assert_eq!(failed.row.execution_result, Some(ExecutionResult::Failed));
        let larger = before + grown.get(Key::Vcpu);
        assert_eq!(host(&app, &hosts[0]).await, ("stopped".into(), larger, disks, false), "what was reached stays");
        assert_eq!(vcpu(&app).await, (larger, 0), "and only what is missing is held");
        retry(&app, number).await.expect("retried");
        app.run_jobs().await;
        assert_eq!(ticket(&app, number).await.row.execution_result, Some(ExecutionResult::Failed));
        retry(&app, number).await.expect("retried");
        app.run_jobs().await;
        assert_eq!(ticket(&app, number).await.row.status, Status::Completed);
        assert_eq!(host(&app, &hosts[0]).await, ("running".into(), larger, disks + 5, false), "no disk twice");
        assert_eq!(machines(&app).await, hosts);
    }

    async fn a_failed_deletion_leaves_the_host_and_can_be_abandoned(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "trash:1".into());
        let hosts = running(&app, "g", 2).await;
        let number = number_in(&delete(&app, &hosts).await.expect("submitted"));
        passed(&app, number, &["owner", "domainadmin"]).await;
        app.run_jobs().await;
        let mut statuses = vec![host(&app, &hosts[0]).await.0, host(&app, &hosts[1]).await.0];
        statuses.sort();
        assert_eq!(statuses, ["in_trash", "stopped"]);
        abandon(&app, number).await.expect("abandoned");
        app.run_jobs().await;
        assert_eq!(ticket(&app, number).await.row.status, Status::Canceled);
        assert_eq!(machines(&app).await.len(), 2);
    }

    async fn the_trash_is_emptied_by_itself(app) {
        let hosts = running(&app, "h", 2).await;
        disable(&app, "apply-server-delete").await;
        delete(&app, &hosts).await.expect("at once");
        app.run_jobs().await;
        trash::clear_overdue(&app).await.expect("run");
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await.0, "in_trash", "not before its time");
        app.clock.advance(3 * DAY + MINUTE);
        trash::clear_overdue(&app).await.expect("run");
        let restore = trash::act(&app, &app.caller("owner").await, &hosts[0], DirectAction::Restore, "/").await;
        assert!(matches!(restore, Err(AppError::Refused(_))), "it is being cleared");
        trash::clear_overdue(&app).await.expect("run again");
        app.run_jobs().await;
        assert_eq!((hosts_of_web(&app).await, machines(&app).await), (vec![], vec![]));
        assert_eq!(app.logged("clear", "success").await, 2, "once for each");
    }

    async fn a_host_that_could_not_be_made_can_be_deleted(app) {
        let app = app.with_settings(|settings| settings.inventory_faults = "boot:1".into());
        let number = approved(&app, "i", 1).await;
        app.run_jobs().await;
        let hosts: Vec<HostId> = app.db.scalars("SELECT id FROM host", vec![]).await.expect("query");
        disable(&app, "apply-server-delete").await;
        assert!(refused(delete(&app, &hosts).await).contains("belongs to a ticket that failed"));
        retry(&app, number).await.expect("retried");
        app.run_jobs().await;
        assert_eq!(host(&app, &hosts[0]).await.0, "running");
    }

    async fn who_may_do_what_to_whose_hosts(app) {
        let hosts = running(&app, "j", 1).await;
        //            who, whether they change hosts of web, whether they empty its trash; - doesn't see them
        let table = [
            ("sysadmin", "y", "y"),
            ("domainadmin", "y", "y"),
            ("owner", "y", "y"),
            ("member", "y", "f"),
            ("viewer", "f", "f"),
            ("helpdesk", "f", "f"),
            ("acmeadmin", "-", "-"),
            ("shopowner", "-", "-"),
            ("newcomer", "-", "-"),
        ];
        let letter = |answer: Result<Done, AppError>| match answer {
            Ok(_) | Err(AppError::Refused(_)) => "y",
            Err(AppError::Forbidden(_)) => "f",
            Err(AppError::NotFound) => "-",
            Err(other) => panic!("{other:?}"),
        };
        for (who, changes, empties) in table {
            let caller = app.caller(who).await;
            let form = adjust_form(&app, &hosts, &[]).await;
            assert_eq!(letter(requests::operations::adjust(&app, &caller, &form, None).await), changes, "{who} adjusts");
            let form = DeleteForm { hosts: hosts.clone(), reason: String::new() };
            assert_eq!(letter(requests::operations::delete(&app, &caller, &form, None).await), changes, "{who} deletes");
            let dialog = requests::operations::dialog(&app, &caller, &hosts, false, None).await.map(|_| Done::new("", ""));
            assert_eq!(letter(dialog), changes, "{who} opens the dialog");
            for action in [DirectAction::Lock, DirectAction::Unlock] {
                assert_eq!(letter(trash::act(&app, &caller, &hosts[0], action, "/").await), changes, "{who} {action:?}");
            }
            for action in [DirectAction::Restore, DirectAction::Clear] {
                assert_eq!(letter(trash::act(&app, &caller, &hosts[0], action, "/").await), empties, "{who} {action:?}");
            }
        }
    }

    async fn the_initiator_amends_what_nobody_has_decided(app) {
        let hosts = running(&app, "k", 1).await;
        let number = number_in(&adjust(&app, &hosts, &[]).await.expect("submitted"));
        let held = vcpu(&app).await.1;
        let smaller = AdjustForm { specification: larger(&app, 3).await, ..adjust_form(&app, &hosts, &["7"]).await };
        let amends = Some(Amends { number, version: 1 });
        let owner = app.caller("owner").await;
        let answer = requests::operations::adjust(&app, &owner, &smaller, amends).await;
        assert!(matches!(answer, Err(AppError::NotFound)), "somebody else's ticket: {answer:?}");
        requests::operations::adjust(&app, &member(&app).await, &smaller, amends).await.expect("amended");
        assert!(vcpu(&app).await.1 < held, "it holds what it asks for now");
        let why = refused(common::pass(&app, &owner, number, 1, "", "/").await);
        assert!(why.contains("amended by member"), "{why}");
        let again = requests::operations::adjust(&app, &member(&app).await, &smaller, amends).await;
        assert!(matches!(again, Err(AppError::Refused(_))), "of a version that is gone");
        let delete = DeleteForm { hosts: hosts.clone(), reason: String::new() };
        let other_type = requests::operations::delete(&app, &member(&app).await, &delete, Some(Amends { number, version: 2 })).await;
        assert!(matches!(other_type, Err(AppError::NotFound)));
        passed(&app, number, &["owner"]).await;
        let late = requests::operations::adjust(&app, &member(&app).await, &smaller, Some(Amends { number, version: 3 })).await;
        assert!(matches!(late, Err(AppError::Refused(_))), "decided already");
        app.run_jobs().await;
        let kinds: Vec<_> = ticket(&app, number).await.records.iter().map(|r| r.kind.key()).collect();
        assert_eq!(kinds, ["submit", "amend", "pass", "succeed"]);
    }

    async fn what_waits_for_a_ticket_is_not_asked_for_twice(app) {
        let hosts = running(&app, "twice", 2).await;
        let first = number_in(&adjust(&app, &hosts[..1], &[]).await.expect("submitted"));
        let why = refused(adjust(&app, &hosts, &[]).await);
        assert!(why.starts_with(&format!("twice-1 already waits for ticket {first}.")) && !why.contains("twice-2"), "{why}");
        let caller = member(&app).await;
        let told = |amends| {
            let (app, caller, hosts) = (app.clone(), caller.clone(), hosts.clone());
            async move { requests::operations::dialog(&app, &caller, &hosts, false, amends).await.expect("a dialog").obstacles }
        };
        assert_eq!(told(None).await, [why], "the dialog says so before anything is sent");
        assert!(told(Some(first)).await.is_empty(), "but not to whoever amends that ticket");
        let amends = Some(Amends { number: first, version: 1 });
        let both = adjust_form(&app, &hosts, &[]).await;
        requests::operations::adjust(&app, &caller, &both, amends).await.expect("amended: it replaces its own request");
        let why = refused(adjust(&app, &hosts[1..], &[]).await);
        assert!(why.contains(&format!("twice-2 already waits for ticket {first}")), "what was amended counts: {why}");

        // A ticket of another type may wait beside it, but only one of each type.
        let second = number_in(&delete(&app, &hosts[..1]).await.expect("submitted"));
        assert!(refused(delete(&app, &hosts[..1]).await).contains(&format!("waits for ticket {second}")));
        // Once the first is over the next may come.
        decide::undo(&app, &caller, first, 2, "Not needed.", "/").await.expect("undone");
        adjust(&app, &hosts[1..], &[]).await.expect("submitted");
        // Two at the same time wait for each other, so one of them is refused.
        let both = tokio::join!(adjust(&app, &hosts[..1], &[]), adjust(&app, &hosts[..1], &[]));
        assert_eq!(u8::from(both.0.is_ok()) + u8::from(both.1.is_ok()), 1, "{both:?}");
    }

    async fn the_route_names_who_could_approve(app) {
        use countersign::domain::process::TicketType::{ApplyMachine, ApplyServerDelete};
        let web = app.project("web").await;
        let member = member(&app).await;
        let preview = route::of_place(&app, &member, ApplyMachine, &web).await.expect("read").expect("enabled");
        let links: Vec<_> = preview.links.iter().map(|link| link.who.as_str()).collect();
        assert_eq!(links, ["coowner, owner", "deputy, sysadmin"]);
        let owner = app.caller("owner").await;
        let preview = route::of_place(&app, &owner, ApplyMachine, &web).await.expect("read").expect("enabled");
        assert_eq!(preview.links[0].who, "coowner", "not oneself");
        let foreign = route::of_place(&app, &app.caller("shopper").await, ApplyMachine, &web).await;
        assert!(matches!(foreign, Err(AppError::NotFound)));
        disable(&app, "apply-server-delete").await;
        assert_eq!(route::of_place(&app, &member, ApplyServerDelete, &web).await, Ok(None));
    }

    async fn killed_anywhere_an_adjustment_is_made_once(app) {
        let app = app.with_settings(|settings| settings.deploy_delay = 0);
        let hosts = running(&app, "l", 1).await;
        disable(&app, "apply-server-changeconfig").await;
        let disks = host(&app, &hosts[0]).await.2;
        for point in 0..8 {
            adjust(&app, &hosts, &["1"]).await.expect("at once");
            // The worker is dropped after `3 * point` milliseconds, wherever it is. Another takes over when its lease
            // has run out.
            let _ = tokio::time::timeout(std::time::Duration::from_millis(3 * point), app.run_jobs()).await;
            app.clock.advance(MINUTE);
            app.run_jobs().await;
            let (status, _, now, changing) = host(&app, &hosts[0]).await;
            assert_eq!((status.as_str(), now, changing), ("running", disks + 1 + point as i64, false), "killed at {point}");
        }
        jobs::run_due(&app).await.expect("nothing is left");
    }
}
