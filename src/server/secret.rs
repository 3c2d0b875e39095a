//! Encrypts secrets that are stored in the database, with a key that is kept outside it.

use super::private;
use super::settings::Settings;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngExt;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

const NONCE: usize = 24;

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("the secret key can't be read or made: {0}")]
    Key(#[from] io::Error),
    #[error("what is kept sealed can't be opened with this secret key")]
    Sealed,
}

/// The key of this installation: from the setting, or else as `file` gets it out of the key file.
fn key(settings: &Settings, file: fn(&Path) -> io::Result<Vec<u8>>) -> Result<Key, SecretError> {
    let text = match &settings.secret_key {
        Some(text) => text.clone().into_bytes(),
        None => file(&settings.secret_key_file)?,
    };
    Ok(Key::from(<[u8; 32]>::from(Sha256::digest(&text))))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::read(path)?;
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the key file is empty"));
    }
    Ok(found)
}

/// The file's content; where there is no file, of one that is made now.
fn read_or_make(path: &Path) -> io::Result<Vec<u8>> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    if let Some(folder) = path.parent() {
        private::folder(folder)?;
    }
    let made = STANDARD.encode(rand::rng().random::<[u8; 32]>());
    match private::new_file(path) {
        Ok(mut new) => {
            new.write_all(made.as_bytes())?;
            new.sync_all()?;
            Ok(made.into_bytes())
        }
        // Another process was quicker.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(error),
    }
}

/// Encrypts the text with a fresh nonce and gives both in Base64: the result differs each time.
pub fn seal(settings: &Settings, text: &str) -> Result<String, SecretError> {
    let nonce = rand::rng().random::<[u8; NONCE]>();
    let cipher = XChaCha20Poly1305::new(&key(settings, read_or_make)?);
    let sealed = cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).map_err(|_| SecretError::Sealed)?;
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// What was sealed. It makes no key: a new one opens nothing.
pub fn open(settings: &Settings, sealed: &str) -> Result<String, SecretError> {
    let bytes = STANDARD.decode(sealed).map_err(|_| SecretError::Sealed)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(SecretError::Sealed)?;
    let cipher = XChaCha20Poly1305::new(&key(settings, read)?);
    let text = cipher.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| SecretError::Sealed)?;
    String::from_utf8(text).map_err(|_| SecretError::Sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_opens_what_was_sealed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| Settings {
            secret_key: None,
            secret_key_file: folder.path().join(name),
            ..Settings::for_tests()
        };
        let (one, other) = (at("a/key"), at("key"));
        let sealed = seal(&one, "token").expect("sealed");
        assert!(!sealed.contains("token"));
        assert_ne!(sealed, seal(&one, "token").expect("sealed"), "each time differently");
        assert_eq!(open(&one, &sealed).expect("opened"), "token");
        assert!(matches!(open(&other, &sealed), Err(SecretError::Key(_))), "there is no such file");
        assert!(!folder.path().join("key").exists(), "and reading makes none");
        seal(&other, "its own").expect("sealed");
        assert!(matches!(open(&other, &sealed), Err(SecretError::Sealed)));
        assert!(matches!(open(&one, "nonsense"), Err(SecretError::Sealed)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join("a/key")).expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let given = Settings { secret_key: Some("words".into()), ..Settings::for_tests() };
        assert_eq!(open(&given, &seal(&given, "t").expect("sealed")).expect("opened"), "t");
    }
}
