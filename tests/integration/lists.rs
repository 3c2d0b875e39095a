//! The lists of tickets: days of the person's zone, and their export.

use crate::common;
use crate::common::requests::{ask_for_host, copies};
use crate::common::tables;
use crate::common::{Engine, TestApp};
use countersign::domain::oplog::LogColumn;
use countersign::domain::time::{DAY, HOUR};
use countersign::domain::workflow::Tab;
use countersign::server::seed;
use countersign::server::service::workflow::{export, lists};
use countersign::server::store::db::Db;
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use countersign::wire::workflow::{TicketFilter, TicketList};
use futures::TryStreamExt;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use std::collections::BTreeSet;
use std::time::Duration;

const BACK: &str = "/tickets/workflow/pending";

async fn ask(app: &TestApp, who: &str, name: &str) -> i64 {
    ask_for_host(app, &app.caller(who).await, name).await
}

async fn exported(app: &TestApp, who: &str, tab: Tab, filter: TicketFilter) -> Result<Vec<String>, AppError> {
    let export = export::prepare(app, &app.caller(who).await, tab, &filter)?;
    let file: Vec<u8> =
        export.stream().try_fold(vec![], async |all, part| Ok([all, part.to_vec()].concat())).await.expect("a file");
    let text = String::from_utf8(file).expect("UTF-8");
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    Ok(text.split_terminator("\r\n").map(str::to_owned).collect())
}

/// Gives the ticket a name that no form takes.
async fn rename(app: &TestApp, number: i64, name: &str) {
    let mut tx = app.db.begin().await.expect("begin");
    let sql = "UPDATE ticket SET resource_name = $2 WHERE number = $1";
    tx.exec(sql, args![number, name]).await.expect("renamed");
    tx.commit().await.expect("commit");
}

