//! Random stories (sequences of events), made by proptest, and what has to be true at the end of each.

use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestRunner};

/// Plays `cases` random stories. If one fails, the shortest story that still fails is told.
pub fn play_any<S: Strategy>(cases: u32, stories: S, play: impl AsyncFn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 30, ..Config::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    TestRunner::new(config)
        .run(&stories, |story| {
            runtime.block_on(play(story));
            Ok(())
        })
        .expect("no counterexample");
}

/// Checks that open tasks are exactly those at open links, one for each enabled holder of the role but the initiator.
pub async fn check_open_tasks(db: &Db) {
    let expected = "SELECT DISTINCT t.number, a.account_id FROM ticket t
      JOIN assignment a ON a.role_id = t.waits_role JOIN project p ON p.id = a.project_id
      JOIN account u ON u.id = a.account_id AND u.enabled
      WHERE t.status = 'incomplete' AND t.process_result IS NULL AND a.account_id <> t.initiator_id
        AND (t.waits_scope = 'global' OR (t.waits_scope = 'project' AND a.project_id = t.waits_scope_id)
             OR (t.waits_scope = 'domain' AND p.domain_id = t.waits_scope_id))
      ORDER BY 1, 2";
    let open = "SELECT ticket_number, account_id FROM task WHERE state = 'open' ORDER BY 1, 2";
    let expected: Vec<(i64, String)> = db.all(expected, args![]).await.expect("query");
    let open: Vec<(i64, String)> = db.all(open, args![]).await.expect("query");
    assert_eq!(open, expected, "open tasks follow the directory");
}
