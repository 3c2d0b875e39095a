//! Several tickets decided at once: who may, which tickets together, and what is told of tickets that couldn't be
//! decided.

use crate::common;
use crate::common::TestApp;
use crate::common::requests::ask_for_host;
use countersign::domain::time::MINUTE;
use countersign::domain::workflow::{ProcessResult, Status};
use countersign::server::service::directory;
use countersign::server::service::workflow::decide::digest;
use countersign::server::service::workflow::{batch, decide, details};
use countersign::server::store::ticket;
use countersign::server::store::value::args;
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::workflow::{BatchResult, Picked, Verdict};

const BACK: &str = "/tickets/workflow/pending?resource=web";

/// Asks for hosts of these names, and gives the tickets' numbers.
async fn ask(app: &TestApp, who: &str, names: &[&str]) -> Vec<i64> {
    let caller = app.caller(who).await;
    let mut numbers = vec![];
    for name in names {
        numbers.push(ask_for_host(app, &caller, name).await);
    }
    numbers
}

async fn picked(app: &TestApp, numbers: &[i64], version: i64) -> Vec<Picked> {
    let mut picked = Vec::new();
    for number in numbers {
        let found = ticket::get(&app.db, *number).await.expect("query");
        let seen = found.map(|ticket| digest(&ticket)).unwrap_or_default();
        picked.push(Picked { number: *number, version, seen });
    }
    picked
}

async fn decided(app: &TestApp, who: &str, verdict: Verdict, picked: &[Picked]) -> Result<Done, AppError> {
    batch::decide(app, &app.caller(who).await, verdict, picked, "Together.", BACK).await
}

/// The result that the answer leads to, read by the person who got the answer.
async fn told(app: &TestApp, who: &str, done: &Done) -> Option<BatchResult> {
    let (_, id) = done.location.split_once("about=").expect("a result");
    batch::result(app, &app.caller(who).await, id).await.expect("read")
}

async fn version(app: &TestApp, number: i64) -> i64 {
    details::get(app, &app.caller("sysadmin").await, number).await.expect("the System View reads it").row.version
}

/// Makes a ticket one of another type, as far as a decision on it goes.
async fn retype(app: &TestApp, number: i64, ticket_type: &str) {
    let mut tx = app.db.begin().await.expect("begin");
    tx.exec("UPDATE ticket SET ticket_type = $2 WHERE number = $1", args![number, ticket_type]).await.expect("retyped");
    tx.commit().await.expect("commit");
}

