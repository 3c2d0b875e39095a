//! Reading the operation log: who may, the list with its filters and pages, one record, exports.

use crate::common;
use crate::common::{EVERYBODY, TestApp, tables};
use countersign::domain::oplog::{LogColumn, Operation, Operator, Outcome, ResourceType, Subject};
use countersign::domain::time::{DAY, HOUR, MINUTE, Millis};
use countersign::server::caller::Caller;
use countersign::server::service::oplog::export::{self, Wish};
use countersign::server::service::oplog::{get, list};
use countersign::server::store::oplog::{self, NewRecord};
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use countersign::wire::logs::{LogFilter, LogList, LogRow};
use futures::TryStreamExt;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

struct Written<'a> {
    operator: &'a str,
    operation: Operation,
    resource: ResourceType,
    id: &'a str,
    domain: &'a str,
    result: Outcome,
    at: Millis,
}

/// A host created by `member` in the first domain, now.
fn usual<'a>(app: &TestApp, id: &'a str) -> Written<'a> {
    Written {
        operator: "member",
        operation: Operation::Create,
        resource: ResourceType::Host,
        id,
        domain: "default",
        result: Outcome::Success,
        at: app.now(),
    }
}

async fn write(app: &TestApp, written: Written<'_>) -> i64 {
    let operator =
        Operator { id: None, name: written.operator.into(), view: "Project View: web".into(), ip: "192.0.2.9".into() };
    let record = NewRecord {
        at: written.at,
        operator,
        subject: Subject::new(written.resource, written.id, written.id).in_domain(written.domain, written.domain),
        operation: written.operation,
        result: written.result,
        reason: (written.result == Outcome::Failed).then(|| "=why".to_owned()),
        details: json!({"after": {"name": written.id}}),
    };
    let mut tx = app.db.begin().await.expect("begin");
    oplog::insert(&mut tx, &record).await.expect("insert");
    tx.commit().await.expect("commit");
    app.db.scalar("SELECT MAX(number) FROM operation_log", args![]).await.expect("a number")
}

async fn acme(app: &TestApp) -> String {
    app.db.scalar("SELECT id FROM domain WHERE name = 'acme'", args![]).await.expect("acme")
}

async fn rows(app: &TestApp, caller: &Caller, filter: LogFilter) -> Vec<LogRow> {
    list(app, caller, &filter).await.expect("a list").rows
}

async fn ids(app: &TestApp, filter: LogFilter) -> Vec<String> {
    let found = rows(app, &app.caller("sysadmin").await, filter).await;
    found.into_iter().map(|row| row.resource_name).collect()
}

fn wish(format: &str, scope: &str, columns: &[LogColumn]) -> Wish {
    Wish {
        columns: columns.iter().map(|c| c.key().to_owned()).collect(),
        format: format.into(),
        scope: scope.into(),
        ..Default::default()
    }
}

async fn exported(app: &TestApp, caller: &Caller, wish: Wish) -> Vec<u8> {
    let export = export::prepare(app, caller, &wish).await.expect("permitted");
    export
        .stream()
        .try_fold(vec![], |mut all, bytes| async move {
            all.extend_from_slice(&bytes);
            Ok(all)
        })
        .await
        .expect("whole")
}

/// A file inside a workbook.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("a workbook");
    let mut text = String::new();
    archive.by_name(name).expect(name).read_to_string(&mut text).expect("a text");
    text
}

