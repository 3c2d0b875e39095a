//! Coverage: the places where nobody could approve at a link, as the directory stands now; and that enabling a process
//! with gaps asks once more.

use crate::common::TestApp;
use countersign::domain::ids::{ProcessId, RoleId};
use countersign::domain::process::{LinkForm, ProcessForm, Scope, TicketType};
use countersign::server::service::{coverage, directory, processes};
use countersign::wire::error::AppError;

/// The places where nobody could approve at a link of host applications that names this role.
async fn gaps(app: &TestApp, role: &str, scope: Scope) -> Vec<String> {
    let admin = app.caller_in("sysadmin", "System View").await;
    let gaps = coverage::of_role(app, &admin, TicketType::ApplyMachine, RoleId::from(role), scope).await.expect("read");
    assert_eq!(gaps.total, gaps.names.len() as i64, "few enough to be named");
    let mut names = gaps.names;
    names.sort();
    names
}

/// The process of a ticket type: its id, whether it is enabled, and the gaps of each link.
async fn listed(app: &TestApp, ticket_type: TicketType) -> (ProcessId, bool, Vec<Vec<String>>) {
    let admin = app.caller_in("sysadmin", "System View").await;
    let setup = processes::setup(app, &admin).await.expect("setup").processes.into_iter();
    let process = setup.into_iter().find(|process| process.ticket_type == ticket_type).expect("a process");
    (process.id, process.enabled, process.links.into_iter().map(|link| link.gaps.names).collect())
}

fn link(name: &str, role: &str, scope: &str) -> LinkForm {
    LinkForm { name: name.into(), by: "role".into(), role: role.into(), scope: scope.into(), persons: vec![] }
}

both! {
    async fn gaps_are_named_and_follow_the_directory(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        assert_eq!(gaps(&app, "support", Scope::Project).await, ["system (Default)"]);
        assert_eq!(gaps(&app, "support", Scope::Domain).await, [""; 0]);
        assert_eq!(gaps(&app, "admin", Scope::Domain).await, ["acme"]);
        assert_eq!(gaps(&app, "admin", Scope::Global).await, [""; 0]);
        assert_eq!(gaps(&app, "nobodys", Scope::Global).await, ["everywhere"]);
        // Somebody is given the role there, and its only holders elsewhere are disabled.
        let (viewer, system) = (app.user("viewer").await, app.project("system").await);
        directory::assign(&app, &admin, &viewer, &system, &"support".into()).await.expect("assigned");
        assert_eq!(gaps(&app, "support", Scope::Project).await, [""; 0]);
        for who in ["helpdesk", "helpdesk2"] {
            directory::users::set_enabled(&app, &admin, &app.user(who).await, false).await.expect("disabled");
        }
        assert_eq!(gaps(&app, "support", Scope::Project).await, ["shop (acme)", "web (Default)"]);
        assert_eq!(gaps(&app, "support", Scope::Domain).await, ["acme"]);
        directory::projects::create(&app, &admin, "new", "default", "").await.expect("made");
        assert_eq!(gaps(&app, "project_owner", Scope::Project).await, ["new (Default)"], "a new project has nobody yet");
    }

    async fn the_list_shows_them_and_enabling_asks_once_more(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let ticket_type = TicketType::ApplyMachine;
        let none: Vec<String> = vec![];
        assert_eq!(listed(&app, ticket_type).await.2, [none.clone(), none.clone()], "the demo has no gaps");
        let member = app.user("member").await;
        let persons = LinkForm { by: "persons".into(), persons: vec![member.clone()], ..link("C", "", "") };
        let links = vec![link("A", "support", "project"), link("B", "admin", "global"), persons];
        let form = ProcessForm { ticket_type: ticket_type.key().into(), links, ..Default::default() };
        processes::configure(&app, &admin, &form).await.expect("configured");
        directory::users::set_enabled(&app, &admin, &member, false).await.expect("disabled");
        let (id, _, gaps) = listed(&app, ticket_type).await;
        assert_eq!(gaps, [vec!["system (Default)".to_owned()], none, vec!["everywhere".to_owned()]]);
        processes::disable(&app, &admin, &id).await.expect("disabled");
        let asked = processes::enable(&app, &admin, &id, false).await;
        let Err(AppError::Invalid(problems)) = &asked else { panic!("{asked:?}") };
        assert_eq!(problems[0].field, "accept_gaps");
        assert!(!listed(&app, ticket_type).await.1, "not yet");
        processes::enable(&app, &admin, &id, true).await.expect("all the same");
        assert!(listed(&app, ticket_type).await.1);
    }
}
