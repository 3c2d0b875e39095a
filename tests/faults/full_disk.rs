//! The disk of a SQLite database is full: what can't be kept is refused with a reference, nothing is half made, reading goes
//! on, and so does everything once there is room.

use super::campaign::Campaign;
use super::person::Outcome;
use super::report;
use crate::common::Folder;
use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use rand::RngExt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

const NAME: &str = "disk full, SQLite";
const SIZE: &str = "size=24m";

/// A disk of its own, small enough to be filled.
struct SmallDisk(Folder);

impl SmallDisk {
    /// `None` where this account may not mount one.
    fn mount() -> Option<SmallDisk> {
        let folder = Folder::new();
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder.path()).status();
        mounted.is_ok_and(|status| status.success()).then_some(SmallDisk(folder))
    }

    fn ballast(&self) -> PathBuf {
        self.0.path().join("ballast")
    }

    /// Fills the disk until not a byte more fits.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.ballast()).expect("a file");
        for size in [64 * 1024, 4 * 1024] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("removed");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still there may hold it.
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

pub async fn disk_full() {
    let Some(disk) = SmallDisk::mount() else {
        let why = "a small disk can be mounted by root only: run it as root, `sudo make faults`";
        assert!(std::env::var_os("FAULT_ROUNDS").is_none(), "{NAME}: {why}");
        println!("{NAME}: NOT RUN, {why}");
        return;
    };
    let (url, logs) = (format!("sqlite:{}/countersign.db", disk.0.path().display()), Folder::new());
    let (mut campaign, mut server) = Campaign::at(url, logs.path(), "full", report::seed(NAME)).await;
    let (mut refused_starts, rounds) = (0, report::rounds(4, 10));
    for round in 1..=rounds {
        let load = campaign.load(&[&server]);
        campaign.moment(200).await;
        disk.fill();
        campaign.counts.faults += 1;
        campaign.moment(500).await;
        if round == 1 {
            // Waits until somebody tries to write while nothing fits, however busy the machine is. Later rounds may end
            // before that.
            load.until_something_failed().await;
        }
        assert!(server.is_running(), "the server lives");
        if round % 4 == 0 {
            // The server is killed while the disk is full, and started while it still is.
            server.kill();
            campaign.end(load).await;
            let started = campaign.recipe.try_start();
            refused_starts += usize::from(started.is_err());
            disk.free();
            drop(started);
            server = campaign.recipe.start();
        } else if campaign.rng.random_ratio(1, 2) {
            disk.free();
            campaign.moment(200).await;
            campaign.end(load).await;
        } else {
            campaign.end(load).await;
            disk.free();
        }
        campaign.check_answers().await;
        if round % 5 == 0 {
            campaign.check_all().await;
        }
    }
    let counts = campaign.finish().await;
    assert!(counts.failed > 0, "the disk was never full enough");
    println!("{NAME}: {refused_starts} starts were refused for want of room");
    reading_goes_on(&campaign, &disk, &mut server).await;
    report::row(NAME, counts);
    server.kill();
}

/// Reads as somebody who hasn't been seen for a while. The server answers, although there is no room to note that they
/// were seen.
async fn reading_goes_on(campaign: &Campaign, disk: &SmallDisk, server: &mut super::server::Server) {
    let db = Db::open(&campaign.recipe.database_url).await.expect("the database");
    let mut tx = db.begin().await.expect("begin");
    tx.exec("UPDATE session SET seen_at = seen_at - 600000", args![]).await.expect("set back");
    tx.commit().await.expect("commit");
    db.close().await;
    disk.fill();
    let member = campaign.person("member", server);
    let words = "x".repeat(9_000);
    let fields = [("form[description]", words.as_str()), ("form[level]", "minor")];
    let mut failures = 0;
    for _ in 0..400 {
        assert_eq!(member.page("/hosts").await, Some(200), "reading goes on");
        match member.change("request-support", &fields).await {
            Outcome::Failed => failures += 1,
            Outcome::Done => {}
            other => panic!("{other:?}"),
        }
        if failures > 3 {
            break;
        }
    }
    assert!(failures > 3, "the disk was never full enough");
    disk.free();
    let outcome = member.change("request-support", &fields).await;
    assert!(matches!(outcome, Outcome::Done), "there is room again: {outcome:?}");
}
