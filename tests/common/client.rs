//! A browser's side of HTTP: keeps cookies, knows the page it is on, sends forms with and without scripts.

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use countersign::server::demo;
use countersign::wire::{Reply, codec};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tower::ServiceExt;

pub const HOST_NAME: &str = "countersign.test";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Clone)]
pub struct Client {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    /// Path and query of the page that is open, sent along as the Referer.
    pub page: String,
    pub ip: [u8; 4],
    /// What a proxy says of where requests come from.
    forwarded: Option<String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The body as it came.
    pub bytes: Bytes,
}

impl Answer {
    /// Where it redirects to.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e} in {} {}", self.status, self.body))
    }

    /// The answer of a server function that only reads.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        codec::decode(&self.bytes).unwrap_or_else(|e| panic!("{e} in {} {}", self.status, self.body))
    }

    /// The reply of a server function that a form calls.
    pub fn reply(&self) -> Reply {
        self.json()
    }
}

impl Client {
    pub fn new(router: Router) -> Client {
        Client { router, cookies: BTreeMap::new(), page: "/".into(), ip: [192, 0, 2, 1], forwarded: None }
    }

    /// From now on requests say that they come from there, by way of proxies.
    pub fn forwarded(&mut self, hops: &str) -> &mut Client {
        self.forwarded = Some(hops.to_owned());
        self
    }

    /// Opens a page; redirects are answered, not followed.
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer =
            self.send(Request::get(path).header(ACCEPT, "text/html").body(Body::empty()).expect("a request")).await;
        if answer.status.is_success() {
            self.page = path.to_owned();
        }
        answer
    }

    /// Sends a form as a browser does without scripts, from the page that is open.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(action)
            .header(ACCEPT, "text/html,application/xhtml+xml,*/*;q=0.8")
            .header(CONTENT_TYPE, FORM)
            .header(ORIGIN, format!("http://{HOST_NAME}"))
            .header(REFERER, format!("http://{HOST_NAME}{}", self.page))
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(encoded(fields)).expect("a request")).await
    }

    /// Calls a server function as the browser half does.
    pub async fn call(&mut self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(action)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, FORM)
            .header(ORIGIN, format!("http://{HOST_NAME}"))
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(encoded(fields)).expect("a request")).await
    }

    /// Signs in one of the demo's people.
    pub async fn sign_in(&mut self, username: &str) {
        let answer = self.call("/api/sign-in", &[("username", username), ("password", demo::PASSWORD)]).await;
        assert!(matches!(answer.reply(), Reply::Done(_)), "{username} signs in: {}", answer.body);
    }

    /// Opens an address whose answer is read as it comes.
    pub async fn open(&mut self, path: &str) -> Response<Body> {
        self.ask(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// Sends any request, with the cookies kept so far.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let (head, body) = self.ask(request).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: head.status, headers: head.headers, body, bytes }
    }

    async fn ask(&mut self, mut request: Request<Body>) -> Response<Body> {
        let length = request.body().size_hint().exact().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(CONTENT_LENGTH, length.into());
        headers.entry(HOST).or_insert(HOST_NAME.parse().expect("a host"));
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert(COOKIE, pairs.join("; ").parse().expect("a header"));
        }
        if let Some(hops) = &self.forwarded {
            request.headers_mut().insert("x-forwarded-for", hops.parse().expect("a header"));
        }
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.ip, 50_000))));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        self.keep_cookies(response.headers());
        response
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            let line = line.to_str().expect("a text");
            let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A bare request of this method.
    pub fn request(method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path)
    }
}

fn encoded(fields: &[(&str, &str)]) -> Body {
    Body::from(serde_urlencoded::to_string(fields).expect("a form"))
}
