//! A helpdesk that answers like Request Tracker as far as we ask it, and that can lose requests, lose answers, dawdle
//! and talk nonsense. What a real one does is checked by `make test-rt`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

/// A helpdesk that is running until this is dropped.
pub struct FakeHelpdesk {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    _serving: AbortOnDropHandle<()>,
}

struct Desk {
    luck: StdRng,
    misbehaves: bool,
    /// The answer to the next request for a ticket is lost.
    loses_ticket: bool,
    faults: usize,
    requests: usize,
    tickets: Vec<Ticket>,
    /// The id of a transaction is its place here, from 1.
    transactions: Vec<Transaction>,
}

struct Ticket {
    marker: String,
    status: &'static str,
}

struct Transaction {
    ticket: usize,
    kind: &'static str,
    by: &'static str,
    words: String,
    status: Option<&'static str>,
}

enum Fault {
    Lost,
    AnswerLost,
    Nonsense,
}

impl FakeHelpdesk {
    pub async fn start(seed: u64) -> FakeHelpdesk {
        let luck = StdRng::seed_from_u64(seed);
        let (tickets, transactions) = (vec![], vec![]);
        let desk = Desk { luck, misbehaves: false, loses_ticket: false, faults: 0, requests: 0, tickets, transactions };
        let desk = Arc::new(Mutex::new(desk));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(answer).with_state(desk.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        FakeHelpdesk { address, desk, _serving: AbortOnDropHandle::new(serving) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Desk) -> T) -> T {
        look(&mut self.desk.lock().expect("the desk"))
    }

    pub fn misbehave(&self, misbehaves: bool) {
        self.with(|desk| desk.misbehaves = misbehaves);
    }

    /// Has the next ticket made that is asked for, but loses the answer that says so.
    pub fn lose_next_ticket(&self) {
        self.with(|desk| desk.loses_ticket = true);
    }

    /// Somebody who works there replies to one of the tickets, if there are any.
    pub fn reply_to_one(&self, words: &str) -> bool {
        self.with(|desk| {
            let count = desk.tickets.len();
            if count > 0 {
                let ticket = desk.luck.random_range(0..count);
                desk.tell(ticket, "Correspond", "Robin", words, None);
            }
            count > 0
        })
    }

    pub fn faults(&self) -> usize {
        self.with(|desk| desk.faults)
    }

    pub fn requests(&self) -> usize {
        self.with(|desk| desk.requests)
    }

    pub fn ticket_count(&self) -> usize {
        self.with(|desk| desk.tickets.len())
    }

    /// How many entries hold these words.
    pub fn times(&self, words: &str) -> usize {
        self.with(|desk| desk.transactions.iter().filter(|entry| entry.words.contains(words)).count())
    }

    /// Whether the markers of each ticket's entries grow.
    pub fn is_in_order(&self) -> bool {
        self.with(|desk| {
            (0..desk.tickets.len()).all(|ticket| {
                let ours = desk.transactions.iter().filter(|entry| entry.ticket == ticket && entry.by == "dock");
                let positions: Vec<i64> = ours.filter_map(|entry| position(&entry.words)).collect();
                positions.is_sorted()
            })
        })
    }
}

/// The place in its thread that the marker in an entry names.
fn position(words: &str) -> Option<i64> {
    words.lines().last()?.strip_suffix(']')?.rsplit_once('/')?.1.parse().ok()
}

impl Desk {
    fn fault(&mut self, uri: &Uri) -> Option<Fault> {
        if uri.path().ends_with("/ticket") && std::mem::take(&mut self.loses_ticket) {
            return Some(Fault::AnswerLost);
        }
        let fault = match self.luck.random_range(0..20) {
            _ if !self.misbehaves => None,
            0..3 => Some(Fault::Lost),
            3..7 => Some(Fault::AnswerLost),
            7 => Some(Fault::Nonsense),
            _ => None,
        };
        self.faults += usize::from(fault.is_some());
        fault
    }

    fn tell(&mut self, ticket: usize, kind: &'static str, by: &'static str, words: &str, status: Option<&'static str>) {
        self.transactions.push(Transaction { ticket, kind, by, words: words.to_owned(), status });
    }

