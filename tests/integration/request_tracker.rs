//! Technical support that lives in a real Request Tracker (`make test-rt`): what is said here goes there, what happens there
//! comes back, and nothing is lost or said twice while it can't be reached.

use crate::common::TestApp;
use crate::common::docking::{self, a_while_later, fields, problem, remote_id, reply, reply_with, shown};
use crate::common::requests::member_asks as ask;
use countersign::domain::support::{PostKind, SupportStatus, SupportTab};
use countersign::server::service::external;
use countersign::server::service::external::errand::Errand;
use countersign::server::service::external::outbox;
use countersign::server::service::support::{handling, lists};
use countersign::server::store::value::args;
use countersign::server::{secret, store};
use countersign::wire::external::ConnectionForm;
use serde_json::{Value, json};
use std::process::Command;

fn env(name: &str) -> String {
    std::env::var(format!("COUNTERSIGN_TEST_RT_{name}")).unwrap_or_else(|_| panic!("run it by make test-rt: no {name}"))
}

fn form(address: &str, token: &str) -> ConnectionForm {
    ConnectionForm { kind: "request_tracker".into(), address: address.into(), token: token.into() }
}

/// Makes Request Tracker unreachable, or brings it back.
fn control(what: &str) {
    assert!(Command::new(env("CONTROL")).arg(what).status().expect("the control program").success());
}

/// Somebody who works in Request Tracker.
struct Agent(reqwest::Client);

impl Agent {
    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Value {
        let request = self.0.request(method, format!("{}/REST/2.0{path}", env("URL")));
        let request = request.header("authorization", format!("token {}", env("AGENT")));
        let request = body.into_iter().fold(request, |request, body| request.json(&body));
        let response = request.send().await.expect("an answer").error_for_status().expect("success");
        response.json().await.expect("JSON")
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(reqwest::Method::GET, path, None).await
    }

    async fn reply(&self, ticket: &str, text: &str) {
        let body = json!({"Content": text, "ContentType": "text/plain"});
        self.ask(reqwest::Method::POST, &format!("/ticket/{ticket}/correspond"), Some(body)).await;
    }

    async fn set_status(&self, ticket: &str, status: &str) {
        self.ask(reqwest::Method::PUT, &format!("/ticket/{ticket}"), Some(json!({"Status": status}))).await;
    }

    async fn status(&self, ticket: &str) -> String {
        self.get(&format!("/ticket/{ticket}")).await["Status"].as_str().expect("a status").to_owned()
    }

    /// Name and content of the files in a ticket there.
    async fn files(&self, ticket: &str) -> Vec<(String, String)> {
        let found = self.get(&format!("/ticket/{ticket}/attachments?fields=Filename,Content&per_page=100")).await;
        let parts = found["items"].as_array().expect("items").iter();
        let text = |part: &Value, name: &str| part[name].as_str().unwrap_or_default().to_owned();
        let files = parts.map(|part| (text(part, "Filename"), text(part, "Content")));
        files.filter(|(name, _)| !name.is_empty()).collect()
    }

    /// The texts that were written in a ticket there, oldest first.
    async fn texts(&self, ticket: &str) -> Vec<String> {
        let history = self.get(&format!("/ticket/{ticket}/history?fields=Type&per_page=100")).await;
        let mut texts = vec![];
        for entry in history["items"].as_array().expect("items") {
            if ["Create", "Correspond"].contains(&entry["Type"].as_str().unwrap_or_default()) {
                let path = format!("/transaction/{}/attachments?fields=Content", entry["id"].as_str().expect("an id"));
                let parts = self.get(&path).await;
                // The first part of an entry with files holds the others, and nothing itself.
                let mut contents =
                    parts["items"].as_array().expect("items").iter().filter_map(|part| part["Content"].as_str());
                texts.push(contents.find(|content| !content.is_empty()).unwrap_or_default().to_owned());
            }
        }
        texts
    }
}

