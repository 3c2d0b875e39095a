//! Addresses of this site: what may be redirected to, and how a query is put together.

use crate::server::service::session::FIRST_PAGE;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

pub const SIGN_IN_PAGE: &str = "/login";
pub const SETUP_PAGE: &str = "/setup";
pub const NO_PROJECT_PAGE: &str = "/no-project";

/// The path and query of a page of this site that somebody may be sent to after signing in; `None` for anything else.
///
/// Control characters are refused because browsers drop some of them: `/<tab>/example.com` leads to another site.
pub fn page_of_this_site(path: &str) -> Option<&str> {
    let is_local = path.starts_with('/') && !path.starts_with("//");
    let is_plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let bare = path.split(['?', '#']).next().unwrap_or_default();
    let is_page = ![SIGN_IN_PAGE, "/logout", SETUP_PAGE].contains(&bare) && !bare.starts_with("/api/");
    (is_local && is_plain && is_page).then_some(path)
}

/// Where somebody goes after signing in.
pub fn after_signing_in(next: Option<&str>, has_project: bool) -> String {
    let wanted = next.and_then(page_of_this_site).filter(|path| *path != "/");
    match wanted {
        _ if !has_project => NO_PROJECT_PAGE.to_owned(),
        Some(path) => path.to_owned(),
        None => FIRST_PAGE.to_owned(),
    }
}

/// The sign-in page that leads on to `next`.
pub fn sign_in_then(next: &str) -> String {
    match page_of_this_site(next).filter(|path| *path != "/") {
        Some(path) => with_parameter(SIGN_IN_PAGE, "next", path),
        None => SIGN_IN_PAGE.to_owned(),
    }
}

/// The page with this query parameter set, any older value of it removed.
pub fn with_parameter(page: &str, name: &str, value: &str) -> String {
    let (page, fragment) = page.split_once('#').map_or((page, None), |(page, fragment)| (page, Some(fragment)));
    let (path, query) = page.split_once('?').unwrap_or((page, ""));
    let is_old = |pair: &&str| pair.split('=').next() == Some(name);
    let added = serde_urlencoded::to_string([(name, value)]).unwrap_or_default();
    let pairs: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_old(pair)).chain([added.as_str()]).collect();
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    format!("{path}?{}{fragment}", pairs.join("&"))
}

/// The path and query of the page a request came from, if that is one of this site.
pub fn referring_page(headers: &HeaderMap, hosts: &[&str]) -> Option<String> {
    let uri: Uri = headers.get(axum::http::header::REFERER)?.to_str().ok()?.parse().ok()?;
    let host = uri.authority()?.as_str();
    let page = uri.path_and_query()?.as_str();
    let is_local = page.starts_with('/') && !page.starts_with("//") && !page.contains('\\');
    (is_local && hosts.iter().any(|h| h.eq_ignore_ascii_case(host))).then(|| page.to_owned())
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
    fn only_pages_of_this_site_are_gone_to() {
        for good in ["/hosts", "/hosts?name=a&after=b", "/tickets/workflow/12#records", "/"] {
            assert_eq!(page_of_this_site(good), Some(good));
        }
        for bad in [
            "",
            "hosts",
            "https://example.com/",
            "//example.com",
            "/\\example.com",
            "/\t/example.com",
            "/\n",
            "javascript:alert(1)",
            "/login",
            "/login?next=/login",
            "/logout",
            "/setup?token=x",
            "/api/pass",
            "/h\u{f6}sts",
        ] {
            assert_eq!(page_of_this_site(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_parameter_replaces_its_older_value() {
        assert_eq!(with_parameter("/hosts", "flash", "a"), "/hosts?flash=a");
        assert_eq!(with_parameter("/hosts?flash=old&name=x", "flash", "new"), "/hosts?name=x&flash=new");
        assert_eq!(with_parameter("/hosts?name=x#top", "flash", "a"), "/hosts?name=x&flash=a#top");
        assert_eq!(with_parameter("/login", "next", "/hosts?a=b&c"), "/login?next=%2Fhosts%3Fa%3Db%26c");
    }

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
