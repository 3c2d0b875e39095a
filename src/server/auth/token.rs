//! Random tokens: handed out once, kept only as their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A new token of 256 random bits, as 43 characters that need no escaping in a cookie or an address.
pub fn new() -> String {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored in place of the token. A random token needs neither salt nor a slow hash.
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_differ_and_hash_to_something_else() {
        let (a, b) = (super::new(), super::new());
        assert_eq!(a.len(), 43);
        assert_ne!(a, b);
        assert_ne!(super::hash(&a), a);
        assert_eq!(super::hash("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", "SHA-256 of abc");
    }
}
