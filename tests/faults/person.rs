//! Somebody who works with the server over HTTP, as the browser half does, and knows which answers came.

use countersign::server::demo;
use countersign::wire::error::AppError;
use countersign::wire::{Reply, codec};
use rand::RngExt;
use rand::rngs::StdRng;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long a request may take, which is longer than the server takes for anything. A request without an answer by then
/// counts as a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer to a change.
#[derive(Debug)]
pub enum Outcome {
    Done,
    /// A rule said no.
    Refused,
    /// Something failed, and the answer says that nothing was changed.
    Failed,
    /// The answer says that nobody knows whether it was done.
    Unsure,
    /// No answer: it was done, or it wasn't.
    Unknown,
}

/// Why a read brought nothing.
#[derive(Debug)]
pub enum Unread {
    Gone,
    Failed,
    Refused,
}

#[derive(Clone)]
pub struct Person {
    pub name: &'static str,
    http: reqwest::Client,
    base: String,
    session: String,
}

impl Person {
    pub fn new(name: &'static str, base: &str) -> Person {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let http = http.build().expect("a client");
        Person { name, http, base: base.to_owned(), session: String::new() }
    }

    /// The same person, with the session they have, at a server that was started anew.
    pub fn at(&self, base: &str) -> Person {
        Person { session: self.session.clone(), ..Person::new(self.name, base) }
    }

    pub async fn sign_in(&mut self) {
        let fields = [("username", self.name), ("password", demo::PASSWORD)];
        let response = self.request("sign-in", &fields).send().await.expect("an answer");
        let cookie = response.headers().get("set-cookie").and_then(|line| line.to_str().ok()).unwrap_or_default();
        self.session = cookie.split(';').next().unwrap_or_default().to_owned();
        assert!(self.session.starts_with("countersign_session="), "{} signs in", self.name);
    }

    /// Calls a server function that changes something.
    pub async fn change(&self, function: &str, fields: &[(&str, &str)]) -> Outcome {
        let Some((status, body)) = self.send(function, fields).await else { return Outcome::Unknown };
        let reply =
            serde_json::from_slice::<Reply>(&body).or_else(|_| serde_json::from_slice(&body).map(Reply::Refused));
        match reply {
            Ok(Reply::Done(_)) => Outcome::Done,
            Ok(Reply::Refused(AppError::Internal { reference })) => {
                assert!(!reference.is_empty(), "{function}: a reference");
                Outcome::Failed
            }
            Ok(Reply::Refused(AppError::Unsure { .. })) => Outcome::Unsure,
            Ok(Reply::Refused(AppError::SignedOut)) => panic!("{} has lost the session: {function}", self.name),
            Ok(Reply::Refused(_)) => Outcome::Refused,
            Err(_) => {
                panic!("{function} as {}: {status} {:?} is no typed answer", self.name, String::from_utf8_lossy(&body))
            }
        }
    }

    /// Calls a server function that reads.
    pub async fn read<T: DeserializeOwned>(&self, function: &str, fields: &[(&str, &str)]) -> Result<T, Unread> {
        let (status, body) = self.send(function, fields).await.ok_or(Unread::Gone)?;
        if status.is_success() {
            return Ok(codec::decode(&body).unwrap_or_else(|e| panic!("{function}: {e} in {body:?}")));
        }
        match serde_json::from_slice::<AppError>(&body) {
            Ok(AppError::Internal { .. }) => Err(Unread::Failed),
            Ok(AppError::SignedOut) => panic!("{} has lost the session: {function}", self.name),
            Ok(_) => Err(Unread::Refused),
            Err(_) => {
                panic!("{function} as {}: {status} {:?} is no typed answer", self.name, String::from_utf8_lossy(&body))
            }
        }
    }

    /// The status of a page.
    pub async fn page(&self, path: &str) -> Option<u16> {
        let request = self.http.get(format!("{}{path}", self.base)).header("cookie", &self.session);
        request.send().await.ok().map(|response| response.status().as_u16())
    }

    /// Status and body; `None` where the server is gone.
    async fn send(&self, function: &str, fields: &[(&str, &str)]) -> Option<(StatusCode, Vec<u8>)> {
        let answer = async {
            let response = self.request(function, fields).send().await?;
            Ok::<_, reqwest::Error>((response.status(), response.bytes().await?.into()))
        };
        match answer.await {
            Ok(answer) => Some(answer),
            Err(error) if error.is_timeout() => panic!("{function} as {} hangs", self.name),
            Err(_) => None,
        }
    }

    fn request(&self, function: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/api/{function}", self.base));
        let body = serde_urlencoded::to_string(fields).expect("a form");
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("accept", "application/json").header("content-type", kind);
        request.header("cookie", &self.session).header("sec-fetch-site", "same-origin").body(body)
    }
}

/// A number below `end`, or 0.
pub fn below(rng: &mut StdRng, end: usize) -> usize {
    if end == 0 { 0 } else { rng.random_range(0..end) }
}
