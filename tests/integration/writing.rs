//! "Is writing": who is told that somebody writes in a support ticket, and that it changes nothing.

use crate::common::requests::member_asks;
use crate::common::streams::{all_hints, hints, open, settled, signed_in, stream};
use countersign::domain::directory::View;
use countersign::server::caller::Caller;
use countersign::server::service::session;
use countersign::server::service::support::{details, handling};
use countersign::wire::error::AppError;
use countersign::wire::live::Hint;

both! {
    async fn the_other_side_is_told_and_nobody_else(app) {
        let number = member_asks(&app, "help").await;
        let mut streams = vec![];
        for who in ["member", "helpdesk", "helpdesk2", "owner", "viewer", "sysadmin"] {
            streams.push((who, stream(&app, who).await));
        }
        let records: i64 = app.db.scalar("SELECT COUNT(*) FROM operation_log", vec![]).await.expect("query");
        for (writer, is_requester) in [("member", true), ("helpdesk", false)] {
            details::tell_writing(&app, &app.caller(writer).await, number).await.expect("told");
            for (who, stream) in &mut streams {
                let hears = ["member", "helpdesk", "helpdesk2", "sysadmin"].contains(who) && *who != writer;
                let expected = if hears { vec![Hint::Writing(number, is_requester)] } else { vec![] };
                let heard: Vec<Hint> = all_hints(&app, stream).await.into_iter().collect();
                assert_eq!(heard, expected, "{who} hears of {writer}");
            }
        }
        let after: i64 = app.db.scalar("SELECT COUNT(*) FROM operation_log", vec![]).await.expect("query");
        assert_eq!(after, records, "it is no operation");
    }

    async fn only_who_may_reply_is_told_of(app) {
        let number = member_asks(&app, "help").await;
        let mut helpdesk = stream(&app, "helpdesk").await;
        details::tell_writing(&app, &app.caller("sysadmin").await, number).await.expect("a reader, no writer");
        for who in ["owner", "viewer"] {
            assert_eq!(details::tell_writing(&app, &app.caller(who).await, number).await, Err(AppError::NotFound), "{who}");
            assert_eq!(details::tell_writing(&app, &app.caller(who).await, number + 1).await, Err(AppError::NotFound));
        }
        assert_eq!(all_hints(&app, &mut helpdesk).await, [].into());
        handling::end(&app, &app.caller("member").await, number, "yes", "", "", "").await.expect("ended");
        while !hints(&mut helpdesk).await.contains(&Hint::Ticket(number)) {}
        details::tell_writing(&app, &app.caller("member").await, number).await.expect("nothing to say");
        assert_eq!(all_hints(&app, &mut helpdesk).await, [].into(), "nobody writes in a closed ticket");
    }

    async fn a_stream_that_was_away_isnt_told_of_it_later(app) {
        let number = member_asks(&app, "help").await;
        let (browser, helpdesk) = signed_in(&app, "helpdesk2").await;
        settled(&app).await;
        let position = app.events.position();
        details::tell_writing(&app, &app.caller("member").await, number).await.expect("told");
        settled(&app).await;
        let mut late = app.events.open(helpdesk.clone(), &app.events.position(), Some(&position)).expect("a stream");
        assert_eq!(all_hints(&app, &mut late).await, [].into(), "whoever wrote then has sent it by now");
        drop((browser, late));
        // In a view that doesn't read it, an administrator isn't told.
        let (_, admin) = signed_in(&app, "sysadmin").await;
        let elsewhere = admin.person.views(true).into_iter().map(|view| view.view).find(|view| *view != View::System);
        if let Some(view) = elsewhere {
            session::switch_view(&app, &admin, &view.key()).await.expect("switched");
            let admin = Caller::of(admin.person.clone(), Some(&view), true, admin.session_hash.clone(), "192.0.2.1");
            let mut stream = open(&app, admin).await;
            details::tell_writing(&app, &app.caller("member").await, number).await.expect("told");
            assert_eq!(all_hints(&app, &mut stream).await, [].into());
        }
    }
}
