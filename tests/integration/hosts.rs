//! The hosts' list, page and create form: what each person sees and may do, in each view.

use crate::common;
use crate::common::{EVERYBODY, TestApp};
use crate::deploying::*;
use countersign::domain::host::{HostForm, HostStatus};
use countersign::domain::host_operation::{AdjustForm, DeleteForm};
use countersign::domain::ids::HostId;
use countersign::domain::process::TicketType;
use countersign::domain::quota::Key;
use countersign::server::caller::Caller;
use countersign::server::service::hosts;
use countersign::server::service::quota::{LimitScope, set_limits};
use countersign::server::service::requests;
use countersign::server::service::workflow::decide;
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use countersign::wire::hosts::{HostFilter, HostRow};

async fn list(app: &TestApp, caller: &Caller) -> Vec<HostRow> {
    hosts::list(app, caller, &HostFilter::default()).await.expect("list").page.rows
}

async fn names(app: &TestApp, caller: &Caller) -> Vec<String> {
    let mut names: Vec<String> = list(app, caller).await.into_iter().map(|row| row.name).collect();
    names.sort();
    names
}

/// Makes one host each in `web`, `system` and `shop`, named like its project; returns their ids in this order.
async fn one_host_each(app: &TestApp) -> [HostId; 3] {
    let admin = app.caller_in("sysadmin", "System View").await;
    for project in ["web", "system", "shop"] {
        requests::hosts::create(app, &admin, &form(app, project, project, 1).await, None).await.expect("created");
    }
    let rows = list(app, &admin).await;
    ["web", "system", "shop"].map(|name| rows.iter().find(|row| row.name == name).expect("made").id.clone())
}

/// Takes away what migration 17 made and runs it once more, as on a database that has tickets already.
async fn through_step_17(app: &TestApp) {
    const SQLITE: &str = concat!(
        "DROP TRIGGER ticket_host_begins; DROP TRIGGER ticket_host_follows; DROP TABLE ticket_host;",
        include_str!("../../migrations/sqlite/0017_hosts_of_open_tickets.sql")
    );
    const POSTGRES: &str = concat!(
        "DROP TRIGGER ticket_host_begins ON ticket; DROP TRIGGER ticket_host_follows ON ticket;
         DROP FUNCTION ticket_host_follows, hosts_of_payload; DROP TABLE ticket_host;",
        include_str!("../../migrations/postgres/0017_hosts_of_open_tickets.sql")
    );
    match app.db.postgres() {
        Some(pool) => drop(sqlx::raw_sql(POSTGRES).execute(pool).await.expect("migrated")),
        None => {
            let pool = sqlx::SqlitePool::connect(&app.sqlite_url()).await.expect("the database");
            sqlx::raw_sql(SQLITE).execute(&pool).await.expect("migrated");
        }
    }
}

