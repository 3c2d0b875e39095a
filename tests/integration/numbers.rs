//! Fault 14: every number that people type is read in one way, wherever it is typed, and refused in one sentence.

use crate::common::administration::at;
use crate::common::requests::{ask_for_host, ask_for_support, member_asks};
use crate::deploying::ticket;
use axum::http::StatusCode;
use countersign::domain::host::{HostForm, HostStatus, Image, Specification};
use countersign::domain::host_operation::{AdjustForm, Configuration, HostBefore};
use countersign::domain::quota::{Key, Standing};
use countersign::domain::quota_request::{LimitField, QuotaForm, QuotaScope};
use countersign::domain::support::{SupportForm, SupportTab, Verdict};
use countersign::domain::validation::Problem;
use countersign::domain::workflow::Tab;
use countersign::server::service::quota::standings;
use countersign::server::service::support::{self, request};
use countersign::server::service::workflow::lists;
use countersign::server::service::{requests, system_settings};
use countersign::wire::settings::SettingsForm;
use countersign::wire::support::SupportFilter;
use countersign::wire::workflow::TicketFilter;
use std::collections::BTreeMap;

/// What no field takes for a number, whatever it means to whoever types it.
const NO_NUMBERS: [&str; 12] =
    ["+16", "-3", "1.5.2", "256,5", "1,000", "1 000", "1e2", "0x10", "many", "9999999999", "\u{ff11}", "\u{2212}1"];

fn host(set: fn(&mut HostForm, String), typed: &str) -> Vec<Problem> {
    let mut form = HostForm {
        name: "web".into(),
        quantity: "1".into(),
        project: "p".into(),
        specification: "s".into(),
        image: "i".into(),
        system_disk: "30".into(),
        ..HostForm::default()
    };
    set(&mut form, typed.to_owned());
    form.parse(&[small()], &[Image { id: "i".into(), name: "Debian".into() }]).err().unwrap_or_default()
}

fn small() -> Specification {
    Specification { id: "s".into(), name: "c1".into(), vcpu: 1, memory_mib: 1_024 }
}

fn adjust(typed: &str) -> Vec<Problem> {
    let form = AdjustForm { specification: "s".into(), data_disks: vec![typed.to_owned()], ..AdjustForm::default() };
    let configuration = Configuration {
        specification: "c1".into(),
        vcpu: 1,
        memory_mib: 1_024,
        system_disk_gib: 30,
        data_disks_gib: vec![],
    };
    let host = HostBefore { id: "h".into(), name: "web".into(), status: HostStatus::Running, configuration };
    form.parse(&"p".into(), vec![host], &[small()]).err().unwrap_or_default()
}

fn quota(key: Key, typed: &str) -> Vec<Problem> {
    let limit = LimitField { value: typed.to_owned(), unlimited: None };
    let form = QuotaForm { limits: BTreeMap::from([(key.key().to_owned(), limit)]), ..QuotaForm::default() };
    let standing = Standing { scope: "project web".into(), ..Standing::default() };
    form.parse(QuotaScope::Project, "web", &standing).err().unwrap_or_default()
}

