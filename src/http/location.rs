//! Addresses in headers: the page that a request came from, and the one that an answer sends the browser to.

use crate::domain::address::is_of_this_site;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

/// The path and query of the page a request came from, if that is one of this site.
pub fn referring_page(headers: &HeaderMap, hosts: &[&str]) -> Option<String> {
    let uri: Uri = headers.get(axum::http::header::REFERER)?.to_str().ok()?.parse().ok()?;
    let host = uri.authority()?.as_str();
    let page = uri.path_and_query()?.as_str();
    (is_of_this_site(page) && hosts.iter().any(|h| h.eq_ignore_ascii_case(host))).then(|| page.to_owned())
}

/// 303 See Other, which a browser follows with a GET.
pub fn see_other(location: &str) -> Response {
    // What a header can't carry is escaped, as it would be in an address.
    let escaped: String = location
        .bytes()
        .map(|b| if b.is_ascii_graphic() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect();
    let location = HeaderValue::from_str(&escaped).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_referrer_of_another_site_is_nothing() {
        let referrer = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(axum::http::header::REFERER, value.parse().expect("a header"));
            referring_page(&headers, &["localhost:3000"])
        };
        assert_eq!(referrer("http://localhost:3000/hosts?a=b").as_deref(), Some("/hosts?a=b"));
        assert_eq!(referrer("http://example.com/hosts"), None);
        assert_eq!(referrer("http://localhost:3000//example.com"), None);
        assert_eq!(referrer("/hosts"), None);
    }

    #[test]
    fn what_a_header_cannot_carry_is_escaped() {
        let response = see_other("/hosts?name=\u{fc} x\r\nSet-Cookie:a=b");
        assert_eq!(response.headers()[LOCATION], "/hosts?name=%C3%BC%20x%0D%0ASet-Cookie:a=b");
    }
}