both! {
    async fn days_are_the_persons(app) {
        let number = ask(&app, "member", "zoned").await;
        let member = app.caller("member").await;
        // 08:05 UTC on the 24th: the 24th in Kolkata and in Berlin, still the 23rd west of UTC-8:05.
        for (day, zone, found) in [
            ("2026-11-24", "", true), ("2026-11-24", "Asia/Kolkata", true), ("2026-11-24", "Pacific/Honolulu", false),
            ("2026-11-23", "Pacific/Honolulu", true), ("2026-11-25", "Asia/Kolkata", false), ("2026-11-24", "no zone", true),
        ] {
            let filter = TicketFilter { from: day.into(), to: day.into(), zone: zone.into(), ..Default::default() };
            let list = lists::list(&app, &member, Tab::Mine, &filter).await.expect("list");
            assert_eq!(list.page.rows.iter().any(|row| row.number == number), found, "{day} in {zone:?}");
            let zone = if zone.contains('/') { zone } else { "UTC" };
            assert_eq!(list.zone, zone);
        }
    }

    async fn each_tab_as_a_file(app) {
        let first = ask(&app, "member", "web-1").await;
        app.clock.advance(HOUR);
        let second = ask(&app, "member", "web-2").await;
        rename(&app, second, "=1+1, \"x\"").await;
        common::reject(&app, &app.caller("owner").await, first, 1, "", BACK).await.expect("rejected");
        let mine = exported(&app, "member", Tab::Mine, TicketFilter::default()).await.expect("own");
        assert_eq!(mine, [
            "ID,Type,Resource Name,Project,Status,Process Result,Execution Result,Stage,Processor,Time Submitted,Time Closed".to_owned(),
            format!("{second},Host Application,\"'=1+1, \"\"x\"\"\",web,Incomplete,,,Leadership Approval 1/2,\"coowner, owner\",2026-11-24T09:05:09Z,"),
            format!("{first},Host Application,web-1,web,Completed,Rejected,,Leadership Approval 1/2,owner,2026-11-24T08:05:09Z,2026-11-24T09:05:09Z"),
        ]);
        let numbers = async |who: &str, tab: Tab, filter: TicketFilter| {
            let lines = exported(&app, who, tab, filter).await.expect("own");
            lines.iter().skip(1).map(|line| line.split(',').next().unwrap_or_default().parse().expect("a number")).collect::<Vec<i64>>()
        };
        let all = TicketFilter::default;
        assert_eq!(numbers("owner", Tab::Pending, all()).await, [second]);
        assert_eq!(numbers("owner", Tab::Resolved, all()).await, [first]);
        assert_eq!(numbers("coowner", Tab::Involved, all()).await, [first]);
        assert_eq!(numbers("sysadmin", Tab::All, TicketFilter { sort: "oldest".into(), ..all() }).await, [first, second]);
        assert_eq!(numbers("member", Tab::Mine, TicketFilter { status: "completed".into(), ..all() }).await, [first]);
        assert!(numbers("member", Tab::Mine, TicketFilter { id: "none".into(), ..all() }).await.is_empty());
        let page_two = TicketFilter { after: Some(second.to_string()), ..all() };
        assert_eq!(numbers("member", Tab::Mine, page_two).await, [second, first], "all that match, whatever page is shown");
    }

    async fn an_export_shows_what_its_list_shows(app) {
        ask(&app, "member", "web-1").await;
        for who in ["member", "owner", "domainadmin", "viewer", "newcomer", "shopper"] {
            let all = exported(&app, who, Tab::All, TicketFilter::default()).await;
            assert!(matches!(all, Err(AppError::Forbidden(_))), "{who}");
        }
        for (who, tab, rows) in [("shopper", Tab::Mine, 0), ("viewer", Tab::Pending, 0), ("owner", Tab::Pending, 1), ("deputy", Tab::All, 1)] {
            assert_eq!(exported(&app, who, tab, TicketFilter::default()).await.expect("own").len(), rows + 1, "{who}");
        }
        let in_project = app.caller_in("deputy", "Project View: web").await;
        assert!(export::prepare(&app, &in_project, Tab::All, &TicketFilter::default()).is_err(), "the view has to be the System View");
    }

    async fn each_field_of_the_filter_narrows_page_and_file_alike(app) {
        let first = ask(&app, "member", "web-1").await;
        common::reject(&app, &app.caller("owner").await, first, 1, "", BACK).await.expect("rejected");
        app.clock.advance(DAY);
        let second = ask(&app, "shopper", "batch").await;
        // A field, a query that uses it, and the tickets that page and file then show.
        let narrowing = [
            ("id", format!("id={first}"), vec![first]),
            ("ticket_type", "ticket_type=apply-server-delete".to_owned(), vec![]),
            ("status", "status=completed".to_owned(), vec![first]),
            ("project", "project=shop".to_owned(), vec![second]),
            ("initiator", "initiator=shopper".to_owned(), vec![second]),
            ("resource", "resource=web".to_owned(), vec![first]),
            ("from", "from=2026-11-25".to_owned(), vec![second]),
            ("to", "to=2026-11-24".to_owned(), vec![first]),
            // There the second one was asked for on the 24th.
            ("zone", "from=2026-11-24&to=2026-11-24&zone=Pacific%2FHonolulu".to_owned(), vec![second]),
            ("sort", "sort=oldest".to_owned(), vec![first, second]),
        ];
        // A page of the list isn't a part of what the file holds.
        let paging = [("after", format!("after={second}"), vec![first]), ("before", format!("before={first}"), vec![second])];
        let narrowing = narrowing.into_iter().map(|(field, query, found)| (field, query, found.clone(), found));
        let paging = paging.into_iter().map(|(field, query, page)| (field, query, page, vec![second, first]));
        let mut browser = app.client();
        browser.sign_in("sysadmin").await;
        let mut tried = BTreeSet::new();
        for (field, query, shown, written) in narrowing.chain(paging) {
            let texts = |numbers: &[i64]| numbers.iter().map(i64::to_string).collect::<Vec<_>>();
            let page = browser.get(&format!("/tickets/workflow/all?{query}")).await.body;
            assert_eq!(tables::column(&page, "ID"), texts(&shown), "the page with {query}");
            let file = browser.get(&format!("/tickets/workflow/export?tab=all&{query}")).await.body;
            assert_eq!(tables::first_fields(&file), texts(&written), "the file with {query}");
            let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&query).expect("a query");
            let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (format!("filter[{name}]"), value)).collect();
            let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let fields: Vec<_> = std::iter::once(("tab", "all")).chain(pairs).collect();
            let list: TicketList = browser.call("/api/list-workflow-tickets", &fields).await.read();
            assert_eq!(list.page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), shown, "the API with {query}");
            tried.insert(field.to_owned());
        }
        assert_eq!(tried, tables::fields::<TicketFilter>(), "each field was tried");
    }

    async fn page_and_file_have_the_same_head(app) {
        let passed = ask(&app, "member", "web-1").await;
        common::pass(&app, &app.caller("coowner").await, passed, 1, "", BACK).await.expect("passed");
        ask(&app, "member", "web-2").await;
        for (who, tab) in [("member", "mine"), ("owner", "pending"), ("coowner", "resolved"), ("owner", "involved"), ("sysadmin", "all")] {
            let mut browser = app.client();
            browser.sign_in(who).await;
            let page = browser.get(&format!("/tickets/workflow/{tab}")).await.body;
            let file = browser.get(&format!("/tickets/workflow/export?tab={tab}")).await.body;
            let head: Vec<_> = file.trim_start_matches('\u{feff}').lines().next().expect("a head").split(',').collect();
            assert_eq!(tables::captions(&page), head, "{tab}");
        }
        let mut browser = app.client();
        browser.sign_in("sysadmin").await;
        let captions = tables::captions(&browser.get("/logs").await.body);
        let wanted: String = LogColumn::ALL.iter().map(|column| format!("&columns={}", column.key())).collect();
        let file = browser.get(&format!("/logs/export?scope=all&format=csv{wanted}")).await.body;
        let head: Vec<_> = file.trim_start_matches('\u{feff}').lines().next().expect("a head").split(',').collect();
        // Times on a page are those of the person's zone.
        let shown: Vec<_> = head.iter().map(|label| if *label == "Time (UTC)" { "Time" } else { *label }).collect();
        let shown: Vec<_> = shown.into_iter().filter(|label| captions.iter().any(|caption| caption == label)).collect();
        assert_eq!(captions, shown, "the file has each of the page's columns, in the page's order");
        assert_eq!(captions.len(), 8);
    }

    async fn more_than_one_batch_is_read_once_each(app) {
        let number = ask(&app, "member", "seed").await;
        copies(&app, number, 600, "like it").await;
        let lines = exported(&app, "member", Tab::Mine, TicketFilter::default()).await.expect("own");
        let numbers: Vec<i64> = lines.iter().skip(1).map(|l| l.split(',').next().unwrap_or_default().parse().expect("a number")).collect();
        assert_eq!(numbers, (number..=number + 600).rev().collect::<Vec<_>>());
    }

    async fn a_part_of_a_name_finds_its_tickets(app) {
        let first = ask(&app, "member", "front").await;
        let second = ask(&app, "member", "main").await;
        let third = ask(&app, "shopper", "batch").await;
        rename(&app, first, "Web-Front%1").await;
        rename(&app, second, "db_main").await;
        let sysadmin = app.caller("sysadmin").await;
        let found = async |tab: Tab, filter: TicketFilter| {
            let list = lists::list(&app, &sysadmin, tab, &filter).await.expect("list");
            list.page.rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
        };
        let resource = |name: &str| TicketFilter { resource: name.into(), ..Default::default() };
        let names = [
            ("FRONT", vec![first]), ("nt%", vec![first]), ("t%1", vec![first]), ("b_m", vec![second]), ("b-m", vec![]),
            ("ba", vec![third]), ("a", vec![third, second]), ("at\"", vec![]), ("nowhere", vec![]),
        ];
        for (name, numbers) in &names {
            assert_eq!(found(Tab::All, resource(name)).await, *numbers, "resource {name}");
        }
        let initiator = |name: &str| TicketFilter { initiator: name.into(), ..Default::default() };
        for (name, numbers) in [("EMBE", vec![second, first]), ("hopp", vec![third]), ("nobody", vec![]), ("e", vec![third, second, first])] {
            assert_eq!(found(Tab::All, initiator(name)).await, numbers, "initiator {name}");
        }
        let project = |name: &str| TicketFilter { project: name.into(), ..Default::default() };
        for (name, numbers) in [("WE", vec![second, first]), ("shop", vec![third]), ("e", vec![second, first]), ("nowhere", vec![])] {
            assert_eq!(found(Tab::All, project(name)).await, numbers, "project {name}");
        }
        let both = TicketFilter { resource: "main".into(), ..project("web") };
        assert_eq!(found(Tab::All, both).await, [second]);
        let oldest = TicketFilter { sort: "oldest".into(), after: Some(first.to_string()), ..initiator("e") };
        assert_eq!(found(Tab::All, oldest).await, [second, third]);

        // Where very many other tickets are newer, the tickets are looked up by their name.
        copies(&app, third, 1_000, "q").await;
        for (name, numbers) in &names {
            assert_eq!(found(Tab::All, resource(name)).await, *numbers, "resource {name} of many");
        }
        rename(&app, first, "another").await;
        assert_eq!(found(Tab::All, resource("front")).await, Vec::<i64>::new(), "a name that it had");
        assert_eq!(found(Tab::All, resource("othe")).await, [first]);
    }

    async fn a_name_that_very_many_have_is_still_found_with_other_filters(app) {
        // The newest 1,020 of 2,100 have another name in one case, so the name seems rare, and is not.
        for (own, seen) in [("common", "common"), ("former", "other")] {
            let number = ask(&app, "member", own).await;
            copies(&app, number, 1080, own).await;
            copies(&app, number, 1020, seen).await;
            let filter = TicketFilter { resource: own.into(), status: "incomplete".into(), ..Default::default() };
            let list = lists::list(&app, &app.caller("sysadmin").await, Tab::All, &filter).await.expect("list");
            assert_eq!(list.page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [number], "{own}");
            let all = TicketFilter { status: String::new(), ..filter };
            let list = lists::list(&app, &app.caller("sysadmin").await, Tab::All, &all).await.expect("list");
            let newest = number + if own == seen { 2100 } else { 1080 };
            assert_eq!((list.page.rows.len(), list.page.rows[0].number), (50, newest), "{own}");
        }
    }

    async fn dates_find_tickets_although_a_clock_was_set_back(app) {
        let late = ask(&app, "member", "late").await;
        let early = ask(&app, "member", "early").await;
        let mut tx = app.db.begin().await.expect("begin");
        let sql = "UPDATE ticket SET submitted_at = submitted_at - $2 WHERE number = $1";
        tx.exec(sql, args![early, 10 * HOUR]).await.expect("set back");
        tx.commit().await.expect("commit");
        let sysadmin = app.caller("sysadmin").await;
        for (day, number) in [("2026-11-24", late), ("2026-11-23", early)] {
            let filter = TicketFilter { from: day.into(), to: day.into(), ..Default::default() };
            let list = lists::list(&app, &sysadmin, Tab::All, &filter).await.expect("list");
            assert_eq!(list.page.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [number], "{day}");
        }
    }

    async fn the_download(app) {
        ask(&app, "member", "web-1").await;
        let mut member = app.client();
        let nobody = member.get("/tickets/workflow/export?tab=mine").await;
        assert_eq!((nobody.status.as_u16(), nobody.location()), (303, "/login?next=%2Ftickets%2Fworkflow%2Fexport%3Ftab%3Dmine"));
        member.sign_in("member").await;
        let file = member.get("/tickets/workflow/export?tab=mine&resource=WEB").await;
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"my-tickets-2026-11-24.csv\"");
        assert_eq!(file.body.lines().count(), 2, "{}", file.body);
        assert_eq!(member.get("/tickets/workflow/export?tab=all").await.status.as_u16(), 403);
        assert_eq!(member.get("/tickets/workflow/export?tab=nonsense").await.status.as_u16(), 404);
    }
}

