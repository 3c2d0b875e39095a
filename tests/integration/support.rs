//! Technical support: who may do what with whose ticket, the lists, the thread, and closing by itself.

use crate::common::TestApp;
use crate::common::requests::{copies, number_in};
use countersign::domain::process::{LinkForm, ProcessForm, TicketType};
use countersign::domain::support::{PostKind, SupportForm, SupportStatus, SupportTab};
use countersign::domain::time::{DAY, SECOND};
use countersign::server::caller::Caller;
use countersign::server::jobs;
use countersign::server::service::support::handling::Entry;
use countersign::server::service::support::{details, handling, lists, request};
use countersign::server::service::workflow::{decide, details as workflow_details, lists as workflow_lists};
use countersign::server::service::{directory, frame, processes, system_settings};
use countersign::wire::Done;
use countersign::wire::error::AppError;
use countersign::wire::support::{SupportDetail, SupportFilter};

fn form(description: &str, level: &str) -> SupportForm {
    SupportForm { description: description.into(), level: level.into(), follows: String::new() }
}

fn said(body: &str, note: bool) -> Entry<'_> {
    Entry { note, ..Entry::reply(body) }
}

/// Requests technical support as `member` in web; returns the ticket's number.
async fn asked(app: &TestApp, description: &str, level: &str) -> i64 {
    let member = app.caller_in("member", "Project View: web").await;
    number_in(&request::request(app, &member, &form(description, level), &[]).await.expect("submitted"))
}

async fn shown(app: &TestApp, who: &str, number: i64) -> Result<SupportDetail, AppError> {
    details::get(app, &app.caller(who).await, number, None).await
}

async fn status(app: &TestApp, number: i64) -> SupportStatus {
    shown(app, "member", number).await.expect("its requester reads it").row.status
}

async fn reply(app: &TestApp, who: &str, number: i64, text: &str) -> Result<Done, AppError> {
    handling::reply(app, &app.caller(who).await, number, said(text, false)).await
}

async fn end(app: &TestApp, who: &str, number: i64) -> Result<Done, AppError> {
    handling::end(app, &app.caller(who).await, number, "yes", "5", "thanks", "").await
}

async fn listed(app: &TestApp, caller: &Caller, tab: SupportTab) -> Vec<i64> {
    let list = lists::list(app, caller, tab, &SupportFilter::default()).await.expect("a list");
    list.page.rows.into_iter().map(|row| row.number).collect()
}

async fn tab(app: &TestApp, who: &str, tab: SupportTab) -> Vec<i64> {
    listed(app, &app.caller(who).await, tab).await
}

/// The bell's numbers for support: the person's own tickets, and those that wait for the person.
async fn bell(app: &TestApp, who: &str) -> (i64, i64) {
    let counts = frame::frame(app, &app.caller(who).await).await.expect("frame").counts;
    (counts.support_mine, counts.support_pending)
}

fn events(detail: &SupportDetail) -> Vec<&str> {
    detail.posts.iter().filter(|post| post.kind == PostKind::Event).map(|post| post.html.as_str()).collect()
}

