//! Workflow tickets through the services: decisions, rights, tabs, and approvers who come and go.

use crate::common;
use crate::common::TestApp;
use crate::common::requests::host_form;
use countersign::domain::workflow::{ExecutionResult, ProcessResult, Status, Tab};
use countersign::server::caller::Caller;
use countersign::server::service::workflow::{decide, details, lists};
use countersign::server::service::{directory, requests};
use countersign::wire::error::AppError;
use countersign::wire::workflow::{Asked, TicketDetail, TicketFilter, TicketRow};

const BACK: &str = "/tickets/workflow/pending";

/// Asks for one host in the caller's project and gives the ticket's number.
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    let caller = app.caller(who).await;
    requests::hosts::create(app, &caller, &host_form(app, &caller, name).await, None).await.expect("submitted");
    list(app, who, Tab::Mine).await[0].number
}

async fn list(app: &TestApp, who: &str, tab: Tab) -> Vec<TicketRow> {
    let caller = app.caller(who).await;
    lists::list(app, &caller, tab, &TicketFilter::default()).await.expect("list").page.rows
}

async fn numbers(app: &TestApp, who: &str, tab: Tab) -> Vec<i64> {
    list(app, who, tab).await.into_iter().map(|row| row.number).collect()
}

async fn get(app: &TestApp, who: &str, number: i64) -> Result<TicketDetail, AppError> {
    details::get(app, &app.caller(who).await, number).await
}

/// Passes with the version that is current.
async fn pass(app: &TestApp, who: &str, number: i64) -> Result<(), AppError> {
    let version = version(app, number).await;
    common::pass(app, &app.caller(who).await, number, version, "", BACK).await.map(drop)
}

async fn version(app: &TestApp, number: i64) -> i64 {
    get(app, "sysadmin", number).await.expect("the System View reads every ticket").row.version
}

