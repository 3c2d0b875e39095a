//! What can't work though each text can be read: found at start, and said with the setting, its value and what would be
//! right. Secrets aren't repeated.

use super::Settings;
use crate::server::private;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::str::FromStr;

/// Characters of a secret key; each of thirty-two random bytes written in hexadecimal or base64 has more.
const SHORTEST_SECRET: usize = 16;

impl Settings {
    /// The database as it may be told: without its password.
    pub fn database_shown(&self) -> String {
        if self.database_url.starts_with("sqlite:") {
            return self.database_url.split('?').next().unwrap_or_default().to_owned();
        }
        let (scheme, rest) = self.database_url.split_once("://").unwrap_or(("", &self.database_url));
        let (person, place) = rest.rsplit_once('@').map_or((None, rest), |(person, place)| (Some(person), place));
        let place = place.split('?').next().unwrap_or_default();
        let name = person.and_then(|person| person.split(':').next());
        if name.is_some_and(|name| name.contains(['/', '?'])) {
            // The `@` stands among the options, in a password perhaps.
            return format!("{scheme}://***");
        }
        let person = person.map(|person| match person.split_once(':') {
            Some((name, _)) => format!("{name}:***@"),
            None => format!("{person}@"),
        });
        let slashes = if scheme.is_empty() { "" } else { "://" };
        format!("{scheme}{slashes}{}{place}", person.unwrap_or_default())
    }

    /// What the settings say for themselves; nothing is looked for.
    pub(super) fn check_texts(&self) -> Result<(), String> {
        if let Some(wrong) = self.wrong_with_database() {
            let right = "write sqlite:FILE or postgres://USER:PASSWORD@HOST/DATABASE";
            return Err(format!(
                "invalid value '{}' for '--database-url <URL>': {wrong}; {right}",
                self.database_shown()
            ));
        }
        if self.log_key.as_deref().is_some_and(str::is_empty) {
            return Err(
                "invalid value for '--log-key <TEXT>': it is empty; write a text, or leave the setting out".into()
            );
        }
        if self.metrics_address == Some(self.address) && self.address.port() != 0 {
            return Err(format!(
                "invalid value '{0}' for '--metrics-address <HOST:PORT>': people are served at '--address {0}'; write another port",
                self.address
            ));
        }
        Ok(())
    }

    fn wrong_with_database(&self) -> Option<String> {
        let url = &self.database_url;
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return PgConnectOptions::from_str(url).err().map(|error| error.to_string());
        }
        let Some(file) = self.sqlite_file() else {
            return Some(if url.is_empty() { "it is empty" } else { "it names no such database" }.into());
        };
        if file.as_os_str().is_empty() || url.contains(":memory:") || url.contains("mode=memory") {
            return Some("it names no file, and a database in memory would be another one for each connection".into());
        }
        SqliteConnectOptions::from_str(url).err().map(|error| error.to_string())
    }

    /// What a server finds at the places that the settings name. Makes the folder for attachments.
    pub fn check_places(&self) -> Result<(), String> {
        if let Some(folder) = self.site_root.as_deref().filter(|folder| !folder.is_dir()) {
            return Err(format!(
                "--site-root {}: there is no such folder; it is the folder `site` of the same build as the program",
                folder.display()
            ));
        }
        if let Some(folder) = &self.attachments_folder {
            let made = private::folder(folder).and_then(|()| tempfile::tempfile_in(folder).map(drop));
            made.map_err(|error| {
                let right = "name a folder that this program can make and write to";
                format!("--attachments-folder {}: {error}; {right}", folder.display())
            })?;
        }
        match &self.secret_key {
            Some(key) => match key.chars().count() {
                length if length < SHORTEST_SECRET => Err(format!(
                    "invalid value for '--secret-key <TEXT>': {length} characters can be guessed; \
                     write {SHORTEST_SECRET} or more, e.g. what `openssl rand -base64 32` prints"
                )),
                _ => Ok(()),
            },
            None => check_key_file(&self.secret_key_file).map_err(|why| {
                let right = "name the key file of this database, or a place where one can be made";
                format!("--secret-key-file {}: {why}; {right}", self.secret_key_file.display())
            }),
        }
    }
}

fn check_key_file(path: &Path) -> Result<(), String> {
    match fs::metadata(path) {
        // It is made when it is first needed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(found) if !found.is_file() => Err("it is no file".into()),
        Ok(found) if found.len() < SHORTEST_SECRET as u64 => Err("it is empty or cut short".into()),
        Ok(_) => File::open(path).map(drop).map_err(|error| error.to_string()),
    }
}
