//! Hostile input: every server function and every route is asked what nobody should ask. No answer is a fault of ours, and
//! none tells what its asker may not know. `make hostile` asks two hundred thousand times.

use crate::common::client::{Answer, Client, HOST_NAME};
use crate::common::requests::{ask_for_host, ask_for_support};
use crate::common::{TestApp, forms};
use axum::body::Body;
use axum::http::{Method, Request};
use countersign::wire::codec;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// The beginning of names that only acme's people may read.
const FOREIGN: &str = "zz-foreign";
/// People of the domain Default who hold nothing in acme.
const ASKERS: [&str; 6] = ["member", "owner", "coowner", "viewer", "newcomer", "domainadmin"];
const PAGES: [&str; 28] = [
    "/",
    "/login",
    "/setup",
    "/hosts",
    "/hosts/new",
    "/trash",
    "/quotas",
    "/account",
    "/no-project",
    "/logs",
    "/logs/export",
    "/tickets/workflow/mine",
    "/tickets/workflow/pending",
    "/tickets/workflow/all",
    "/tickets/workflow/export",
    "/tickets/support/mine",
    "/tickets/support/all",
    "/tickets/support/replies",
    "/tickets/support/external",
    "/directory/users",
    "/directory/projects",
    "/directory/domains",
    "/directory/roles",
    "/settings/tickets",
    "/settings/system",
    "/settings/external",
    "/events",
    "/readyz",
];
const QUERY: [&str; 24] = [
    "dialog",
    "ticket",
    "about",
    "file",
    "post",
    "before",
    "after",
    "id",
    "status",
    "initiator",
    "text",
    "sort",
    "from",
    "to",
    "zone",
    "search",
    "scope",
    "flash",
    "form[name]",
    "edit",
    "canned",
    "reply",
    "tab",
    "next",
];
const STRANGE: [&str; 34] = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "2",
    "7",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "1e9",
    "NaN",
    "0x10",
    "null",
    "true",
    "on",
    "[]",
    "{}",
    "\u{0}",
    "\u{202e}txt.exe",
    "\u{fffd}",
    "'; DROP TABLE ticket; --",
    "%00%0d%0a",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "//evil.example",
    "javascript:alert(1)",
    "2026-02-30",
    "2026-11-24",
    "Europe/Berlin",
    "Mars/Phobos",
    "create",
    "%",
    "_",
];

struct Campaign {
    rng: StdRng,
    forms: Vec<forms::Form>,
    words: Vec<String>,
    ids: Vec<String>,
}

impl Campaign {
    async fn new(app: &TestApp, seed: u64) -> Campaign {
        let mut ids: Vec<String> = (1..=6).map(|number| number.to_string()).collect();
        for sql in [
            "SELECT id FROM account",
            "SELECT id FROM project",
            "SELECT id FROM domain",
            "SELECT id FROM role",
            "SELECT id FROM process",
            "SELECT id FROM host",
            "SELECT id FROM image",
            "SELECT id FROM specification",
        ] {
            ids.extend(app.db.scalars::<String>(sql, vec![]).await.expect("query"));
        }
        let words = forms::keys().into_iter().chain(STRANGE.map(str::to_owned)).collect();
        Campaign { rng: StdRng::seed_from_u64(seed), forms: forms::all(), words, ids }
    }

    fn value(&mut self) -> String {
        match self.rng.random_range(0..20) {
            0..9 => self.ids.choose(&mut self.rng).expect("ids").clone(),
            9..18 => self.words.choose(&mut self.rng).expect("words").clone(),
            18 => "x".repeat(self.rng.random_range(100..30_000)),
            _ => (0..self.rng.random_range(1..40)).map(|_| self.rng.random::<char>()).collect(),
        }
    }

    /// A form's fields, mostly all of them, some missing, twice, or of another form.
    fn fields(&mut self, form: &forms::Form) -> Vec<(String, String)> {
        let mut pairs = vec![];
        for name in &form.fields {
            for _ in 0..*[0, 1, 1, 1, 1, 1, 1, 1, 2].choose(&mut self.rng).expect("numbers") {
                pairs.push((name.clone(), self.value()));
            }
        }
        if self.rng.random_ratio(1, 10) {
            let other = self.forms.choose(&mut self.rng).expect("forms").clone();
            pairs.extend(other.fields.into_iter().map(|name| (name, "1".to_owned())));
        }
        pairs
    }

    fn call(&mut self) -> Request<Body> {
        let form = self.forms.choose(&mut self.rng).expect("forms").clone();
        let pairs = self.fields(&form);
        let mut body = serde_urlencoded::to_string(&pairs).expect("a form").into_bytes();
        let kind = match self.rng.random_range(0..40) {
            0 => "application/json",
            1 => "multipart/form-data; boundary=x",
            2 => "multipart/form-data",
            3 => "text/plain",
            4 => "",
            _ => "application/x-www-form-urlencoded",
        };
        if self.rng.random_ratio(1, 40) {
            body = (0..self.rng.random_range(0..300)).map(|_| self.rng.random::<u8>()).collect();
        }
        let accept = ["text/html", "application/json", codec::CONTENT_TYPE][self.rng.random_range(0..3)];
        let origin =
            if self.rng.random_ratio(1, 30) { "https://evil.example".into() } else { format!("http://{HOST_NAME}") };
        let request = Client::request(Method::POST, &form.path).header("accept", accept).header("origin", origin);
        let request = request.header("content-type", kind).header("referer", format!("http://{HOST_NAME}/hosts"));
        request.body(Body::from(body)).expect("a request")
    }

