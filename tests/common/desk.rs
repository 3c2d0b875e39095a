//! A ticket system that answers like Request Tracker's REST 2.0, as far as it is asked: for what a real one can't be made
//! to do in a test (refuse a text, hold a backlog of thousands). What a real one does is checked by `make test-rt`.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Json, Response};
use countersign::wire::external::ConnectionForm;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

#[derive(Default)]
pub struct Inside {
    /// Status and texts of each ticket; the first has the id 1.
    pub tickets: Vec<(String, Vec<String>)>,
    /// Ticket, kind and words of what happened; the first has the id 1.
    transactions: Vec<(usize, &'static str, String)>,
    /// A text with this in it is refused.
    pub refuses: Option<&'static str>,
    /// After this many answers no request is answered any more.
    pub away_after: Option<usize>,
    /// How often each kind of request came.
    pub asked: BTreeMap<&'static str, usize>,
}

pub struct Desk {
    inside: Arc<Mutex<Inside>>,
    address: String,
    _serving: AbortOnDropHandle<()>,
}

impl Desk {
    pub async fn start() -> Desk {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let inside = Arc::new(Mutex::new(Inside::default()));
        let router = Router::new().fallback(answer).with_state(inside.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Desk { inside, address, _serving: AbortOnDropHandle::new(serving) }
    }

    pub fn form(&self) -> ConnectionForm {
        ConnectionForm { kind: "request_tracker".into(), address: self.address.clone(), token: "1-2-dock".into() }
    }

    pub fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no panic")
    }

    /// Adds a reply by somebody who works in the helpdesk.
    pub fn say(&self, ticket: usize, words: String) {
        self.inside().transactions.push((ticket, "Correspond", words));
    }

    /// The first line of each text of a ticket that came from here, oldest first.
    pub fn said(&self, ticket: usize) -> Vec<String> {
        let inside = self.inside();
        let line = |text: &String| text.lines().nth(2).unwrap_or_default().to_owned();
        inside.tickets[ticket - 1].1.iter().map(line).collect()
    }
}

async fn answer(State(inside): State<Arc<Mutex<Inside>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let sent = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let sent: Value = serde_json::from_slice(&sent).unwrap_or_default();
    let query: BTreeMap<String, String> =
        serde_urlencoded::from_str(head.uri.query().unwrap_or_default()).expect("a query");
    let path = head.uri.path().trim_start_matches("/REST/2.0/").to_owned();
    let (status, answer) = inside.lock().expect("no panic").answer(&head.method, &path, &query, &sent);
    (status, Json(answer)).into_response()
}

impl Inside {
    fn answer(
        &mut self,
        method: &Method,
        path: &str,
        query: &BTreeMap<String, String>,
        sent: &Value,
    ) -> (StatusCode, Value) {
        if let Some(left) = self.away_after.as_mut() {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => return (StatusCode::BAD_GATEWAY, Value::Null),
            }
        }
        let words = sent["Content"].as_str().unwrap_or_default().to_owned();
        if self.refuses.is_some_and(|word| words.contains(word)) {
            return (StatusCode::BAD_REQUEST, json!({"message": "we don't take that"}));
        }
        let parts: Vec<&str> = path.split('/').collect();
        let number = parts.get(1).and_then(|id| id.parse::<usize>().ok()).unwrap_or_default();
        let what = match parts[0] {
            "ticket" if *method == Method::GET => "look",
            "ticket" => "write",
            "transaction" => "words",
            "transactions" => "list",
            _ => "other",
        };
        *self.asked.entry(what).or_default() += 1;
        match (parts[0], parts.get(2)) {
            ("rt", _) => (StatusCode::OK, json!({"Version": "5.0.3"})),
            ("queues", _) => (StatusCode::OK, json!({"items": [{"id": "1", "Name": "Support"}]})),
            ("tickets", _) => (StatusCode::OK, json!({"items": []})),
            ("transactions", _) => (StatusCode::OK, json!({"items": self.listed(query)})),
            ("transaction", _) => {
                let words = &self.transactions[number - 1].2;
                (StatusCode::OK, json!({"items": [{"ContentType": "text/plain", "Content": words}]}))
            }
            ("ticket", Some(_)) => {
                self.tickets[number - 1].1.push(words.clone());
                self.transactions.push((number, "Correspond", words));
                (StatusCode::CREATED, json!(["Correspondence added"]))
            }
            ("ticket", None) if *method == Method::POST => {
                self.tickets.push(("new".into(), vec![words]));
                (StatusCode::CREATED, json!({"id": self.tickets.len().to_string()}))
            }
            ("ticket", None) => {
                if let Some(status) = sent["Status"].as_str() {
                    self.tickets[number - 1].0 = status.to_owned();
                }
                (StatusCode::OK, json!({"Status": self.tickets[number - 1].0, "Owner": {"id": "robin"}}))
            }
            _ => (StatusCode::NOT_FOUND, Value::Null),
        }
    }

    /// The transactions after an id, oldest first; or, if the query looks for a reply, those of one ticket, newest
    /// first.
    fn listed(&self, query: &BTreeMap<String, String>) -> Vec<Value> {
        let (text, most) = (&query["query"], query["per_page"].parse().expect("a number"));
        let after = text.rsplit_once("id > ").map_or(0, |(_, id)| id.parse::<usize>().expect("a number"));
        let of = text.split_once("ObjectId='").and_then(|(_, rest)| rest.split_once('\''));
        let of = of.map(|(id, _)| id.parse::<usize>().expect("a number"));
        let all = self.transactions.iter().enumerate().map(|(i, (ticket, kind, _))| (i + 1, *ticket, *kind));
        let mut found: Vec<_> =
            all.filter(|(id, ticket, _)| *id > after && of.is_none_or(|of| of == *ticket)).collect();
        if query["order"] == "DESC" {
            found.reverse();
        }
        let shown = |(id, ticket, kind): (usize, usize, &str)| {
            json!({"id": id.to_string(), "Type": kind, "ObjectId": ticket.to_string(), "Creator": {"id": "robin"},
                   "Created": "2026-11-24T08:05:09Z", "NewValue": null})
        };
        found.into_iter().take(most).map(shown).collect()
    }
}
