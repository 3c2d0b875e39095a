//! An export of many records takes little memory. The test is alone in its program, so that the memory measured is its
//! own.
//!
//! `COUNTERSIGN_TEST_RECORDS=200000` measures with as many records as are promised.

mod common;

use common::{Engine, TestApp};
use countersign::domain::oplog::LogColumn;
use countersign::server::service::oplog::export::{self, Wish};
use countersign::server::store::value::args;
use futures::StreamExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const MEBIBYTE: i64 = 1024 * 1024;
/// What the export of any number of records may add to the server's memory.
const LIMIT: i64 = 64 * MEBIBYTE;

/// What this process has in memory now, in bytes.
fn resident() -> i64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages: i64 = statm.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
    pages * 4096
}

async fn fill(app: &TestApp, records: i64) {
    let mut tx = app.db.begin().await.expect("begin");
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
               INSERT INTO operation_log (at, operator_id, operator_name, view, resource_type, resource_id, resource_name,
                 project_id, project_name, domain_id, domain_name, operation, result, reason, ip, details)
               SELECT 1795507509000 + i * 1000, 'u' || (i % 97), 'user-' || (i % 97), 'Project View: web', 'host', 'h' || i,
                 'web-' || i, 'web', 'web', 'default', 'Default', 'create', 'success', NULL, '192.0.2.1',
                 '{\"before\":null,\"after\":{\"name\":\"web-' || i || '\",\"vcpu\":4,\"memory_mib\":8192,\"note\":\"'
                   || hex(randomblob(60)) || '\"}}' FROM n";
    assert_eq!(tx.exec(sql, args![records]).await.expect("filled"), u64::try_from(records).expect("positive"));
    tx.commit().await.expect("commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_stream_in_constant_memory() {
    let records: i64 = std::env::var("COUNTERSIGN_TEST_RECORDS").map_or(20_000, |n| n.parse().expect("a number"));
    let app = TestApp::demo(Engine::Sqlite).await;
    fill(&app, records).await;
    let admin = app.caller("sysadmin").await;
    for format in ["csv", "xlsx"] {
        let wish = Wish {
            columns: LogColumn::ALL.iter().map(|c| c.key().to_owned()).collect(),
            format: format.into(),
            scope: "all".into(),
            ..Default::default()
        };
        let before = resident();
        let began = std::time::Instant::now();
        let (mut most, mut size) = (before, 0);
        let done = Arc::new(AtomicBool::new(false));
        let watch = std::thread::spawn({
            let done = done.clone();
            move || {
                let mut most = before;
                // The workbook is written before the first byte of it comes: that time has to be watched too.
                while !done.load(Ordering::Relaxed) {
                    most = most.max(resident());
                    std::thread::sleep(Duration::from_millis(20));
                }
                most
            }
        });
        let export = export::prepare(&app, &admin, &wish).await.expect("permitted");
        let mut stream = std::pin::pin!(export.stream());
        while let Some(bytes) = stream.next().await {
            size += bytes.expect("whole").len() as i64;
            most = most.max(resident());
        }
        done.store(true, Ordering::Relaxed);
        most = most.max(watch.join().expect("watched"));
        let grown = most - before;
        println!(
            "{format}: {records} records, {} MiB written, memory grew by {} MiB, {:.1} s",
            size / MEBIBYTE,
            grown / MEBIBYTE,
            began.elapsed().as_secs_f64()
        );
        assert!(size > records * if format == "csv" { 200 } else { 50 }, "{format}: {size} bytes are too few");
        assert!(grown < LIMIT, "{format}: memory grew by {} MiB", grown / MEBIBYTE);
    }
    app.db.close().await;
}
