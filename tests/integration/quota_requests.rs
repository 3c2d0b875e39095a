//! Other limits: asked for by ticket or set at once, by whom and where, and that what is carried out is what was asked for.

use crate::common::TestApp;
use crate::deploying::{number_in, ticket};
use crate::{common, deploying};
use countersign::domain::quota::{Key, Standing, UNLIMITED};
use countersign::domain::quota_request::{LimitField, QuotaForm, QuotaScope, seen};
use countersign::domain::workflow::{ExecutionResult, ProcessResult, Status};
use countersign::server::caller::Caller;
use countersign::server::service::quota::{LimitScope, set_limits, standings};
use countersign::server::service::workflow::decide;
use countersign::server::service::workflow::submit::Amends;
use countersign::server::service::{processes, quotas, requests};
use countersign::server::store::directory;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::quotas::{QuotaList, Way};
use std::collections::BTreeMap;

const BACK: &str = "/tickets/workflow/pending";

/// The form of project `web`, `system` or `shop`, or of domain `Default` or `acme`, with these limits typed.
async fn form(app: &TestApp, place: &str, typed: &[(Key, &str)]) -> QuotaForm {
    let domains = directory::domains(&app.db).await.expect("query");
    let (scope, id) = match domains.into_iter().find(|domain| domain.name == place) {
        Some(domain) => (QuotaScope::Domain, domain.id.0),
        None => (QuotaScope::Project, app.project(place).await.0),
    };
    let field =
        |(key, value): &(Key, &str)| (key.key().to_owned(), LimitField { value: (*value).to_owned(), unlimited: None });
    QuotaForm { scope: scope.key().into(), id, limits: typed.iter().map(field).collect(), ..QuotaForm::default() }
}

async fn change(app: &TestApp, caller: &Caller, place: &str, typed: &[(Key, &str)]) -> Result<Done, AppError> {
    requests::quota::change(app, caller, &form(app, place, typed).await, None, "").await
}

/// Submits as `owner` for `web`, and gives the ticket's number.
async fn submit(app: &TestApp, typed: &[(Key, &str)]) -> i64 {
    let owner = app.caller_in("owner", "Project View: web").await;
    number_in(&change(app, &owner, "web", typed).await.expect("submitted"))
}

async fn pass(app: &TestApp, who: &str, number: i64) -> Result<Done, AppError> {
    let version = ticket(app, number).await.row.version;
    common::pass(app, &app.caller(who).await, number, version, "", BACK).await
}

async fn web(app: &TestApp) -> Standing {
    standings(&app.db, &app.project("web").await).await.expect("standings").remove(0)
}

async fn default_domain(app: &TestApp) -> Standing {
    standings(&app.db, &app.project("web").await).await.expect("standings").remove(1)
}

async fn limit(app: &TestApp, key: Key, value: i64) {
    let scope = LimitScope::Project(app.project("web").await);
    let mut tx = app.db.begin().await.expect("begin");
    set_limits(&mut tx, &scope, &BTreeMap::from([(key, value)])).await.expect("set");
    tx.commit().await.expect("commit");
}

async fn switch(app: &TestApp, ticket_type: &str, enabled: bool) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let setup = processes::setup(app, &admin).await.expect("setup");
    let process = setup.processes.iter().find(|p| p.ticket_type.key() == ticket_type).expect("a process");
    let switched = match enabled {
        true => processes::enable(app, &admin, &process.id, true).await,
        false => processes::disable(app, &admin, &process.id).await,
    };
    switched.expect("switched");
}

fn problem(refused: Result<Done, AppError>, field: &str) -> String {
    let error = refused.expect_err("refused");
    error.problem(field).unwrap_or_else(|| panic!("{field} in {error:?}")).to_owned()
}

fn refusal(refused: Result<Done, AppError>) -> String {
    match refused {
        Err(AppError::Refused(told)) => told,
        other => panic!("refused: {other:?}"),
    }
}

/// The outcome in a letter: `t` by ticket, `s` set at once, `f` forbidden, `-` as if it weren't there.
fn letter(outcome: &Result<Done, AppError>) -> char {
    match outcome {
        Ok(done) if done.message.starts_with("Ticket ") => 't',
        Ok(_) => 's',
        Err(AppError::Forbidden(_)) => 'f',
        Err(AppError::NotFound) => '-',
        // It would be a ticket, but nobody except the requester holds the role that approves.
        Err(AppError::Refused(told)) if told.contains("Nobody could approve") => 't',
        Err(other) => panic!("{other:?}"),
    }
}