both! {
    async fn who_sees_what(app) {
        let acme = acme(&app).await;
        let own = write(&app, usual(&app, "in-default")).await;
        let foreign = write(&app, Written { domain: &acme, ..usual(&app, "in-acme") }).await;
        // List, a record of Default, one of acme, export: "y" may, "f" is forbidden, "-" isn't there.
        for who in EVERYBODY {
            let caller = app.caller(who).await;
            let expected = match who {
                "sysadmin" | "deputy" => "yyyy default acme",
                "domainadmin" => "yy-y default",
                "acmeadmin" | "acmedeputy" => "y-yy acme",
                _ => "ffff",
            };
            assert_eq!(seen(&app, &caller, own, foreign).await, expected, "{who}");
        }
        let narrower = [("deputy", "Domain View: Default", "yy-y default"), ("sysadmin", "Project View: system", "ffff"),
            ("domainadmin", "Project View: web", "ffff"), ("acmeadmin", "Project View: shop", "ffff")];
        for (who, view, expected) in narrower {
            let caller = app.caller_in(who, view).await;
            assert_eq!(seen(&app, &caller, own, foreign).await, expected, "{who} in {view}");
            if expected == "ffff" {
                let hint = list(&app, &caller, &LogFilter::default()).await.expect_err("refused").to_string();
                assert!(hint.contains("Switch the view"), "{hint}");
            }
        }
        let unknown = get(&app, &app.caller("domainadmin").await, 999_999).await;
        assert_eq!(unknown, Err(AppError::NotFound), "foreign and unknown are the same");
        let nobody = app.client().get("/logs/export?columns=time").await;
        assert_eq!((nobody.status.as_u16(), nobody.location()), (303, "/login?next=%2Flogs%2Fexport%3Fcolumns%3Dtime"));
        assert_eq!(app.client().call("/api/list-logs", &[("filter[operator]", "")]).await.status.as_u16(), 401);
        assert_eq!(app.client().call("/api/get-log", &[("number", "1")]).await.status.as_u16(), 401);
    }

    async fn a_process_page_lists_its_own_records_for_the_system_view(app) {
        let process = Written { resource: ResourceType::Process, operation: Operation::Enable, ..usual(&app, "p-1") };
        write(&app, process).await;
        write(&app, usual(&app, "p-1")).await;
        let about = || LogFilter { about_type: "process".into(), about_id: "p-1".into(), ..Default::default() };
        let found = rows(&app, &app.caller("sysadmin").await, about()).await;
        assert_eq!(found.iter().map(|r| r.operation.as_str()).collect::<Vec<_>>(), ["Enable"]);
        for who in ["domainadmin", "acmeadmin", "owner", "newcomer"] {
            let refused = list(&app, &app.caller(who).await, &about()).await;
            assert!(matches!(refused, Err(AppError::Forbidden(_))), "{who}: {refused:?}");
        }
        let nonsense = LogFilter { about_type: "galaxy".into(), ..about() };
        assert!(rows(&app, &app.caller("sysadmin").await, nonsense).await.is_empty());
    }

    async fn newest_first_twenty_at_a_time(app) {
        app.clock.advance(DAY);
        for i in 0..45 {
            write(&app, usual(&app, &format!("r{i:02}"))).await;
        }
        let hosts = || LogFilter { resource_type: "host".into(), ..Default::default() };
        let admin = app.caller("sysadmin").await;
        let first = list(&app, &admin, &hosts()).await.expect("a list");
        let names = |rows: &[LogRow]| rows.iter().map(|r| r.resource_name.clone()).collect::<Vec<_>>();
        let expected: Vec<String> = (0..45).rev().map(|i| format!("r{i:02}")).collect();
        assert_eq!(names(&first.rows), expected[..20]);
        assert!(first.more);
        let before = app.db.query_count();
        let second = list(&app, &admin, &LogFilter { after: first.rows[19].key.clone(), ..hosts() }).await.expect("a list");
        assert_eq!(app.db.query_count() - before, 1, "a page costs one statement");
        assert_eq!(names(&second.rows), expected[20..40]);
        let more = list(&app, &admin, &LogFilter { shown: "40".into(), ..hosts() }).await.expect("a list");
        assert_eq!(names(&more.rows), expected[..40], "what the address shows without scripts");
        let last = list(&app, &admin, &LogFilter { after: second.rows[19].key.clone(), ..hosts() }).await.expect("a list");
        assert_eq!((names(&last.rows), last.more), (expected[40..].to_vec(), false));
        let nonsense = LogFilter { shown: "many".into(), after: "x".into(), ..hosts() };
        assert_eq!(names(&list(&app, &admin, &nonsense).await.expect("a list").rows), expected[..20]);
    }

    async fn filters(app) {
        write(&app, usual(&app, "created")).await;
        write(&app, Written { operation: Operation::Lock, ..usual(&app, "locked") }).await;
        write(&app, Written { operator: "owner", ..usual(&app, "by-owner") }).await;
        write(&app, Written { operator: "coowner", ..usual(&app, "by-coowner") }).await;
        write(&app, Written { operator: "long-gone", ..usual(&app, "by-nobody") }).await;
        write(&app, Written { result: Outcome::Failed, ..usual(&app, "failed") }).await;
        write(&app, Written { resource: ResourceType::Ticket, ..usual(&app, "7") }).await;
        let hosts = || LogFilter { resource_type: "host".into(), ..Default::default() };
        assert_eq!(ids(&app, LogFilter { operation: "lock".into(), ..hosts() }).await, ["locked"]);
        assert_eq!(ids(&app, LogFilter { result: "failed".into(), ..hosts() }).await, ["failed"]);
        assert_eq!(ids(&app, LogFilter { operator: "owner".into(), ..hosts() }).await, ["by-owner"], "exactly that one");
        assert_eq!(ids(&app, LogFilter { operator: " OWNE".into(), ..hosts() }).await, ["by-coowner", "by-owner"]);
        assert_eq!(ids(&app, LogFilter { operator: "long-gone".into(), ..hosts() }).await, ["by-nobody"]);
        assert_eq!(ids(&app, LogFilter { operator: "%".into(), ..hosts() }).await, Vec::<String>::new());
        let tickets = LogFilter { resource_type: "ticket".into(), operator: "member".into(), ..Default::default() };
        assert_eq!(ids(&app, tickets).await, ["7"]);
        let both = LogFilter { operation: "create".into(), operator: "member".into(), result: "success".into(), ..hosts() };
        assert_eq!(ids(&app, both).await, ["created"]);
    }

    async fn each_field_of_the_filter_narrows_page_and_file_alike(app) {
        write(&app, usual(&app, "first")).await;
        write(&app, Written { operator: "owner", operation: Operation::Lock, ..usual(&app, "locked") }).await;
        write(&app, Written { resource: ResourceType::Process, ..usual(&app, "p-1") }).await;
        app.clock.advance(DAY);
        write(&app, Written { result: Outcome::Failed, ..usual(&app, "failed") }).await;
        let hosts = LogFilter { resource_type: "host".into(), ..Default::default() };
        let newest = rows(&app, &app.caller("sysadmin").await, hosts).await[0].key.clone();
        let all = ["failed", "locked", "first"];
        // Fields, a query that uses them, and the records that page and file then show.
        let narrowing: [(&[&str], &str, &[&str]); 8] = [
            (&["operator"], "resource_type=host&operator=owner", &["locked"]),
            (&["operation"], "resource_type=host&operation=lock", &["locked"]),
            (&["resource_type"], "resource_type=process&operator=member", &["p-1"]),
            (&["result"], "resource_type=host&result=failed", &["failed"]),
            (&["from"], "resource_type=host&from=2026-11-25", &["failed"]),
            (&["to"], "resource_type=host&to=2026-11-24", &["locked", "first"]),
            // There the last one was written on the 24th.
            (&["zone"], "resource_type=host&from=2026-11-24&to=2026-11-24&zone=Pacific%2FHonolulu", &["failed"]),
            // On a page about one resource the page itself says so; its file and the API are told.
            (&["about_type", "about_id"], "about_type=process&about_id=p-1", &["p-1"]),
        ];
        // How much of the list is displayed isn't a part of what the file holds.
        let after = format!("resource_type=host&after={newest}");
        let paging: [(&[&str], &str, &[&str]); 2] =
            [(&["shown"], "resource_type=host&shown=40", &all), (&["after"], &after, &["locked", "first"])];
        let narrowing = narrowing.into_iter().map(|(fields, query, found)| (fields, query, found, found));
        let paging = paging.into_iter().map(|(fields, query, page)| (fields, query, page, &all[..]));
        let mut browser = app.client();
        browser.sign_in("sysadmin").await;
        let mut tried = BTreeSet::new();
        for (fields, query, shown, written) in narrowing.chain(paging) {
            if !query.starts_with("about") {
                let page = browser.get(&format!("/logs?{query}")).await.body;
                assert_eq!(tables::column(&page, "Resource Name"), shown, "the page with {query}");
            }
            let file = browser.get(&format!("/logs/export?scope=all&columns=resource_name&{query}")).await.body;
            assert_eq!(tables::first_fields(&file), written, "the file with {query}");
            let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("a query");
            let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| (format!("filter[{name}]"), value)).collect();
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let list: LogList = browser.call("/api/list-logs", &pairs).await.read();
            let names: Vec<_> = list.rows.into_iter().map(|row| row.resource_name).collect();
            assert_eq!(names, shown, "the API with {query}");
            tried.extend(fields.iter().map(|field| (*field).to_owned()));
        }
        assert_eq!(tried, tables::fields::<LogFilter>(), "each field was tried");
    }

    async fn days_are_inclusive_and_the_persons_own(app) {
        // 2026-11-24 00:00 UTC.
        let midnight = common::START / DAY * DAY;
        for (id, at) in [("before", midnight - 1), ("first", midnight), ("last", midnight + DAY - 1), ("after", midnight + DAY)] {
            write(&app, Written { at, ..usual(&app, id) }).await;
        }
        let day = |from: &str, to: &str, zone: &str| LogFilter {
            resource_type: "host".into(), from: from.into(), to: to.into(), zone: zone.into(), ..Default::default()
        };
        assert_eq!(ids(&app, day("2026-11-24", "2026-11-24", "")).await, ["last", "first"]);
        assert_eq!(ids(&app, day("2026-11-24", "", "")).await, ["after", "last", "first"]);
        assert_eq!(ids(&app, day("", "2026-11-24", "")).await, ["last", "first", "before"]);
        assert_eq!(ids(&app, day("2026-11-25", "2026-11-24", "")).await, Vec::<String>::new());
        // In Kolkata that day lies five and a half hours earlier.
        let at = midnight - 5 * HOUR - 30 * MINUTE;
        write(&app, Written { at, ..usual(&app, "kolkata") }).await;
        write(&app, Written { at: at - 1, ..usual(&app, "too early") }).await;
        assert_eq!(ids(&app, day("2026-11-24", "2026-11-24", "Asia/Kolkata")).await, ["first", "before", "kolkata"]);
    }

    async fn one_record_says_everything(app) {
        let number = write(&app, Written { result: Outcome::Failed, ..usual(&app, "whole") }).await;
        let admin = app.caller("sysadmin").await;
        let record = get(&app, &admin, number).await.expect("a record");
        assert_eq!((record.row.operator.as_str(), record.row.ip.as_str()), ("member", "192.0.2.9"));
        assert_eq!(record.details, "{\n  \"after\": {\n    \"name\": \"whole\"\n  }\n}");
        assert_eq!((record.reason.as_deref(), record.domain.as_deref()), (Some("=why"), Some("default")));
        let copied: serde_json::Value = serde_json::from_str(&record.text).expect("JSON");
        assert_eq!(copied["resource"]["name"], "whole");
        assert_eq!(copied["time"], "2026-11-24T08:05:09Z");
        assert_eq!(record.seal, None, "not yet");
        countersign::server::service::oplog::sealing::seal_settled(&app).await.expect("sealed");
        assert!(get(&app, &admin, number).await.expect("a record").seal.is_some());
    }

    async fn csv_exports(app) {
        app.clock.advance(DAY);
        write(&app, usual(&app, "=1+1")).await;
        write(&app, Written { result: Outcome::Failed, ..usual(&app, "say \"hi\", you") }).await;
        let acme = acme(&app).await;
        write(&app, Written { domain: &acme, ..usual(&app, "in-acme") }).await;
        let admin = app.caller("sysadmin").await;
        use LogColumn::{ResourceName, Result, Reason, Time};
        let mut all = wish("csv", "all", &[Reason, Time, ResourceName, Result]);
        all.filter.resource_type = "host".into();
        let text = String::from_utf8(exported(&app, &admin, all.clone()).await).expect("UTF-8");
        let when = "2026-11-25T08:05:09Z";
        assert_eq!(text, format!(
            "\u{feff}Time (UTC),Resource Name,Result,Reason\r\n{when},in-acme,Success,\r\n\
             {when},\"say \"\"hi\"\", you\",Failed,'=why\r\n{when},'=1+1,Success,\r\n"
        ), "in the order of the columns, newest first, formulas inert");
        // A Domain View's export holds its own domain's records.
        let text = String::from_utf8(exported(&app, &app.caller("acmeadmin").await, all.clone()).await).expect("UTF-8");
        assert_eq!(text.lines().count(), 2, "{text}");
        // This page: from the first to the last record that is displayed.
        let shown = rows(&app, &admin, all.filter.clone()).await;
        let page = Wish { scope: "page".into(), first: shown[0].key.clone(), last: shown[1].key.clone(), ..all.clone() };
        write(&app, usual(&app, "came later")).await;
        let text = String::from_utf8(exported(&app, &admin, page.clone()).await).expect("UTF-8");
        assert_eq!(text.lines().count(), 3, "{text}");
        let nothing = Wish { first: String::new(), last: String::new(), ..page };
        assert_eq!(exported(&app, &admin, nothing).await.iter().filter(|b| **b == b'\n').count(), 1, "only the head");
        let refused = export::prepare(&app, &admin, &wish("csv", "all", &[])).await;
        assert!(matches!(refused, Err(e) if e.problem("columns").is_some()), "no columns");
    }

    async fn xlsx_exports(app) {
        for i in 0..600 {
            write(&app, usual(&app, &format!("x{i}"))).await;
        }
        write(&app, usual(&app, "=1+1")).await;
        let admin = app.caller("sysadmin").await;
        let mut all = wish("xlsx", "all", LogColumn::ALL);
        all.filter.resource_type = "host".into();
        let file = exported(&app, &admin, all).await;
        let sheet = part(&file, "xl/worksheets/sheet1.xml");
        assert_eq!(sheet.matches("<row ").count(), 602, "the head and every record, over several batches");
        assert!(!sheet.contains("<f>"), "no formula");
        assert!(sheet.contains("=1+1") && sheet.contains("x599") && sheet.contains("Resource Name"), "inline texts");
    }

    async fn downloads_over_http(app) {
        write(&app, usual(&app, "over-http")).await;
        let mut client = app.client();
        client.sign_in("sysadmin").await;
        let answer = client.get("/logs/export?format=csv&scope=all&resource_type=host&columns=resource_name&columns=ip").await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"operation-log-2026-11-24.csv\"");
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.body, "\u{feff}Resource Name,IP\r\nover-http,192.0.2.9\r\n");
        let xlsx = client.get("/logs/export?format=xlsx&scope=all&columns=time").await;
        assert!(xlsx.header("content-type").contains("spreadsheetml"), "{}", xlsx.header("content-type"));
        assert!(xlsx.body.starts_with("PK"));
        let none = client.get("/logs/export?format=csv&scope=all&back=%2Flogs%3Foperator%3Dx").await;
        assert_eq!(none.location(), "/logs?operator=x&dialog=export&about=columns", "back to the dialog");
        client.sign_in("owner").await;
        assert_eq!(client.get("/logs/export?columns=time").await.status.as_u16(), 403);
    }
}

