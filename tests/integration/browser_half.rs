//! The data that pages and answers carry for the half of the program that runs in the browser.

use crate::common::client::{Answer, Client};
use crate::common::requests::ask_for_host;
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use countersign::server::demo::PASSWORD;
use countersign::wire::error::AppError;
use countersign::wire::frame::Frame;
use countersign::wire::{Reply, codec};

/// Asks as the browser half does.
async fn ask(client: &mut Client, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = serde_urlencoded::to_string(fields).expect("a form");
    let request = Client::request(Method::POST, path)
        .header(ACCEPT, codec::CONTENT_TYPE)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    let answer = client.send(request.body(Body::from(form)).expect("a request")).await;
    assert_eq!(answer.header("content-type"), codec::CONTENT_TYPE, "{path}");
    answer
}

fn refusal(answer: &Answer) -> AppError {
    codec::decode_kept(&answer.bytes).expect("a refusal")
}

both! {
    async fn refusals_and_replies_come_in_the_form_that_is_asked_for(app) {
        let mut browser = app.client();
        let out = ask(&mut browser, "/api/get-frame", &[]).await;
        assert_eq!((out.status, refusal(&out)), (StatusCode::UNAUTHORIZED, AppError::SignedOut));

        let wrong = [("username", "member"), ("password", "wrong")];
        let refused: Reply = codec::decode_kept(&ask(&mut browser, "/api/sign-in", &wrong).await.bytes).expect("a reply");
        assert_eq!(refused, browser.call("/api/sign-in", &wrong).await.reply(), "the same as in JSON");
        assert!(matches!(refused, Reply::Refused(_)));

        let right = [("username", "member"), ("password", PASSWORD)];
        let done: Reply = codec::decode_kept(&ask(&mut browser, "/api/sign-in", &right).await.bytes).expect("a reply");
        assert!(matches!(&done, Reply::Done(done) if done.location == "/hosts"), "{done:?}");

        let unknown = ask(&mut browser, "/api/get-host", &[("id", "unknown")]).await;
        assert_eq!((unknown.status, refusal(&unknown)), (StatusCode::NOT_FOUND, AppError::NotFound));
        let senseless = ask(&mut browser, "/api/get-support-ticket", &[("number", "seven")]).await;
        assert_eq!((senseless.status, refusal(&senseless)), (StatusCode::BAD_REQUEST, AppError::Unreachable));

        let frame: Frame = ask(&mut browser, "/api/get-frame", &[]).await.read();
        assert_eq!(frame.username, "member");
    }

    async fn what_isnt_of_a_server_function_stays_as_it_is(app) {
        let mut browser = app.client();
        let request = Client::request(Method::POST, "/api/sign-in")
            .header(ACCEPT, codec::CONTENT_TYPE)
            .header("origin", "https://evil.example");
        let answer = browser.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.body.starts_with("This request came from another site's page"), "{}", answer.body);
    }

    async fn nothing_stands_in_the_way_of_the_first_paint(app) {
        let site = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(site.path().join("pkg")).expect("a folder");
        let manifest = r#"{"area_hosts_1": ["hosts", "both"], "area_ticket_1": ["ticket", "both"]}"#;
        std::fs::write(site.path().join("pkg/__wasm_split_manifest.json"), manifest).expect("a file");
        let ticket = ask_for_host(&app, &app.caller_in("member", "Project View: web").await, "web-1").await;
        let mut browser = app.with_settings(|s| s.site_root = Some(site.path().into())).client();
        browser.sign_in("member").await;
        let parts = |all: &[&str]| {
            let addresses: Vec<_> = all.iter().map(|part| format!("\"/pkg/{part}.wasm\"")).collect();
            format!("\"parts\":[{}]", addresses.join(","))
        };
        for (path, parts) in [
            ("/hosts".to_owned(), parts(&["hosts", "both"])),
            (format!("/tickets/workflow/{ticket}"), parts(&["ticket", "both"])),
            ("/tickets/workflow/mine".to_owned(), parts(&[])),
            ("/account".to_owned(), parts(&[])),
            ("/does/not/exist".to_owned(), parts(&[])),
        ] {
            let page = browser.get(&path).await.body;
            let (head, body) = page.split_once("</head>").expect("a head");
            assert!(head.contains("rel=\"stylesheet\"") && !head.contains("preload") && !head.contains("<script"), "{head}");
            let (_, wake) = body.rsplit_once("<script type=\"module\"").expect("a script at the end");
            assert!(wake.ends_with("</script>") && wake.contains("\"wasm\":\"/pkg/countersign.wasm\""), "{path}: {wake}");
            assert!(wake.contains(&parts), "{path}: {wake}");
        }
    }
}
