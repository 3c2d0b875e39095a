//! The data that `make bench` measures on must be such as the rules would have left behind.

use crate::common;
use crate::common::TestApp;
use countersign::domain::quota::Key;
use countersign::domain::support::{SupportStatus, SupportTab};
use countersign::domain::workflow::{ProcessResult, RecordKind, Status, Tab};
use countersign::server::seed;
use countersign::server::service::oplog::verify;
use countersign::server::service::workflow::{details, lists};
use countersign::server::service::{frame, hosts, support};
use countersign::wire::hosts::HostFilter;
use countersign::wire::support::SupportFilter;
use countersign::wire::workflow::{TicketFilter, TicketRow};

async fn list(app: &TestApp, who: &str, tab: Tab) -> Vec<TicketRow> {
    let filter = TicketFilter { resource: "bench-".into(), ..Default::default() };
    lists::list(app, &app.caller(who).await, tab, &filter).await.expect("list").page.rows
}

both! {
    async fn seeded_tickets_are_like_others(app) {
        let before = frame::frame(&app, &app.caller("owner").await).await.expect("frame").counts.workflow_pending;
        seed::fill(&app, 40).await.expect("seed");
        let all = list(&app, "sysadmin", Tab::All).await;
        assert_eq!(all.len(), 40);
        assert_eq!(all.iter().filter(|t| t.status == Status::Incomplete).count(), 4);
        assert_eq!(all.iter().filter(|t| t.process_result == Some(ProcessResult::Rejected)).count(), 2);
        assert_eq!(all.iter().filter(|t| t.status == Status::Canceled).count(), 2);
        assert_eq!(list(&app, "member", Tab::Mine).await.len(), 20);

        let waiting = list(&app, "owner", Tab::Pending).await;
        assert_eq!(waiting.len(), 2, "one in twenty waits at the first link");
        assert_eq!(waiting[0].processor, ["coowner", "owner"]);
        assert_eq!(list(&app, "deputy", Tab::Pending).await.len(), 2, "and one at the second");
        let counts = frame::frame(&app, &app.caller("owner").await).await.expect("frame").counts;
        assert_eq!(counts.workflow_pending, before + 2);

        let sysadmin = app.caller("sysadmin").await;
        for ticket in &all {
            let detail = details::get(&app, &sysadmin, ticket.number).await.expect("every one can be read");
            assert_eq!(detail.records.len() as i64, ticket.version, "a record for each step of {}", ticket.number);
            assert_eq!(detail.records[0].kind, RecordKind::Submit);
            assert!(detail.summary.contains("1 host"), "{}", detail.summary);
        }
        let standing = &details::get(&app, &sysadmin, waiting[0].number).await.expect("read").standings[0];
        assert_eq!(standing.held.get(Key::HostCount), 4, "what waits holds its quota");

        // The state machine goes on with such a ticket, and new tickets get numbers after the seeded ones.
        let first = &waiting[0];
        common::reject(&app, &app.caller("owner").await, first.number, first.version, "", "").await.expect("a decision");
        let member = app.caller("member").await;
        let filter = HostFilter { name: "bench-".into(), ..Default::default() };
        assert_eq!(hosts::list(&app, &member, &filter).await.expect("hosts").page.rows.len(), 4);
        seed::fill(&app, 1).await.expect("once more");
        assert_eq!(list(&app, "sysadmin", Tab::All).await[0].number, all[0].number + 1);
    }

    async fn a_company_has_all_that_is_measured(app) {
        seed::company(&app, 200).await.expect("seed");
        let one = async |sql: &'static str| app.db.scalar::<i64>(sql, vec![]).await.expect(sql);
        assert_eq!(one("SELECT COUNT(*) FROM project WHERE id LIKE 'bench-%'").await, 200);
        assert_eq!(one("SELECT COUNT(*) FROM account WHERE username LIKE 'requester-%' OR username LIKE 'owner-%'").await, 5_000);
        assert!(one("SELECT COUNT(*) FROM operation_log").await >= 400);
        let sysadmin = app.caller("sysadmin").await;
        let (report, finding) = verify::verify(&app, None).await.expect("walked");
        assert!(finding.is_none() && report.records >= 400, "the log is sealed");

        let all = list(&app, "sysadmin", Tab::All).await;
        assert_eq!(all.len(), 50);
        for ticket in &all {
            let detail = details::get(&app, &sysadmin, ticket.number).await.expect("every one can be read");
            assert_eq!(detail.records.len() as i64, ticket.version, "a record for each step of {}", ticket.number);
        }
        assert!(all.iter().any(|ticket| ticket.project.as_deref().is_some_and(|project| project.starts_with("bench-"))));

        let (member, helpdesk) = (app.caller("member").await, app.caller("helpdesk").await);
        let filter = SupportFilter::default();
        let mine = support::lists::list(&app, &member, SupportTab::Mine, &filter).await.expect("own").page.rows;
        assert_eq!(mine.len(), 11, "one in twenty, and the long one");
        assert_eq!(support::lists::list(&app, &helpdesk, SupportTab::Pending, &filter).await.expect("theirs").page.rows.len(), 10);
        let thread = support::details::get(&app, &member, mine[0].number, None).await.expect("the thread");
        assert_eq!(thread.posts.last().map(|post| post.position), Some(1_000));
        assert_eq!(thread.row.status, SupportStatus::Feedback);
    }
}