    fn act(&mut self, method: &Method, uri: &Uri, body: &Value) -> (StatusCode, Value) {
        let query = uri.query().unwrap_or_default();
        let query: HashMap<String, String> = serde_urlencoded::from_str(query).expect("a query");
        let path = uri.path().strip_prefix("/REST/2.0").unwrap_or_default();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let words = body["Content"].as_str().unwrap_or_default();
        let ticket = || parts.get(1).and_then(|id| id.parse::<usize>().ok()).map_or(0, |id| id - 1);
        let done = match (method, &parts[..]) {
            (_, ["rt"]) => json!({"Version": "5.0.3"}),
            (_, ["queues", "all"]) => json!({"items": [{"id": "1", "Name": "Support"}]}),
            (_, ["tickets"]) => json!({"items": self.with_marker(&query["query"])}),
            (&Method::POST, ["ticket"]) => {
                let marker = body["CustomFields"]["ExternalId"].as_str().expect("a marker").to_owned();
                self.tickets.push(Ticket { marker, status: "new" });
                json!({"id": self.tickets.len().to_string()})
            }
            (_, ["transactions"]) => json!({"items": self.listed(&query)}),
            (_, ["transaction", id, "attachments"]) => {
                let entry = &self.transactions[id.parse::<usize>().expect("a number") - 1];
                json!({"items": [{"ContentType": "text/plain", "Content": entry.words}]})
            }
            (&Method::POST, ["ticket", _, "correspond"]) => {
                self.tell(ticket(), "Correspond", "dock", words, None);
                json!(["Correspondence added"])
            }
            (&Method::PUT, ["ticket", _]) => {
                self.tickets[ticket()].status = "resolved";
                self.tell(ticket(), "Status", "dock", "", Some("resolved"));
                json!(["Status changed"])
            }
            (_, ["ticket", _]) => json!({"Status": self.tickets[ticket()].status, "Owner": {"id": "Nobody"}}),
            _ => return (StatusCode::NOT_FOUND, json!({"message": "No such thing"})),
        };
        (StatusCode::OK, done)
    }

    fn with_marker(&self, query: &str) -> Vec<Value> {
        let found = self.tickets.iter().enumerate().filter(|(_, ticket)| query.contains(&ticket.marker));
        found.map(|(place, _)| json!({"id": (place + 1).to_string()})).collect()
    }

    /// The transactions after an id, or the replies of one ticket, the newest first.
    fn listed(&self, asked: &HashMap<String, String>) -> Vec<Value> {
        let query = &asked["query"];
        let after: usize = query.rsplit_once(" id > ").and_then(|(_, id)| id.parse().ok()).unwrap_or_default();
        let of = query.split_once("ObjectId='").and_then(|(_, rest)| rest.split('\'').next()?.parse::<usize>().ok());
        let all = self.transactions.iter().enumerate().map(|(place, entry)| (place + 1, entry));
        let mut found: Vec<_> = all
            .filter(|(id, entry)| {
                *id > after && of.is_none_or(|of| entry.ticket + 1 == of && entry.kind == "Correspond")
            })
            .collect();
        if asked.get("order").is_some_and(|order| order == "DESC") {
            found.reverse();
        }
        found.truncate(asked["per_page"].parse().expect("a number"));
        let shown = |(id, entry): (usize, &Transaction)| {
            json!({
                "id": id.to_string(), "Type": entry.kind, "ObjectId": (entry.ticket + 1).to_string(),
                "Creator": {"id": entry.by}, "Created": "2026-11-24T08:05:09Z", "NewValue": entry.status,
            })
        };
        found.into_iter().map(shown).collect()
    }
}

async fn answer(State(desk): State<Arc<Mutex<Desk>>>, method: Method, uri: Uri, body: Bytes) -> (StatusCode, String) {
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let pause = {
        let mut desk = desk.lock().expect("the desk");
        if desk.misbehaves { desk.luck.random_range(0..25) } else { 0 }
    };
    tokio::time::sleep(Duration::from_millis(pause)).await;
    let mut desk = desk.lock().expect("the desk");
    desk.requests += 1;
    let fault = desk.fault(&uri);
    if let Some(Fault::Lost) = fault {
        return (StatusCode::BAD_GATEWAY, "<h1>Bad Gateway</h1>".into());
    }
    let (status, answer) = desk.act(&method, &uri, &body);
    match fault {
        Some(Fault::AnswerLost) => (StatusCode::GATEWAY_TIMEOUT, "<h1>Gateway Timeout</h1>".into()),
        Some(Fault::Nonsense) => (StatusCode::OK, "<h1>It works!</h1>".into()),
        Some(Fault::Lost) | None => (status, answer.to_string()),
    }
}
