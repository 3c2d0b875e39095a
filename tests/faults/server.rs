//! The real server program as a child process, to be killed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long a start may take, which is longer than any takes on a busy machine: only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a server is started with.
#[derive(Clone)]
pub struct Recipe {
    pub database_url: String,
    /// Where its log goes.
    pub folder: PathBuf,
    /// The steps at which the embedded inventory fails, and how often.
    pub inventory_faults: String,
}

/// The server program of this build, or the one that `FAULT_PROGRAM` names.
fn program() -> OsString {
    std::env::var_os("FAULT_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_countersign").into())
}

/// A running server; dropping it kills it.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub base: String,
}

impl Recipe {
    /// Starts it on a free port and waits until it listens.
    pub fn start(&self) -> Server {
        self.try_start().unwrap_or_else(|log| panic!("the server doesn't start: {log}"))
    }

    /// [`Recipe::start`], but if the server ends instead of listening, returns what it said last.
    pub fn try_start(&self) -> Result<Server, String> {
        let log = File::options().create(true).append(true).open(self.log()).expect("a log file");
        let mut command = Command::new(program());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--demo", "--address", "127.0.0.1:0", "--deploy-delay", "240ms", "--log-level", "warn"]);
        command.args(["--database-url", &self.database_url, "--inventory-faults", &self.inventory_faults]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the server program");
        let stdout = child.stdout.take().expect("its output");
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout);
            let mut line = String::new();
            // Nobody may be waiting any more.
            let _ = lines.read_line(&mut line).map(|_| tell.send(line));
            let _ = lines.read_to_end(&mut vec![]);
        });
        let line = told.recv_timeout(PATIENCE).unwrap_or_default();
        match line.trim().strip_prefix("listening on ") {
            Some(base) => Ok(Server { child, base: base.to_owned() }),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(self.last_words())
            }
        }
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// How often a server of this folder panicked.
    pub fn panics(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).expect("the log");
        log.lines().filter(|line| line.contains("panic")).count()
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }

    /// Checks the operation log as an operator would.
    pub fn log_verify(&self) {
        let mut command = Command::new(program());
        let output = command.args(["log", "verify", "--database-url", &self.database_url]).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "countersign log verify: {said}");
    }
}

impl Server {
    /// SIGKILL: nothing of it goes on after this.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Mostly it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
