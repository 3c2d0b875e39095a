//! Technical support that lives in a real Redmine (`make test-redmine`): what is said here goes there, what happens there
//! comes back, and nothing is lost or said twice while it can't be reached.

use crate::common::docking::{self, docked, fields, problem, remote_id, reply, reply_with, shown};
use crate::common::requests::member_asks as ask;
use crate::common::{START, TestApp};
use countersign::domain::external::HelpdeskKind;
use countersign::domain::support::{PostKind, SupportStatus, SupportTab};
use countersign::server::helpdesk::{self, HelpdeskError, NewReply, NewTicket, News, Queue};
use countersign::server::service::external;
use countersign::server::service::external::errand::Errand;
use countersign::server::service::external::outbox;
use countersign::server::service::support::{handling, lists};
use countersign::server::store::value::args;
use countersign::server::{secret, store};
use countersign::wire::external::ConnectionForm;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

fn env(name: &str) -> String {
    let name = format!("COUNTERSIGN_TEST_REDMINE_{name}");
    std::env::var(&name).unwrap_or_else(|_| panic!("run it by make test-redmine: no {name}"))
}

fn form(address: &str, key: &str) -> ConnectionForm {
    ConnectionForm { kind: "redmine".into(), address: address.into(), token: key.into() }
}

/// `stop` makes Redmine unreachable, `start` brings it back, `rest 0` and `rest 1` switch its REST interface.
fn control(what: &[&str]) {
    assert!(Command::new(env("CONTROL")).args(what).status().expect("the control program").success());
}

/// Somebody who works in Redmine.
struct Agent(reqwest::Client);

impl Agent {
    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.0.request(method, format!("{}{path}", env("URL"))).header("X-Redmine-API-Key", env("AGENT"))
    }

    async fn read(&self, ticket: &str) -> Value {
        let request = self.request(reqwest::Method::GET, &format!("/issues/{ticket}.json?include=journals"));
        let response = request.send().await.expect("an answer").error_for_status().expect("success");
        response.json::<Value>().await.expect("JSON")["issue"].take()
    }

    async fn change(&self, ticket: &str, change: Value) {
        let request = self.request(reqwest::Method::PUT, &format!("/issues/{ticket}.json"));
        let response = request.json(&json!({"issue": change})).send().await.expect("an answer");
        response.error_for_status().expect("success");
    }

    async fn status(&self, ticket: &str) -> String {
        self.read(ticket).await["status"]["name"].as_str().expect("a status").to_owned()
    }

    /// Name and size in bytes of the files in a ticket there.
    async fn files(&self, ticket: &str) -> Vec<(String, i64)> {
        let request = self.request(reqwest::Method::GET, &format!("/issues/{ticket}.json?include=attachments"));
        let response = request.send().await.expect("an answer").error_for_status().expect("success");
        let issue = response.json::<Value>().await.expect("JSON")["issue"].take();
        let files = issue["attachments"].as_array().expect("attachments").iter();
        let file = |file: &Value| {
            (file["filename"].as_str().expect("a name").to_owned(), file["filesize"].as_i64().expect("a size"))
        };
        files.map(file).collect()
    }

    /// The texts that were written in a ticket there, oldest first.
    async fn texts(&self, ticket: &str) -> Vec<String> {
        let issue = self.read(ticket).await;
        let notes = issue["journals"].as_array().expect("journals").iter().map(|journal| &journal["notes"]);
        let texts = std::iter::once(&issue["description"]).chain(notes);
        texts.filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect()
    }

    /// How many tickets there are in the project.
    async fn count(&self) -> i64 {
        let request = self.request(reqwest::Method::GET, "/projects/support/issues.json?status_id=*&limit=1");
        let response = request.send().await.expect("an answer").error_for_status().expect("success");
        response.json::<Value>().await.expect("JSON")["total_count"].as_i64().expect("a count")
    }
}

/// Runs what is due, once what happened there has settled.
async fn a_while_later(app: &TestApp) {
    tokio::time::sleep(Duration::from_millis(4_100)).await;
    docking::a_while_later(app).await;
}