/// Waits until no other connection is open but those that listen for events. What a connection read is counted when it
/// closes.
async fn alone(connection: &mut PgConnection) {
    let others = "SELECT backend_type || ': ' || query FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query !~ '^(SELECT 1$|LISTEN)'";
    let mut left = vec![];
    for _ in 0..500 {
        left = sqlx::query_scalar::<_, String>(others).fetch_all(&mut *connection).await.expect("others");
        if left.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still connected: {left:?}");
}

/// What PostgreSQL reads for a list depends on its statistics, and those say nothing of what lies where. (SQLite's plans are
/// tested beside the statement.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_reads_no_more_than_it_shows_on_postgres() {
    const TIMES: i64 = 20;
    common::run(Engine::Postgres, |app| async move {
        seed::fill(&app, 3_000).await.expect("seed");
        let options = app.db.postgres().expect("a Postgres").connect_options();
        let mut connection = options.connect().await.expect("connect");
        let callers = [
            (Tab::All, app.caller("sysadmin").await),
            (Tab::Mine, app.caller("member").await),
            (Tab::Pending, app.caller("owner").await),
            (Tab::Resolved, app.caller("owner").await),
            (Tab::Involved, app.caller("owner").await),
        ];
        app.db.close().await;
        // All but the oldest 500 become support tickets, so each of these lists begins far down.
        connection
            .execute(
                "UPDATE ticket SET support = 1, queue = 4 WHERE number > 500;
                 UPDATE task SET queue = 4 WHERE ticket_number > 500;",
            )
            .await
            .expect("changed");
        connection.execute("VACUUM (ANALYZE)").await.expect("swept");
        // Has what this connection itself read counted now: by default PostgreSQL may take a second for it, or longer
        // while the counter is busy.
        connection.execute("SELECT pg_stat_force_next_flush()").await.expect("told");
        for (tab, caller) in callers {
            alone(&mut connection).await;
            connection.execute("SELECT pg_stat_reset()").await.expect("reset");
            let reader = app.on(Db::open(options.to_url_lossy().as_str()).await.expect("open"));
            // Often enough that PostgreSQL settles on a plan for all values.
            let mut shown = 0;
            for _ in 0..TIMES {
                let list = lists::list(&reader, &caller, tab, &TicketFilter::default()).await.expect("a list");
                shown = list.page.rows.len() as i64;
            }
            reader.db.close().await;
            alone(&mut connection).await;
            let read =
                "SELECT SUM(idx_tup_fetch + seq_tup_read)::BIGINT FROM pg_stat_user_tables WHERE relname = 'ticket'";
            let read: i64 = sqlx::query_scalar(read).fetch_one(&mut connection).await.expect("counts");
            let read = read / TIMES;
            assert!(shown > 0, "{tab:?}");
            assert!((shown..=4 * shown).contains(&read), "{tab:?}: {read} rows read for the {shown} shown");
        }
        connection.close().await.expect("closed");
    })
    .await;
}
