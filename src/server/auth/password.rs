//! Passwords: the rule for new ones, and argon2id kept off the threads that serve requests.

use crate::domain::validation::Problems;
use crate::server::metrics;
use crate::wire::error::AppError;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

pub const MIN_CHARACTERS: usize = 10;
/// Far more than anybody types, and still cheap to hash.
const MAX_CHARACTERS: usize = 200;

/// How many hashes run at once. Each takes 19 MiB and a core for a while: a rush of sign-ins queues here instead of
/// filling the memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Checks a new password and its repetition, with the problems at the fields `password` and `repeat`.
pub fn check(problems: &mut Problems, password: &str, repeat: &str) {
    let characters = password.chars().count();
    if characters < MIN_CHARACTERS {
        problems.add("password", format!("A password has at least {MIN_CHARACTERS} characters."));
    } else if password.chars().all(char::is_whitespace) {
        problems.add("password", "A password can't be of spaces alone.");
    } else if characters > MAX_CHARACTERS {
        problems.add("password", format!("A password has at most {MAX_CHARACTERS} characters."));
    } else if password != repeat {
        problems.add("repeat", "The two passwords differ. Type the same one twice.");
    }
}

/// The argon2id hash with its parameters and a fresh salt, in PHC form.
pub async fn hash(password: String) -> Result<String, AppError> {
    off_the_async_threads(move || hash_now(&password)).await?
}

fn hash_now(password: &str) -> Result<String, AppError> {
    let mut salt = [0_u8; 16];
    rand::fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|e| AppError::internal(format_args!("salt: {e}")))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|h| h.to_string()).map_err(|e| AppError::internal(format_args!("argon2: {e}")))
}

/// Whether the password fits the stored hash. Without one (an unknown person) it is compared with a random hash that no
/// password fits, so that the answer takes as long as for a wrong password.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, AppError> {
    metrics::password_checked();
    off_the_async_threads(move || {
        let known = stored.is_some();
        let stored = match stored {
            Some(hash) => hash,
            None => nobodys_hash()?,
        };
        let parsed = PasswordHash::new(&stored).map_err(|e| AppError::internal(format_args!("stored hash: {e}")))?;
        let fits = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
        Ok(fits && known)
    })
    .await?
}

fn nobodys_hash() -> Result<String, AppError> {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return Ok(hash.clone());
    }
    let hash = hash_now(&super::token::new())?;
    Ok(HASH.get_or_init(|| hash).clone())
}

async fn off_the_async_threads<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
    let _turn = AT_ONCE.acquire().await.map_err(|e| AppError::internal(format_args!("hashing: {e}")))?;
    tokio::task::spawn_blocking(work).await.map_err(|e| AppError::internal(format_args!("hashing: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let stored = hash("correct horse".into()).await.expect("hash");
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse".into(), Some(stored.clone())).await.expect("verify"));
        assert!(!verify("correct horsf".into(), Some(stored)).await.expect("verify"));
        assert!(!verify("correct horse".into(), None).await.expect("verify"), "nobody's hash fits nothing");
    }

    #[test]
    fn the_rule_stands_at_the_field() {
        let fields = |password: &str, repeat: &str| {
            let mut problems = Problems::default();
            check(&mut problems, password, repeat);
            problems.or(()).err().unwrap_or_default().into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(fields("0123456789", "0123456789"), Vec::<String>::new());
        assert_eq!(fields("012345678", "012345678"), ["password"]);
        assert_eq!(fields("äöüäöüäöüä", "äöüäöüäöüä"), Vec::<String>::new(), "characters, not bytes");
        assert_eq!(fields("          ", "          "), ["password"], "fault 26: nobody can see that one");
        assert_eq!(fields("long enough", "long enough"), Vec::<String>::new(), "spaces between words are good");
        assert_eq!(fields("0123456789", "012345678"), ["repeat"]);
        assert_eq!(fields(&"x".repeat(201), "x"), ["password"]);
    }
}
