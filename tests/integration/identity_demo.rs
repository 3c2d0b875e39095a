//! The people, processes, hosts and tickets that the demo begins with (SPEC 9).

use crate::common::TestApp;
use countersign::domain::process::TicketType;
use countersign::domain::workflow::Tab;
use countersign::server::demo;
use countersign::server::service::workflow::lists;
use countersign::server::service::{frame, hosts};
use countersign::server::store::process;
use countersign::wire::hosts::HostFilter;
use countersign::wire::workflow::TicketFilter;

both! {
    async fn everybody_is_who_spec_9_says(app) {
        let people = [
            ("sysadmin", "admin@system"),
            ("deputy", "admin@system domainadmin@web"),
            ("domainadmin", "domainadmin@web"),
            ("owner", "project_owner@web"),
            ("coowner", "project_owner@system project_owner@web"),
            ("member", "member@web"),
            ("viewer", "viewer@web"),
            ("helpdesk", "support@shop support@web"),
            ("helpdesk2", "support@shop support@web"),
            ("newcomer", ""),
            ("acmeadmin", "domainadmin@shop"),
            ("acmedeputy", "domainadmin@shop"),
            ("shopowner", "project_owner@shop"),
            ("shopper", "member@shop"),
        ];
        for (username, expected) in people {
            let held = app.caller(username).await.person.held;
            let mut roles: Vec<_> = held.iter().map(|h| format!("{}@{}", h.role, h.project_name)).collect();
            roles.sort();
            assert_eq!(roles.join(" "), expected, "{username}");
        }
        assert_eq!(process::list(&app.db).await.expect("processes").len(), TicketType::ALL.len());
        let enabled: Vec<_> = process::enabled(&app.db).await.expect("enabled").into_iter().map(TicketType::key).collect();
        assert_eq!(enabled.len(), TicketType::ALL.len(), "{enabled:?}");
    }

    async fn there_is_a_past(empty) {
        let app = TestApp::empty(empty.engine).await;
        demo::seed(&app).await.expect("seeded");
        assert!(app.leftover_jobs().await.is_empty(), "nothing is under way");
        let admin = app.caller("sysadmin").await;
        let tickets = lists::list(&app, &admin, Tab::All, &TicketFilter::default()).await.expect("tickets").page.rows;
        let ends: Vec<_> = tickets.iter().map(|t| (t.resource_name.as_str(), t.status.key())).collect();
        assert_eq!(ends, [
            ("scratch", "canceled"), ("ci-runner", "completed"), ("shop-db", "completed"),
            ("render-farm", "completed"), ("frontend", "completed"),
        ]);
        assert!(tickets.iter().all(|t| t.closed_at.is_some_and(|at| at > t.submitted_at && at < app.now())));
        let hosts = hosts::list(&app, &admin, &HostFilter::default()).await.expect("hosts").page.rows;
        let mut states: Vec<_> = hosts.iter().map(|h| (h.name.as_str(), h.project.as_str(), h.status.key())).collect();
        states.sort();
        assert_eq!(states, [
            ("ci-runner", "web", "stopped"), ("frontend-1", "web", "running"), ("frontend-2", "web", "running"),
            ("shop-db", "shop", "running"),
        ]);
        for person in ["owner", "member", "sysadmin"] {
            let counts = frame::frame(&app, &app.caller(person).await).await.expect("a frame").counts;
            assert_eq!(counts.sum(), 0, "nothing waits for {person}");
        }
        demo::seed(&app).await.expect("a second start");
        let again = lists::list(&app, &admin, Tab::All, &TicketFilter::default()).await.expect("tickets").page.rows;
        assert_eq!(again.len(), tickets.len(), "seeding happens once");
        app.db.close().await;
    }
}
