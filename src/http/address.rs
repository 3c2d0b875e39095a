//! Where a request comes from: the other end of its connection, or behind a proxy that is trusted, what that says.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Goes back through the proxies as long as each is a trusted one: what stands before the first stranger, that stranger
/// may have made up.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let lines = headers.get_all(FORWARDED_FOR).into_iter().filter_map(|line| line.to_str().ok());
    let mut hops: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut address = peer.to_canonical();
    while is_trusted(&address)
        && let Some(before) = hops.pop().and_then(|hop| hop.parse::<IpAddr>().ok())
    {
        address = before.to_canonical();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asked(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().expect("a header"));
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a net")).collect();
        client(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let ours = ["127.0.0.1/32", "10.0.0.0/8", "::1/128"];
        assert_eq!(asked("192.0.2.1", &["198.51.100.7"], &ours), "192.0.2.1", "anybody can send the header");
        assert_eq!(asked("127.0.0.1", &["198.51.100.7"], &[]), "127.0.0.1");
        assert_eq!(asked("127.0.0.1", &["198.51.100.7"], &ours), "198.51.100.7");
        assert_eq!(asked("::ffff:127.0.0.1", &["2001:db8::7"], &ours), "2001:db8::7");
        assert_eq!(
            asked("127.0.0.1", &["203.0.113.9, 198.51.100.7, 10.1.2.3"], &ours),
            "198.51.100.7",
            "the last stranger"
        );
        assert_eq!(
            asked("127.0.0.1", &["203.0.113.9", "198.51.100.7"], &ours),
            "198.51.100.7",
            "two lines are one list"
        );
        for nothing in [&["unknown"][..], &[""], &[], &["198.51.100.7:4711"]] {
            assert_eq!(asked("127.0.0.1", nothing, &ours), "127.0.0.1", "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_a_strangers_own_address_stands(forwarded in "[ -~]{0,60}") {
            prop_assert_eq!(asked("192.0.2.1", &[&forwarded], &["127.0.0.1/32"]), "192.0.2.1");
            asked("127.0.0.1", &[&forwarded], &["0.0.0.0/0", "::/0"]);
        }
    }
}
