//! The program itself, started as an operator does, without any setting of ours in its environment.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// Longer than any start takes on a busy machine; only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Dropping it kills it.
pub struct Program {
    child: Child,
    began: Instant,
    out: Said,
    err: Said,
}

/// How it ended, and what it said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// What comes out of a pipe, so far.
struct Said(Arc<Mutex<String>>, Option<JoinHandle<()>>);

impl Said {
    fn by(pipe: impl Read + Send + 'static) -> Said {
        let text = Arc::<Mutex<String>>::default();
        let kept = text.clone();
        let reader = spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                kept.lock().expect("nobody panicked").push_str(&format!("{line}\n"));
            }
        });
        Said(text, Some(reader))
    }

    fn so_far(&self) -> String {
        self.0.lock().expect("nobody panicked").clone()
    }

    fn whole(&mut self) -> String {
        if let Some(reader) = self.1.take() {
            reader.join().expect("read to the end");
        }
        self.so_far()
    }
}

impl Program {
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn().expect("the program");
        let (out, err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        Program { child, began, out: Said::by(out), err: Said::by(err) }
    }

    /// A server on a free port, once it listens; with its address.
    pub fn serving(arguments: &[&str]) -> (Program, String) {
        let arguments: Vec<&str> = ["serve", "--address", "127.0.0.1:0"].iter().chain(arguments).copied().collect();
        let server = Program::start(&arguments, &[]);
        loop {
            if let Some((_, base)) = server.out.so_far().trim().split_once("listening on ") {
                return (server, base.to_owned());
            }
            assert!(server.began.elapsed() < PATIENCE, "it doesn't listen: {}", server.err.so_far());
            sleep(Duration::from_millis(5));
        }
    }

    /// Tells it to stop, as systemd does, and waits until it has.
    pub fn stop(self) -> Ended {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.is_ok_and(|status| status.success()));
        self.end()
    }

    /// Waits until it ends by itself.
    pub fn end(mut self) -> Ended {
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                let took = self.began.elapsed();
                return Ended { status, out: self.out.whole(), err: self.err.whole(), took };
            }
            assert!(self.began.elapsed() < PATIENCE, "it goes on: {}{}", self.out.so_far(), self.err.so_far());
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, mostly.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Ended {
    Program::start(arguments, &[]).end()
}
