//! The settings: each is a flag, an environment variable and a line of a settings file. This file defines them;
//! `command_line` reads them.

mod checks;
mod command_line;
mod near;
mod values;

pub use command_line::{Cli, LogTask, Task, from_command_line, unknown_variables};
pub use values::duration;

use crate::domain::time::{DAY, HOUR, Millis, SECOND};
use clap::{ArgAction, Args};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use values::{collector, lasting, log_filter, network, public_url, socket, truth};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// A file of settings in TOML: the long flags' names without dashes in front, e.g. `address = "0.0.0.0:80"`.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_SETTINGS", hide_env_values = true)]
    pub settings: Option<PathBuf>,

    /// Start with example people, projects and processes, if the database has no accounts yet.
    #[arg(long, env = "COUNTERSIGN_DEMO", hide_env_values = true, action = ArgAction::SetTrue,
          value_parser = truth)]
    pub demo: bool,

    /// `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[arg(
        long,
        value_name = "URL",
        env = "COUNTERSIGN_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite:data/countersign.db"
    )]
    pub database_url: String,

    /// Where to listen; port 0 takes a free one.
    #[arg(
        long,
        value_name = "HOST:PORT",
        env = "COUNTERSIGN_ADDRESS",
        hide_env_values = true,
        default_value = "127.0.0.1:3000",
        value_parser = socket
    )]
    pub address: SocketAddr,

    /// The address people use, e.g. `https://tickets.example.com`, where a proxy stands in front.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_PUBLIC_URL", hide_env_values = true, value_parser = public_url)]
    pub public_url: Option<String>,

    /// When a support ticket that waits for its requester closes by itself.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_AUTO_CLOSE_AFTER", hide_env_values = true,
          default_value = "3d", value_parser = lasting)]
    pub auto_close_after: Millis,

    /// How long a deleted host can be restored.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_TRASH_DELAY", hide_env_values = true,
          default_value = "3d", value_parser = lasting)]
    pub trash_delay: Millis,

    /// How long the embedded inventory takes to deploy a host; with --demo 1s unless set.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_DEPLOY_DELAY", hide_env_values = true,
          default_value = "30s", value_parser = duration)]
    pub deploy_delay: Millis,

    /// What the embedded inventory shall fail at, for rehearsals: `boot:1` fails the first boot that is asked of it.
    #[arg(long, value_name = "TEXT", env = "COUNTERSIGN_INVENTORY_FAULTS", hide_env_values = true, default_value = "")]
    pub inventory_faults: String,

    /// A session ends after so long without a request.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_SESSION_IDLE", hide_env_values = true,
          default_value = "12h", value_parser = lasting)]
    pub session_idle: Millis,

    /// A session ends so long after signing in, whatever happens.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_SESSION_LIFETIME", hide_env_values = true,
          default_value = "14d", value_parser = lasting)]
    pub session_lifetime: Millis,

    /// How long records of the operation log are kept; for ever unless set.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_LOG_RETENTION", hide_env_values = true, value_parser = lasting)]
    pub log_retention: Option<Millis>,

    /// A secret that the operation log's seals carry, so that nobody can make some who has only the database.
    #[arg(long, value_name = "TEXT", env = "COUNTERSIGN_LOG_KEY", hide_env_values = true)]
    pub log_key: Option<String>,

    /// The secret that tokens of other systems are kept sealed with.
    #[arg(long, value_name = "TEXT", env = "COUNTERSIGN_SECRET_KEY", hide_env_values = true)]
    pub secret_key: Option<String>,

    /// The file of that secret, where it isn't set; it is made when it is first needed.
    #[arg(
        long,
        value_name = "FILE",
        env = "COUNTERSIGN_SECRET_KEY_FILE",
        hide_env_values = true,
        default_value = "data/countersign.key"
    )]
    pub secret_key_file: PathBuf,

    /// The folder for attachments; unless set, they are kept in the database. Servers on one database share it.
    #[arg(long, value_name = "FOLDER", env = "COUNTERSIGN_ATTACHMENTS_FOLDER", hide_env_values = true)]
    pub attachments_folder: Option<PathBuf>,

    /// How often a connected third-party ticket system is asked for news.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_EXTERNAL_POLL", hide_env_values = true,
          default_value = "20s", value_parser = lasting)]
    pub external_poll: Millis,

    /// What is written to stderr: `error`, `warn`, `info`, `debug`, `trace`, or a filter such as `info,sqlx=debug`.
    #[arg(long, value_name = "LEVEL", env = "COUNTERSIGN_LOG_LEVEL", hide_env_values = true, default_value = "info",
          value_parser = log_filter)]
    pub log_level: String,

    /// How log lines are written: `text` for people, `json` for programs.
    #[arg(long, value_name = "FORMAT", env = "COUNTERSIGN_LOG_FORMAT", hide_env_values = true, default_value = "text")]
    pub log_format: LogFormat,

    /// Where Prometheus reads figures, at `/metrics`; nowhere unless set. They name nobody, but aren't for everybody.
    #[arg(long, value_name = "HOST:PORT", env = "COUNTERSIGN_METRICS_ADDRESS", hide_env_values = true,
          value_parser = socket)]
    pub metrics_address: Option<SocketAddr>,

    /// How long the server goes on after it was told to stop, while `/readyz` says that it is about to: time for what
    /// stands in front of it to send people elsewhere.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_DRAIN_DELAY", hide_env_values = true,
          default_value = "0s", value_parser = duration)]
    pub drain_delay: Millis,

    /// How long requests that are under way may go on after that.
    #[arg(long, value_name = "TIME", env = "COUNTERSIGN_FINISH_WITHIN", hide_env_values = true,
          default_value = "4s", value_parser = duration)]
    pub finish_within: Millis,

    /// The proxies in front, as addresses or networks: where a request comes from is then what their `X-Forwarded-For` says.
    #[arg(long, value_name = "ADDRESS,…", env = "COUNTERSIGN_TRUSTED_PROXIES", hide_env_values = true,
          value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// The collector that spans of requests and jobs are sent to, by OTLP over HTTP, e.g. `http://127.0.0.1:4318`; nowhere
    /// unless set.
    #[arg(long, value_name = "URL", env = "COUNTERSIGN_OTLP_ENDPOINT", hide_env_values = true, value_parser = collector)]
    pub otlp_endpoint: Option<String>,

    /// The folder of the static files; default: `site` beside the program or one folder up.
    #[arg(long, value_name = "FOLDER", env = "COUNTERSIGN_SITE_ROOT", hide_env_values = true)]
    pub site_root: Option<PathBuf>,

    /// Tell in a response header how many SQL statements a request took; for measuring one request at a time.
    #[arg(long, env = "COUNTERSIGN_EXPOSE_QUERY_COUNT", hide_env_values = true, action = ArgAction::SetTrue,
          value_parser = truth)]
    pub expose_query_count: bool,

    /// Long names of the settings that a flag or the environment set; the settings page shows these read-only.
    #[arg(skip)]
    pub fixed: BTreeSet<String>,
}