    fn page(&mut self) -> Request<Body> {
        let mut path = (*PAGES.choose(&mut self.rng).expect("pages")).to_owned();
        if self.rng.random_ratio(1, 3) {
            let below = [
                "/hosts",
                "/tickets/workflow",
                "/tickets/support",
                "/directory/users",
                "/settings/tickets",
                "/pkg",
                "/tickets/support/1/files",
            ];
            path = format!("{}/{}", below.choose(&mut self.rng).expect("pages"), escaped(&self.value()));
        }
        let mut query = vec![];
        for _ in 0..self.rng.random_range(0..4) {
            query.push(((*QUERY.choose(&mut self.rng).expect("names")).to_owned(), self.value()));
        }
        let query = serde_urlencoded::to_string(&query).expect("a query");
        let method =
            [Method::GET, Method::GET, Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS];
        let method = method.choose(&mut self.rng).expect("methods").clone();
        // The answer of the stream never ends, so another path is asked for.
        let path = if path == "/events" { "/events/none".to_owned() } else { path };
        let path: String = format!("{path}?{query}").chars().take(8_000).collect();
        Client::request(method, &path).header("accept", "text/html").body(Body::empty()).expect("a request")
    }
}

fn escaped(text: &str) -> String {
    serde_urlencoded::to_string([("", text)]).expect("text").trim_start_matches('=').chars().take(500).collect()
}

/// Makes what acme's people have and what the others have: a host and a support ticket each.
async fn things(app: &TestApp) {
    for (who, view, name) in [("shopper", "Project View: shop", FOREIGN), ("member", "Project View: web", "ours")] {
        let caller = app.caller_in(who, view).await;
        ask_for_host(app, &caller, &format!("{name}-host")).await;
        ask_for_support(app, &caller, &format!("{name} words")).await;
    }
}

async fn ask(app: &TestApp, rounds: u64, askers: &[&str], foreign: bool) {
    let seed = std::env::var("HOSTILE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_124);
    let mut campaign = Campaign::new(app, seed).await;
    let mut clients = vec![app.client()];
    for who in askers {
        let mut client = app.client();
        client.sign_in(who).await;
        clients.push(client);
    }
    let mut forged = app.client();
    forged.cookies.insert("countersign_session".into(), "forged".into());
    clients.push(forged);
    for round in 0..rounds {
        let request = if campaign.rng.random_ratio(4, 5) { campaign.call() } else { campaign.page() };
        let asked = format!("{} {}", request.method(), request.uri());
        let place = campaign.rng.random_range(0..clients.len());
        // A copy of the client, so that one that signs itself out has its session back in the next round.
        let mut client = clients[place].clone();
        let answer: Answer = client.send(request).await;
        assert!(
            !answer.status.is_server_error(),
            "round {round}, seed {seed}: {asked}: {} {}",
            answer.status,
            answer.body
        );
        assert!(
            foreign || !answer.body.contains(FOREIGN),
            "round {round}, seed {seed}, asker {place}: {asked}: {}",
            answer.body
        );
        let to = answer.location();
        assert!(
            to.is_empty() || (to.starts_with('/') && !to.starts_with("//")),
            "round {round}, seed {seed}: {asked} to {to}"
        );
    }
}

fn rounds() -> u64 {
    std::env::var("HOSTILE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1_500)
}

both! {
    async fn nothing_that_is_asked_is_a_fault_or_tells_what_is_foreign(app) {
        things(&app).await;
        ask(&app, rounds(), &ASKERS, false).await;
    }

    /// Administrators, who may do everything, break nothing either.
    async fn nor_when_an_administrator_asks(app) {
        things(&app).await;
        ask(&app, rounds() / 3, &["sysadmin", "deputy", "helpdesk"], true).await;
    }
}

#[test]
fn every_function_is_known_with_its_fields() {
    let forms = forms::all();
    assert!(forms.len() > 60, "{}", forms.len());
    let fields =
        |path: &str| forms.iter().find(|form| form.path == path).map(|form| form.fields.clone()).unwrap_or_default();
    assert_eq!(fields("/api/get-host"), ["id"]);
    assert!(fields("/api/create-host").contains(&"form[data_disks][1]".to_owned()), "{:?}", fields("/api/create-host"));
    assert!(fields("/api/reply-support-ticket").contains(&"file[0]".to_owned()));
    assert!(forms::keys().contains(&"apply-machine".to_owned()));
}