both! {
    async fn a_request_becomes_a_host(app) {
        let number = ask(&app, "member", "story").await;
        let submitted = get(&app, "member", number).await.expect("mine").row;
        assert_eq!(submitted.status, Status::Incomplete);
        assert_eq!(submitted.processor, ["coowner", "owner"]);
        assert_eq!(submitted.stage, "Leadership Approval 1/2");
        pass(&app, "owner", number).await.expect("link 1");
        assert_eq!(get(&app, "member", number).await.expect("mine").row.processor, ["deputy", "sysadmin"]);
        pass(&app, "deputy", number).await.expect("link 2");
        let approved = get(&app, "member", number).await.expect("mine").row;
        assert_eq!((approved.process_result, approved.execution_result), (Some(ProcessResult::Approved), Some(ExecutionResult::InProgress)));
        app.run_jobs().await;
        let done = get(&app, "member", number).await.expect("mine");
        assert_eq!((done.row.status, done.row.execution_result), (Status::Completed, Some(ExecutionResult::Succeeded)));
        assert!(done.row.closed_at.is_some());
        let stages: Vec<_> = done.stages.iter().map(|s| (s.name.as_str(), s.state.key(), s.who.as_str())).collect();
        assert_eq!(stages, [
            ("Submit", "done", "member"),
            ("Leadership Approval", "done", "owner"),
            ("System Administrator Approval", "done", "deputy"),
            ("Execution", "done", "succeeded"),
        ]);
        let kinds: Vec<_> = done.records.iter().map(|r| r.kind.key()).collect();
        assert_eq!(kinds, ["submit", "pass", "pass", "succeed"]);
    }

    async fn what_is_ahead_names_who_could_approve_there(app) {
        let number = ask(&app, "member", "ahead").await;
        let who = |detail: TicketDetail| detail.stages.into_iter().map(|stage| stage.who).collect::<Vec<_>>();
        let told = who(get(&app, "member", number).await.expect("mine"));
        assert_eq!(told, ["member", "coowner, owner", "deputy, sysadmin", ""]);
        // Not the requester, whatever their role.
        let own = ask(&app, "deputy", "own").await;
        assert_eq!(who(get(&app, "deputy", own).await.expect("mine"))[2], "sysadmin");
        let version = version(&app, number).await;
        decide::undo(&app, &app.caller("member").await, number, version, "No.", BACK).await.expect("undone");
        let undone = who(get(&app, "member", number).await.expect("mine"));
        assert_eq!(undone[1..3], ["undone by member", "not reached"]);
    }

    async fn a_decision_says_what_it_will_do(app) {
        let number = ask(&app, "member", "told").await;
        let owner = app.caller("owner").await;
        let about = |caller: &Caller, asked| {
            let (app, caller) = (app.clone(), caller.clone());
            async move { details::decision(&app, &caller, number, asked).await.expect("readable").about }
        };
        assert_eq!(
            about(&owner, Asked::Pass).await,
            format!("#{number} of member. Pass: 1 host, 1 vCPU for web. Next: System Administrator Approval.")
        );
        assert_eq!(
            about(&owner, Asked::Reject).await,
            format!("#{number} of member. Reject: the ticket ends, and this isn't done: 1 host, 1 vCPU for web.")
        );
        let shown = details::decision(&app, &owner, number, Asked::Pass).await.expect("readable").particulars;
        assert_eq!(shown, "told \u{b7} c1.small: 1 vCPU, 1 GiB \u{b7} Debian 13 \u{b7} 30 GiB");
        let member = app.caller("member").await;
        assert_eq!(about(&member, Asked::Undo).await, format!("#{number}: 1 host, 1 vCPU for web"));
        pass(&app, "owner", number).await.expect("link 1");
        let last = about(&app.caller("deputy").await, Asked::Pass).await;
        assert!(last.ends_with("Pass: 1 host, 1 vCPU for web. Then it is carried out."), "{last}");
    }

    async fn each_tab_holds_what_the_manual_says(app) {
        let number = ask(&app, "member", "tabs").await;
        pass(&app, "owner", number).await.expect("link 1");
        //            who         mine   pending resolved involved
        let at_link_2 = [
            ("member",   [true,  false, false, false]),
            ("owner",    [false, false, true,  false]),
            ("coowner",  [false, false, false, true]),
            ("sysadmin", [false, true,  false, false]),
            ("deputy",   [false, true,  false, false]),
            ("viewer",   [false, false, false, false]),
        ];
        for (who, expected) in at_link_2 {
            let mut got = [false; 4];
            for (i, tab) in [Tab::Mine, Tab::Pending, Tab::Resolved, Tab::Involved].into_iter().enumerate() {
                got[i] = numbers(&app, who, tab).await.contains(&number);
            }
            assert_eq!(got, expected, "{who}");
        }
        assert!(numbers(&app, "sysadmin", Tab::All).await.contains(&number));
        let refused = lists::list(&app, &app.caller("owner").await, Tab::All, &TicketFilter::default()).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "All Tickets is for the System View");
        let undone = decide::undo(&app, &app.caller("member").await, number, 2, "not needed", BACK).await;
        undone.expect("the initiator may undo while link 2 waits");
        assert!(numbers(&app, "deputy", Tab::Involved).await.contains(&number), "undone while it waited for deputy");
        assert!(numbers(&app, "owner", Tab::Resolved).await.contains(&number), "whatever came of it later");
        assert!(numbers(&app, "sysadmin", Tab::Pending).await.is_empty());
    }

    async fn the_second_of_two_decisions_is_told_who_came_first(app) {
        let number = ask(&app, "member", "race").await;
        let (owner, coowner) = (app.caller("owner").await, app.caller("coowner").await);
        let (first, second) = tokio::join!(
            common::pass(&app, &owner, number, 1, "", BACK),
            common::reject(&app, &coowner, number, 1, "", BACK),
        );
        assert!(first.is_ok() != second.is_ok(), "exactly one counts: {first:?} {second:?}");
        let winner = if first.is_ok() { "owner" } else { "coowner" };
        let AppError::Refused(told) = first.and(second).expect_err("one was refused") else { panic!("a refusal") };
        assert!(told.contains(winner) && told.contains("already") && told.contains("UTC"), "{told}");
        assert_eq!(version(&app, number).await, 2);
    }

    async fn a_decision_on_an_older_version_is_refused(app) {
        let number = ask(&app, "member", "stale").await;
        pass(&app, "owner", number).await.expect("link 1");
        let stale = common::pass(&app, &app.caller("sysadmin").await, number, 1, "", BACK).await;
        assert!(matches!(stale, Err(AppError::Refused(_))), "{stale:?}");
        assert_eq!(version(&app, number).await, 2);
    }

    async fn who_may_do_what_with_a_members_ticket(app) {
        let number = ask(&app, "member", "rights").await;
        // Read, pass, undo: "y" may, "f" is forbidden, "-" doesn't see the ticket.
        let table = [
            ("member", "yfy"), ("owner", "yyf"), ("coowner", "yyf"), ("sysadmin", "yff"), ("deputy", "yff"),
            ("domainadmin", "---"), ("viewer", "---"), ("helpdesk", "---"), ("newcomer", "---"),
            ("acmeadmin", "---"), ("acmedeputy", "---"), ("shopowner", "---"), ("shopper", "---"),
        ];
        for (who, expected) in table {
            let caller = app.caller(who).await;
            let read = verdict(details::get(&app, &caller, number).await.map(drop));
            // A version that isn't the current one makes a permitted step fail after its rights were checked.
            let pass = verdict(common::pass(&app, &caller, number, 99, "", BACK).await.map(drop));
            let undo = verdict(decide::undo(&app, &caller, number, 99, "why", BACK).await.map(drop));
            assert_eq!(format!("{read}{pass}{undo}"), expected, "{who}");
        }
        for (who, number) in [("member", 999_999), ("shopowner", number)] {
            let error = get(&app, who, number).await.expect_err("not there");
            assert_eq!(error, AppError::NotFound, "foreign and unknown are the same");
        }
    }

    async fn a_requester_who_is_approver_cant_pass(app) {
        let number = ask(&app, "owner", "own").await;
        assert_eq!(get(&app, "owner", number).await.expect("mine").row.processor, ["coowner"]);
        let refused = common::pass(&app, &app.caller("owner").await, number, 1, "", BACK).await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        pass(&app, "coowner", number).await.expect("the other owner may");
    }

    async fn a_route_with_an_empty_link_is_refused_by_name(app) {
        let caller = app.caller("shopowner").await;
        let refused = requests::hosts::create(&app, &caller, &host_form(&app, &caller, "alone").await, None).await;
        let Err(AppError::Refused(told)) = refused else { panic!("{refused:?}") };
        assert!(told.contains("link 1") && told.contains("Leadership Approval"), "{told}");
        assert!(numbers(&app, "shopowner", Tab::Mine).await.is_empty(), "nothing is half-made");
    }

    async fn approvers_follow_the_directory(app) {
        let number = ask(&app, "member", "follow").await;
        let admin = app.caller("sysadmin").await;
        let (web, owner, viewer) = (app.project("web").await, app.user("owner").await, app.user("viewer").await);
        let role = "project_owner".into();
        directory::unassign(&app, &admin, &owner, &web, &role).await.expect("taken");
        assert!(numbers(&app, "owner", Tab::Pending).await.is_empty());
        assert!(matches!(pass(&app, "owner", number).await, Err(AppError::Forbidden(_))));
        directory::assign(&app, &admin, &viewer, &web, &role).await.expect("given");
        assert_eq!(numbers(&app, "viewer", Tab::Pending).await, [number]);
        let coowner = app.user("coowner").await;
        directory::set_enabled(&app, &admin, &coowner, false).await.expect("disabled");
        directory::unassign(&app, &admin, &viewer, &web, &role).await.expect("taken");
        let row = get(&app, "member", number).await.expect("mine").row;
        assert!(row.waits_for_nobody && row.status == Status::Incomplete, "an empty link holds the ticket");
        directory::set_enabled(&app, &admin, &coowner, true).await.expect("enabled");
        assert_eq!(get(&app, "member", number).await.expect("mine").row.processor, ["coowner"]);
        directory::assign(&app, &admin, &owner, &web, &role).await.expect("given again");
        pass(&app, "owner", number).await.expect("owner is back");
        let shop = app.project("shop").await;
        directory::assign(&app, &admin, &viewer, &shop, &"admin".into()).await.expect("an admin anywhere");
        assert_eq!(numbers(&app, "viewer", Tab::Pending).await, [number], "global scope looks everywhere");
    }

    async fn a_domain_admin_grants_only_within_the_domain(app) {
        let acme = app.caller("acmeadmin").await;
        let (shop, web) = (app.project("shop").await, app.project("web").await);
        let (shopper, viewer) = (app.user("shopper").await, app.user("viewer").await);
        directory::assign(&app, &acme, &shopper, &shop, &"project_owner".into()).await.expect("own domain");
        for (user, project, role, expected) in [
            (&shopper, &web, "member", AppError::NotFound),
            (&viewer, &shop, "member", AppError::NotFound),
        ] {
            assert_eq!(directory::assign(&app, &acme, user, project, &role.into()).await, Err(expected));
        }
        let wider = directory::assign(&app, &acme, &shopper, &shop, &"admin".into()).await;
        assert!(matches!(wider, Err(AppError::Forbidden(_))), "no role wider than the view");
        for nobody in ["owner", "member", "viewer", "helpdesk", "newcomer"] {
            let refused = directory::assign(&app, &app.caller(nobody).await, &shopper, &shop, &"member".into()).await;
            assert!(matches!(refused, Err(AppError::Forbidden(_))), "{nobody}");
        }
    }

    async fn a_ticket_keeps_the_process_it_was_started_with(app) {
        use countersign::domain::process::{LinkForm, ProcessForm};
        use countersign::server::service::processes;
        let number = ask(&app, "member", "pinned").await;
        let one_link = LinkForm { name: "Only".into(), by: "role".into(), role: "domainadmin".into(), scope: "domain".into(), persons: vec![] };
        let form = ProcessForm { ticket_type: "apply-machine".into(), links: vec![one_link], ..Default::default() };
        processes::configure(&app, &app.caller("sysadmin").await, &form).await.expect("a new version");
        pass(&app, "owner", number).await.expect("the old route");
        assert_eq!(get(&app, "member", number).await.expect("mine").row.stage, "System Administrator Approval 2/2");
        let later = ask(&app, "member", "later").await;
        assert_eq!(get(&app, "member", later).await.expect("mine").row.processor, ["deputy", "domainadmin"]);
    }

    async fn undo_needs_a_reason_and_ends_the_ticket(app) {
        let number = ask(&app, "member", "undo").await;
        let member = app.caller("member").await;
        let refused = decide::undo(&app, &member, number, 1, "  ", BACK).await.expect_err("no reason");
        assert!(refused.problem("reason").is_some(), "{refused:?}");
        decide::undo(&app, &member, number, 1, "a mistake", BACK).await.expect("undone");
        let detail = get(&app, "member", number).await.expect("mine");
        assert_eq!((detail.row.status, detail.row.process_result), (Status::Canceled, None));
        assert_eq!(detail.records.last().map(|r| r.note.as_str()), Some("a mistake"));
        assert!(matches!(pass(&app, "owner", number).await, Err(AppError::Refused(_))));
    }

    async fn every_attempt_leaves_one_record(app) {
        let number = ask(&app, "member", "logged").await;
        assert_eq!((app.logged("submit", "success").await, app.logged("pass", "failed").await), (1, 0));
        common::pass(&app, &app.caller("member").await, number, 1, "", BACK).await.expect_err("not an approver");
        assert_eq!((app.logged("pass", "success").await, app.logged("pass", "failed").await), (0, 1));
        let reason = "SELECT reason FROM operation_log WHERE operation = 'pass'";
        let reason: Option<String> = app.db.scalar(reason, vec![]).await.expect("one record");
        assert!(reason.is_some_and(|why| why.contains("own ticket")), "the record says why");
        pass(&app, "owner", number).await.expect("link 1");
        assert_eq!((app.logged("pass", "success").await, app.logged("pass", "failed").await), (1, 1));
    }

    async fn lists_are_filtered_and_paged_by_key(app) {
        let mut made = Vec::new();
        for i in 0..53 {
            made.push(ask(&app, "member", &format!("batch-{i:02}")).await);
        }
        let member = app.caller("member").await;
        let read = async |filter: TicketFilter| lists::list(&app, &member, Tab::Mine, &filter).await.expect("list").page;
        let batch = || TicketFilter { resource: "BATCH-".into(), ..Default::default() };
        let first = read(batch()).await;
        assert_eq!(first.rows.len(), 50);
        assert_eq!(first.previous, None);
        let second = read(TicketFilter { after: first.next.clone(), ..batch() }).await;
        assert_eq!(second.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [made[2], made[1], made[0]]);
        assert_eq!(second.next, None);
        let back = read(TicketFilter { before: second.previous.clone(), ..batch() }).await;
        assert_eq!(back.rows, first.rows, "the way back leads to the same page");
        let oldest = read(TicketFilter { sort: "oldest".into(), ..batch() }).await;
        assert_eq!(oldest.rows[0].number, made[0]);
        let one = read(TicketFilter { resource: "batch-07".into(), ..Default::default() }).await;
        assert_eq!(one.rows.len(), 1);
        let wildcard = read(TicketFilter { resource: "batch_07".into(), ..Default::default() }).await;
        assert!(wildcard.rows.is_empty(), "a typed underscore is no wildcard");
        let by_id = read(TicketFilter { id: made[4].to_string(), ..Default::default() }).await;
        assert_eq!(by_id.rows.len(), 1);
        let before = app.db.query_count();
        read(batch()).await;
        assert_eq!(app.db.query_count() - before, 3, "a page of any length costs two statements, and one for a part of a name");
    }
}

fn verdict(result: Result<(), AppError>) -> char {
    match result {
        Ok(()) | Err(AppError::Refused(_)) => 'y',
        Err(AppError::Forbidden(_)) => 'f',
        Err(AppError::NotFound) => '-',
        Err(other) => panic!("{other:?}"),
    }
}