both! {
    async fn all_that_wait_are_decided_each_with_the_note(app) {
        let numbers = ask(&app, "member", &["web-1", "web-2", "web-3"]).await;
        let owner = app.caller("owner").await;
        let look = batch::look(&app, &owner, Verdict::Pass, &numbers).await.expect("looked");
        assert_eq!((look.gone, look.refusal), (0, None));
        assert_eq!(look.about, ["web-1", "web-2", "web-3"].map(|name| format!("{name} \u{b7} 1 host, 1 vCPU for web \u{b7} member")));
        assert_eq!(look.tickets.iter().map(|t| (t.number, t.version)).collect::<Vec<_>>(), [(numbers[0], 1), (numbers[1], 1), (numbers[2], 1)]);
        // A ticket that is picked twice counts once.
        let twice = [picked(&app, &numbers, 1).await, picked(&app, &numbers[..1], 1).await].concat();
        let done = decided(&app, "owner", Verdict::Pass, &twice).await.expect("decided");
        assert_eq!((done.message.as_str(), done.location.as_str()), ("3 of 3 tickets passed.", BACK));
        for number in numbers {
            let detail = details::get(&app, &owner, number).await.expect("read");
            assert_eq!(detail.row.stage, "System Administrator Approval 2/2");
            assert_eq!(detail.records.last().map(|r| (r.actor.as_str(), r.note.as_str())), Some(("owner", "Together.")));
        }
        assert_eq!(app.logged("pass", "success").await, 3, "a record each");
    }

    async fn what_cannot_be_decided_is_told_and_holds_up_nothing(app) {
        let numbers = ask(&app, "member", &["web-1", "web-2", "web-3", "web-4"]).await;
        let coowner = app.caller("coowner").await;
        common::pass(&app, &coowner, numbers[0], 1, "", BACK).await.expect("first");
        decide::undo(&app, &app.caller("member").await, numbers[1], 1, "A mistake.", BACK).await.expect("undone");
        let look = batch::look(&app, &app.caller("owner").await, Verdict::Reject, &numbers).await.expect("looked");
        assert_eq!((look.tickets.len(), look.gone), (2, 2));
        // The dialog was open when those two were decided.
        let all = [picked(&app, &numbers, 1).await, picked(&app, &[999_999], 1).await].concat();
        let done = decided(&app, "owner", Verdict::Reject, &all).await.expect("decided");
        assert_eq!(done.message, "2 of 5 tickets rejected.");
        assert!(done.location.starts_with(&format!("{BACK}&dialog=batch-result&about=")), "{}", done.location);
        let result = told(&app, "owner", &done).await.expect("kept");
        assert_eq!(result.summary, "2 of 5 tickets rejected.");
        let reasons: Vec<_> = result.undecided.iter().map(|u| (u.number, u.reason.as_str())).collect();
        assert_eq!(reasons.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [numbers[0], numbers[1], 999_999]);
        assert!(reasons[0].1.starts_with(" was already passed") && reasons[0].1.contains("by coowner on 2026-11-24"), "{reasons:?}");
        assert!(reasons[1].1.starts_with(" was already undone by member"), "{reasons:?}");
        assert!(reasons[2].1.starts_with(": There is nothing here"), "{reasons:?}");
        let row = details::get(&app, &coowner, numbers[2]).await.expect("read").row;
        assert_eq!((row.status, row.process_result), (Status::Completed, Some(ProcessResult::Rejected)));
        assert_eq!((app.logged("reject", "success").await, app.logged("reject", "failed").await), (2, 3));

        assert_eq!(told(&app, "coowner", &done).await, None, "it is for the session that decided");
        app.clock.advance(11 * MINUTE);
        assert_eq!(told(&app, "owner", &done).await, None, "and kept for a while");
    }

    async fn who_may_decide_whose(app) {
        // Passed before, so that an administrator's link is open.
        let second = ask(&app, "member", &["second"]).await;
        common::pass(&app, &app.caller("owner").await, second[0], 1, "", BACK).await.expect("link 1");
        let (first, own) = (ask(&app, "member", &["first"]).await, ask(&app, "owner", &["own"]).await);
        // The member's first link, the owner's own, the member's second link: "y" is decided, "n" isn't.
        let table = [
            ("member", "nnn"), ("owner", "ynn"), ("coowner", "yyn"), ("sysadmin", "nny"), ("deputy", "nny"),
            ("domainadmin", "nnn"), ("viewer", "nnn"), ("helpdesk", "nnn"), ("newcomer", "nnn"), ("acmeadmin", "nnn"),
            ("shopowner", "nnn"), ("shopper", "nnn"),
        ];
        for (who, expected) in table {
            let numbers = [first[0], own[0], second[0]];
            let seen = batch::look(&app, &app.caller(who).await, Verdict::Pass, &numbers).await.expect("looked").tickets;
            let may = |number: &i64| if seen.iter().any(|t| t.number == *number) { 'y' } else { 'n' };
            assert_eq!(numbers.iter().map(may).collect::<String>(), expected, "{who} is shown");
            // On a version that isn't the current one nothing is decided, and only people who may decide are told so.
            let done = decided(&app, who, Verdict::Pass, &picked(&app, &numbers, 99).await).await.expect("answered");
            let result = told(&app, who, &done).await.expect("kept");
            // The owner passed the last one before, which is told as such.
            let outdated = |u: &countersign::wire::workflow::Undecided| {
                ["Your decision was not counted", "this second time changed nothing"].iter().any(|told| u.reason.contains(told))
            };
            let got: String = result.undecided.iter().map(|u| if outdated(u) { 'y' } else { 'n' }).collect();
            let had_a_task = who == "owner" || who == "coowner";
            let expected = if had_a_task { format!("{}y", &expected[..2]) } else { expected.to_owned() };
            assert_eq!(got, expected, "{who} decides");
        }
        for number in [first[0], own[0]] {
            assert_eq!(version(&app, number).await, 1, "nothing was decided");
        }
    }

    async fn an_approver_who_lost_the_role_meanwhile_decides_nothing(app) {
        let numbers = ask(&app, "member", &["web-1", "web-2"]).await;
        let (admin, owner) = (app.caller("sysadmin").await, app.user("owner").await);
        let web = app.project("web").await;
        directory::unassign(&app, &admin, &owner, &web, &"project_owner".into()).await.expect("taken");
        let done = decided(&app, "owner", Verdict::Pass, &picked(&app, &numbers, 1).await).await.expect("answered");
        assert_eq!(done.message, "0 of 2 tickets passed.");
        assert_eq!(version(&app, numbers[0]).await, 1);
    }

    async fn only_tickets_of_one_type_and_not_too_many(app) {
        let numbers = ask(&app, "member", &["web-1", "web-2"]).await;
        retype(&app, numbers[1], "apply-join-project").await;
        let owner = app.caller("owner").await;
        let look = batch::look(&app, &owner, Verdict::Reject, &numbers).await.expect("looked");
        let refusal = look.refusal.expect("two types");
        assert!(refusal.contains("Host Application") && refusal.contains("Join Project Application"), "{refusal}");
        let refused = |result: Result<Done, AppError>| match result {
            Err(AppError::Refused(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(decided(&app, "owner", Verdict::Reject, &picked(&app, &numbers, 1).await).await), refusal);
        assert!(refused(decided(&app, "owner", Verdict::Pass, &picked(&app, &numbers[1..], 1).await).await).contains("one by one"));
        assert!(refused(decided(&app, "owner", Verdict::Pass, &[]).await).contains("Nothing is selected"));
        let many: Vec<i64> = (1..=51).collect();
        assert!(refused(decided(&app, "owner", Verdict::Pass, &picked(&app, &many, 1).await).await).contains("At most 50"));
        assert_eq!(app.logged("pass", "failed").await, 3, "a refused attempt leaves a record");
        assert_eq!((version(&app, numbers[0]).await, app.logged("pass", "success").await), (1, 0));

        let long = "x".repeat(2_001);
        let problem = batch::decide(&app, &owner, Verdict::Reject, &picked(&app, &numbers[..1], 1).await, &long, BACK).await;
        assert!(problem.expect_err("too long").problem("note").is_some());
        // Tickets that may not be passed together may be rejected together.
        let done = decided(&app, "owner", Verdict::Reject, &picked(&app, &numbers[1..], 1).await).await.expect("rejected");
        assert_eq!(done.message, "1 of 1 ticket rejected.");
    }

    async fn a_form_without_scripts(app) {
        let numbers = ask(&app, "member", &["web-1", "web-2"]).await;
        let mut owner = app.client();
        owner.sign_in("owner").await;
        let page = format!("/tickets/workflow/pending?selected={}&selected={}&dialog=pass-selected", numbers[0], numbers[1]);
        let asked = owner.get(&page).await;
        assert!(asked.body.contains("Pass selected") && asked.body.contains("2 tickets: Host Application"));
        common::pass(&app, &app.caller("coowner").await, numbers[1], 1, "", BACK).await.expect("meanwhile");
        let (first, second) = (numbers[0].to_string(), numbers[1].to_string());
        let seen = picked(&app, &numbers, 1).await;
        let fields = [
            ("verdict", "pass"), ("back", "/tickets/workflow/pending"), ("note", ""),
            ("tickets[0][number]", first.as_str()), ("tickets[0][version]", "1"),
            ("tickets[0][seen]", seen[0].seen.as_str()), ("tickets[1][seen]", seen[1].seen.as_str()),
            ("tickets[1][number]", second.as_str()), ("tickets[1][version]", "1"),
        ];
        let answer = owner.submit("/api/decide-batch", &fields).await;
        assert_eq!(answer.status.as_u16(), 303, "{}", answer.body);
        let shown = owner.get(answer.location()).await;
        assert!(shown.body.contains("1 of 2 tickets passed."), "the summary");
        assert!(shown.body.contains("was already passed"), "and why");
        // Nothing selected is no fault of the form.
        let nothing = owner.submit("/api/decide-batch", &fields[..3]).await;
        assert_eq!(nothing.status.as_u16(), 303, "{}", nothing.body);
    }
}
