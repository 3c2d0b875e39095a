//! Every form of a page is sent for the person the page was made for, and none without saying for whom.

use crate::common::client::Client;
use crate::common::forms;
use crate::common::requests::member_asks;
use crate::queries::{PAGES, places};
use axum::body::Body;
use axum::http::Method;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use countersign::server::seed;
use countersign::wire::error::AppError;
use countersign::wire::{Reply, codec};

/// Dialogs, whose forms the pages of [`PAGES`] don't show.
const DIALOGS: &[(&str, &str)] = &[
    ("owner", "/tickets/workflow/WAITING?dialog=reject"),
    ("member", "/tickets/support/mine?dialog=request"),
    ("member", "/tickets/support/HELP?reply=open"),
    ("helpdesk", "/tickets/support/HELP?reply=open"),
    ("member", "/tickets/support/HELP?dialog=end"),
    ("sysadmin", "/settings/tickets?dialog=new"),
    ("sysadmin", "/directory/users?dialog=create"),
    ("newcomer", "/no-project?dialog=join"),
];

/// The addresses of those forms in a page's HTML that change something.
fn targets(html: &str) -> Vec<&str> {
    let forms = html.split("<form").skip(1).map(|form| form.split_once('>').map_or(form, |(tag, _)| tag));
    let posts = forms.filter(|tag| tag.contains("method=\"post\""));
    posts.filter_map(|tag| tag.split_once("action=\"")?.1.split('"').next()).collect()
}

async fn signed_in(client: Client, who: &str) -> Client {
    let mut client = client;
    client.sign_in(who).await;
    client
}

both! {
    async fn every_form_says_for_whom_its_page_was_made(app) {
        seed::fill(&app, 40).await.expect("seed");
        let help = member_asks(&app, "It doesn't start.").await;
        let path_of = places(&app, help).await;
        let mut forms = 0;
        for (who, page) in PAGES.iter().chain(DIALOGS) {
            let path = path_of.iter().fold(page.to_string(), |path, (word, value)| path.replace(word, value));
            let answer = signed_in(app.client(), who).await.get(&path).await;
            let whose = format!("?made-for={}", app.user(who).await);
            let targets: Vec<_> = targets(&answer.body).into_iter().filter(|target| *target != "/logout").collect();
            // Everybody with a view has at least the form that switches it.
            assert!(!targets.is_empty() || *who == "newcomer", "{who} {path} has forms");
            for target in &targets {
                assert!(target.ends_with(&whose), "{who} {path}: {target}");
            }
            forms += targets.iter().filter(|target| !target.starts_with("/api/switch-view")).count();
        }
        assert!(forms > 20, "{forms} forms besides the view's were looked at");
    }

    async fn no_function_does_anything_for_a_page_of_somebody_else(app) {
        let refusal = Reply::Refused(AppError::AnotherPerson { now: "member".into() });
        let (owner, member) = (app.user("owner").await, app.user("member").await);
        let mut browser = signed_in(app.client(), "member").await;
        let records = async || app.db.scalar::<i64>("SELECT COUNT(*) FROM operation_log", vec![]).await.expect("a count");
        let before = records().await;
        for form in forms::all() {
            let fields: Vec<_> = form.fields.iter().map(|field| (field.as_str(), "1")).collect();
            let answer = browser.call(&format!("{}?made-for={owner}", form.path), &fields).await;
            assert_eq!(answer.reply(), refusal, "{}", form.path);
            let by_header = Client::request(Method::POST, &form.path)
                .header(ACCEPT, codec::CONTENT_TYPE)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("made-for", owner.as_str());
            let answer = browser.send(by_header.body(Body::empty()).expect("a request")).await;
            assert_eq!(codec::decode_kept::<Reply>(&answer.bytes).expect("a reply"), refusal, "{} by header", form.path);
            let nobody = browser.call(&format!("{}?made-for=", form.path), &fields).await;
            assert_eq!(nobody.reply(), refusal, "{} of nobody's page", form.path);
        }
        assert_eq!(records().await, before, "no attempt was even recorded");
        let own = browser.call(&format!("/api/switch-view?made-for={member}"), &[("view", "no such view")]).await;
        assert_ne!(own.reply(), refusal, "their own page is theirs");
        let program = browser.call("/api/switch-view", &[("view", "no such view")]).await;
        assert_eq!(program.reply(), own.reply(), "a program says nothing");
    }

    async fn a_plain_form_of_somebody_else_comes_back_with_its_words(app) {
        let owner = app.user("owner").await;
        let mut browser = signed_in(app.client(), "member").await;
        browser.get("/hosts/new").await;
        let action = format!("/api/create-host?made-for={owner}");
        let answer = browser.submit(&action, &[("form[name]", "web-of-owner"), ("form[quantity]", "1")]).await;
        assert!(answer.location().starts_with("/hosts/new?flash="), "{}", answer.location());
        let page = browser.get(answer.location()).await.body;
        assert!(page.contains("web-of-owner"), "what was typed is there");
        assert!(page.contains("opened by another person, and member has signed in"), "and why it wasn't taken");
    }

    async fn signed_out_is_told_as_ever(app) {
        let owner = app.user("owner").await;
        let answer = app.client().call(&format!("/api/switch-view?made-for={owner}"), &[("view", "system")]).await;
        assert_eq!(answer.json::<AppError>(), AppError::SignedOut);
    }
}
