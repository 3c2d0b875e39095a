//! Invariants: what has to hold whatever broke, read from the database itself.

use crate::common::stories::check_open_tasks;
use countersign::domain::host::host_amounts;
use countersign::domain::ids::TicketNumber;
use countersign::domain::oplog::Head;
use countersign::domain::process::TicketType;
use countersign::domain::quota::{Amounts, Key};
use countersign::domain::request::Request;
use countersign::server::app::App;
use countersign::server::service::oplog::sealing::seal_settled;
use countersign::server::service::oplog::verify;
use countersign::server::service::quota::standings;
use countersign::server::store::db::Db;
use countersign::server::store::directory;
use countersign::server::store::value::args;
use std::collections::BTreeMap;

/// Statements that count rows that mustn't exist, each with what such a row would mean.
const NEVER: [(&str, &str); 13] = [
    (
        "a ticket that ended holds quota",
        "SELECT COUNT(*) FROM quota_hold q JOIN ticket t ON t.number = q.ticket_number
         WHERE t.status <> 'incomplete' AND q.amount <> 0",
    ),
    (
        "a hold without its ticket",
        "SELECT COUNT(*) FROM quota_hold q WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.number = q.ticket_number)",
    ),
    (
        "a ticket carried out twice",
        "SELECT COUNT(*) FROM (SELECT 1 FROM ticket_record WHERE kind = 'succeed' GROUP BY ticket_number
         HAVING COUNT(*) > 1) AS t",
    ),
    (
        "a history with a gap",
        "SELECT COUNT(*) FROM ticket t WHERE t.support = 0 AND (t.version, t.version, 1) <> (SELECT
           CAST(COUNT(*) AS BIGINT), CAST(COALESCE(MAX(r.position), 0) AS BIGINT), CAST(COALESCE(MIN(r.position), 0) AS BIGINT)
           FROM ticket_record r WHERE r.ticket_number = t.number)",
    ),
    (
        "a step without its record in the operation log, or a record without its step",
        "SELECT COUNT(*) FROM (
           SELECT number, kind FROM (
             SELECT CAST(resource_id AS BIGINT) AS number, operation AS kind, 1 AS logged, 0 AS noted FROM operation_log
             WHERE resource_type = 'ticket' AND result = 'success'
               AND operation IN ('submit', 'amend', 'pass', 'reject', 'undo', 'retry', 'abandon')
             UNION ALL
             SELECT ticket_number, kind, 0, 1 FROM ticket_record
             WHERE kind IN ('submit', 'amend', 'pass', 'reject', 'undo', 'retry', 'abandon')) AS both_sides
           WHERE number NOT IN (SELECT number FROM ticket WHERE support = 1)
           GROUP BY number, kind HAVING SUM(logged) <> SUM(noted)) AS t",
    ),
    (
        "a thread with a gap",
        "SELECT COUNT(*) FROM support s WHERE s.posts <> (SELECT COUNT(*) FROM post p WHERE p.ticket_number = s.number)
         OR s.posts <> (SELECT COALESCE(MAX(p.position), -1) + 1 FROM post p WHERE p.ticket_number = s.number)",
    ),
    ("a host whose machine is missing", "SELECT COUNT(*) FROM host h WHERE h.change IS NULL AND h.status IN ('running', 'stopped', 'in_trash')
         AND NOT EXISTS (SELECT 1 FROM inventory_machine m WHERE m.tag = h.id)"),
    (
        "a host carried out twice, or without a record",
        "SELECT COUNT(*) FROM host h WHERE
           (SELECT COUNT(*) FROM operation_log l WHERE l.resource_type = 'host' AND l.resource_id = h.id
              AND l.operation = 'execute' AND l.result = 'success') <>
           (SELECT COUNT(*) FROM (SELECT 1 FROM host_step s WHERE s.host_id = h.id GROUP BY s.operation
              HAVING MIN(CASE WHEN s.state = 'done' THEN 1 ELSE 0 END) = 1) AS done)",
    ),
    // Asked only once the queue has drained, when nothing is under way any more.
    ("DRAINED a host that nothing goes on with", "SELECT COUNT(*) FROM host
         WHERE status IN ('deploying', 'changing_configuration', 'deleting') OR change IS NOT NULL"),
    ("DRAINED a ticket that nothing goes on with", "SELECT COUNT(*) FROM ticket
         WHERE execution_result = 'in_progress'"),
    ("DRAINED a machine without its host", "SELECT COUNT(*) FROM inventory_machine m
         WHERE NOT EXISTS (SELECT 1 FROM host h WHERE h.id = m.tag)"),
    ("DRAINED a machine of another size than its host", "SELECT COUNT(*) FROM inventory_machine m
         JOIN host h ON h.id = m.tag WHERE h.status <> 'deploy_failed'
         AND NOT EXISTS (SELECT 1 FROM host_step s WHERE s.host_id = h.id AND s.state = 'failed')
         AND (m.vcpu <> h.vcpu OR m.memory_mib <> h.memory_mib OR m.disks_gib <> h.disks_gib)"),
    ("DRAINED a step of a succeeded ticket that isn't done", "SELECT COUNT(*) FROM host_step s
         JOIN ticket t ON t.number = s.ticket_number WHERE t.execution_result = 'succeeded' AND s.state NOT IN ('done', 'failed')"),
];

/// Checks everything. `drained`: nothing is under way any more. Returns the newest seal, for the next check.
pub async fn check(app: &App, drained: bool, head: Option<&Head>) -> Option<Head> {
    for (what, sql) in NEVER {
        if what.starts_with("DRAINED") && !drained {
            continue;
        }
        let count: i64 = app.db.scalar(sql, args![]).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(count, 0, "{what}");
    }
    check_open_tasks(&app.db).await;
    check_limits(app).await;
    check_holds(&app.db).await;
    check_quantities(&app.db).await;
    seal_settled(app).await.expect("sealed");
    let (report, finding) = verify::verify(app, head).await.expect("verified");
    assert!(finding.is_none(), "the operation log: {}", finding.expect("a finding"));
    report.head
}

async fn check_limits(app: &App) {
    for project in directory::projects(&app.db).await.expect("query") {
        for standing in standings(&app.db, &project.id).await.expect("standings") {
            for (key, limit) in &standing.limits {
                let (used, held) = (standing.used.get(*key), standing.held.get(*key));
                assert!(
                    used + held <= *limit,
                    "{}: {used} used, {held} held of {limit} {}",
                    standing.scope,
                    key.label()
                );
            }
        }
    }
}

#[derive(sqlx::FromRow)]
struct Ticket {
    number: TicketNumber,
    ticket_type: String,
    payload: String,
    status: String,
    process_result: Option<String>,
    execution_result: Option<String>,
}

impl Ticket {
    fn request(&self) -> Request {
        let ticket_type = TicketType::from_key(&self.ticket_type).expect("a type");
        Request::read(ticket_type, &self.payload).expect("a payload")
    }
}

#[derive(sqlx::FromRow)]
struct Failed {
    ticket_number: TicketNumber,
    vcpu: i64,
    memory_mib: i64,
    disks_gib: i64,
}

/// Checks that every open ticket holds exactly what it asks for and doesn't use yet.
async fn check_holds(db: &Db) {
    let sql = "SELECT number, ticket_type, payload, status, process_result, execution_result FROM ticket
               WHERE status = 'incomplete' AND support = 0 ORDER BY number";
    let open: Vec<Ticket> = db.all(sql, args![]).await.expect("query");
    let sql = "SELECT ticket_number, key, amount FROM quota_hold WHERE amount <> 0";
    let mut held: BTreeMap<TicketNumber, BTreeMap<String, i64>> = BTreeMap::new();
    for (number, key, amount) in db.all::<(i64, String, i64)>(sql, args![]).await.expect("query") {
        held.entry(number).or_default().insert(key, amount);
    }
    let sql = "SELECT ticket_number, vcpu, memory_mib, disks_gib FROM host WHERE status = 'deploy_failed' AND ticket_number IS NOT NULL";
    let failed: Vec<Failed> = db.all(sql, args![]).await.expect("query");
    for ticket in open {
        let request = ticket.request();
        let wanted = match (&ticket.process_result, &request) {
            (None, _) => request.takes(),
            (Some(_), Request::Host(_)) => {
                let mut wanted = Amounts::default();
                for host in failed.iter().filter(|host| host.ticket_number == ticket.number) {
                    for (key, amount) in host_amounts(host.vcpu, host.memory_mib, host.disks_gib).iter() {
                        wanted.add(key, amount);
                    }
                }
                wanted
            }
            // A failed adjustment holds what it was to grow by, which the ticket alone doesn't tell; it is covered by
            // the check of the limits.
            (Some(_), _) => continue,
        };
        let held = held.remove(&ticket.number).unwrap_or_default();
        for key in Key::ALL {
            let held = held.get(key.key()).copied().unwrap_or_default();
            assert_eq!(held, wanted.get(*key), "ticket {} holds {}", ticket.number, key.label());
        }
    }
}

/// Checks that every host application that was carried out made as many hosts as it asked for, and no other ticket made
/// any. A host that Abandon gave up counts no more: it is gone, or a job is on its way to remove it.
async fn check_quantities(db: &Db) {
    let sql = "SELECT number, ticket_type, payload, status, process_result, execution_result FROM ticket
               WHERE ticket_type = 'apply-machine' ORDER BY number";
    let sum = "SELECT ticket_number, CAST(COUNT(DISTINCT host_id) AS BIGINT) FROM host_step
               WHERE operation = 0 AND ticket_number IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM job WHERE kind = 'clean-up-host' AND state IN (0, 1)
                 AND okey = 'host:' || host_id AND payload LIKE '%\"then\":\"remove\"%')
               GROUP BY ticket_number";
    let made: BTreeMap<i64, i64> = db.all::<(i64, i64)>(sum, args![]).await.expect("query").into_iter().collect();
    for ticket in db.all::<Ticket>(sql, args![]).await.expect("query") {
        let made = made.get(&ticket.number).copied().unwrap_or_default();
        let Request::Host(request) = ticket.request() else { continue };
        let (number, wanted) = (ticket.number, request.quantity);
        match (ticket.execution_result.is_some(), ticket.status.as_str()) {
            (false, _) => assert_eq!(made, 0, "hosts of ticket {number}, which wasn't carried out"),
            (true, "canceled") => assert!(made < wanted, "{made} of {wanted} hosts of the abandoned ticket {number}"),
            (true, _) => assert_eq!(made, wanted, "hosts of ticket {number}"),
        }
    }
}

/// How many jobs were laid aside.
pub async fn given_up(db: &Db) -> i64 {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM job WHERE state = 3";
    db.scalar(sql, args![]).await.expect("query")
}

/// How many jobs there are that people wait for.
pub async fn under_way(db: &Db) -> i64 {
    let sql = "SELECT CAST(COUNT(*) AS BIGINT) FROM job WHERE state IN (0, 1)
               AND kind IN ('start-host-step', 'poll-host-step', 'clean-up-host')";
    db.scalar(sql, args![]).await.expect("query")
}
