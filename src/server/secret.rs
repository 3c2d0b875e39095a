//! Encrypts secrets that are stored in the database, with a key that is kept outside it.

use super::settings::Settings;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngExt;
use sha2::{Digest, Sha256};
use std::fs::{self, OpenOptions};
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

/// The key of this installation: from the setting, else from the key file.
fn key(settings: &Settings) -> Result<Key, SecretError> {
    let text = match &settings.secret_key {
        Some(text) => text.clone().into_bytes(),
        None => file(&settings.secret_key_file)?,
    };
    Ok(Key::from(<[u8; 32]>::from(Sha256::digest(&text))))
}

/// The key file's content. A missing file is made, and only its owner may read it.
fn file(path: &Path) -> io::Result<Vec<u8>> {
    if let Ok(found) = fs::read(path)
        && !found.is_empty()
    {
        return Ok(found);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let made = STANDARD.encode(rand::rng().random::<[u8; 32]>());
    match options.open(path) {
        Ok(mut new) => {
            new.write_all(made.as_bytes())?;
            new.sync_all()?;
            Ok(made.into_bytes())
        }
        // Another process has just made the file.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(path),
        Err(error) => Err(error),
    }
}

/// Encrypts the text with a fresh nonce and gives both in Base64: the result differs each time.
pub fn seal(settings: &Settings, text: &str) -> Result<String, SecretError> {
    let nonce = rand::rng().random::<[u8; NONCE]>();
    let cipher = XChaCha20Poly1305::new(&key(settings)?);
    let sealed = cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).map_err(|_| SecretError::Sealed)?;
    Ok(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

pub fn open(settings: &Settings, sealed: &str) -> Result<String, SecretError> {
    let bytes = STANDARD.decode(sealed).map_err(|_| SecretError::Sealed)?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(SecretError::Sealed)?;
    let cipher = XChaCha20Poly1305::new(&key(settings)?);
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