both! {
    #[ignore = "make test-redmine runs it beside a real Redmine"]
    async fn what_is_said_here_is_there_and_the_other_way_round(app) {
        let (agent, admin) = (Agent(reqwest::Client::new()), app.caller_in("sysadmin", "System View").await);
        // Every mistake has a message of its own, at the field that is to be corrected.
        let (url, dock) = (env("URL"), env("DOCK"));
        let elsewhere = format!("{url}/elsewhere");
        for (address, key, field, word) in [
            ("http://127.0.0.1:1", dock.as_str(), "form[address]", "no connection"),
            ("nonsense", &dock, "form[address]", "http://"),
            (&elsewhere, &dock, "form[address]", "there is no Redmine"),
            (&url, "0123456789abcdef", "form[token]", "not accepted"),
            (&url, &env("READER"), "form[token]", "add issues"),
            (&url, &env("MUTE"), "form[token]", "add notes"),
            (&url, &env("STRANGER"), "form[token]", "a member"),
            (&url, "", "form[token]", "required"),
        ] {
            let problems = fields(external::test(&app, &admin, &form(address, key)).await.expect_err("refused"));
            assert!(matches!(&problems[..], [(at, why)] if at == field && why.contains(word)), "{address}: {problems:?}");
            assert!(external::connect(&app, &admin, &form(address, key)).await.is_err(), "nor is it saved");
        }
        control(&["rest", "0"]);
        let problems = fields(external::test(&app, &admin, &form(&url, &dock)).await.expect_err("refused"));
        control(&["rest", "1"]);
        assert!(matches!(&problems[..], [(at, why)] if at == "form[token]" && why.contains("switched off")), "{problems:?}");
        for (kind, word) in [("request_tracker", "no Request Tracker"), ("jira", "Choose"), ("", "Choose")] {
            let other = ConnectionForm { kind: kind.into(), ..form(&url, &dock) };
            let problems = fields(external::test(&app, &admin, &other).await.expect_err("refused"));
            assert!(matches!(&problems[..], [(_, why)] if why.contains(word)), "{kind}: {problems:?}");
        }
        assert!(external::get(&app, &admin).await.expect("the page").is_none());
        docking::others_are_refused(&app, &form(&url, &dock)).await;
        let works = external::test(&app, &admin, &form(&url, &dock)).await.expect("it works");
        assert!(works.message.contains("1 queue (support)"), "{}", works.message);
        docked(&app, &form(&url, &dock), "support").await;
        docking::token_is_nowhere(&app, &dock).await;

        let number = ask(&app, "The *printer* is on fire").await;
        a_while_later(&app).await;
        let id = remote_id(&app, number).await;
        let there = agent.texts(&id).await;
        assert!(there[0].contains("member asks:") && there[0].contains("The *printer* is on fire"), "{there:?}");
        for (tab, listed) in [(SupportTab::External, 1), (SupportTab::Mine, 1)] {
            let list = lists::list(&app, &app.caller("member").await, tab, &Default::default()).await.expect("a list");
            assert_eq!(list.page.rows.len(), listed);
            let href = list.page.rows[0].external.as_ref().and_then(|external| external.href.clone());
            assert_eq!(href, Some(format!("{url}/issues/{id}")));
        }

        // A private note stays there; words and status of one change come both, the words first.
        agent.change(&id, json!({"notes": "Not for their eyes", "private_notes": true, "assigned_to_id": "me"})).await;
        agent.change(&id, json!({"notes": "Which printer?", "status_id": 4})).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        let posts: Vec<(&str, PostKind)> = detail.posts.iter().map(|post| (post.author.as_str(), post.kind)).collect();
        assert_eq!(posts[1..], [("Agent Tester", PostKind::Reply)], "Feedback is what a reply means already");
        assert!(detail.posts[1].html.contains("Which printer?"), "{}", detail.posts[1].html);
        assert_eq!(detail.row.status, SupportStatus::Feedback);
        let known = detail.row.external.expect("external");
        assert_eq!((known.status.as_str(), known.owner.as_str()), ("Feedback", "Agent Tester"));
        reply(&app, number, "The red one").await;
        a_while_later(&app).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        assert_eq!((detail.row.status, detail.posts.len()), (SupportStatus::Waiting, 3), "our own words don't come back");
        assert!(agent.texts(&id).await.last().expect("a text").contains("The red one"));
        agent.change(&id, json!({"status_id": 2})).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        assert_eq!((detail.row.status, detail.posts.len()), (SupportStatus::Processing, 4));
        assert!(detail.posts[3].html.contains("Agent Tester set this ticket to In Progress"), "{}", detail.posts[3].html);

        // Out of reach: nothing is lost, the order is kept, and the ticket says so.
        control(&["stop"]);
        for text in ["one", "two", "three"] {
            reply(&app, number, text).await;
        }
        docking::a_while_later(&app).await;
        assert!(problem(&app, number).await.contains("no connection"), "{}", problem(&app, number).await);
        let page = external::get(&app, &admin).await.expect("the page").expect("connected");
        assert!(page.problem.is_some_and(|why| why.contains("no connection")));
        let waiting = ask(&app, "Meanwhile").await;
        control(&["start"]);
        for text in ["four", "five"] {
            agent.change(&id, json!({"notes": text})).await;
        }
        a_while_later(&app).await;
        assert_eq!((problem(&app, number).await, problem(&app, waiting).await), (String::new(), String::new()));
        let there = agent.texts(&id).await;
        let said: Vec<&str> = there.iter().filter_map(|text| text.split_once(" wrote:")?.1.lines().nth(2)).collect();
        assert_eq!(said, ["The red one", "one", "two", "three"]);
        let heard = shown(&app, number).await.posts.into_iter().filter(|post| post.author == "Agent Tester");
        let heard: Vec<String> = heard.map(|post| post.html.replace("<p>", "").replace("</p>", "").trim().to_owned()).collect();
        assert_eq!(heard, ["Which printer?", "four", "five"]);
        remote_id(&app, waiting).await;

        // A server that was killed after it sent a reply, and before it noted that, sends it again. It is there only
        // once.
        let (count, tickets) = (there.len(), agent.count().await);
        for position in [4, 6] {
            outbox::run(&app, number, Errand::Reply(position)).await.expect("done");
        }
        outbox::run(&app, number, Errand::Create).await.expect("done");
        assert_eq!(agent.texts(&id).await.len(), count);
        let (forget, found) = ("UPDATE external_ticket SET kind = NULL, remote_id = NULL WHERE number = $1", remote_id(&app, waiting).await);
        let mut tx = app.db.begin().await.expect("begin");
        tx.exec(forget, args![waiting]).await.expect("forgotten");
        tx.commit().await.expect("commit");
        outbox::run(&app, waiting, Errand::Create).await.expect("found");
        assert_eq!((remote_id(&app, waiting).await, agent.count().await), (found, tickets));

        // A key that isn't accepted any more shows on the ticket; a new one and Retry carry on.
        let mut system = store::external::system(&app.db).await.expect("query").expect("connected");
        system.token = secret::seal(&app.settings, "0123456789abcdef").expect("sealed");
        let mut tx = app.db.begin().await.expect("begin");
        store::external::connect(&mut tx, &system).await.expect("broken");
        tx.commit().await.expect("commit");
        reply(&app, number, "six").await;
        docking::a_while_later(&app).await;
        assert!(problem(&app, number).await.contains("token is not accepted"), "{}", problem(&app, number).await);
        external::connect(&app, &admin, &form(&url, &dock)).await.expect("connected anew");
        outbox::retry(&app, &app.caller("member").await, number).await.expect("tried again");
        docking::a_while_later(&app).await;
        assert_eq!(problem(&app, number).await, "");
        assert!(agent.texts(&id).await.last().expect("a text").contains("six"));

        // Files go along; of files that are too large only the names do. Files there are named here.
        let large = vec![7; 9 * 1024 * 1024];
        reply_with(&app, number, "", &[("log.txt", b"what happened"), ("core", &large), ("empty", b"")]).await;
        a_while_later(&app).await;
        assert_eq!(problem(&app, number).await, "");
        let text = agent.texts(&id).await.pop().expect("a text");
        assert!(text.contains("(In Countersign only: core (9.4 MB), empty (0 B))"), "{text}");
        assert_eq!(agent.files(&id).await, [("log.txt".to_owned(), 13)]);
        let upload = agent.request(reqwest::Method::POST, "/uploads.json?filename=fix.txt");
        let upload = upload.header("content-type", "application/octet-stream").body("hello").send().await.expect("an answer");
        let token = upload.json::<Value>().await.expect("JSON")["upload"]["token"].take();
        agent.change(&id, json!({"notes": "Apply this", "uploads": [{"token": token, "filename": "fix.txt"}]})).await;
        a_while_later(&app).await;
        let detail = shown(&app, number).await;
        let html = &detail.posts.last().expect("a post").html;
        assert!(html.contains("Apply this") && html.contains("(Attached there: fix.txt)"), "{html}");

        // The end here closes it there, and the other way round.
        handling::end(&app, &app.caller("member").await, number, "yes", "", "", "/").await.expect("ended");
        a_while_later(&app).await;
        assert_eq!((agent.status(&id).await, problem(&app, number).await), ("Closed".into(), String::new()));
        let (other, before) = (remote_id(&app, waiting).await, shown(&app, number).await.posts.len());
        agent.change(&other, json!({"notes": "Done", "status_id": 6})).await;
        a_while_later(&app).await;
        let detail = shown(&app, waiting).await;
        assert_eq!(detail.row.status, SupportStatus::Closed);
        let said: Vec<&str> = detail.posts.iter().skip(1).map(|post| post.html.as_str()).collect();
        assert!(said.len() >= 2 && said[0].contains("Done") && said[1].contains("set this ticket to Rejected"), "{said:?}");
        assert_eq!(shown(&app, number).await.posts.len(), before, "what the account set itself isn't news");
        assert!(external::disconnect(&app, &admin).await.is_ok(), "nothing open lives there any more");
    }

    #[ignore = "make test-redmine runs it beside a real Redmine"]
    async fn another_kind_of_system_takes_the_place_of_the_first_once_nothing_open_lives_there(app) {
        let (agent, admin) = (Agent(reqwest::Client::new()), app.caller_in("sysadmin", "System View").await);
        // As if a Request Tracker had been connected at the same address.
        let queues = vec![Queue { id: "1".into(), name: "Support".into() }];
        let first = store::external::System {
            kind: HelpdeskKind::RequestTracker,
            address: env("URL"),
            token: secret::seal(&app.settings, "1-2-secret").expect("sealed"),
            queues: serde_json::to_string(&queues).expect("JSON"),
            cursor: i64::MAX,
            instance: "first".into(),
            problem: None,
            updated_at: START,
        };
        let mut tx = app.db.begin().await.expect("begin");
        store::external::connect(&mut tx, &first).await.expect("connected");
        tx.commit().await.expect("commit");
        docking::lives_in(&app, "Support").await;
        let old = ask(&app, "In the first").await;
        // Writes down that the Request Tracker made the ticket, as number `id`.
        let made = async |id: &str| {
            let sql = "UPDATE external_ticket SET kind = 'request_tracker', remote_id = $2 WHERE number = $1";
            let mut tx = app.db.begin().await.expect("begin");
            tx.exec(sql, args![old, id]).await.expect("there is room for both");
            tx.commit().await.expect("commit");
        };
        made("1").await;
        let kept = fields(external::test(&app, &admin, &form(&env("URL"), "")).await.expect_err("refused"));
        assert!(matches!(&kept[..], [(at, why)] if at == "form[token]" && why.contains("required")), "{kept:?}");
        let refused = external::connect(&app, &admin, &form(&env("URL"), &env("DOCK"))).await.expect_err("refused");
        assert!(refused.to_string().contains("have to be ended first"), "{refused}");
        handling::end(&app, &app.caller("member").await, old, "yes", "", "", "/").await.expect("ended");
        docked(&app, &form(&env("URL"), &env("DOCK")), "support").await;
        let system = store::external::system(&app.db).await.expect("query").expect("connected");
        assert!(system.cursor < i64::MAX && system.instance != "first", "nothing of the first is kept");

        // Both number their tickets from 1, so the same id can be in both.
        let new = ask(&app, "In the second").await;
        a_while_later(&app).await;
        let id = remote_id(&app, new).await;
        made(&id).await;
        agent.change(&id, json!({"notes": "For the second"})).await;
        let before = agent.texts(&id).await.len();
        a_while_later(&app).await;
        assert_eq!(agent.texts(&id).await.len(), before);
        assert_eq!(agent.status(&id).await, "New", "the end of the first isn't that of the second");
        assert!(problem(&app, old).await.contains("another ticket system"), "{}", problem(&app, old).await);
        let (old, new) = (shown(&app, old).await, shown(&app, new).await);
        assert_eq!(new.posts.last().map(|post| post.author.as_str()), Some("Agent Tester"));
        assert!(old.posts.iter().all(|post| post.author != "Agent Tester"));
        let href = |detail: &countersign::wire::support::SupportDetail| detail.row.external.as_ref().and_then(|e| e.href.clone());
        assert_eq!((href(&old), href(&new)), (None, Some(format!("{}/issues/{id}", env("URL")))));
    }
}

