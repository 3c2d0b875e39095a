//! The way in over HTTP: who is sent where, what is refused, and what every answer carries.

use crate::common::client::Client;
use crate::common::files::uploaded;
use crate::common::forms;
use crate::common::requests::{ask_for_host, member_asks};
use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use countersign::server::demo::PASSWORD;
use countersign::server::service::support::handling;
use countersign::wire::Reply;
use countersign::wire::error::AppError;

/// Addresses that lead, or that browsers take to lead, to another site.
const ELSEWHERE: [&str; 6] = [
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
];

/// Whether a browser that is sent there stays on this site.
fn stays_here(location: &str) -> bool {
    location.starts_with('/')
        && !location.starts_with("//")
        && location.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

both! {
    async fn signed_out_people_are_sent_to_sign_in_and_back(app) {
        let mut browser = app.client();
        for (page, expected) in [
            ("/", "/login"),
            ("/hosts", "/login?next=%2Fhosts"),
            ("/hosts/new?project=a&b=c", "/login?next=%2Fhosts%2Fnew%3Fproject%3Da%26b%3Dc"),
            ("/does/not/exist", "/login?next=%2Fdoes%2Fnot%2Fexist"),
            ("//example.com/", "/login"),
        ] {
            let answer = browser.get(page).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, expected), "{page}");
        }
        assert_eq!(browser.get("/login").await.status, StatusCode::OK);
        assert_eq!(browser.get("/setup?token=x").await.status, StatusCode::OK);
        assert_eq!(browser.call("/api/get-frame", &[]).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn signing_in_leads_on_only_within_this_site(app) {
        let mut browser = app.client();
        for (next, expected) in [
            ("/tickets/workflow/pending?status=incomplete", "/tickets/workflow/pending?status=incomplete"),
            ("", "/hosts"),
            ("/", "/hosts"),
            ("https://example.com/", "/hosts"),
            ("//example.com/", "/hosts"),
            ("/\\example.com/", "/hosts"),
            ("/\t/example.com/", "/hosts"),
            ("/login", "/hosts"),
            ("/logout", "/hosts"),
        ] {
            let fields = [("username", "member"), ("password", PASSWORD), ("next", next)];
            let Reply::Done(done) = browser.call("/api/sign-in", &fields).await.reply() else { panic!("signed in") };
            assert_eq!(done.location, expected, "{next:?}");
        }
        assert_eq!(browser.get("/login?next=//example.com").await.location(), "/hosts", "signed in already");
        assert_eq!(browser.get("/login?next=/hosts/new").await.location(), "/hosts/new");
        assert_eq!(browser.get("/?flash=x").await.location(), "/hosts?flash=x");
        assert_eq!(browser.get("/no-project").await.location(), "/hosts");
    }

    async fn fault_25_what_a_browser_reads_otherwise_is_not_led_to(app) {
        let mut browser = app.client();
        for next in ["/.//evil.example", "/%2e//evil.example", "/hosts//evil.example", "/events", "/pkg/x.js", "/healthz"] {
            let fields = [("username", "member"), ("password", PASSWORD), ("next", next)];
            let Reply::Done(done) = browser.call("/api/sign-in", &fields).await.reply() else { panic!("signed in") };
            assert_eq!(done.location, "/hosts", "{next}");
            assert_eq!(browser.get(&format!("/login?next={next}")).await.location(), "/hosts", "{next}");
        }
        // A page at such an address would be another one to the browser half than to the server.
        for (asked, straight) in [("//evil.example", "/evil.example"), ("//hosts?name=a", "/hosts?name=a"), ("/hosts//new", "/hosts/new")] {
            let answer = browser.get(asked).await;
            assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, straight), "{asked}");
        }
    }

    async fn people_without_a_project_have_a_page_of_their_own(app) {
        let mut browser = app.client();
        browser.sign_in("newcomer").await;
        for page in ["/", "/hosts", "/hosts/new", "/tickets/workflow/mine", "/login"] {
            assert_eq!(browser.get(page).await.location(), "/no-project", "{page}");
        }
        assert_eq!(browser.get("/no-project").await.status, StatusCode::OK);
    }

    async fn what_another_sites_page_asks_for_is_refused(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let post = |headers: &[(&str, &str)]| {
            let mut request = Client::request(Method::POST, "/logout");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(Body::empty()).expect("a request")
        };
        for foreign in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://example.com")],
            &[("origin", "null")],
        ] {
            let answer = browser.send(post(foreign)).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{foreign:?}");
            assert!(answer.body.contains("another site"), "{}", answer.body);
        }
        assert_eq!(browser.call("/api/get-frame", &[]).await.status, StatusCode::OK, "still signed in");
        let proxied = app.with_settings(|s| s.public_url = Some("https://tickets.example.com".into()));
        let mut behind_proxy = proxied.client();
        behind_proxy.cookies = browser.cookies.clone();
        assert_eq!(behind_proxy.send(post(&[("origin", "https://tickets.example.com")])).await.status, StatusCode::SEE_OTHER);
    }

    async fn every_answer_carries_the_security_headers(app) {
        let mut browser = app.client();
        let mut nonces = Vec::new();
        for page in ["/login", "/hosts", "/healthz", "/pkg/nothing.js"] {
            let answer = browser.get(page).await;
            let policy = answer.header("content-security-policy");
            let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
            let nonce = rest.split('\'').next().expect("a nonce").to_owned();
            let expected = format!(
                "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; \
                 img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
            );
            assert_eq!(policy, expected, "{page}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert!(answer.header("permissions-policy").contains("camera=()"));
            assert_eq!(answer.header("strict-transport-security"), "", "not over http");
            if page == "/login" {
                assert_eq!(answer.header("cache-control"), "no-store");
                assert!(answer.header("content-type").starts_with("text/html"));
                for script in answer.body.split("<script").skip(1) {
                    let tag = script.split('>').next().expect("a tag");
                    assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}> carries the nonce of the policy");
                }
            }
            nonces.push(nonce);
        }
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), 4, "each answer has a nonce of its own");
    }

    async fn every_kind_of_answer_carries_the_security_headers_behind_tls(app) {
        let app = app.with_settings(|settings| settings.public_url = Some("https://tickets.example.com".into()));
        let ticket = member_asks(&app, "help").await;
        let files = [uploaded(&app, "member", "it.txt", b"what it looked like").await];
        let entry = handling::Entry { files: &files, ..handling::Entry::reply("see") };
        handling::reply(&app, &app.caller("member").await, ticket, entry).await.expect("sent");
        let file = format!("/tickets/support/{ticket}/files/{}", files[0].split(':').next().expect("an id"));
        let (mut browser, mut owner, mut stranger) = (app.client(), app.client(), app.client());
        browser.sign_in("sysadmin").await;
        owner.sign_in("member").await;
        let sent = |method, path: &str, header: (&str, &str), body: &'static str| {
            Client::request(method, path).header(header.0, header.1).body(Body::from(body)).expect("a request")
        };
        let foreign = sent(Method::POST, "/logout", ("sec-fetch-site", "cross-site"), "");
        let unreadable = sent(Method::POST, "/api/pass", ("content-type", "application/x-www-form-urlencoded"), "number=x");
        let no_parts = sent(Method::POST, "/api/request-support", ("content-type", "multipart/form-data"), "x");
        let put = sent(Method::PUT, "/healthz", ("accept", "*/*"), "");
        let large = "x".repeat(1024 * 1024 + 1);
        let answers = [
            ("a page", StatusCode::OK, browser.get("/hosts").await),
            ("no page", StatusCode::NOT_FOUND, browser.get("/no/such/page").await),
            ("no file", StatusCode::NOT_FOUND, browser.get("/pkg/no.js").await),
            ("a redirect", StatusCode::SEE_OTHER, stranger.get("/hosts").await),
            ("data", StatusCode::OK, browser.call("/api/get-frame", &[]).await),
            ("not signed in", StatusCode::UNAUTHORIZED, stranger.call("/api/get-frame", &[]).await),
            ("no function", StatusCode::BAD_REQUEST, browser.call("/api/none", &[]).await),
            ("without scripts", StatusCode::SEE_OTHER, browser.submit("/api/switch-view", &[("view", "x")]).await),
            ("another site", StatusCode::FORBIDDEN, browser.send(foreign).await),
            ("too large", StatusCode::PAYLOAD_TOO_LARGE, browser.call("/api/sign-in", &[("username", large.as_str())]).await),
            ("unreadable", StatusCode::BAD_REQUEST, browser.send(unreadable).await),
            ("no multipart", StatusCode::BAD_REQUEST, browser.send(no_parts).await),
            ("another method", StatusCode::METHOD_NOT_ALLOWED, browser.send(put).await),
            ("an export", StatusCode::OK, browser.get("/logs/export?format=csv&scope=all&columns=time").await),
            ("an attachment", StatusCode::OK, owner.get(&file).await),
            ("no attachment", StatusCode::NOT_FOUND, browser.get(&format!("{file}x")).await),
            ("healthy", StatusCode::OK, browser.get("/healthz").await),
            ("ready", StatusCode::OK, browser.get("/readyz").await),
            ("an event stream", StatusCode::OK, stranger.get("/events").await),
        ];
        for (what, status, answer) in answers {
            assert_eq!(answer.status, status, "{what}: {}", answer.body);
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
            for loose in ["unsafe-inline", "'unsafe-eval'", "*", "http:"] {
                assert!(!policy.contains(loose), "{what}: {policy}");
            }
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
                ("cross-origin-opener-policy", "same-origin"),
                ("strict-transport-security", "max-age=31536000"),
            ] {
                assert_eq!(answer.header(name), value, "{what}: {name}");
            }
        }
    }

    async fn no_form_leads_to_another_site(app) {
        let member = app.caller_in("member", "Project View: web").await;
        let ticket = member_asks(&app, "help").await.to_string();
        let (mut asked, mut done) = (0, 0);
        for evil in ELSEWHERE {
            let host = ask_for_host(&app, &member, "web-1").await.to_string();
            let mut undoing = app.client();
            undoing.sign_in("member").await;
            let fields = [("number", host.as_str()), ("version", "1"), ("reason", "x"), ("back", evil)];
            let Reply::Done(undone) = undoing.call("/api/undo", &fields).await.reply() else { panic!("undone") };
            assert!(stays_here(&undone.location), "{}", undone.location);
            for who in ["member", "sysadmin", "newcomer"] {
                let mut browser = app.client();
                browser.sign_in(who).await;
                let names_a_page = |form: &forms::Form| form.fields.iter().any(|field| ["back", "next"].contains(&&**field));
                for form in forms::all().into_iter().filter(names_a_page) {
                    let value = |field: &str| match field {
                        "back" | "next" => evil.to_owned(),
                        "username" => who.to_owned(),
                        "password" => PASSWORD.to_owned(),
                        _ => ticket.clone(),
                    };
                    let fields: Vec<_> = form.fields.iter().map(|field| (field, value(field))).collect();
                    let body = serde_urlencoded::to_string(&fields).expect("a form");
                    for accept in ["text/html", "application/json"] {
                        // Signing in ends the session that the browser had.
                        let mut asker = if form.path == "/api/sign-in" { app.client() } else { browser.clone() };
                        let request = Client::request(Method::POST, &form.path)
                            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                            .header(ACCEPT, accept)
                            .header("referer", evil.replace('\t', ""));
                        let answer = asker.send(request.body(Body::from(body.clone())).expect("a request")).await;
                        let to = answer.location();
                        assert!(to.is_empty() || stays_here(to), "{} leads to {to}", form.path);
                        if let Ok(Reply::Done(told)) = serde_json::from_str(&answer.body) {
                            assert!(stays_here(&told.location), "{} leads to {}", form.path, told.location);
                            done += 1;
                        }
                        asked += 1;
                    }
                }
            }
        }
        assert!(asked > 300 && done >= 15, "{asked} forms that name a page were sent, {done} of them did something");
    }

    async fn cookies_are_kept_from_scripts_and_other_sites(app) {
        let fields = [("username", "member"), ("password", PASSWORD)];
        let plain = app.client().call("/api/sign-in", &fields).await;
        let cookie = plain.header("set-cookie");
        assert!(cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/; Max-Age=1209600"), "{cookie}");
        let https = app.with_settings(|s| s.public_url = Some("https://tickets.example.com".into()));
        let secure = https.client().call("/api/sign-in", &fields).await;
        assert!(secure.header("set-cookie").ends_with("; Secure"));
        assert_eq!(secure.header("strict-transport-security"), "max-age=31536000");
    }

    async fn arguments_that_cant_be_read_are_the_senders_fault(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        for (function, fields) in [
            ("/api/get-support-ticket", vec![("number", "seven")]),
            ("/api/get-support-ticket", vec![]),
            ("/api/list-support-tickets", vec![("tab", "unknown")]),
            ("/api/reply-support-ticket", vec![("number", "99999999999999999999"), ("body", "x")]),
            ("/api/request-support", vec![("form", "a text where fields are wanted")]),
        ] {
            let answer = browser.call(function, &fields).await;
            assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, AppError::Unreachable), "{function} {fields:?}");
        }
    }

    async fn a_nul_in_a_text_finds_nothing_and_breaks_nothing(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let unknown = browser.call("/api/get-host", &[("id", "a\0b")]).await;
        assert_eq!((unknown.status, unknown.json()), (StatusCode::NOT_FOUND, AppError::NotFound));
        let kept = browser.call("/api/request-support", &[("form[description]", "nothing\0there")]).await;
        assert!(matches!(kept.reply(), Reply::Done(_)), "{}", kept.body);
        let list = browser.call("/api/list-support-tickets", &[("tab", "mine"), ("filter[text]", "there")]).await;
        assert!(list.body.contains("nothing") && list.body.contains("there"), "{}", list.body);
    }

    async fn what_does_not_exist_is_404(app) {
        let mut browser = app.client();
        browser.sign_in("member").await;
        let answer = browser.get("/does/not/exist").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.header("content-type").starts_with("text/html"));
        for name in ["no-such-file.js", "%00", "a%00.js", &"a".repeat(256)] {
            assert_eq!(browser.get(&format!("/pkg/{name}")).await.status, StatusCode::NOT_FOUND, "{name}");
        }
        assert_eq!(browser.get("/pkg/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
    }

    async fn health_needs_the_database(app) {
        let mut browser = app.client();
        let answer = browser.get("/healthz").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"));
        app.db.close().await;
        let answer = browser.get("/healthz").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        let failed = browser.get("/hosts").await;
        assert_eq!(failed.status, StatusCode::SEE_OTHER, "without a cookie nothing is asked of the database");
        browser.cookies.insert("countersign_session".into(), "x".into());
        let failed = browser.get("/hosts").await;
        assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!failed.body.to_lowercase().contains("pool"), "no internals: {}", failed.body);
    }

    async fn a_body_that_is_too_large_is_refused(app) {
        let large = "x".repeat(1024 * 1024 + 1);
        let mut browser = app.client();
        let fields = [("username", large.as_str()), ("password", "x")];
        assert_eq!(browser.call("/api/sign-in", &fields).await.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(browser.submit("/api/sign-in", &fields).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn statements_are_told_only_when_asked_for(app) {
        assert_eq!(app.client().get("/login").await.header("x-countersign-queries"), "");
        let measured = app.with_settings(|s| s.expose_query_count = true);
        let mut browser = measured.client();
        assert_eq!(browser.get("/login").await.header("x-countersign-queries"), "0");
        browser.sign_in("member").await;
        let count: u64 = browser.get("/hosts").await.header("x-countersign-queries").parse().expect("a number");
        assert!((1..=12).contains(&count), "{count}");
    }
}
