//! The entries that the bell offers, by enabled types, role and view.

use crate::common::TestApp;
use countersign::domain::process::TicketType::{self, *};
use countersign::server::service::{frame, processes};
use std::collections::BTreeSet;

/// Puts the ticket type under approval, or takes it out.
async fn switch(app: &TestApp, ticket_type: TicketType, enabled: bool) {
    let admin = app.caller_in("sysadmin", "System View").await;
    for process in processes::setup(app, &admin).await.expect("setup").processes {
        let done = match enabled {
            _ if process.ticket_type != ticket_type => continue,
            true if !process.enabled => processes::enable(app, &admin, &process.id, true).await,
            false if process.enabled => processes::disable(app, &admin, &process.id).await,
            _ => continue,
        };
        done.expect("switched");
    }
}

async fn switch_all(app: &TestApp, enabled: bool) {
    for ticket_type in TicketType::ALL.iter().copied() {
        switch(app, ticket_type, enabled).await;
    }
}

/// Every person in every view they hold: who is offered Apply to join project, Project Quota Application, Domain Quota
/// Application, Request Technical Support.
const TABLE: [(&str, &str, &str); 23] = [
    ("sysadmin", "System View", "----"),
    ("sysadmin", "Project View: system", "jp-s"),
    ("deputy", "System View", "----"),
    ("deputy", "Domain View: Default", "--ds"),
    ("deputy", "Project View: system", "jp-s"),
    ("deputy", "Project View: web", "jp-s"),
    ("domainadmin", "Domain View: Default", "--ds"),
    ("domainadmin", "Project View: web", "jp-s"),
    ("owner", "Project View: web", "jp-s"),
    ("coowner", "Project View: web", "jp-s"),
    ("coowner", "Project View: system", "jp-s"),
    ("member", "Project View: web", "jp-s"),
    ("viewer", "Project View: web", "j--s"),
    ("helpdesk", "Project View: web", "j--s"),
    ("helpdesk", "Project View: shop", "j--s"),
    ("helpdesk2", "Project View: web", "j--s"),
    ("helpdesk2", "Project View: shop", "j--s"),
    ("acmeadmin", "Domain View: acme", "--ds"),
    ("acmeadmin", "Project View: shop", "jp-s"),
    ("acmedeputy", "Domain View: acme", "--ds"),
    ("acmedeputy", "Project View: shop", "jp-s"),
    ("shopowner", "Project View: shop", "jp-s"),
    ("shopper", "Project View: shop", "jp-s"),
];
const LETTERS: [(TicketType, char); 4] =
    [(ApplyJoinProject, 'j'), (ApplyProjectQuota, 'p'), (ApplyDomainQuota, 'd'), (CustomerService, 's')];

async fn offered(app: &TestApp, who: &str, view: &str) -> Vec<TicketType> {
    let caller = app.caller_in(who, view).await;
    frame::frame(app, &caller).await.expect("frame").offered
}

both! {
    async fn new_tickets_by_role_and_view(app) {
        let mut views = 0;
        for who in TABLE.map(|(who, ..)| who).into_iter().collect::<BTreeSet<_>>() {
            views += app.caller(who).await.person.views(true).len();
        }
        assert_eq!(views, TABLE.len(), "the table is whole");
        switch_all(&app, true).await;
        // All types at once, then without one of them: that entry goes, everywhere, and no other.
        for without in std::iter::once(None).chain(TicketType::ALL.iter().copied().map(Some)) {
            if let Some(ticket_type) = without {
                switch(&app, ticket_type, false).await;
            }
            for (who, view, expected) in TABLE {
                let offered = offered(&app, who, view).await;
                let got: String = LETTERS.iter().map(|(t, letter)| if offered.contains(t) { *letter } else { '-' }).collect();
                let gone = LETTERS.iter().find(|(t, _)| Some(*t) == without).map_or(' ', |(_, letter)| *letter);
                assert_eq!(got, expected.replace(gone, "-"), "{who} in {view} without {without:?}");
                assert!(offered.iter().all(|t| LETTERS.iter().any(|(known, _)| known == t)), "hosts are asked for elsewhere");
            }
            if let Some(ticket_type) = without {
                switch(&app, ticket_type, true).await;
            }
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
