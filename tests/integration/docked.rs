//! Technical support in another system, for what a real one can't be made to do: a backlog of thousands, and texts that
//! it refuses.

use crate::common::TestApp;
use crate::common::desk::Desk;
use crate::common::docking::{a_while_later, docked, problem, reply, shown};
use crate::common::requests::member_asks;
use countersign::domain::support::PostKind;
use countersign::domain::time::SECOND;
use countersign::server::job::Outcome;
use countersign::server::jobs;
use countersign::server::service::external::{inbox, outbox};
use countersign::server::service::support::handling;
use countersign::server::store::value::args;
use countersign::wire::error::AppError;

/// How many news the helpdesk gives at a time.
const PAGE: i64 = 50;

/// Connects a helpdesk with `N` tickets in it; returns their numbers here.
async fn with_tickets<const N: usize>(app: &TestApp) -> (Desk, [i64; N]) {
    let desk = Desk::start().await;
    docked(app, &desk.form(), "Support").await;
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = member_asks(app, "Help").await;
    }
    a_while_later(app).await;
    assert_eq!(desk.inside().tickets.len(), N);
    (desk, numbers)
}

async fn replies(app: &TestApp) -> i64 {
    app.db.scalar("SELECT COUNT(*) FROM post WHERE kind = 'reply' AND position > 0", args![]).await.expect("query")
}

/// Runs jobs for so long that what is refused is given up.
async fn until_given_up(app: &TestApp) {
    for _ in 0..60 {
        jobs::run_due(app).await.expect("run jobs");
        app.clock.advance(10 * SECOND);
    }
}

