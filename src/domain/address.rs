//! Addresses of this site: the pages that the rules name, the addresses that may be redirected to, and setting a
//! parameter of a query.

/// The first page of every view.
pub const FIRST_PAGE: &str = "/hosts";
pub const SIGN_IN_PAGE: &str = "/login";
pub const SETUP_PAGE: &str = "/setup";
pub const NO_PROJECT_PAGE: &str = "/no-project";

/// Whether an address is a path of this site, so that a redirect to it leads nowhere else. Every address that comes
/// with a request is checked here before anybody is sent to it.
///
/// Visible ASCII only: browsers drop tabs and line breaks, so `/<tab>/example.com` leads to another site. No segment is
/// empty, `.` or `..`: browsers make `//example.com` of `/.//example.com`.
pub fn is_of_this_site(address: &str) -> bool {
    let is_plain = address.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    is_plain && address.starts_with('/') && straightened(path_of(address)).is_none()
}

/// An address without its query and fragment.
fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The path without its segments that are empty, `.` or `..`; `None` if it has none of these. A slash at its end stays.
pub fn straightened(path: &str) -> Option<String> {
    let is_dots = |segment: &str| [".", ".."].contains(&segment.to_ascii_lowercase().replace("%2e", ".").as_str());
    let (inner, last) = path.rsplit_once('/').unwrap_or(("", path));
    let inner: Vec<&str> = inner.split('/').skip(1).collect();
    let good: Vec<&str> = inner.iter().copied().filter(|segment| !segment.is_empty() && !is_dots(segment)).collect();
    if good.len() == inner.len() && !is_dots(last) {
        return None;
    }
    let last = if is_dots(last) { "" } else { last };
    Some(format!("/{}", good.into_iter().chain([last]).collect::<Vec<_>>().join("/")))
}

/// First segments of addresses that are no pages. A download is none either, but nobody who asked for one is kept from it.
const NO_PAGES: [&str; 7] = ["/api", "/events", "/healthz", "/logout", "/metrics", "/pkg", "/readyz"];

/// The path and query of a page of this site that somebody may be sent to once a form or signing in is done; `None` for
/// another site's address, and for what isn't a page to go on from.
pub fn page_of_this_site(path: &str) -> Option<&str> {
    let is_at =
        |place: &str| path_of(path).strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // Files of a build: their addresses go on with its id, or with a digest.
    let is_built = ["/build-", "/icons-"].iter().any(|beginning| path.starts_with(beginning));
    let is_page = ![SIGN_IN_PAGE, SETUP_PAGE].into_iter().chain(NO_PAGES).any(is_at);
    (is_of_this_site(path) && is_page && !is_built).then_some(path)
}

/// The page a form came from, if somebody may be sent back to it; otherwise `fallback`.
pub fn back_to(back: &str, fallback: &str) -> String {
    page_of_this_site(back).unwrap_or(fallback).to_owned()
}

/// The page that somebody is sent to after signing in.
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

/// Whether people without a project may open a page. Tickets are such pages: an application to join a project is one.
pub fn is_open_without_project(path: &str) -> bool {
    let is_ticket = |place: &str| !place.is_empty() && place.bytes().all(|b| b.is_ascii_digit());
    let is_own = |area: &str| path.strip_prefix(area).is_some_and(is_ticket);
    path == NO_PROJECT_PAGE || path == "/account" || is_own("/tickets/workflow/") || is_own("/tickets/support/")
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
    fn fault_25_what_a_browser_would_read_otherwise_is_no_page_of_this_site() {
        for bad in [
            "/.//evil.example",
            "/./evil.example",
            "/..//evil.example",
            "/hosts/..//evil.example",
            "/%2e//evil.example",
            "/%2E%2e/evil.example",
            "/.%2e//evil.example",
            "/hosts//evil.example",
            "/hosts/..",
            "/hosts/.",
            "//",
            "/events",
            "/events?since=1",
            "/events/",
            "/api",
            "/logout/",
            "/pkg/countersign.js",
            "/build-1f/pkg/countersign.js",
            "/icons-1f.svg",
            "/healthz",
            "/readyz",
        ] {
            assert_eq!(page_of_this_site(bad), None, "{bad}");
            assert_eq!(after_signing_in(Some(bad), true), FIRST_PAGE, "{bad}");
        }
        for good in
            ["/hosts/", "/hosts?name=..//a", "/hosts?next=//b#/../c", "/eventsx", "/tickets/support/12?post=3#post-3"]
        {
            assert_eq!(page_of_this_site(good), Some(good));
        }
    }

    #[test]
    fn a_path_is_straightened_once() {
        for (path, straight) in [
            ("//evil.example", Some("/evil.example")),
            ("/.//evil.example", Some("/evil.example")),
            ("/hosts/%2e%2E/new", Some("/hosts/new")),
            ("/hosts/..", Some("/hosts/")),
            ("///", Some("/")),
            ("/hosts/", None),
            ("/hosts/new", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(straightened(path).as_deref(), straight, "{path}");
            assert_eq!(straight.and_then(straightened), None, "{path}");
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
    fn only_pages_of_this_site_are_gone_back_to() {
        assert_eq!(
            back_to("/tickets/workflow/pending?status=incomplete", "/"),
            "/tickets/workflow/pending?status=incomplete"
        );
        for foreign in [
            "https://example.com/",
            "//example.com",
            "/\\example.com",
            "",
            "javascript:alert(1)",
            "/\t/example.com",
            "/\u{e9}",
            "/login",
            "/logout",
            "/api/pass",
        ] {
            assert_eq!(back_to(foreign, "/hosts"), "/hosts", "{foreign}");
        }
    }
}