/// Connects Request Tracker, and has Technical Support live in its queue Support.
async fn docked(app: &TestApp) {
    docking::docked(app, &form(&env("URL"), &env("DOCK")), "Support").await;
}

both! {
    #[ignore = "make test-rt runs it beside a real Request Tracker"]
    async fn what_is_said_here_is_there_and_the_other_way_round(app) {
        let (agent, admin) = (Agent(reqwest::Client::new()), app.caller_in("sysadmin", "System View").await);
        // Every mistake has a message of its own, at the field that is to be corrected.
        let dock = env("DOCK");
        for (address, token, field, word) in [
            ("http://127.0.0.1:1", dock.as_str(), "form[address]", "no connection"),
            ("nonsense", &dock, "form[address]", "http://"),
            (&env("URL"), "1-2-wrong", "form[token]", "not accepted"),
            (&env("URL"), &env("STRANGER"), "form[token]", "rights SeeQueue"),
            (&env("URL"), "", "form[token]", "required"),
        ] {
            let problems = fields(external::test(&app, &admin, &form(address, token)).await.expect_err("refused"));
            assert!(matches!(&problems[..], [(at, why)] if at == field && why.contains(word)), "{address}: {problems:?}");
            assert!(external::connect(&app, &admin, &form(address, token)).await.is_err(), "nor is it saved");
        }
        assert!(external::get(&app, &admin).await.expect("the page").is_none());
        docking::others_are_refused(&app, &form(&env("URL"), &dock)).await;
        let works = external::test(&app, &admin, &form(&env("URL"), &dock)).await.expect("it works");
        assert!(works.message.contains("1 queue (Support)"), "{}", works.message);
        docked(&app).await;
        docking::token_is_nowhere(&app, &dock).await;

        let number = ask(&app, "The *printer* is on fire").await;
        a_while_later(&app).await;
        let id = remote_id(&app, number).await;
        let there = agent.texts(&id).await;
        assert!(there[0].contains("member asks:") && there[0].contains("The *printer* is on fire"), "{there:?}");
        for (tab, listed) in [(SupportTab::External, 1), (SupportTab::Mine, 1)] {
            let list = lists::list(&app, &app.caller("member").await, tab, &Default::default()).await.expect("a list");
            assert_eq!(list.page.rows.len(), listed);
            assert!(list.page.rows[0].external.as_ref().is_some_and(|e| e.href.is_some()) && !list.page.rows[0].waits_for_nobody);
        }
        let nobody = lists::list(&app, &app.caller("helpdesk").await, SupportTab::Pending, &Default::default()).await;
        assert_eq!(nobody.expect("a list").page.rows.len(), 0, "nobody handles it here");

        assert_eq!(shown(&app, number).await.row.external.expect("external").status, "new", "known before there is any news");
        agent.reply(&id, "Which printer?").await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        let last = detail.posts.last().expect("a post");
        assert_eq!((last.author.as_str(), last.kind), ("root", PostKind::Reply));
        assert!(last.html.contains("Which printer?"), "{}", last.html);
        assert_eq!(detail.row.status, SupportStatus::Feedback);
        assert_eq!(detail.row.external.expect("external").status, "open");
        reply(&app, number, "The red one").await;
        a_while_later(&app).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        assert_eq!((detail.row.status, detail.posts.len()), (SupportStatus::Waiting, 3), "our own words don't come back");
        assert!(agent.texts(&id).await.last().expect("a text").contains("The red one"));

        // Out of reach: nothing is lost, the order is kept, and the ticket says so.
        control("stop");
        for text in ["one", "two", "three"] {
            reply(&app, number, text).await;
        }
        a_while_later(&app).await;
        assert!(problem(&app, number).await.contains("no connection"), "{}", problem(&app, number).await);
        let page = external::get(&app, &admin).await.expect("the page").expect("connected");
        assert!(page.problem.is_some_and(|why| why.contains("no connection")));
        let waiting = ask(&app, "Meanwhile").await;
        control("start");
        a_while_later(&app).await;
        assert_eq!((problem(&app, number).await, problem(&app, waiting).await), (String::new(), String::new()));
        let there = agent.texts(&id).await;
        let said: Vec<&str> = there.iter().rev().take(3).rev().map(|text| text.lines().nth(2).unwrap_or_default()).collect();
        assert_eq!(said, ["one", "two", "three"]);
        remote_id(&app, waiting).await;

        // A server that was killed after it sent a reply, and before it noted that, sends it again. It is there only
        // once.
        let count = there.len();
        for position in [detail.posts.len() as i64, detail.posts.len() as i64 + 2] {
            outbox::run(&app, number, Errand::Reply(position)).await.expect("done");
        }
        outbox::run(&app, number, Errand::Create).await.expect("done");
        assert_eq!(agent.texts(&id).await.len(), count);
        let mut tx = app.db.begin().await.expect("begin");
        tx.exec("UPDATE external_ticket SET kind = NULL, remote_id = NULL WHERE number = $1", args![waiting]).await.expect("forgotten");
        tx.commit().await.expect("commit");
        outbox::run(&app, waiting, Errand::Create).await.expect("found");

        // A token that isn't accepted any more shows on the ticket; a new one and Retry carry on.
        let mut system = store::external::system(&app.db).await.expect("query").expect("connected");
        system.token = secret::seal(&app.settings, "1-2-wrong").expect("sealed");
        let mut tx = app.db.begin().await.expect("begin");
        store::external::connect(&mut tx, &system).await.expect("broken");
        tx.commit().await.expect("commit");
        reply(&app, number, "four").await;
        a_while_later(&app).await;
        assert!(problem(&app, number).await.contains("token is not accepted"), "{}", problem(&app, number).await);
        external::connect(&app, &admin, &form(&env("URL"), &dock)).await.expect("connected anew");
        outbox::retry(&app, &app.caller("member").await, number).await.expect("tried again");
        a_while_later(&app).await;
        assert_eq!(problem(&app, number).await, "");
        assert!(agent.texts(&id).await.last().expect("a text").contains("four"));

        // Files go along; of files that are too large only the names do. Files there are named here.
        let large = vec![7; 9 * 1024 * 1024];
        reply_with(&app, number, "", &[("log.txt", b"what happened"), ("core", &large), ("empty", b"")]).await;
        a_while_later(&app).await;
        assert_eq!(problem(&app, number).await, "");
        let text = agent.texts(&id).await.pop().expect("a text");
        assert!(text.contains("(In Countersign only: core (9.4 MB), empty (0 B))"), "{text}");
        assert!(agent.files(&id).await.contains(&("log.txt".to_owned(), "what happened".to_owned())));
        let content = "aGVsbG8=";
        let file = json!({"FileName": "fix.txt", "FileType": "text/plain", "FileContent": content});
        let body = json!({"Content": "Apply this", "ContentType": "text/plain", "Attachments": [file]});
        agent.ask(reqwest::Method::POST, &format!("/ticket/{id}/correspond"), Some(body)).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        let html = &detail.posts.last().expect("a post").html;
        assert!(html.contains("Apply this") && html.contains("(Attached there: fix.txt)"), "{html}");

        // The end here resolves it there, and the other way round.
        handling::end(&app, &app.caller("member").await, number, "yes", "", "", "/").await.expect("ended");
        a_while_later(&app).await;
        assert_eq!(agent.status(&id).await, "resolved");
        let other = remote_id(&app, waiting).await;
        agent.set_status(&other, "resolved").await;
        a_while_later(&app).await;
        let detail = shown(&app, waiting).await;
        assert_eq!(detail.row.status, SupportStatus::Closed);
        assert!(detail.posts.last().expect("a line").html.contains("root set this ticket to resolved"));
        assert!(external::disconnect(&app, &admin).await.is_ok(), "nothing open lives there any more");
    }
}