impl Settings {
    /// Settings for tests: mostly the defaults, whatever the environment says; delays are short.
    pub fn for_tests() -> Settings {
        Settings {
            settings: None,
            demo: false,
            database_url: String::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            auto_close_after: 3 * DAY,
            trash_delay: 3 * DAY,
            deploy_delay: SECOND,
            inventory_faults: String::new(),
            session_idle: 12 * HOUR,
            session_lifetime: 14 * DAY,
            log_retention: None,
            log_key: None,
            secret_key: Some("a secret for tests".into()),
            secret_key_file: PathBuf::new(),
            attachments_folder: None,
            external_poll: SECOND,
            log_level: "warn".into(),
            log_format: LogFormat::Text,
            metrics_address: None,
            drain_delay: 0,
            finish_within: 4 * SECOND,
            trusted_proxies: vec![],
            otlp_endpoint: None,
            site_root: Some("no-site".into()),
            expose_query_count: false,
            fixed: BTreeSet::new(),
        }
    }

    /// The file of a SQLite database; `None` for PostgreSQL.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let file = self.database_url.strip_prefix("sqlite:")?;
        Some(file.trim_start_matches("//").split('?').next().unwrap_or_default().into())
    }

    /// Whether people reach this server over https, so that cookies can be kept to it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The folder of the static files: as set, else `site` beside the program or one folder up, else `target/site`.
    pub fn site_root(&self) -> PathBuf {
        let found = || {
            let program = std::env::current_exe().ok()?;
            let folder = program.parent()?;
            [folder.join("site"), folder.parent()?.join("site")].into_iter().find(|f| f.is_dir())
        };
        self.site_root.clone().or_else(found).unwrap_or_else(|| "target/site".into())
    }
}

#[cfg(test)]
mod tests;
