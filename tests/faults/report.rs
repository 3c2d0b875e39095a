//! What a campaign did, as a row of the table that `make faults` prints at the end.

use std::fs::File;
use std::io::Write;
use std::ops::AddAssign;

/// How many rounds a campaign has: `short` in `make test`; otherwise `FAULT_ROUNDS` divided by `share`.
pub fn rounds(short: usize, share: usize) -> usize {
    let set = std::env::var("FAULT_ROUNDS").ok().and_then(|rounds| rounds.parse::<usize>().ok());
    set.map_or(short, |rounds| (rounds / share).max(1))
}

/// The seed of the random numbers: another one each time, or `FAULT_SEED` to repeat a run.
pub fn seed(campaign: &str) -> u64 {
    let seed = std::env::var("FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random);
    println!("{campaign}: FAULT_SEED={seed}");
    seed
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// How often something was broken: kills, cuts, outages, jumps.
    pub faults: usize,
    pub requests: usize,
    /// Changes whose success was answered.
    pub confirmed: usize,
    /// Changes that a rule refused.
    pub refused: usize,
    /// Answers that say that something failed, with a reference.
    pub failed: usize,
    /// Answers that say that nobody knows whether it was done.
    pub unsure: usize,
    /// Requests without an answer.
    pub unanswered: usize,
    /// How often everything was checked.
    pub checks: usize,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.faults += other.faults;
        self.requests += other.requests;
        self.confirmed += other.confirmed;
        self.refused += other.refused;
        self.failed += other.failed;
        self.unsure += other.unsure;
        self.unanswered += other.unanswered;
        self.checks += other.checks;
    }
}

/// Prints the row, and adds it to the file that `FAULT_REPORT` names.
pub fn row(campaign: &str, counts: Counts) {
    let Counts { faults, requests, confirmed, refused, failed, unsure, unanswered, checks } = counts;
    let row = format!(
        "| {campaign} | {faults} | {requests} | {confirmed} | {refused} | {failed} | {unsure} | {unanswered} | {checks} | 0 |"
    );
    println!("{row}");
    if let Some(path) = std::env::var_os("FAULT_REPORT") {
        let mut file = File::options().create(true).append(true).open(path).expect("the report's file");
        writeln!(file, "{row}").expect("written");
    }
}
