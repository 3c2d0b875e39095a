//! Measures how many transactions of one small row this database commits a second: no change is cheaper than that.

use crate::server::app::App;
use crate::server::clock::new_id;
use crate::server::store::value::args;
use crate::wire::error::AppError;
use std::time::{Duration, Instant};

const MARK: &str = "bare";

/// Commits for `seconds`, with `at_once` transactions side by side, and returns the commits per second.
pub async fn bare_commits(app: &App, seconds: u64, at_once: usize) -> Result<f64, AppError> {
    let (begin, length) = (Instant::now(), Duration::from_secs(seconds));
    let commit_on = async || {
        let mut commits = 0_u32;
        while begin.elapsed() < length {
            let mut tx = app.quiet().await?;
            let sql = "INSERT INTO flash (id, session_hash, content, created_at) VALUES ($1, $2, $2, $3)";
            tx.exec(sql, args![new_id(), MARK, app.now()]).await?;
            tx.commit().await?;
            commits += 1;
        }
        Ok::<_, AppError>(commits)
    };
    let each = futures::future::try_join_all((0..at_once).map(|_| commit_on())).await?;
    let took = begin.elapsed();
    let mut tx = app.quiet().await?;
    tx.exec("DELETE FROM flash WHERE session_hash = $1", args![MARK]).await?;
    tx.commit().await?;
    Ok(f64::from(each.iter().sum::<u32>()) / took.as_secs_f64())
}