both! {
    async fn a_backlog_of_thousands_comes_over_in_pages_and_once(app) {
        const NEWS: i64 = 2_000;
        let (desk, numbers) = with_tickets::<2>(&app).await;
        for i in 0..NEWS {
            desk.say(1 + (i % 2) as usize, format!("word {i}"));
        }
        let (mut runs, mut known, mut outages) = (0, 0, 0);
        loop {
            // Every now and then the helpdesk goes away in the middle of a page, or two servers poll at once.
            let goes_away = runs % 7 == 3;
            desk.inside().away_after = goes_away.then_some(52);
            let two_at_once = runs % 5 == 1;
            let polled = if two_at_once {
                let (one, other) = tokio::join!(inbox::poll(&app), inbox::poll(&app));
                other.expect("polled");
                one
            } else {
                inbox::poll(&app).await
            };
            desk.inside().away_after = None;
            let Ok(Outcome::Again(at)) = polled else { panic!("{polled:?}") };
            let now_known = replies(&app).await;
            let most = if two_at_once { 2 * PAGE } else { PAGE };
            assert!((0..=most).contains(&(now_known - known)), "{known}, then {now_known}");
            known = now_known;
            runs += 1;
            // The next page is read at once; only after an outage and at the end the next poll waits.
            if at > app.now() {
                if known == NEWS {
                    break;
                }
                assert!(goes_away, "{known} after {runs} runs");
                outages += 1;
            }
            assert!(runs < 100, "it goes on: {known}");
        }
        assert!(outages > 0 && known == NEWS);
        for (ticket, number) in numbers.into_iter().enumerate() {
            let sql = "SELECT body FROM post WHERE ticket_number = $1 AND kind = 'reply' AND position > 0 ORDER BY position";
            let here: Vec<String> = app.db.scalars(sql, args![number]).await.expect("query");
            let there: Vec<String> = (0..NEWS).filter(|i| i % 2 == ticket as i64).map(|i| format!("word {i}")).collect();
            assert_eq!(here, there, "all of it, once, in its order");
        }
        let looks = desk.inside().asked["look"];
        assert!(looks <= 3 * runs + 4, "a look for each ticket of a page, not for each word: {looks} in {runs} runs");
    }

    async fn what_is_refused_holds_up_what_comes_after_it_in_its_ticket(app) {
        let (desk, [number, other]) = with_tickets::<2>(&app).await;
        desk.inside().refuses = Some("unacceptable");
        for text in ["one", "unacceptable two", "three"] {
            reply(&app, number, text).await;
        }
        reply(&app, other, "elsewhere").await;
        until_given_up(&app).await;
        assert_eq!(desk.said(1)[1..], ["one"], "what comes after it waits");
        assert_eq!(desk.said(2)[1..], ["elsewhere"], "and no other ticket does");
        let detail = shown(&app, number).await;
        assert!(detail.laid_aside && detail.may_skip);
        assert!(problem(&app, number).await.contains("we don't take that"));
        assert!(!shown(&app, other).await.laid_aside);

        // A retry changes nothing while the text is refused; once it is accepted, everything comes in its order.
        outbox::retry(&app, &app.caller("member").await, number).await.expect("tried again");
        until_given_up(&app).await;
        assert_eq!(desk.said(1)[1..], ["one"]);
        desk.inside().refuses = None;
        outbox::retry(&app, &app.caller("member").await, number).await.expect("tried again");
        a_while_later(&app).await;
        assert_eq!(desk.said(1)[1..], ["one", "unacceptable two", "three"]);
        assert_eq!((problem(&app, number).await, shown(&app, number).await.laid_aside), (String::new(), false));
    }

    async fn what_is_left_out_there_lets_the_rest_go_on(app) {
        let (desk, [number]) = with_tickets::<1>(&app).await;
        desk.inside().refuses = Some("unacceptable");
        reply(&app, number, "unacceptable one").await;
        reply(&app, number, "two").await;
        let member = app.caller("member").await;
        let early = outbox::skip(&app, &member, number).await;
        assert!(matches!(early, Err(AppError::Refused(_))), "what is on its way isn't laid aside: {early:?}");
        until_given_up(&app).await;
        for (who, outcome) in [("domainadmin", 'f'), ("helpdesk", '-'), ("owner", '-'), ("acmeadmin", '-')] {
            let caller = app.caller(who).await;
            let refused = outbox::skip(&app, &caller, number).await.expect_err("refused");
            let got = if refused == AppError::NotFound { '-' } else { 'f' };
            assert_eq!(got, outcome, "{who}: {refused}");
        }
        outbox::skip(&app, &member, number).await.expect("left out");
        a_while_later(&app).await;
        assert_eq!(desk.said(1)[1..], ["two"]);
        let detail = shown(&app, number).await;
        assert!(!detail.laid_aside && detail.row.external.expect("external").problem.is_none());
        let line = &detail.posts.iter().find(|post| post.kind == PostKind::Event).expect("a line").html;
        assert_eq!(line, "member left out entry 2 in the external system.");
        assert_eq!((app.logged("skip", "success").await, app.logged("skip", "failed").await), (1, 5));
        assert!(outbox::skip(&app, &member, number).await.is_err(), "once");
        // The end of the ticket waits behind a refused reply as well, until that is skipped.
        reply(&app, number, "unacceptable three").await;
        handling::end(&app, &member, number, "yes", "", "", "").await.expect("ended");
        until_given_up(&app).await;
        assert_eq!(desk.inside().tickets[0].0, "new", "the end waits as well");
        outbox::skip(&app, &app.caller_in("sysadmin", "System View").await, number).await.expect("left out");
        a_while_later(&app).await;
        assert_eq!(desk.inside().tickets[0].0, "resolved");
    }

    async fn a_ticket_that_could_not_be_made_is_made_before_anything_else(app) {
        let desk = Desk::start().await;
        docked(&app, &desk.form(), "Support").await;
        desk.inside().refuses = Some("unacceptable");
        let number = member_asks(&app, "unacceptable").await;
        reply(&app, number, "and more").await;
        until_given_up(&app).await;
        let detail = shown(&app, number).await;
        assert!(detail.laid_aside && !detail.may_skip);
        assert!(problem(&app, number).await.contains("we don't take that"), "still the reason: {}", problem(&app, number).await);
        let skipped = outbox::skip(&app, &app.caller("member").await, number).await;
        assert!(matches!(skipped, Err(AppError::Refused(_))), "{skipped:?}");
        desk.inside().refuses = None;
        outbox::retry(&app, &app.caller("member").await, number).await.expect("tried again");
        a_while_later(&app).await;
        assert_eq!(desk.said(1), ["unacceptable", "and more"]);
    }
}
