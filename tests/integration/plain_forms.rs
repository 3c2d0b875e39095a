//! Forms sent without scripts: where they lead, what comes back with a refusal, and what is never kept.

use crate::common::client::{Answer, Client};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use countersign::domain::time::MINUTE;
use countersign::server::demo::PASSWORD;
use countersign::wire::Reply;
use countersign::wire::error::AppError;
use countersign::wire::flash::Flash;

/// The flash an answer redirects with, as its page would load it.
async fn flash(browser: &mut Client, answer: &Answer) -> Option<Flash> {
    let (_, id) = answer.location().rsplit_once("flash=").expect("a flash");
    browser.call("/api/get-flash", &[("id", id)]).await.read()
}

fn without_flash(location: &str) -> &str {
    location.split_once("flash=").map_or(location, |(page, _)| page.trim_end_matches(['?', '&']))
}

both! {
    async fn a_plain_form_that_succeeds_leads_on(app) {
        let mut browser = app.client();
        browser.get("/login?next=%2Fhosts%2Fnew").await;
        let fields = [("username", "member"), ("password", PASSWORD), ("next", "/hosts/new")];
        let answer = browser.submit("/api/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(without_flash(answer.location()), "/hosts/new");
        assert!(browser.cookies.contains_key("countersign_session"), "the cookie survives the redirect");
        let kept = flash(&mut browser, &answer).await.expect("a flash of the new session");
        assert_eq!(kept.action, "/api/sign-in");
        assert!(matches!(kept.reply, Reply::Done(_)));
        assert!(kept.values.is_empty());
        assert_eq!(flash(&mut app.client(), &answer).await, None, "nobody else reads it");
        let mut owner = app.client();
        owner.sign_in("owner").await;
        assert_eq!(flash(&mut owner, &answer).await, None);
    }

    async fn a_plain_form_that_is_refused_comes_back_with_what_was_typed(app) {
        let mut browser = app.client();
        browser.get("/login?next=%2Fhosts&flash=old").await;
        let fields = [("username", "mem<b>er"), ("password", "a secret thing"), ("next", "/hosts")];
        let answer = browser.submit("/api/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(without_flash(answer.location()), "/login?next=%2Fhosts");
        assert_eq!(answer.location().matches("flash=").count(), 1, "the older flash is gone");
        let kept = flash(&mut browser, &answer).await.expect("a flash");
        let told = kept.error_for("/api/sign-in").expect("a refusal").to_string();
        assert_eq!(told, "Username or password is wrong.");
        assert_eq!(kept.values, [("username".into(), "mem<b>er".into()), ("next".into(), "/hosts".to_owned())]);
        let content: String = app.db.scalar("SELECT content FROM flash", vec![]).await.expect("a flash");
        assert!(!content.contains("a secret thing"), "a password is never kept");
        assert_eq!(browser.get(answer.location()).await.status, StatusCode::OK);
        app.clock.advance(10 * MINUTE);
        assert_eq!(flash(&mut browser, &answer).await, None, "kept for ten minutes");
        browser.submit("/api/sign-in", &fields).await;
        let left: i64 = app.db.scalar("SELECT COUNT(*) FROM flash", vec![]).await.expect("a count");
        assert_eq!(left, 1, "old ones are cleared away");
    }

    async fn passwords_under_any_name_are_dropped(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        browser.get("/account").await;
        let fields = [("current", "one secret"), ("password", "two secret"), ("repeat", "three secret")];
        let answer = browser.submit("/api/change-password", &fields).await;
        assert_eq!(without_flash(answer.location()), "/account");
        let kept = flash(&mut browser, &answer).await.expect("a flash");
        assert!(kept.error_for("/api/change-password").expect("a refusal").problem("repeat").is_some());
        assert!(kept.values.is_empty(), "{:?}", kept.values);
    }

    async fn a_form_sent_after_the_session_ended_is_kept_over_signing_in(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        browser.get("/hosts/new").await;
        browser.cookies.clear();
        let answer = browser.submit("/api/create-host", &[("form[name]", "web"), ("form[quantity]", "2")]).await;
        assert!(answer.location().starts_with("/login?next=%2Fhosts%2Fnew%3Fflash%3D"), "{}", answer.location());
        let kept = flash(&mut browser, &answer).await.expect("a flash");
        assert_eq!(kept.reply, Reply::Refused(AppError::SignedOut));
        assert_eq!(kept.values[0], ("form[name]".into(), "web".into()));
        browser.sign_in("member").await;
        assert!(flash(&mut browser, &answer).await.is_some(), "the form can be filled again");
    }

    async fn a_plain_form_from_nowhere_and_nonsense_are_answered(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let post = |referer: &str, action: &str, body: &'static str| {
            Request::post(action)
                .header(ACCEPT, "text/html")
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("referer", referer)
                .body(Body::from(body))
                .expect("a request")
        };
        let foreign = browser.send(post("https://example.com/x", "/api/switch-view", "view=system")).await;
        assert_eq!(without_flash(foreign.location()), "/", "never back to another site");
        let nonsense = browser.send(post("http://countersign.test/account", "/api/change-password", "no=fields")).await;
        assert_eq!(without_flash(nonsense.location()), "/account");
        let unknown = browser.send(post("http://countersign.test/account", "/api/no-such-function", "")).await;
        assert_eq!(without_flash(unknown.location()), "/account");
    }
}