both! {
    async fn the_whole_way_of_a_ticket(app) {
        let number = asked(&app, "# It is *slow*\nsince noon", "critical").await;
        let detail = shown(&app, "member", number).await.expect("readable");
        assert_eq!(detail.row.title, "It is slow");
        assert!(detail.posts[0].html.contains("<h3>It is <em>slow</em></h3>"), "{}", detail.posts[0].html);
        assert_eq!((detail.project.as_deref(), detail.domain.as_deref()), (Some("web"), Some("Default")));
        assert_eq!((bell(&app, "member").await, bell(&app, "helpdesk").await), ((1, 0), (0, 1)));
        assert_eq!(tab(&app, "helpdesk2", SupportTab::Pending).await, [number]);

        shown(&app, "helpdesk", number).await.expect("a handler reads it");
        assert_eq!(status(&app, number).await, SupportStatus::Submitted, "reading changes nothing");
        let helpdesk = app.caller("helpdesk").await;
        let done = handling::take(&app, &helpdesk, number).await.expect("taken");
        assert_eq!(done.location, format!("/tickets/support/{number}"));
        let detail = shown(&app, "member", number).await.expect("readable");
        assert_eq!((detail.row.status, detail.row.handler.as_deref()), (SupportStatus::Processing, Some("helpdesk")));
        assert_eq!(events(&detail), ["helpdesk took this ticket."]);
        assert_eq!(tab(&app, "helpdesk2", SupportTab::Pending).await, [number], "whoever may handle it still sees it");
        handling::take(&app, &helpdesk, number).await.expect("once more");
        assert_eq!(shown(&app, "member", number).await.expect("readable").posts.len(), 2, "which says nothing new");
        handling::take(&app, &app.caller("helpdesk2").await, number).await.expect("a colleague takes over");
        assert_eq!(shown(&app, "member", number).await.expect("readable").row.handler.as_deref(), Some("helpdesk2"));

        reply(&app, "member", number, "any news?").await.expect("sent");
        assert_eq!(status(&app, number).await, SupportStatus::Processing, "a further word changes no state");
        reply(&app, "helpdesk", number, "try again").await.expect("sent");
        assert_eq!(status(&app, number).await, SupportStatus::Feedback);
        assert_eq!(bell(&app, "helpdesk").await, (0, 0));
        assert_eq!(tab(&app, "helpdesk", SupportTab::Pending).await, [0; 0]);
        assert_eq!(tab(&app, "helpdesk", SupportTab::Resolved).await, [number]);
        assert_eq!(tab(&app, "helpdesk2", SupportTab::Resolved).await, [0; 0], "who didn't reply resolved nothing");
        reply(&app, "member", number, "better, but").await.expect("sent");
        assert_eq!(status(&app, number).await, SupportStatus::Waiting);
        assert_eq!(tab(&app, "helpdesk", SupportTab::Resolved).await, [0; 0]);
        assert_eq!(tab(&app, "helpdesk", SupportTab::Pending).await, [number]);

        end(&app, "member", number).await.expect("ended");
        let detail = shown(&app, "member", number).await.expect("readable");
        assert_eq!((detail.row.status, detail.resolved, detail.rating), (SupportStatus::Closed, Some(true), Some(5)));
        assert_eq!((detail.comment.as_str(), detail.row.closed_at), ("thanks", Some(app.now())));
        assert_eq!(events(&detail).last(), Some(&"member ended this ticket: resolved."));
        assert_eq!((bell(&app, "member").await, bell(&app, "helpdesk").await), ((0, 0), (0, 0)));
        for (who, refused) in [("member", "takes no reply"), ("helpdesk", "takes no reply")] {
            let error = reply(&app, who, number, "still?").await.expect_err("closed");
            assert!(error.to_string().contains(refused), "{error}");
        }
        assert!(end(&app, "member", number).await.is_err(), "it ends once");
        assert!(!details::reply_rights(&app, &helpdesk, number).await.expect("readable").may_reply);

        let member = app.caller_in("member", "Project View: web").await;
        let next = SupportForm { follows: number.to_string(), ..form("again", "") };
        let next = number_in(&request::request(&app, &member, &next, &[]).await.expect("a follow-up"));
        assert_eq!(shown(&app, "member", next).await.expect("readable").follows, Some(number));
        assert_eq!(shown(&app, "member", number).await.expect("readable").followed_by, [next]);
        for (operation, count) in [("submit", 2), ("take", 3), ("reply", 3), ("end", 1)] {
            assert_eq!(app.logged(operation, "success").await, count, "{operation}");
        }
    }

    async fn the_worst_comes_first_then_the_oldest(app) {
        let mut numbers = vec![];
        for level in ["minor", "fatal", "moderate", "critical", "", "fatal"] {
            numbers.push(asked(&app, &format!("It is {level}."), level).await);
        }
        let [minor, fatal, moderate, critical, preset, fatal_too] = numbers[..] else { panic!("six") };
        let order = [fatal, fatal_too, critical, moderate, minor, preset];
        assert_eq!(tab(&app, "helpdesk", SupportTab::Pending).await, order);
        let newest_first: Vec<_> = numbers.iter().rev().copied().collect();
        assert_eq!(tab(&app, "member", SupportTab::Mine).await, newest_first);
        // Page by page the order is the same.
        for level in ["minor"; 100] {
            asked(&app, "more", level).await;
        }
        let (helpdesk, mut after, mut read) = (app.caller("helpdesk").await, None, vec![]);
        loop {
            let filter = SupportFilter { after: after.take(), ..Default::default() };
            let list = lists::list(&app, &helpdesk, SupportTab::Pending, &filter).await.expect("a page");
            read.extend(list.page.rows.iter().map(|row| row.number));
            after = list.page.next;
            if after.is_none() {
                let filter = SupportFilter { before: list.page.previous, ..Default::default() };
                let back = lists::list(&app, &helpdesk, SupportTab::Pending, &filter).await.expect("the page before");
                assert_eq!(back.page.rows[0].number, read[50], "the second of three pages");
                break;
            }
        }
        assert_eq!(read.len(), 106);
        assert_eq!(read[..6], order);
        let by = |filter: SupportFilter| {
            let (app, helpdesk) = (app.clone(), helpdesk.clone());
            async move { lists::list(&app, &helpdesk, SupportTab::Pending, &filter).await.expect("a list").page.rows.len() }
        };
        assert_eq!(by(SupportFilter { priority: "fatal".into(), ..Default::default() }).await, 2);
        assert_eq!(by(SupportFilter { text: "CRITI".into(), ..Default::default() }).await, 1);
        copies(&app, fatal, 1_000, "q").await;
        let found = by(SupportFilter { text: "CRITI".into(), ..Default::default() }).await;
        assert_eq!(found, 1, "below very many others it is looked up");
        assert_eq!(by(SupportFilter { id: format!("#{fatal}"), ..Default::default() }).await, 1);
        assert_eq!(by(SupportFilter { id: "x".into(), ..Default::default() }).await, 0);
        assert_eq!(by(SupportFilter { initiator: "nobody".into(), ..Default::default() }).await, 0);
        assert_eq!(by(SupportFilter { status: "closed".into(), ..Default::default() }).await, 0);
    }

    async fn who_may_do_what_with_whose_ticket(app) {
        let number = asked(&app, "help", "").await;
        // Who reads it (r), writes in it (w), takes it (t), ends it (e); in the widest view (no other named) and in others.
        let table = [
            ("member", "", "rwe"),
            ("helpdesk", "", "rwt"),
            ("helpdesk2", "Project View: shop", "rwt"),
            ("owner", "", ""),
            ("viewer", "", ""),
            ("newcomer", "", ""),
            ("shopper", "", ""),
            ("acmeadmin", "", ""),
            ("domainadmin", "", "r"),
            ("domainadmin", "Project View: web", ""),
            ("sysadmin", "", "r"),
            ("sysadmin", "Project View: system", ""),
        ];
        for (who, view, rights) in table {
            let [reads, writes, takes, ends] = ['r', 'w', 't', 'e'].map(|right| rights.contains(right));
            let caller = if view.is_empty() { app.caller(who).await } else { app.caller_in(who, view).await };
            let gone = |error: &AppError| *error == AppError::NotFound;
            let denied = |error: &AppError| matches!(error, AppError::Forbidden(_));
            let is_right = |name: &str, outcome: Result<(), AppError>, may: bool| match (outcome, may, reads) {
                (Ok(()), true, _) => {}
                (Err(error), false, true) => assert!(denied(&error), "{who} {view} {name}: {error}"),
                (Err(error), false, false) => assert!(gone(&error), "{who} {view} {name}: {error}"),
                (outcome, ..) => panic!("{who} {view} {name}: {outcome:?}"),
            };
            is_right("reads", details::get(&app, &caller, number, None).await.map(drop), reads);
            // Without a word, so that nothing changes: a refusal for that comes after the check of rights.
            let silent = |outcome: Result<Done, AppError>| match outcome {
                Err(AppError::Invalid(_)) => Ok(()),
                other => other.map(drop),
            };
            is_right("replies", silent(handling::reply(&app, &caller, number, said(" ", false)).await), writes);
            is_right("ends", silent(handling::end(&app, &caller, number, "", "", "", "").await), ends);
            is_right("takes", handling::take(&app, &caller, number).await.map(drop), takes);
            is_right("notes", silent(handling::reply(&app, &caller, number, said(" ", true)).await), takes);
            if let Ok(detail) = details::get(&app, &caller, number, None).await {
                let rights = details::reply_rights(&app, &caller, number).await.expect("readable");
                assert_eq!((rights.may_reply, detail.row.may_end), (writes, ends), "{who} {view}");
                assert_eq!(rights.may_note, takes, "{who} {view}");
            }
            // It is no workflow ticket, whoever asks.
            assert_eq!(workflow_details::get(&app, &caller, number).await.err(), Some(AppError::NotFound), "{who}");
            let undone = decide::undo(&app, &caller, number, 1, "no", "/").await;
            assert_eq!(undone.err(), Some(AppError::NotFound), "{who}");
        }
        for unknown in [0, 999_999] {
            assert_eq!(shown(&app, "sysadmin", unknown).await.err(), Some(AppError::NotFound));
        }
        let all = |who: &'static str, view: &'static str| {
            let app = app.clone();
            async move { lists::list(&app, &app.caller_in(who, view).await, SupportTab::All, &Default::default()).await }
        };
        assert_eq!(all("sysadmin", "System View").await.expect("all").page.rows.len(), 1);
        assert_eq!(all("domainadmin", "Domain View: Default").await.expect("all").page.rows.len(), 1);
        assert_eq!(all("acmeadmin", "Domain View: acme").await.expect("all").page.rows.len(), 0);
        for (who, view) in [("sysadmin", "Project View: system"), ("member", "Project View: web")] {
            assert!(matches!(all(who, view).await, Err(AppError::Forbidden(_))), "{who} {view}");
        }
    }

    async fn where_support_is_requested(app) {
        for (who, view, may) in [
            ("member", "Project View: web", true), ("viewer", "Project View: web", true),
            ("helpdesk", "Project View: shop", true), ("domainadmin", "Domain View: Default", true),
            ("sysadmin", "System View", false), ("sysadmin", "Project View: system", true),
        ] {
            let caller = app.caller_in(who, view).await;
            let outcome = request::request(&app, &caller, &form("help", ""), &[]).await;
            assert_eq!(outcome.is_ok(), may, "{who} {view}: {outcome:?}");
            assert_eq!(request::check(&app, &caller).await.is_ok(), may, "{who} {view}");
        }
        let nowhere = request::request(&app, &app.caller("newcomer").await, &form("help", ""), &[]).await;
        assert!(matches!(nowhere, Err(AppError::Forbidden(_))), "{nowhere:?}");
        // The requester isn't asked to answer; the colleague is.
        let own = tab(&app, "helpdesk", SupportTab::Mine).await;
        assert_eq!(own.len(), 1);
        assert!(!tab(&app, "helpdesk", SupportTab::Pending).await.contains(&own[0]));
        assert!(tab(&app, "helpdesk2", SupportTab::Pending).await.contains(&own[0]));
        // A ticket of a Domain View belongs to the domain only.
        let of_domain = tab(&app, "domainadmin", SupportTab::Mine).await;
        assert_eq!(shown(&app, "domainadmin", of_domain[0]).await.expect("readable").project, None);
        // Nobody can be asked: refused, with the link's name.
        let admin = app.caller_in("sysadmin", "System View").await;
        let link = LinkForm { name: "First aid".into(), by: "role".into(), role: "viewer".into(), scope: "project".into(), persons: vec![] };
        let process = ProcessForm { ticket_type: "customer-service".into(), links: vec![link], ..Default::default() };
        processes::configure(&app, &admin, &process).await.expect("configured");
        let refused = request::request(&app, &app.caller_in("viewer", "Project View: web").await, &form("help", ""), &[]).await;
        assert!(refused.expect_err("refused").to_string().contains("First aid"));
        let setup = processes::setup(&app, &admin).await.expect("setup");
        let process = setup.processes.iter().find(|p| p.ticket_type == TicketType::CustomerService).expect("its process");
        processes::disable(&app, &admin, &process.id).await.expect("disabled");
        let refused = request::request(&app, &app.caller_in("member", "Project View: web").await, &form("help", ""), &[]).await;
        assert!(refused.expect_err("refused").to_string().contains("isn't offered"));
    }

    async fn notes_are_for_handlers_and_change_nothing(app) {
        let number = asked(&app, "help", "").await;
        handling::reply(&app, &app.caller("helpdesk").await, number, said("*looks* odd", true)).await.expect("noted");
        assert_eq!(status(&app, number).await, SupportStatus::Submitted);
        let seen = |detail: SupportDetail| detail.posts.iter().filter(|post| post.kind == PostKind::Note).count();
        for (who, notes) in [("member", 0), ("helpdesk2", 1), ("domainadmin", 1), ("sysadmin", 1)] {
            assert_eq!(seen(shown(&app, who, number).await.expect("readable")), notes, "{who}");
        }
        assert_eq!(tab(&app, "helpdesk", SupportTab::Resolved).await, [0; 0]);
    }

    async fn it_closes_by_itself_to_the_second_and_says_so_before(app) {
        let number = asked(&app, "help", "").await;
        reply(&app, "helpdesk", number, "done?").await.expect("sent");
        let run_at = async |ms: i64| {
            app.clock.advance(ms);
            jobs::run_due(&app).await.expect("run jobs");
        };
        run_at(2 * DAY - SECOND).await;
        assert_eq!(events(&shown(&app, "member", number).await.expect("readable")).len(), 0);
        run_at(SECOND).await;
        let detail = shown(&app, "member", number).await.expect("readable");
        assert!(events(&detail)[0].contains("closes by itself in a day"), "{:?}", events(&detail));
        assert_eq!(detail.closes_at, Some(app.now() + DAY));
        // A further reply of a handler starts the delay anew.
        reply(&app, "helpdesk", number, "hello?").await.expect("sent");
        run_at(DAY).await;
        assert_eq!(status(&app, number).await, SupportStatus::Feedback, "the first reply doesn't count any more");
        run_at(DAY).await;
        run_at(DAY - SECOND).await;
        assert_eq!(status(&app, number).await, SupportStatus::Feedback);
        run_at(SECOND).await;
        let detail = shown(&app, "member", number).await.expect("readable");
        assert_eq!(detail.row.status, SupportStatus::Closed);
        assert_eq!(events(&detail).last(), Some(&"Closed by itself: no word from the requester for 3 days."));
        assert_eq!((detail.resolved, detail.row.closed_at), (None, Some(app.now())));
        assert_eq!(bell(&app, "member").await, (0, 0));
        assert_eq!(tab(&app, "helpdesk", SupportTab::Resolved).await, [0; 0]);

        // A reply of the requester in time keeps the ticket open.
        let other = asked(&app, "more", "").await;
        reply(&app, "helpdesk", other, "done?").await.expect("sent");
        run_at(3 * DAY - SECOND).await;
        reply(&app, "member", other, "no").await.expect("sent");
        run_at(4 * DAY).await;
        assert_eq!(status(&app, other).await, SupportStatus::Waiting);
        assert_eq!(app.logged("end", "success").await, 1, "what didn't close left no record");
        assert_eq!(app.leftover_jobs().await, Vec::<String>::new());
    }

    async fn a_shorter_delay_counts_at_once(app) {
        let number = asked(&app, "help", "").await;
        reply(&app, "helpdesk", number, "done?").await.expect("sent");
        app.clock.advance(10 * SECOND);
        let admin = app.caller_in("sysadmin", "System View").await;
        let form = countersign::wire::settings::SettingsForm { auto_close: "5s".into(), trash: "3d".into(), ..Default::default() };
        system_settings::save(&app, &admin, &form).await.expect("saved");
        jobs::run_due(&app).await.expect("run jobs");
        assert_eq!(status(&app, number).await, SupportStatus::Closed);
        let fixed = app.with_settings(|settings| settings.auto_close_after = DAY);
        assert!(shown(&fixed, "member", number).await.is_ok());
    }

    async fn handlers_follow_the_directory(app) {
        let number = asked(&app, "help", "fatal").await;
        let admin = app.caller_in("sysadmin", "System View").await;
        let (owner, web) = (app.user("owner").await, app.project("web").await);
        assert_eq!(tab(&app, "owner", SupportTab::Pending).await, [0; 0]);
        directory::assign(&app, &admin, &owner, &web, &"support".into()).await.expect("assigned");
        assert_eq!(tab(&app, "owner", SupportTab::Pending).await, [number], "who gains the role is asked too");
        assert_eq!(bell(&app, "owner").await, (0, 1));
        reply(&app, "owner", number, "mine").await.expect("sent");
        directory::unassign(&app, &admin, &owner, &web, &"support".into()).await.expect("unassigned");
        assert_eq!(tab(&app, "owner", SupportTab::Resolved).await, [0; 0]);
        let refused = reply(&app, "owner", number, "more").await;
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
        for who in ["helpdesk", "helpdesk2"] {
            directory::users::set_enabled(&app, &admin, &app.user(who).await, false).await.expect("disabled");
        }
        reply(&app, "member", number, "anybody?").await.expect("sent");
        let all = lists::list(&app, &admin, SupportTab::All, &Default::default()).await.expect("all");
        assert!(all.page.rows[0].waits_for_nobody);
    }

    async fn workflow_lists_know_nothing_of_it(app) {
        use countersign::domain::workflow::Tab;
        let number = asked(&app, "help", "").await;
        reply(&app, "helpdesk", number, "ok").await.expect("sent");
        end(&app, "member", number).await.expect("ended");
        asked(&app, "open", "").await;
        for who in ["member", "helpdesk", "helpdesk2", "sysadmin"] {
            for tab in Tab::ALL.iter().copied().filter(|tab| *tab != Tab::All || who == "sysadmin") {
                let list = workflow_lists::list(&app, &app.caller(who).await, tab, &Default::default()).await.expect("list");
                assert_eq!(list.page.rows.len(), 0, "{who} {tab:?}");
            }
            let counts = frame::frame(&app, &app.caller(who).await).await.expect("frame").counts;
            assert_eq!((counts.workflow_mine, counts.workflow_pending), (0, 0), "{who}");
        }
    }
}