/// A field: the beginning of its refusal, its end, a number that it takes, and how it reads what is typed.
type Field = (&'static str, &'static str, &'static str, fn(&str) -> Vec<Problem>);

const FIELDS: [Field; 9] = [
    ("Quantity must be a whole number from 1 to 100,", "", "16", |typed| {
        host(|form, typed| form.quantity = typed, typed)
    }),
    ("System disk must be a whole number of GiB from 10 to 500,", "", "16", |typed| {
        host(|form, typed| form.system_disk = typed, typed)
    }),
    ("Data disk 1 must be a whole number of GiB from 1 to 3,072,", "", "16", |typed| {
        host(|form, typed| form.data_disks = vec![typed], typed)
    }),
    ("Data disk 1 must be a whole number of GiB from 1 to 3,072,", "", "16", adjust),
    ("Rating must be a whole number from 1 to 5,", "", "4", |typed| {
        Verdict::parse("yes", typed, "").err().unwrap_or_default()
    }),
    ("vCPU must be a whole number from 0 to 1,000,000,000,", ", or Unlimited", "16", |typed| quota(Key::Vcpu, typed)),
    ("RDS must be a whole number from 0 to 1,000,000,000,", ", or Unlimited", "16", |typed| quota(Key::Rds, typed)),
    ("Object storage must be a whole number of GiB from 0 to 1,000,000,000,", ", or Unlimited", "16", |typed| {
        quota(Key::ObjectStorage, typed)
    }),
    ("Memory must be a number of GiB from 0 to 1,000,000,000,", ", or Unlimited", "256.5", |typed| {
        quota(Key::Memory, typed)
    }),
];

#[test]
fn fault_14_every_field_reads_numbers_in_one_way() {
    for (begins, ends, good, read) in FIELDS {
        assert!(read(good).is_empty(), "{begins} {good}");
        for typed in NO_NUMBERS {
            let problems = read(typed);
            assert_eq!(problems.len(), 1, "{begins} {typed}: {problems:?}");
            let told = &problems[0].message;
            assert!(told.starts_with(begins) && told.contains("in digits"), "{typed}: {told}");
            assert!(told.ends_with(&format!("{ends}.")), "{typed}: {told}");
        }
    }
    assert!(quota(Key::Memory, "x")[0].message.contains("a point before decimals"));
    assert_eq!(quota(Key::Vcpu, "1.5").len(), 1, "half a vCPU is none");
}

both! {
    async fn fault_14_what_a_page_writes_as_a_delta_is_no_limit(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let web = app.project("web").await;
        for key in [Key::Vcpu, Key::Memory] {
            let typed = LimitField { value: "+16".into(), unlimited: None };
            let form = QuotaForm {
                scope: QuotaScope::Project.key().into(),
                id: web.0.clone(),
                limits: BTreeMap::from([(key.key().to_owned(), typed)]),
                ..QuotaForm::default()
            };
            let outcome = requests::quota::change(&app, &admin, &form, None, "").await;
            let told = at(&format!("form[limits][{}][value]", key.key()), &outcome);
            assert!(told.contains("in digits"), "{told}");
        }
        let standing = standings(&app.db, &web).await.expect("standings").remove(0);
        assert_eq!((standing.limit(Key::Vcpu), standing.limit(Key::Memory)), (64, 128 * 1_024));
    }

    async fn fault_14_settings_read_numbers_like_forms(app) {
        let admin = app.caller_in("sysadmin", "System View").await;
        let good = || SettingsForm { auto_close: "3d".into(), trash: "3d".into(), log_retention: "400".into() };
        for typed in NO_NUMBERS {
            let outcome = system_settings::save(&app, &admin, &SettingsForm { log_retention: typed.into(), ..good() }).await;
            assert_eq!(at("log_retention", &outcome), "Log retention must be a whole number of days from 1 to 36,500, in digits alone.");
            let delay = format!("{typed}d");
            let outcome = system_settings::save(&app, &admin, &SettingsForm { auto_close: delay, ..good() }).await;
            assert!(at("auto_close", &outcome).contains("a whole number with s, m, h or d behind it, from 1s to 3650d"), "{typed}");
        }
        system_settings::save(&app, &admin, &good()).await.expect("saved");
    }

    async fn fault_14_a_sign_is_no_part_of_a_tickets_number(app) {
        let member = app.caller_in("member", "Project View: web").await;
        let (host, thread) = (ask_for_host(&app, &member, "numbered").await, member_asks(&app, "help").await);
        let mut browser = app.client();
        browser.sign_in("member").await;
        for (written, found) in [("", true), ("#", true), ("+", false), ("-", false), ("0x", false)] {
            let id = format!("{written}{host}");
            let listed = lists::list(&app, &member, Tab::Mine, &TicketFilter { id, ..TicketFilter::default() }).await;
            assert_eq!(listed.expect("a list").page.rows.len(), usize::from(found), "{written}");
            let id = format!("{written}{thread}");
            let filter = SupportFilter { id, ..SupportFilter::default() };
            let listed = support::lists::list(&app, &member, SupportTab::Mine, &filter).await;
            assert_eq!(listed.expect("a list").page.rows.len(), usize::from(found), "{written}");
        }
        for (page, expected) in [
            (format!("/tickets/workflow/{host}"), StatusCode::OK),
            (format!("/tickets/workflow/+{host}"), StatusCode::NOT_FOUND),
            (format!("/tickets/support/{thread}"), StatusCode::OK),
            (format!("/tickets/support/+{thread}"), StatusCode::NOT_FOUND),
            (format!("/tickets/support/+{thread}/files/none"), StatusCode::NOT_FOUND),
            ("/tickets/support/nonsense/files/none".to_owned(), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(browser.get(&page).await.status, expected, "{page}");
        }
        assert_eq!(ticket(&app, host).await.row.number, host);
    }

    async fn fault_14_a_line_break_counts_once(app) {
        let member = app.caller_in("member", "Project View: web").await;
        let lines = "ab\r\n".repeat(3_300);
        ask_for_support(&app, &member, &lines).await;
        let kept: String = app.db.scalar("SELECT body FROM post ORDER BY at DESC LIMIT 1", vec![]).await.expect("the text");
        assert_eq!((kept.chars().count(), kept.contains('\r')), (9_899, false));
        let form = SupportForm { description: "ab\r\n".repeat(3_334), ..SupportForm::default() };
        let outcome = request::request(&app, &member, &form, &[]).await;
        assert_eq!(at("form[description]", &outcome), "Problem description can have at most 10,000 characters.");
        assert!(support::preview(&lines).is_ok());
        let long = support::preview(&"a".repeat(10_001)).expect_err("too long").to_string();
        assert_eq!(long, "A text can have at most 10,000 characters.");
    }
}