#[tokio::test]
#[ignore = "make test-redmine runs it beside a real Redmine"]
async fn what_redmine_drops_without_a_word_is_said() {
    let new = |queue| NewTicket { marker: "[countersign 01J 1/0]", queue, subject: "x", text: "words", files: &[] };
    let connect = |key: &str| helpdesk::connect(HelpdeskKind::Redmine, &env("URL"), &env(key)).expect("a client");
    let mute = connect("MUTE");
    let ticket = mute.create(new("support")).await.expect("made");
    assert_eq!(mute.create(new("support")).await, Ok(ticket.clone()), "found by its marker");
    let longer = NewTicket { marker: "[countersign 01J 11/0]", subject: &"s".repeat(300), ..new("support") };
    assert_ne!(mute.create(longer).await, Ok(ticket.clone()));
    let forbidden = |answer: Result<(), HelpdeskError>, word: &str| {
        assert!(matches!(&answer, Err(HelpdeskError::Forbidden(why)) if why.contains(word)), "{answer:?}");
    };
    forbidden(
        mute.reply(
            &ticket,
            NewReply { marker: "[countersign 01J 1/1]", text: "words", files: &[], may_be_there: false },
        )
        .await,
        "add notes",
    );
    forbidden(mute.close(&ticket).await, "may not close");
    let other = |queue| NewTicket { marker: "[countersign 01J 2/0]", ..new(queue) };
    forbidden(connect("READER").create(other("support")).await.map(drop), "make tickets in project support");
    assert_eq!(mute.create(new("nowhere")).await, Ok(ticket.clone()), "wherever it was moved to");
    let refused = mute.create(other("nowhere")).await;
    assert!(
        matches!(&refused, Err(HelpdeskError::Refused(why)) if why.contains("find project nowhere")),
        "{refused:?}"
    );
}

#[tokio::test]
#[ignore = "make test-redmine runs it beside a real Redmine"]
async fn news_are_read_once_wherever_one_goes_on_however_long_the_list() {
    let agent = helpdesk::connect(HelpdeskKind::Redmine, &env("URL"), &env("AGENT")).expect("a client");
    let archive = ["archive".to_owned()];
    let (all, last) = agent.news(&archive, 0).await.expect("news");
    let words = |news: &[News]| -> BTreeSet<String> { news.iter().map(|one| format!("{:?}", one.what)).collect() };
    assert_eq!((all.len(), words(&all).len()), (105, 105), "more than a page, many in one second");
    assert!(all.is_sorted_by(|a, b| a.id < b.id) && all.iter().all(|one| one.id < last));
    for from in [0, 50, 103] {
        let (rest, _) = agent.news(&archive, all[from].id).await.expect("news");
        assert_eq!(rest, all[from + 1..], "after {from}");
    }
    assert_eq!(agent.news(&archive, last).await.expect("news").0, []);
    assert!(agent.newest().await.expect("a cursor") >= last);
}
