//! What the bell offers: by enabled types, role and view.

mod common;

use common::TestApp;
use countersign::domain::process::TicketType::{self, *};
use countersign::server::service::{frame, processes};

/// All types under approval, or none of them.
async fn switch_all(app: &TestApp, enabled: bool) {
    let admin = app.caller_in("sysadmin", "System View").await;
    for process in processes::setup(app, &admin).await.expect("setup").processes {
        let done = match enabled {
            true if !process.enabled => processes::enable(app, &admin, &process.id, true).await,
            false if process.enabled => processes::disable(app, &admin, &process.id).await,
            _ => continue,
        };
        done.expect("switched");
    }
}

async fn offered(app: &TestApp, who: &str, view: &str) -> Vec<TicketType> {
    let caller = app.caller_in(who, view).await;
    frame::frame(app, &caller).await.expect("frame").offered
}

both! {
    async fn new_tickets_by_role_and_view(app) {
        switch_all(&app, true).await;
        // Apply to join project, Project Quota Application, Domain Quota Application, Request Technical Support.
        let table = [
            ("sysadmin", "System View", "----"), ("sysadmin", "Project View: system", "jp-s"),
            ("deputy", "System View", "----"), ("deputy", "Domain View: Default", "--ds"),
            ("deputy", "Project View: system", "jp-s"), ("deputy", "Project View: web", "jp-s"),
            ("domainadmin", "Domain View: Default", "--ds"), ("domainadmin", "Project View: web", "jp-s"),
            ("owner", "Project View: web", "jp-s"), ("coowner", "Project View: web", "jp-s"),
            ("coowner", "Project View: system", "jp-s"), ("member", "Project View: web", "jp-s"),
            ("viewer", "Project View: web", "j--s"), ("helpdesk", "Project View: web", "j--s"),
            ("helpdesk", "Project View: shop", "j--s"), ("acmeadmin", "Domain View: acme", "--ds"),
            ("acmeadmin", "Project View: shop", "jp-s"), ("shopowner", "Project View: shop", "jp-s"),
            ("shopper", "Project View: shop", "jp-s"),
        ];
        let types = [(ApplyJoinProject, 'j'), (ApplyProjectQuota, 'p'), (ApplyDomainQuota, 'd'), (CustomerService, 's')];
        for (who, view, expected) in table {
            let offered = offered(&app, who, view).await;
            let got: String = types.iter().map(|(t, letter)| if offered.contains(t) { *letter } else { '-' }).collect();
            assert_eq!(got, expected, "{who} in {view}");
            assert!(offered.iter().all(|t| types.iter().any(|(known, _)| known == t)), "hosts are asked for elsewhere");
        }
        let newcomer = app.caller("newcomer").await;
        assert!(frame::frame(&app, &newcomer).await.expect("frame").offered.is_empty(), "there is no bell without a view");
    }

    async fn what_isnt_enabled_isnt_offered(app) {
        let all = [ApplyJoinProject, ApplyProjectQuota, CustomerService];
        assert_eq!(offered(&app, "owner", "Project View: web").await, all, "the demo's");
        switch_all(&app, false).await;
        for (who, view) in [("owner", "Project View: web"), ("domainadmin", "Domain View: Default")] {
            assert!(offered(&app, who, view).await.is_empty(), "{who} in {view}");
        }
        let frame = frame::frame(&app, &app.caller("owner").await).await.expect("frame");
        assert!(frame.enabled.is_empty(), "and the bell goes");
    }
}
