//! Refuses changes that another site's page asks for in a signed-in person's name.

use crate::server::app::App;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub async fn refuse_foreign(State(app): State<App>, request: Request, next: Next) -> Response {
    if is_foreign(request.method(), request.headers(), &own_hosts(&app, request.headers())) {
        let why = "This request came from another site's page and was refused. Open Countersign itself and try again there.\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    next.run(request).await
}

/// The hosts, with their ports, under which this server is known: as asked for, and as set.
pub fn own_hosts<'a>(app: &'a App, headers: &'a HeaderMap) -> Vec<&'a str> {
    let asked = headers.get(HOST).and_then(|h| h.to_str().ok());
    let set = app.settings.public_url.as_deref().and_then(host_of);
    asked.into_iter().chain(set).collect()
}

fn host_of(origin: &str) -> Option<&str> {
    let (_, rest) = origin.split_once("://")?;
    rest.split('/').next()
}

/// Browsers say where a request comes from in `Sec-Fetch-Site`; older ones at least in `Origin`. Programs send neither,
/// and carry nobody's cookies by accident.
fn is_foreign(method: &Method, headers: &HeaderMap, own_hosts: &[&str]) -> bool {
    if [Method::GET, Method::HEAD].contains(method) {
        return false;
    }
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = origin.to_str().ok().and_then(host_of);
    !host.is_some_and(|host| own_hosts.iter().any(|own| own.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_change_something() {
        const OWN: &[&str] = &["127.0.0.1:3000", "tickets.example.com"];
        type Case = (&'static str, &'static [(&'static str, &'static str)], bool);
        let table: [Case; 17] = [
            ("POST", &[("sec-fetch-site", "same-origin")], false),
            ("POST", &[("sec-fetch-site", "none")], false),
            ("POST", &[("sec-fetch-site", "cross-site")], true),
            ("POST", &[("sec-fetch-site", "same-site")], true),
            ("POST", &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:3000")], true),
            ("POST", &[("sec-fetch-site", "same-origin"), ("origin", "http://evil.example")], false),
            ("POST", &[("origin", "http://127.0.0.1:3000")], false),
            ("POST", &[("origin", "https://tickets.example.com")], false),
            ("POST", &[("origin", "https://TICKETS.example.com")], false),
            ("POST", &[("origin", "http://127.0.0.1:3001")], true),
            ("POST", &[("origin", "https://evil.example")], true),
            ("POST", &[("origin", "https://tickets.example.com.evil.example")], true),
            ("POST", &[("origin", "null")], true),
            ("POST", &[], false),
            ("PUT", &[("sec-fetch-site", "cross-site")], true),
            ("GET", &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")], false),
            ("HEAD", &[("sec-fetch-site", "cross-site")], false),
        ];
        for (method, headers, expected) in table {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| {
                    (name.parse::<axum::http::HeaderName>().expect("name"), value.parse().expect("value"))
                })
                .collect();
            let method: Method = method.parse().expect("method");
            assert_eq!(is_foreign(&method, &map, OWN), expected, "{method} {headers:?}");
        }
    }
}