/// A line for each person and view: what comes of changing the quota of web, system, shop, Default and acme, a
/// [`letter`] each.
type Table = [(&'static str, &'static str, &'static str); 20];

/// Tries every row, and compares what is offered (a way) with what is allowed (the outcome).
async fn try_all(app: &TestApp, table: &Table) {
    for (who, view, expected) in table {
        let caller = app.caller_in(who, view).await;
        let shown = quotas::list(app, &caller, "").await.expect("everybody with a view sees quotas");
        let mut got = String::new();
        for (i, place) in ["web", "system", "shop", "Default", "acme"].into_iter().enumerate() {
            let key = if i < 3 { Key::Rds } else { Key::Cache };
            let form = form(app, place, &[(key, "7")]).await;
            let outcome = requests::quota::change(app, &caller, &form, None, "").await;
            let id = format!("{}:{}", form.scope, form.id);
            let way = shown.scopes.iter().find(|quota| quota.key() == id).and_then(|quota| quota.way);
            let letter = letter(&outcome);
            let expected_way = match letter {
                't' => Some(Way::Apply),
                's' => Some(Way::Set),
                _ => None,
            };
            assert_eq!(way, expected_way, "what {who} in {view} is offered for {place}");
            got.push(letter);
            // The limit is taken back, for the next place.
            let scope = if i < 3 {
                LimitScope::Project(form.id.as_str().into())
            } else {
                LimitScope::Domain(form.id.as_str().into())
            };
            let mut tx = app.db.begin().await.expect("begin");
            set_limits(&mut tx, &scope, &BTreeMap::from([(key, UNLIMITED)])).await.expect("set");
            tx.commit().await.expect("commit");
        }
        assert_eq!(got, *expected, "{who} in {view}");
    }
}

both! {
    async fn who_may_change_which_quota_where_by_ticket(app) {
        try_all(&app, &[
            ("sysadmin", "System View", "sssss"), ("sysadmin", "Project View: system", "-t-f-"),
            ("deputy", "System View", "sssss"), ("deputy", "Domain View: Default", "tt-t-"),
            ("deputy", "Project View: system", "-t-f-"), ("deputy", "Project View: web", "t--f-"),
            ("domainadmin", "Domain View: Default", "tt-t-"), ("domainadmin", "Project View: web", "t--f-"),
            ("owner", "Project View: web", "t--f-"),
            ("coowner", "Project View: web", "t--f-"), ("coowner", "Project View: system", "-t-f-"),
            ("member", "Project View: web", "t--f-"), ("viewer", "Project View: web", "f--f-"),
            ("helpdesk", "Project View: web", "f--f-"), ("helpdesk", "Project View: shop", "--f-f"),
            ("acmeadmin", "Domain View: acme", "--t-t"), ("acmeadmin", "Project View: shop", "--t-f"),
            ("acmedeputy", "Domain View: acme", "--t-t"),
            ("shopowner", "Project View: shop", "--t-f"), ("shopper", "Project View: shop", "--t-f"),
        ]).await;
        let newcomer = app.caller("newcomer").await;
        assert_eq!(letter(&change(&app, &newcomer, "web", &[(Key::Rds, "7")]).await), '-');
        assert_eq!(quotas::list(&app, &newcomer, "").await, Err(AppError::NotFound));
    }

    async fn who_may_set_which_quota_where_without_tickets(app) {
        switch(&app, "apply-project-quota", false).await;
        switch(&app, "apply-domain-quota", false).await;
        try_all(&app, &[
            ("sysadmin", "System View", "sssss"), ("sysadmin", "Project View: system", "-f-f-"),
            ("deputy", "System View", "sssss"), ("deputy", "Domain View: Default", "ss-f-"),
            ("deputy", "Project View: system", "-f-f-"), ("deputy", "Project View: web", "f--f-"),
            ("domainadmin", "Domain View: Default", "ss-f-"), ("domainadmin", "Project View: web", "f--f-"),
            ("owner", "Project View: web", "f--f-"),
            ("coowner", "Project View: web", "f--f-"), ("coowner", "Project View: system", "-f-f-"),
            ("member", "Project View: web", "f--f-"), ("viewer", "Project View: web", "f--f-"),
            ("helpdesk", "Project View: web", "f--f-"), ("helpdesk", "Project View: shop", "--f-f"),
            ("acmeadmin", "Domain View: acme", "--s-f"), ("acmeadmin", "Project View: shop", "--f-f"),
            ("acmedeputy", "Domain View: acme", "--s-f"),
            ("shopowner", "Project View: shop", "--f-f"), ("shopper", "Project View: shop", "--f-f"),
        ]).await;
    }

    async fn what_each_view_shows(app) {
        let shown = async |who: &str, view: &str, chosen: &str| -> Result<Vec<String>, AppError> {
            let list: QuotaList = quotas::list(&app, &app.caller_in(who, view).await, chosen).await?;
            Ok(list.scopes.into_iter().map(|quota| quota.standing.scope).collect())
        };
        let of = |scopes: &[&str]| Ok(scopes.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>());
        assert_eq!(shown("viewer", "Project View: web", "").await, of(&["project web", "domain Default"]));
        assert_eq!(shown("acmeadmin", "Domain View: acme", "").await, of(&["domain acme", "project shop"]));
        let all = of(&["domain Default", "project system", "project web", "domain acme", "project shop"]);
        assert_eq!(shown("sysadmin", "System View", "").await, all);
        let shop = format!("project:{}", app.project("shop").await);
        assert_eq!(shown("sysadmin", "System View", &shop).await, of(&["project shop", "domain acme"]));
        assert_eq!(shown("sysadmin", "System View", "domain:default").await, of(&["domain Default", "project system", "project web"]));
        for nonsense in ["domain:none", "project:none", "nonsense", "role:admin"] {
            assert_eq!(shown("sysadmin", "System View", nonsense).await, Err(AppError::NotFound), "{nonsense}");
        }
        assert_eq!(shown("owner", "Project View: web", &shop).await, of(&["project web", "domain Default"]), "the view decides");
        let before = app.db.query_count();
        shown("sysadmin", "System View", "").await.expect("list");
        // The person and the roles held, all places, the enabled types, and the standing of every quota.
        assert!(app.db.query_count() - before <= 8, "however many places there are");
    }

    async fn a_passed_application_sets_the_limits(app) {
        let number = submit(&app, &[(Key::Vcpu, "80"), (Key::Memory, "-1"), (Key::Storage, "0.5")]).await;
        let shown = ticket(&app, number).await;
        assert_eq!(shown.row.ticket_type.key(), "apply-project-quota");
        assert_eq!((shown.row.resource_name.as_str(), shown.row.project.as_deref()), ("web", Some("web")));
        assert_eq!(shown.summary, "vCPU +16, Memory Unlimited, Storage limited to 0.5 GiB for web");
        assert_eq!(shown.row.processor, ["deputy", "domainadmin"]);
        assert_eq!(web(&app).await.limit(Key::Vcpu), 64, "nothing yet");
        pass(&app, "domainadmin", number).await.expect("passed");
        let after = web(&app).await;
        assert_eq!((after.limit(Key::Vcpu), after.limit(Key::Memory), after.limit(Key::Storage)), (80, UNLIMITED, 512));
        let done = ticket(&app, number).await;
        assert_eq!((done.row.status, done.row.execution_result), (Status::Completed, Some(ExecutionResult::Succeeded)));
        assert_eq!(done.records.last().expect("a record").note, "vCPU of web is now 80, Memory Unlimited, Storage 0.5 GiB.");
        assert_eq!((app.logged("submit", "success").await, app.logged("pass", "success").await), (1, 1));
        assert!(app.leftover_jobs().await.is_empty(), "it was done in the deciding transaction");
    }

    async fn a_domains_quota_is_for_the_system_to_pass(app) {
        let admin = app.caller_in("domainadmin", "Domain View: Default").await;
        let number = number_in(&change(&app, &admin, "Default", &[(Key::HostCount, "50")]).await.expect("submitted"));
        let shown = ticket(&app, number).await;
        assert_eq!((shown.row.project.clone(), shown.domain.as_deref()), (None, Some("Default")));
        assert_eq!(shown.standings.iter().map(|s| s.scope.as_str()).collect::<Vec<_>>(), ["domain Default"]);
        assert_eq!(shown.row.processor, ["deputy", "sysadmin"]);
        pass(&app, "sysadmin", number).await.expect("passed");
        assert_eq!(default_domain(&app).await.limit(Key::HostCount), 50);
        assert_eq!(web(&app).await.limit(Key::HostCount), UNLIMITED, "the project's own is another");
    }

    async fn rejected_and_undone_applications_set_nothing(app) {
        let rejected = submit(&app, &[(Key::Vcpu, "80")]).await;
        common::reject(&app, &app.caller("domainadmin").await, rejected, 1, "no", BACK).await.expect("rejected");
        assert_eq!(ticket(&app, rejected).await.row.process_result, Some(ProcessResult::Rejected));
        let undone = submit(&app, &[(Key::Vcpu, "80")]).await;
        decide::undo(&app, &app.caller("owner").await, undone, 1, "no", BACK).await.expect("undone");
        assert_eq!(web(&app).await.limit(Key::Vcpu), 64);
    }

    async fn below_use_is_refused_when_submitted_and_when_passed(app) {
        deploying::approved(&app, "here", 4).await;
        app.run_jobs().await;
        let used = web(&app).await.used.get(Key::HostCount);
        assert_eq!(used, 4);
        let owner = app.caller_in("owner", "Project View: web").await;
        let told = problem(change(&app, &owner, "web", &[(Key::HostCount, "3")]).await, "form[limits][host_count][value]");
        assert!(told.contains("4 is in use"), "{told}");
        let number = submit(&app, &[(Key::HostCount, "4"), (Key::Vcpu, "100")]).await;
        deploying::approved(&app, "more", 1).await;
        let told = refusal(pass(&app, "domainadmin", number).await);
        assert!(told.contains("Host count can't be 4: 5 is in use") && told.contains("Reject it"), "{told}");
        let after = web(&app).await;
        assert_eq!((after.limit(Key::HostCount), after.limit(Key::Vcpu)), (UNLIMITED, 64), "all of it or nothing");
        assert_eq!(ticket(&app, number).await.row.status, Status::Incomplete, "it can still be rejected");
        let admin = app.caller_in("sysadmin", "System View").await;
        problem(change(&app, &admin, "web", &[(Key::HostCount, "4")]).await, "form[limits][host_count][value]");
    }

    async fn limits_that_changed_meanwhile_are_not_overwritten(app) {
        let number = submit(&app, &[(Key::Vcpu, "80"), (Key::Memory, "256")]).await;
        limit(&app, Key::Memory, 200 * 1_024).await;
        let told = refusal(pass(&app, "domainadmin", number).await);
        assert!(told.contains("The Memory limit of project web was 128 GiB and is 200 GiB now"), "{told}");
        let after = web(&app).await;
        assert_eq!((after.limit(Key::Vcpu), after.limit(Key::Memory)), (64, 200 * 1_024), "all of it or nothing");
        assert_eq!(app.logged("pass", "failed").await, 1, "the refused attempt is in the log");
        // What was shown when the form was opened is compared too.
        let owner = app.caller_in("owner", "Project View: web").await;
        let opened = QuotaForm { seen: seen(&after), ..form(&app, "web", &[(Key::Vcpu, "90")]).await };
        limit(&app, Key::Vcpu, 70).await;
        let told = problem(requests::quota::change(&app, &owner, &opened, None, "").await, "form[limits]");
        assert!(told.contains("changed since"), "{told}");
    }

    async fn of_two_applications_passed_at_once_one_counts(app) {
        let (first, second) = (submit(&app, &[(Key::Vcpu, "80")]).await, submit(&app, &[(Key::Vcpu, "90")]).await);
        let (a, b) = tokio::join!(pass(&app, "domainadmin", first), pass(&app, "deputy", second));
        assert_ne!(a.is_ok(), b.is_ok(), "{a:?} {b:?}");
        let expected = if a.is_ok() { 80 } else { 90 };
        assert_eq!(web(&app).await.limit(Key::Vcpu), expected);
    }

    async fn an_application_holds_nothing_and_hosts_hold_across_it(app) {
        let hosts = deploying::submit(&app, "waiting", 4).await;
        let held = web(&app).await.held.get(Key::HostCount);
        assert_eq!(held, 4);
        let number = submit(&app, &[(Key::HostCount, "4")]).await;
        assert_eq!(web(&app).await.held.get(Key::HostCount), 4, "asking for more quota takes none");
        pass(&app, "domainadmin", number).await.expect("there is room for what is held");
        let owner = app.caller_in("owner", "Project View: web").await;
        let told = problem(change(&app, &owner, "web", &[(Key::HostCount, "3")]).await, "form[limits][host_count][value]");
        assert!(told.contains("0 is in use, and open tickets hold 4"), "what was promised stays possible: {told}");
        let shown = quotas::list(&app, &app.caller_in("member", "Project View: web").await, "").await.expect("list");
        let of_web = &shown.scopes[0].standing;
        assert_eq!((of_web.limit(Key::HostCount), of_web.used.get(Key::HostCount), of_web.held.get(Key::HostCount)), (4, 0, 4));
        assert_eq!(of_web.free(Key::HostCount), Some(0));
        assert!(matches!(deploying::ask(&app, "one-more", 1).await, Err(AppError::Refused(_))));
        common::reject(&app, &app.caller("owner").await, hosts, 1, "", BACK).await.expect("rejected");
        assert_eq!(web(&app).await.free(Key::HostCount), Some(4), "released with the ticket");
        deploying::ask(&app, "one-more", 1).await.expect("there is room again");
    }

    async fn what_is_set_at_once_is_logged_and_leads_back(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let typed = form(&app, "web", &[(Key::Vcpu, "96"), (Key::Storage, "1024")]).await;
        let done = requests::quota::change(&app, &admin, &typed, None, "/quotas?scope=domain%3Adefault").await.expect("set");
        assert_eq!(done, Done::new("vCPU of web is now 96, Storage 1024 GiB.", "/quotas?scope=domain%3Adefault"));
        let away = requests::quota::change(&app, &admin, &form(&app, "web", &[(Key::Vcpu, "97")]).await, None, "//example.com").await;
        assert_eq!(away.expect("set").location, "/quotas");
        let sql = "SELECT details FROM operation_log WHERE operation = 'configure' AND result = 'success' ORDER BY number LIMIT 1";
        let details: Option<String> = app.db.scalar(sql, vec![]).await.expect("a record");
        let details: serde_json::Value = serde_json::from_str(&details.expect("details")).expect("JSON");
        assert_eq!(details["before"]["limits"], serde_json::json!({"vcpu": 64, "storage": -1}));
        assert_eq!(details["after"]["limits"], serde_json::json!({"vcpu": 96, "storage": 1_048_576}));
        let viewer = app.caller_in("viewer", "Project View: web").await;
        change(&app, &viewer, "web", &[(Key::Vcpu, "1")]).await.expect_err("forbidden");
        assert_eq!(app.logged("configure", "failed").await, 1, "the refused attempt is in the log");
    }

    async fn an_application_is_amended_before_it_is_decided(app) {
        let number = submit(&app, &[(Key::Vcpu, "80")]).await;
        let owner = app.caller_in("owner", "Project View: web").await;
        let amends = Some(Amends { number, version: 1 });
        let better = form(&app, "web", &[(Key::Vcpu, "72")]).await;
        let done = requests::quota::change(&app, &owner, &better, amends, "").await.expect("amended");
        assert_eq!(done.location, format!("/tickets/workflow/{number}"));
        assert_eq!(ticket(&app, number).await.summary, "vCPU +8 for web");
        let member = app.caller_in("member", "Project View: web").await;
        let foreign = requests::quota::change(&app, &member, &better, Some(Amends { number, version: 2 }), "").await;
        assert_eq!(foreign, Err(AppError::NotFound), "only who asked may amend");
        pass(&app, "domainadmin", number).await.expect("passed");
        assert_eq!(web(&app).await.limit(Key::Vcpu), 72);
    }

    async fn nothing_to_change_and_nonsense_stand_at_their_fields(app) {
        let owner = app.caller_in("owner", "Project View: web").await;
        problem(change(&app, &owner, "web", &[(Key::Vcpu, "64")]).await, "form[limits]");
        problem(change(&app, &owner, "web", &[(Key::Vcpu, "many")]).await, "form[limits][vcpu][value]");
        let long = QuotaForm { reason: "x".repeat(2_001), ..form(&app, "web", &[(Key::Vcpu, "65")]).await };
        problem(requests::quota::change(&app, &owner, &long, None, "").await, "form[reason]");
        for (scope, id) in [("project", "none"), ("domain", "none"), ("galaxy", "x"), ("", "")] {
            let form = QuotaForm { scope: scope.into(), id: id.into(), ..Default::default() };
            assert_eq!(requests::quota::change(&app, &owner, &form, None, "").await, Err(AppError::NotFound), "{scope}:{id}");
        }
    }
}
