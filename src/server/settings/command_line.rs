//! The commands of the program, and how their settings are read.
//!
//! A flag wins over the environment, the environment over the file, the file over the default. The file is read first,
//! and its values become clap's defaults, so that `--help` shows what would apply.

use super::Settings;
use super::near;
use crate::domain::oplog::Head;
use crate::domain::time::SECOND;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Approval and support tickets for private-cloud teams.
#[derive(Debug, Parser)]
#[command(name = "countersign", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Task,
}

#[derive(Debug, Subcommand)]
pub enum Task {
    /// Serve the application.
    Serve(Settings),
    /// Bring the database's schema up to date, then exit.
    Migrate(Settings),
    /// Fill a database with demo data and many tickets, for measuring; `make bench` does.
    #[command(hide = true)]
    Seed {
        #[command(flatten)]
        settings: Settings,
        /// How many.
        #[arg(long, value_name = "NUMBER", default_value_t = 20_000)]
        tickets: i64,
        /// Add nothing; commit bare transactions for so many seconds, and tell how many there were a second.
        #[arg(long, value_name = "SECONDS")]
        commits: Option<u64>,
        /// So many of them at once.
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        at_once: usize,
    },
    /// Write a backup of a SQLite database into a new folder, while the server goes on.
    Backup {
        #[command(flatten)]
        settings: Settings,
        /// It must not exist yet.
        folder: PathBuf,
    },
    /// Bring a backup back to where no database is yet.
    Restore {
        #[command(flatten)]
        settings: Settings,
        folder: PathBuf,
    },
    /// The operation log.
    #[command(subcommand)]
    Log(LogTask),
}

#[derive(Debug, Subcommand)]
pub enum LogTask {
    /// Check that no sealed record was changed, removed or slipped in. Ends with 1 and names the first one if so.
    Verify {
        #[command(flatten)]
        settings: Settings,
        /// A newest seal as an earlier check printed it: the chain must still lead through it.
        #[arg(long, value_name = "NUMBER:HASH", value_parser = Head::parse)]
        head: Option<Head>,
    },
}

impl Task {
    pub fn settings(&self) -> &Settings {
        match self {
            Task::Serve(settings)
            | Task::Migrate(settings)
            | Task::Seed { settings, .. }
            | Task::Backup { settings, .. }
            | Task::Restore { settings, .. }
            | Task::Log(LogTask::Verify { settings, .. }) => settings,
        }
    }

    fn settings_mut(&mut self) -> &mut Settings {
        match self {
            Task::Serve(settings)
            | Task::Migrate(settings)
            | Task::Seed { settings, .. }
            | Task::Backup { settings, .. }
            | Task::Restore { settings, .. }
            | Task::Log(LogTask::Verify { settings, .. }) => settings,
        }
    }
}

/// Reads the command line, the environment and the settings file. Ends the program on `--help` and on anything wrong.
pub fn from_command_line() -> Cli {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    }
}

pub(super) fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let mut in_file = BTreeSet::new();
    if let Some(path) = settings_file(arguments) {
        for (name, value) in read_file(&path).map_err(|why| command.error(clap::error::ErrorKind::Io, why))? {
            let known = |a: &clap::Arg| a.get_long() == Some(&name) && name != "settings";
            let serve = command.find_subcommand("serve");
            if !serve.is_some_and(|serve| serve.get_arguments().any(known)) {
                let meant =
                    near::near(&name, &names()).map_or_else(String::new, |near| format!("; is `{near}` meant?"));
                let why = format!("--settings {}: there is no setting `{name}`{meant}", path.display());
                return Err(command.error(clap::error::ErrorKind::UnknownArgument, why));
            }
            // Leaked on purpose: like clap's other defaults, it lives as long as the program.
            let value: &'static str = value.leak();
            let id = name.replace('-', "_");
            let preset = |task: Command| task.mut_arg(&id, |a| a.default_value(value));
            for task in ["serve", "migrate", "seed", "backup", "restore"] {
                command = command.mut_subcommand(task, preset);
            }
            command = command.mut_subcommand("log", |log| log.mut_subcommand("verify", preset));
            in_file.insert(id);
        }
    }
    let matches = command.try_get_matches_from(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let Some((_, given)) = matches.subcommand() {
        let given = given.subcommand().map_or(given, |(_, given)| given);
        let settings = cli.command.settings_mut();
        settings.fixed = fixed(given);
        if settings.demo && !settings.fixed.contains("deploy-delay") && !in_file.contains("deploy_delay") {
            settings.deploy_delay = SECOND;
        }
        settings.check_texts().map_err(|why| Cli::command().error(clap::error::ErrorKind::ValueValidation, why))?;
    }
    Ok(cli)
}

/// What there is to set.
fn names() -> Vec<String> {
    let command = Cli::command();
    let arguments = command.find_subcommand("serve").into_iter().flat_map(Command::get_arguments);
    arguments.filter_map(|argument| argument.get_long().map(str::to_owned)).collect()
}

/// A sentence for each variable of this environment that is named like a setting's and is none's.
pub fn unknown_variables() -> Vec<String> {
    near::unknown_variables(&names(), std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
}

/// Where the settings file is, found before clap reads anything else.
fn settings_file(arguments: &[OsString]) -> Option<PathBuf> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--settings" {
            return rest.next().map(PathBuf::from);
        }
        if let Some(path) = argument.to_str().and_then(|a| a.strip_prefix("--settings=")) {
            return Some(path.into());
        }
    }
    std::env::var_os("COUNTERSIGN_SETTINGS").map(PathBuf::from)
}

fn read_file(path: &Path) -> Result<Vec<(String, String)>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("--settings {}: {e}", path.display()))?;
    let table: toml::Table = text.parse().map_err(|e| format!("--settings {}: {e}", path.display()))?;
    let line = |(name, value): (String, toml::Value)| match value {
        toml::Value::String(text) => Ok((name, text)),
        toml::Value::Boolean(_) | toml::Value::Integer(_) => Ok((name, value.to_string())),
        _ => Err(format!("--settings {}: `{name}` must be a text, a number, true or false", path.display())),
    };
    table.into_iter().map(line).collect()
}

fn fixed(given: &ArgMatches) -> BTreeSet<String> {
    let by_hand = |id: &&clap::Id| {
        matches!(given.value_source(id.as_str()), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    };
    given.ids().filter(by_hand).map(|id| id.as_str().replace('_', "-")).collect()
}