both! {
    async fn a_host_tells_of_the_open_tickets_about_it(app) {
        disable_approval(&app).await;
        let [web, ..] = one_host_each(&app).await;
        app.run_jobs().await;
        let told = async |who: &str| {
            let detail = hosts::get(&app, &app.caller(who).await, &web).await.expect("a host");
            detail.open.iter().map(|open| (open.number, open.ticket_type)).collect::<Vec<_>>()
        };
        let deletion = async |who: &str| {
            let form = DeleteForm { hosts: vec![web.clone()], reason: r"a NUL that is written out, \u0000, and one: ".to_owned() + "\0" };
            let answer = requests::operations::delete(&app, &app.caller_in(who, "Project View: web").await, &form, None).await;
            number_in(&answer.expect("submitted"))
        };
        assert_eq!(told("member").await, []);
        let first = deletion("member").await;
        let about_it = [(first, TicketType::ApplyServerDelete)];
        through_step_17(&app).await;
        // All of them see the host. The ticket is told only to people who may read it: its initiator, its approver, the
        // System View.
        for (who, reads) in
            [("member", true), ("owner", true), ("sysadmin", true), ("viewer", false), ("helpdesk", false)]
        {
            assert_eq!(told(who).await, about_it[..usize::from(reads)], "{who}");
        }
        decide::undo(&app, &app.caller("member").await, first, 1, "Not now.", "/").await.expect("undone");
        assert_eq!(told("member").await, [], "it is over");

        let second = deletion("member").await;
        assert_eq!(told("member").await, [(second, TicketType::ApplyServerDelete)]);
        common::reject(&app, &app.caller("owner").await, second, 1, "Still needed.", "/").await.expect("rejected");
        assert_eq!(told("owner").await, []);

        // One type's ticket may be carried out while another's waits, and the host goes to the trash with it.
        let offered = hosts::form(&app, &app.caller("member").await).await.expect("form").specifications;
        let now = hosts::get(&app, &app.caller("member").await, &web).await.expect("a host").host.specification;
        let other = offered.into_iter().find(|offer| offer.name != now).expect("another");
        let (asked, specification) = (vec![web.clone()], other.id.0);
        let form = AdjustForm { hosts: asked, specification, data_disks: vec![], auto_start: None, reason: String::new() };
        let member = app.caller_in("member", "Project View: web").await;
        let waiting = number_in(&requests::operations::adjust(&app, &member, &form, None).await.expect("submitted"));
        let third = deletion("member").await;
        assert_eq!(told("member").await.len(), 2);
        for (approver, version) in [("owner", 1), ("domainadmin", 2)] {
            common::pass(&app, &app.caller(approver).await, third, version, "", "/").await.expect("passed");
        }
        app.run_jobs().await;
        assert_eq!(told("member").await, [(waiting, TicketType::ApplyServerChangeconfig)]);
        let detail = hosts::get(&app, &member, &web).await.expect("a host");
        assert_eq!(detail.host.status, HostStatus::InTrash);
        decide::undo(&app, &member, waiting, 1, "Too late.", "/").await.expect("undone");
        let left: i64 = app.db.scalar("SELECT COUNT(*) FROM ticket_host", vec![]).await.expect("query");
        assert_eq!(left, 0, "rows end with their tickets");
    }

    async fn who_sees_which_hosts(app) {
        disable_approval(&app).await;
        let [web, system, shop] = one_host_each(&app).await;
        // In the widest view: which hosts are listed, and whether the person may ask for more. Then which of the three
        // hosts' pages open, in any view.
        let table: [(&str, &[&str], bool, &str); 14] = [
            ("sysadmin", &["shop", "system", "web"], true, "yyy"),
            ("deputy", &["shop", "system", "web"], true, "yyy"),
            ("domainadmin", &["system", "web"], true, "yy-"),
            ("owner", &["web"], true, "y--"),
            ("coowner", &["system"], true, "yy-"),
            ("member", &["web"], true, "y--"),
            ("viewer", &["web"], false, "y--"),
            ("helpdesk", &["shop"], false, "y-y"),
            ("helpdesk2", &["shop"], false, "y-y"),
            ("newcomer", &[], false, "---"),
            ("acmeadmin", &["shop"], true, "--y"),
            ("acmedeputy", &["shop"], true, "--y"),
            ("shopowner", &["shop"], true, "--y"),
            ("shopper", &["shop"], true, "--y"),
        ];
        assert_eq!(table.map(|row| row.0), EVERYBODY);
        for (who, shown, may_create, opens) in table {
            let caller = app.caller(who).await;
            assert_eq!(names(&app, &caller).await, shown, "{who}'s list");
            let listed = hosts::list(&app, &caller, &HostFilter::default()).await.expect("list");
            assert_eq!(listed.may_create, may_create, "{who}");
            let mut opened = String::new();
            for id in [&web, &system, &shop] {
                opened.push(match hosts::get(&app, &caller, id).await {
                    Ok(found) if found.host.id == *id => 'y',
                    Err(AppError::NotFound) => '-',
                    other => panic!("{who}: {other:?}"),
                });
            }
            assert_eq!(opened, opens, "{who}");
            let unknown = hosts::get(&app, &caller, &HostId::from("unknown")).await;
            assert_eq!(unknown, Err(AppError::NotFound), "the same as a foreign one");
        }
    }

    async fn who_may_ask_for_a_host_where(app) {
        disable_approval(&app).await;
        // In the widest view, for web, system and shop: y created, f forbidden, - not offered here.
        let table = [
            ("sysadmin", "yyy"), ("deputy", "yyy"), ("domainadmin", "yy-"), ("owner", "y--"), ("coowner", "-y-"),
            ("member", "y--"), ("viewer", "f--"), ("helpdesk", "--f"), ("helpdesk2", "--f"), ("newcomer", "---"),
            ("acmeadmin", "--y"), ("acmedeputy", "--y"), ("shopowner", "--y"), ("shopper", "--y"),
        ];
        assert_eq!(table.map(|row| row.0), EVERYBODY);
        for (who, expected) in table {
            let caller = app.caller(who).await;
            let offered: Vec<String> =
                hosts::form(&app, &caller).await.expect("form").projects.into_iter().map(|p| p.project.value).collect();
            let mut got = String::new();
            for name in ["web", "system", "shop"] {
                let created = requests::hosts::create(&app, &caller, &form(&app, name, "h", 1).await, None).await;
                let is_offered = offered.contains(&app.project(name).await.0);
                assert_eq!(created.is_ok(), is_offered, "{who} is offered what they may ask for: {name}");
                got.push(match created {
                    Ok(_) => 'y',
                    Err(AppError::Forbidden(_)) => 'f',
                    Err(error) if error.problem("form[project]").is_some() => '-',
                    other => panic!("{who} in {name}: {other:?}"),
                });
            }
            assert_eq!(got, expected, "{who}");
        }
    }

    async fn a_foreign_project_and_one_that_does_not_exist_are_the_same(app) {
        let member = app.caller("member").await;
        let foreign = form(&app, "shop", "h", 1).await;
        let unknown = HostForm { project: "none".into(), ..foreign.clone() };
        let answers = [requests::hosts::create(&app, &member, &foreign, None).await, requests::hosts::create(&app, &member, &unknown, None).await];
        assert!(matches!(&answers[0], Err(AppError::Invalid(problems)) if problems.len() == 1), "{answers:?}");
        assert_eq!(answers[0], answers[1]);
    }

    async fn the_view_decides_what_is_listed_and_offered(app) {
        disable_approval(&app).await;
        one_host_each(&app).await;
        for (who, view, shown) in [
            ("deputy", "System View", &["shop", "system", "web"][..]),
            ("deputy", "Domain View: Default", &["system", "web"][..]),
            ("deputy", "Project View: web", &["web"][..]),
            ("coowner", "Project View: web", &["web"][..]),
            ("helpdesk", "Project View: web", &["web"][..]),
        ] {
            let caller = app.caller_in(who, view).await;
            assert_eq!(names(&app, &caller).await, shown, "{who} in {view}");
            if who != "helpdesk" {
                let offered = hosts::form(&app, &caller).await.expect("form").projects;
                let mut labels: Vec<_> = offered.iter().map(|p| p.project.label.split(' ').next().expect("a word")).collect();
                labels.sort();
                assert_eq!(labels, shown, "{who} in {view}");
                for choice in &offered {
                    assert_eq!(choice.standings.len(), 2, "the project's and the domain's");
                }
            }
        }
        let in_web = app.caller_in("deputy", "Project View: web").await;
        let elsewhere = requests::hosts::create(&app, &in_web, &form(&app, "system", "h", 1).await, None).await.expect_err("not here");
        assert!(elsewhere.problem("form[project]").is_some(), "{elsewhere:?}");
    }

    async fn the_form_takes_few_statements_however_many_projects_there_are(app) {
        let caller = app.caller_in("sysadmin", "System View").await;
        let before = app.db.query_count();
        let form = hosts::form(&app, &caller).await.expect("form");
        assert_eq!(app.db.query_count() - before, 3, "what there is to choose, standings, who approves");
        assert!(form.by_ticket && form.projects.len() == 3 && !form.specifications.is_empty() && !form.images.is_empty());
    }

    async fn an_enabled_process_makes_a_ticket_a_disabled_one_the_host(app) {
        let done = ask(&app, "asked", 1).await.expect("submitted");
        assert!(done.message.starts_with("Ticket ") && done.message.ends_with(" submitted."), "{}", done.message);
        assert_eq!(done.location, "/tickets/workflow/mine");
        assert!(hosts_of_web(&app).await.is_empty());
        disable_approval(&app).await;
        assert!(!hosts::form(&app, &app.caller("member").await).await.expect("form").by_ticket);
        let done = ask(&app, "one", 1).await.expect("created");
        assert_eq!((done.message.as_str(), done.location.as_str()), ("one is being created.", "/hosts"));
        let done = ask(&app, "many", 3).await.expect("created");
        assert_eq!(done.message, "3 hosts are being created.");
        let deploying: Vec<_> = hosts_of_web(&app).await;
        assert_eq!(deploying.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["many-1", "many-2", "many-3", "one"]);
        assert!(deploying.iter().all(|(_, status)| status == "deploying"));
        app.run_jobs().await;
        assert!(hosts_of_web(&app).await.iter().all(|(_, status)| status == "running"));
        assert_eq!(machines(&app).await.len(), 4);
    }

    async fn a_host_is_shown_as_it_was_asked_for(app) {
        disable_approval(&app).await;
        let form = HostForm {
            system_disk: "40".into(),
            data_disks: vec!["100".into(), "7".into()],
            description: " for the shop ".into(),
            ..form(&app, "web", "shown", 1).await
        };
        let member = app.caller("member").await;
        requests::hosts::create(&app, &member, &form, None).await.expect("created");
        let row = list(&app, &member).await.remove(0);
        assert_eq!((row.name.as_str(), row.project.as_str(), row.domain.as_str()), ("shown", "web", "Default"));
        assert_eq!((row.system_disk_gib, row.data_disks_gib.as_slice()), (40, &[100, 7][..]));
        assert_eq!((row.status, row.delete_locked, row.created_at), (HostStatus::Deploying, false, app.now()));
        assert_eq!((row.description.as_str(), row.ticket), ("for the shop", None));
        assert_eq!(hosts::get(&app, &member, &row.id).await.map(|found| found.host), Ok(row));
    }

    async fn the_tickets_number_is_shown_to_whoever_may_read_the_ticket(app) {
        let number = approved(&app, "numbered", 1).await;
        for (who, view, reads) in [
            ("member", "Project View: web", true),
            ("owner", "Project View: web", true),
            ("coowner", "Project View: web", true),
            ("viewer", "Project View: web", false),
            ("domainadmin", "Domain View: Default", false),
            ("sysadmin", "System View", true),
        ] {
            let caller = app.caller_in(who, view).await;
            let row = list(&app, &caller).await.remove(0);
            assert_eq!(row.ticket, reads.then_some(number), "{who}");
            assert_eq!(hosts::get(&app, &caller, &row.id).await.map(|found| found.host), Ok(row), "{who}");
        }
    }

    async fn the_list_is_filtered_and_paged_by_key(app) {
        disable_approval(&app).await;
        let admin = app.caller_in("sysadmin", "System View").await;
        ask(&app, "Sixty", 60).await.expect("created");
        requests::hosts::create(&app, &admin, &form(&app, "system", "other_one", 1).await, None).await.expect("created");
        let read = async |filter: HostFilter| hosts::list(&app, &admin, &filter).await.expect("list").page;
        let named = |name: &str| HostFilter { name: name.into(), ..HostFilter::default() };
        let before = app.db.query_count();
        let first = read(named(" sixty ")).await;
        assert_eq!(app.db.query_count() - before, 1);
        assert_eq!((first.rows.len(), first.previous.as_ref()), (50, None));
        assert_eq!(first.rows[0].name, "Sixty-60", "newest first");
        let second = read(HostFilter { after: first.next.clone(), ..named("sixty") }).await;
        assert_eq!((second.rows.len(), second.next.as_ref()), (10, None));
        assert_eq!(second.rows[9].name, "Sixty-1");
        let back = read(HostFilter { before: second.previous.clone(), ..named("sixty") }).await;
        assert_eq!(back, first, "the way back leads to the same page");
        assert_eq!(read(named("r_o")).await.rows.len(), 1);
        assert_eq!(read(named("y_6")).await.rows.len(), 0, "a typed underscore is no wildcard");
        let status = |status: &str| HostFilter { status: status.into(), ..HostFilter::default() };
        assert_eq!(read(status("running")).await.rows.len(), 0);
        assert_eq!(read(status("deploying")).await.rows.len(), 50);
        let mut tx = app.db.begin().await.expect("begin");
        let sql = "UPDATE host SET status = 'in_trash' WHERE name = 'other_one'";
        tx.exec(sql, args![]).await.expect("update");
        tx.commit().await.expect("commit");
        assert_eq!(read(named("other")).await.rows.len(), 0, "what is in the trash isn't listed");
        assert_eq!(read(status("in_trash")).await.rows.len(), 1, "unless asked for");
    }

    async fn a_wrong_name_and_a_quota_that_is_too_small_are_told_together(app) {
        let member = app.caller("member").await;
        let mut tx = app.db.begin().await.expect("begin");
        let web = LimitScope::Project(app.project("web").await);
        set_limits(&mut tx, &web, &[(Key::HostCount, 2)].into()).await.expect("set");
        tx.commit().await.expect("commit");
        let mistaken = HostForm { name: "-no name".into(), ..form(&app, "web", "", 3).await };
        let answer = requests::hosts::create(&app, &member, &mistaken, None).await.expect_err("invalid");
        assert!(answer.problem("form[name]").is_some());
        let quota = answer.problem("form[quantity]").expect("the quota is told as well");
        assert!(quota.contains("Host count: limit 2, used 0, held by pending tickets 0, requested 3"), "{quota}");
        let fits = HostForm { quantity: "2".into(), ..mistaken.clone() };
        assert_eq!(requests::hosts::create(&app, &member, &fits, None).await.expect_err("invalid").problems().len(), 1);
        let elsewhere = HostForm { project: app.project("shop").await.0, ..mistaken };
        let answer = requests::hosts::create(&app, &member, &elsewhere, None).await.expect_err("invalid");
        let fields: Vec<_> = answer.problems().iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["form[name]", "form[project]"], "of a foreign project's quota nothing is told");
    }

    async fn a_form_with_mistakes_keeps_quiet_in_the_log(app) {
        let mistaken = HostForm { name: "".into(), quantity: "0".into(), ..form(&app, "web", "", 1).await };
        let answer = requests::hosts::create(&app, &app.caller("member").await, &mistaken, None).await.expect_err("invalid");
        assert!(answer.problem("form[name]").is_some() && answer.problem("form[quantity]").is_some());
        assert_eq!((app.logged("submit", "failed").await, app.logged("create", "failed").await), (0, 0));
        let viewer = app.caller("viewer").await;
        requests::hosts::create(&app, &viewer, &form(&app, "web", "h", 1).await, None).await.expect_err("forbidden");
        assert_eq!(app.logged("submit", "failed").await, 1, "an attempt at what isn't allowed is recorded");
    }
}
