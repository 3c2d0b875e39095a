//! A PostgreSQL server for one test alone, which it may stop and start.

use countersign::server::store::db::Db;
use sqlx::{Connection, PgConnection};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A PostgreSQL server. It ends when the pipe is closed that keeps its script waiting.
pub struct OwnPostgres {
    pub url: String,
    data: String,
    script: Child,
    pipe: Option<ChildStdin>,
}

impl OwnPostgres {
    pub async fn start() -> OwnPostgres {
        let mut command = Command::new("scripts/with-postgres");
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command.args(["sh", "-c", "echo \"$COUNTERSIGN_TEST_POSTGRES_URL\"; exec cat >/dev/null"]);
        let mut script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("scripts/with-postgres");
        let mut url = String::new();
        BufReader::new(script.stdout.take().expect("its output")).read_line(&mut url).expect("an address");
        let (url, pipe) = (url.trim().to_owned(), script.stdin.take());
        let mut connection = PgConnection::connect(&url).await.expect("connect");
        let data: String =
            sqlx::query_scalar("SHOW data_directory").fetch_one(&mut connection).await.expect("a folder");
        // The script's servers confirm commits before they are written. A stop would lose these, and that wouldn't be
        // our loss.
        sqlx::query("ALTER SYSTEM SET synchronous_commit = 'on'").execute(&mut connection).await.expect("set");
        sqlx::query("SELECT pg_reload_conf()").execute(&mut connection).await.expect("reloaded");
        connection.close().await.expect("closed");
        OwnPostgres { url, data, script, pipe }
    }

    /// `fast`: sessions are ended. `immediate`: everything breaks off, and the next start recovers.
    pub fn stop(&self, mode: &str) {
        self.control(&["stop", "--mode", mode]);
    }

    pub fn start_again(&self) {
        self.control(&["start", "--log", &format!("{}/log", self.data)]);
    }

    fn control(&self, what: &[&str]) {
        let owner = std::fs::metadata(&self.data).expect("its folder");
        let mut command = Command::new("pg_ctl");
        command.args(what).args(["--silent", "--wait", "--pgdata", &self.data]).current_dir("/");
        // Run as the owner of the data, because PostgreSQL refuses to run as root.
        command.uid(owner.uid()).gid(owner.gid()).stdin(Stdio::null()).stdout(Stdio::null());
        assert!(command.status().expect("pg_ctl").success(), "pg_ctl {what:?}");
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.pipe.take();
        let _ = self.script.wait();
    }
}

/// Ends every connection to the database but this one; returns how many were ended.
pub async fn cut(db: &Db) -> i64 {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()) AS ended";
    db.scalar(sql, vec![]).await.expect("cut")
}
