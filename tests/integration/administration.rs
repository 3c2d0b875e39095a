//! Administration through the services: domains, projects and settings, and the records that changes leave.

use crate::common;
use crate::common::TestApp;
use crate::common::administration::{PASSWORD, all, at, domain, person, refused, search};
use crate::common::requests::ask_for_host;
use countersign::domain::ids::ProjectId;
use countersign::domain::process::{Scope, TicketType};
use countersign::domain::time::DAY;
use countersign::server::service::directory::{self, domains, projects, roles, users};
use countersign::server::service::oplog::retention::kept_for;
use countersign::server::service::workflow::details;
use countersign::server::service::{coverage, system_settings};
use countersign::server::store::directory as store;
use countersign::server::store::value::args;
use countersign::wire::directory::{DirectoryFilter, UserForm};
use countersign::wire::error::AppError;
use countersign::wire::settings::SettingsForm;
use std::collections::BTreeSet;

/// Asks for one host in the caller's project and gives the ticket's number.
async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn pass(app: &TestApp, who: &str, number: i64, version: i64) {
    common::pass(app, &app.caller(who).await, number, version, "", "/").await.expect("passed");
}

both! {
    async fn a_domain_is_made_changed_and_deleted(app) {
        let admin = app.caller("sysadmin").await;
        domains::create(&app, &admin, "  initech ", "Paper").await.expect("created");
        let list = domains::list(&app, &admin, &search("INIT")).await.expect("list");
        assert_eq!(list.rows.len(), 1);
        let row = &list.rows[0];
        assert_eq!((row.name.as_str(), row.description.as_str(), row.projects, row.users), ("initech", "Paper", 0, 0));
        assert!(at("name", &domains::create(&app, &admin, "acme", "").await).contains("already"));
        assert!(at("name", &domains::create(&app, &admin, " ", "").await).contains("required"));
        assert!(at("name", &domains::create(&app, &admin, "a\tb", "").await).contains("control"));
        assert!(at("name", &domains::edit(&app, &admin, &row.id, "acme", "").await).contains("already"));
        domains::edit(&app, &admin, &row.id, "initrode", "").await.expect("changed");
        let acme = domain(&app, "acme").await;
        let why = refused(domains::delete(&app, &admin, &acme).await);
        assert!(why.contains("1 project") && why.contains("4 users"), "{why}");
        let default = domain(&app, "Default").await;
        assert!(refused(domains::delete(&app, &admin, &default).await).contains("stays"));
        assert!(at("name", &domains::edit(&app, &admin, &default, "Other", "").await).contains("keeps"));
        domains::delete(&app, &admin, &row.id).await.expect("deleted");
        assert!(domains::list(&app, &admin, &search("init")).await.expect("list").rows.is_empty());
        assert_eq!(domains::delete(&app, &admin, &row.id).await, Err(AppError::NotFound));
        // The name is free again, as often as it is deleted.
        domains::create(&app, &admin, "initrode", "").await.expect("created again");
        let again = domain(&app, "initrode").await;
        domains::delete(&app, &admin, &again).await.expect("deleted again");
        assert_eq!((app.logged("create", "failed").await, app.logged("delete", "success").await), (3, 2));
    }

    async fn a_project_is_made_changed_and_deleted(app) {
        let admin = app.caller("sysadmin").await;
        let acme = domain(&app, "acme").await;
        projects::create(&app, &admin, "web", acme.as_str(), "The other web").await.expect("names repeat across domains");
        let both = projects::list(&app, &admin, &search("web")).await.expect("list").page.rows;
        assert_eq!(both.iter().map(|p| (p.domain.as_str(), p.members)).collect::<Vec<_>>(), [("Default", 8), ("acme", 0)]);
        let of_acme = DirectoryFilter { domain: acme.0.clone(), ..search("web") };
        let of_acme = projects::list(&app, &admin, &of_acme).await.expect("list").page.rows;
        assert_eq!(of_acme.len(), 1);
        let id = &of_acme[0].id;
        assert!(at("name", &projects::create(&app, &admin, "shop", acme.as_str(), "").await).contains("already"));
        assert!(at("name", &projects::edit(&app, &admin, id, "shop", "").await).contains("already"));
        let nowhere = projects::create(&app, &admin, "", "no-such-domain", "").await;
        assert!(at("domain", &nowhere).contains("Choose") && at("name", &nowhere).contains("required"), "both are said");
        assert!(at("domain", &projects::create(&app, &admin, "x", "", "").await).contains("Choose"));
        projects::edit(&app, &admin, id, "site", "").await.expect("changed");
        projects::delete(&app, &admin, id).await.expect("deleted");
        assert_eq!(projects::edit(&app, &admin, id, "site", "").await, Err(AppError::NotFound));
        assert!(refused(projects::delete(&app, &admin, &"system".into()).await).contains("stays"));
        assert!(at("name", &projects::edit(&app, &admin, &"system".into(), "other", "").await).contains("keeps"));
    }

    async fn a_project_with_hosts_or_open_tickets_stays(app) {
        let admin = app.caller("sysadmin").await;
        let web = app.project("web").await;
        let number = ask(&app, "member", "in-the-way").await;
        let why = refused(projects::delete(&app, &admin, &web).await);
        assert_eq!(why, "web has 1 open ticket. Finish the tickets first.", "fault 27");
        pass(&app, "owner", number, 1).await;
        pass(&app, "sysadmin", number, 2).await;
        app.run_jobs().await;
        let why = refused(projects::delete(&app, &admin, &web).await);
        assert_eq!(why, "web has 1 host (those in the trash count). Delete the hosts first.");
        assert_eq!(app.project("web").await, web, "nothing is half-made");
    }

    async fn a_deleted_project_takes_its_roles_and_stays_named_in_tickets(app) {
        let admin = app.caller("sysadmin").await;
        let web = app.project("web").await;
        let number = ask(&app, "member", "closed").await;
        common::reject(&app, &app.caller("owner").await, number, 1, "", "/").await.expect("rejected");
        let mut browser = app.client();
        browser.sign_in("member").await;
        projects::delete(&app, &admin, &web).await.expect("deleted");
        let row = details::get(&app, &admin, number).await.expect("read").row;
        assert_eq!(row.project.as_deref(), Some("web (deleted)"));
        assert!(app.caller("member").await.view.is_none(), "the role is gone with its project");
        assert_eq!(browser.get("/hosts").await.status.as_u16() / 100, 3, "and counts from the next request");
        assert_eq!(projects::list(&app, &admin, &search("web")).await.expect("list").page.rows, []);
        assert!(store::project(&app.db, &web).await.expect("query").is_none());
        let gaps = async |scope| coverage::of_role(&app, &admin, TicketType::ApplyMachine, "support".into(), scope).await;
        assert!(!gaps(Scope::Project).await.expect("read").names.iter().any(|name| name.contains("deleted")), "no gap either");
        projects::create(&app, &admin, "web", "default", "").await.expect("the name is free again");
    }

    async fn deleting_a_project_keeps_the_last_administrator(app) {
        let admin = app.caller("sysadmin").await;
        let (web, system) = (app.project("web").await, ProjectId::from("system"));
        let (sysadmin, deputy) = (app.user("sysadmin").await, app.user("deputy").await);
        directory::assign(&app, &admin, &sysadmin, &web, &"admin".into()).await.expect("given");
        directory::unassign(&app, &admin, &sysadmin, &system, &"admin".into()).await.expect("held in web");
        directory::unassign(&app, &admin, &deputy, &system, &"admin".into()).await.expect("taken");
        assert!(refused(projects::delete(&app, &admin, &web).await).contains("nobody to administer"));
        assert!(!app.caller("member").await.person.held.is_empty(), "nothing was taken");
    }

    async fn a_domain_view_makes_everything_in_its_domain(app) {
        let admin = app.caller("acmeadmin").await;
        let acme = domain(&app, "acme").await;
        users::create(&app, &admin, &person("clerk"), PASSWORD, PASSWORD).await.expect("created");
        projects::create(&app, &admin, "depot", "", "").await.expect("created");
        assert_eq!(app.caller("clerk").await.person.domain, acme);
        let names: Vec<_> = projects::list(&app, &admin, &all()).await.expect("list").page.rows.into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["depot", "shop"]);
        assert_eq!(projects::create(&app, &admin, "x", "default", "").await, Err(AppError::NotFound));
        let abroad = UserForm { domain: "default".into(), ..person("x") };
        assert_eq!(users::create(&app, &admin, &abroad, PASSWORD, PASSWORD).await, Err(AppError::NotFound));
        assert_eq!(users::edit(&app, &admin, &app.user("clerk").await, &abroad).await, Err(AppError::NotFound));
        let listed = domains::list(&app, &admin, &all()).await.expect("list");
        assert_eq!(listed.rows.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["acme"]);
        assert!(!listed.may_create);
        domains::edit(&app, &admin, &acme, "acme", "Ours").await.expect("its own");
        let elsewhere = DirectoryFilter { domain: "default".into(), ..all() };
        let users = users::list(&app, &admin, &elsewhere).await.expect("list").page.rows;
        assert!(users.iter().all(|u| u.domain_id == acme), "the filter doesn't widen the view");
        let holders = roles::list(&app, &admin, &search("project_owner")).await.expect("list").rows[0].holders;
        assert_eq!(holders, 1, "only those of the domain are counted");
    }

    async fn projects_are_paged_by_key(app) {
        let admin = app.caller("sysadmin").await;
        let acme = domain(&app, "acme").await;
        let mut tx = app.db.begin().await.expect("begin");
        for i in 0..60 {
            for (domain, prefix) in [(&acme, "a"), (&"default".into(), "d")] {
                let id = ProjectId(format!("{prefix}{i:02}"));
                store::insert_project(&mut tx, &id, domain, &format!("same {i:02}"), 0).await.expect("insert");
            }
        }
        tx.commit().await.expect("commit");
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = projects::list(&app, &admin, &DirectoryFilter { after, ..search("same") }).await.expect("list").page;
            seen.extend(page.rows.into_iter().map(|row| row.id.0));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 120, "each once");
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 120);
        assert_eq!(&seen[..2], ["a00", "d00"], "names that repeat lie together");
    }

    async fn settings_are_saved_and_obeyed(app) {
        let admin = app.caller("sysadmin").await;
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(3 * DAY));
        assert_eq!(kept_for(&app).await, Ok(None));
        let form = SettingsForm { auto_close: "12h".into(), trash: "7d".into(), log_retention: "400".into() };
        system_settings::save(&app, &admin, &form).await.expect("saved");
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(DAY / 2));
        assert_eq!(system_settings::trash_delay(&app).await, Ok(7 * DAY));
        assert_eq!(kept_for(&app).await, Ok(Some(400 * DAY)));
        let shown = system_settings::get(&app, &admin).await.expect("read");
        assert_eq!((shown.auto_close.text.as_str(), shown.trash.text.as_str(), shown.log_retention.text.as_str()), ("12h", "7d", "400"));
        let wrong = SettingsForm { auto_close: "soon".into(), trash: "0s".into(), log_retention: "-1".into() };
        let outcome = system_settings::save(&app, &admin, &wrong).await;
        for field in ["auto_close", "trash", "log_retention"] {
            at(field, &outcome);
        }
        system_settings::save(&app, &admin, &SettingsForm { log_retention: String::new(), ..form }).await.expect("saved");
        assert_eq!(kept_for(&app).await, Ok(None), "empty is for ever");
    }

    async fn what_the_environment_sets_wins_over_the_page(app) {
        let admin = app.caller("sysadmin").await;
        let form = SettingsForm { auto_close: "12h".into(), trash: "7d".into(), log_retention: String::new() };
        system_settings::save(&app, &admin, &form).await.expect("saved");
        let fixed = app.with_settings(|settings| {
            settings.auto_close_after = 5_000;
            settings.log_retention = Some(36 * DAY / 24);
            settings.fixed.extend(["auto-close-after".into(), "log-retention".into()]);
        });
        assert_eq!(system_settings::auto_close_after(&fixed).await, Ok(5_000));
        let shown = system_settings::get(&fixed, &admin).await.expect("read");
        assert_eq!((shown.auto_close.text.as_str(), shown.auto_close.fixed, shown.trash.fixed), ("5s", true, false));
        assert_eq!((shown.log_retention.text.as_str(), shown.log_retention.fixed), ("36h", true));
        let sent = SettingsForm { auto_close: String::new(), trash: "1d".into(), log_retention: String::new() };
        system_settings::save(&fixed, &admin, &sent).await.expect("the fixed one isn't asked for");
        assert_eq!(system_settings::trash_delay(&fixed).await, Ok(DAY));
        assert_eq!(system_settings::auto_close_after(&app).await, Ok(DAY / 2), "what was saved is still there without it");
    }

    async fn every_change_leaves_its_record(app) {
        let admin = app.caller("sysadmin").await;
        domains::create(&app, &admin, "initech", "Paper").await.expect("created");
        let id = domain(&app, "initech").await;
        domains::edit(&app, &admin, &id, "initech", "Plastic").await.expect("changed");
        let sql = "SELECT operation || ' ' || resource_type || ' ' || resource_name || ' ' || domain_name || ' ' || details
                   FROM operation_log WHERE resource_id = $1 ORDER BY number";
        let records: Vec<String> = app.db.scalars(sql, args![&id]).await.expect("query");
        assert_eq!(records, [
            r#"create domain initech initech {"after":{"description":"Paper","name":"initech"},"before":null}"#,
            r#"configure domain initech initech {"after":{"description":"Plastic","name":"initech"},"before":{"description":"Paper","name":"initech"}}"#,
        ]);
        let acme = app.caller("acmeadmin").await;
        users::set_enabled(&app, &acme, &app.user("shopper").await, false).await.expect("disabled");
        let of_acme = "SELECT COUNT(*) FROM operation_log WHERE operation = 'disable' AND domain_name = 'acme'";
        assert_eq!(app.db.scalar::<i64>(of_acme, vec![]).await.expect("query"), 1, "the domain's own log has it");
    }
}