/// What a caller may do with two records, the list and the export; then the domains that list and export show.
async fn seen(app: &TestApp, caller: &Caller, own: i64, foreign: i64) -> String {
    fn verdict<T: std::fmt::Debug>(result: Result<T, AppError>) -> char {
        match result {
            Ok(_) => 'y',
            Err(AppError::Forbidden(_)) => 'f',
            Err(AppError::NotFound) => '-',
            Err(other) => panic!("{other:?}"),
        }
    }
    let hosts = LogFilter { resource_type: "host".into(), ..Default::default() };
    let mut all = wish("csv", "all", &[LogColumn::ResourceName]);
    all.filter = hosts.clone();
    let listed = list(app, caller, &hosts).await;
    let mut domains: Vec<String> = match &listed {
        Ok(found) => found.rows.iter().map(|row| row.resource_name.replace("in-", "")).collect(),
        Err(_) => vec![],
    };
    domains.sort_by_key(|name| name != "default");
    let export = export::prepare(app, caller, &all).await.map(|_| ());
    if export.is_ok() {
        let text = String::from_utf8(exported(app, caller, all).await).expect("UTF-8");
        for domain in ["default", "acme"] {
            assert_eq!(
                text.contains(domain),
                domains.iter().any(|d| d == domain),
                "the export holds what the list does"
            );
        }
    }
    let mut line: String = [
        verdict(listed),
        verdict(get(app, caller, own).await),
        verdict(get(app, caller, foreign).await),
        verdict(export),
    ]
    .iter()
    .collect();
    for domain in domains {
        line = format!("{line} {domain}");
    }
    line
}
