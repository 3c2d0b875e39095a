//! The whole table of who may do what: every service function that a server function calls × every demo person in every
//! view × own project, another one of the same domain, a foreign domain; and nobody. Functions that the table of
//! another file shows are listed with that file.

use crate::common;
use crate::common::files::uploaded;
use crate::common::requests::ask_for_support;
use crate::common::{EVERYBODY, TestApp};
use crate::deploying::{form, number_in};
use countersign::domain::host_operation::{AdjustForm, DeleteForm, DirectAction};
use countersign::domain::ids::{HostId, ProjectId};
use countersign::domain::process::{ProcessForm, Scope, TicketType};
use countersign::domain::quota::Key;
use countersign::domain::support::SupportTab;
use countersign::domain::workflow::Tab;
use countersign::server::caller::Caller;
use countersign::server::service::external::{self, outbox};
use countersign::server::service::hosts::{self, trash};
use countersign::server::service::oplog::{self, export};
use countersign::server::service::quota::{LimitScope, set_limits};
use countersign::server::service::support::handling::{self, Entry};
use countersign::server::service::support::{attachments, canned, details as thread, lists as support_lists, request};
use countersign::server::service::workflow::decide::{self, Ruling};
use countersign::server::service::workflow::submit::Amends;
use countersign::server::service::workflow::{batch, details, lists, route};
use countersign::server::service::{coverage, processes, quotas, requests};
use countersign::server::store::value::args;
use countersign::wire::error::AppError;
use countersign::wire::external::ConnectionForm;
use countersign::wire::logs::LogFilter;
use countersign::wire::workflow::{Asked, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// `y`: the caller was let in, whether or not the rest of the call was in order. `f`: forbidden. `-`: answered as if
/// the target weren't there, or weren't one to choose.
fn verdict<T: std::fmt::Debug>(outcome: Result<T, AppError>) -> char {
    let no_choice = |field: &str| ["project", "form[project]"].contains(&field);
    match outcome {
        Err(AppError::Invalid(problems)) if problems.iter().any(|problem| no_choice(&problem.field)) => '-',
        Ok(_) | Err(AppError::Refused(_) | AppError::Invalid(_)) => 'y',
        Err(AppError::Forbidden(_)) => 'f',
        Err(AppError::NotFound) => '-',
        Err(other) => panic!("{other:?}"),
    }
}

/// A project with one of everything in it, in a state in which nothing that is tried changes anything.
struct Place {
    project: ProjectId,
    /// Waits at its first link.
    ticket: i64,
    /// A host that is just being made.
    host: HostId,
    thread: i64,
    file: String,
    canned: String,
}

async fn place(app: &TestApp, name: &str, (who, view): (&str, &str), host: &str) -> Place {
    let (caller, admin) = (app.caller_in(who, view).await, app.caller("sysadmin").await);
    let project = app.project(name).await;
    let asked =
        requests::hosts::create(app, &caller, &form(app, name, "asked", 1).await, None).await.expect("submitted");
    let thread = ask_for_support(app, &caller, "help").await;
    let sent = uploaded(app, who, "notes.txt", b"hello").await;
    let entry = Entry { files: std::slice::from_ref(&sent), ..Entry::reply("here") };
    handling::reply(app, &caller, thread, entry).await.expect("sent");
    canned::create(app, &admin, project.as_str(), "Hello", "Hello {requester}").await.expect("written");
    let mut tx = app.db.begin().await.expect("begin");
    let sql =
        "INSERT INTO host (id, project_id, name, specification_name, vcpu, memory_mib, image_name, system_disk_gib,
                 data_disks_gib, disks_gib, status, delete_locked, description, created_at)
               VALUES ($1, $2, 'h', 's', 1, 1024, 'i', 10, '[]', 10, 'deploying', TRUE, '', 0)";
    tx.exec(sql, args![host, &project]).await.expect("a host");
    // With a limit of 0 nothing more fits.
    let full = BTreeMap::from([(Key::HostCount, 0)]);
    set_limits(&mut tx, &LimitScope::Project(project.clone()), &full).await.expect("set");
    tx.commit().await.expect("commit");
    let written = canned::list(app, &admin, "Hello").await.expect("a list").rows.into_iter();
    let canned = written.filter(|row| row.project == name).map(|row| row.id).next_back().expect("the one just written");
    let (file, _) = sent.split_once(':').expect("ID:NAME");
    Place { project, ticket: number_in(&asked), host: host.into(), thread, file: file.to_owned(), canned }
}

/// The verdicts on get-workflow-ticket, get-decision, pass, reject, undo, retry, abandon, get-batch, and amending by
/// create-host.
async fn of_ticket(app: &TestApp, caller: &Caller, place: &Place, name: &str) -> String {
    let (number, back) = (place.ticket, "/");
    // On a version that isn't the current one nothing is done.
    let ruling = Ruling { number, version: 0, ..Ruling::default() };
    let amended = form(app, name, "amended", 1).await;
    let waiting = batch::look(app, caller, Verdict::Pass, &[number]).await.expect("looked").tickets;
    [
        verdict(details::get(app, caller, number).await),
        verdict(details::decision(app, caller, number, Asked::Pass).await),
        verdict(decide::pass(app, caller, ruling.clone()).await),
        verdict(decide::reject(app, caller, ruling).await),
        verdict(decide::undo(app, caller, number, 0, "no", back).await),
        verdict(decide::retry(app, caller, number, 0, back).await),
        verdict(decide::abandon(app, caller, number, 0, "no", back).await),
        if waiting.is_empty() { '-' } else { 'y' },
        verdict(requests::hosts::create(app, caller, &amended, Some(Amends { number, version: 0 })).await),
    ]
    .into_iter()
    .collect()
}

/// The verdicts on get-host, get-hosts-dialog, adjust-hosts, delete-hosts, act-on-host (Lock, Restore), create-host,
/// get-route.
async fn of_host(app: &TestApp, caller: &Caller, place: &Place, name: &str) -> String {
    let hosts = vec![place.host.clone()];
    let offered = hosts::form(app, &app.caller("sysadmin").await).await.expect("a form");
    let specification = offered.specifications[1].id.0.clone();
    let adjust = AdjustForm { hosts: hosts.clone(), specification, ..AdjustForm::default() };
    let delete = DeleteForm { hosts: hosts.clone(), reason: String::new() };
    let act = async |action| verdict(trash::act(app, caller, &place.host, action, "/").await);
    [
        verdict(hosts::get(app, caller, &place.host).await),
        verdict(requests::operations::dialog(app, caller, &hosts, false, None).await),
        verdict(requests::operations::adjust(app, caller, &adjust, None).await),
        verdict(requests::operations::delete(app, caller, &delete, None).await),
        act(DirectAction::Lock).await,
        act(DirectAction::Restore).await,
        verdict(requests::hosts::create(app, caller, &form(app, name, "more", 1).await, None).await),
        verdict(route::of_place(app, caller, TicketType::ApplyMachine, &place.project).await),
    ]
    .into_iter()
    .collect()
}

/// The verdicts on get-support-ticket, get-reply-rights, tell-writing, take-support-ticket, reply-support-ticket (a
/// reply, a note), end-support-ticket, get-attachment, retry-external, skip-external; create-canned-reply,
/// edit-canned-reply, get-canned-reply.
async fn of_thread(app: &TestApp, caller: &Caller, place: &Place) -> String {
    let number = place.thread;
    let nothing = |note| Entry { note, ..Entry::reply(" ") };
    [
        verdict(thread::get(app, caller, number, None).await),
        verdict(thread::reply_rights(app, caller, number).await),
        verdict(thread::tell_writing(app, caller, number).await),
        verdict(handling::take(app, caller, number).await),
        verdict(handling::reply(app, caller, number, nothing(false)).await),
        verdict(handling::reply(app, caller, number, nothing(true)).await),
        verdict(handling::end(app, caller, number, "", "", "", "").await),
        verdict(attachments::get(app, caller, number, &place.file).await),
        verdict(outbox::retry(app, caller, number).await),
        verdict(outbox::skip(app, caller, number).await),
        verdict(canned::create(app, caller, place.project.as_str(), "", "").await),
        verdict(canned::edit(app, caller, &place.canned, "", "").await),
        verdict(canned::text(app, caller, number, &place.canned).await),
    ]
    .into_iter()
    .collect()
}

/// The verdicts on get-setup, get-process, get-coverage, configure-process, enable-process, disable-process;
/// get-external, connect-external (a test, saving), disconnect-external; list-logs, exporting them; the lists of all
/// tickets, of both kinds; get-join-form and check-support-request (whether one may), list-canned-replies, get-quotas.
async fn of_the_view(app: &TestApp, caller: &Caller, process: &str) -> String {
    let (id, nothing) = (process.into(), ConnectionForm::default());
    let all =
        export::Wish { columns: vec!["time".into()], format: "csv".into(), scope: "all".into(), ..Default::default() };
    let may_apply = requests::join::form(app, caller).await.expect("a form").may_apply;
    let role = coverage::of_role(app, caller, TicketType::ApplyMachine, "admin".into(), Scope::Global);
    [
        verdict(processes::setup(app, caller).await),
        verdict(processes::get(app, caller, &id).await),
        verdict(role.await),
        verdict(processes::configure(app, caller, &ProcessForm::default()).await),
        verdict(processes::enable(app, caller, &id, true).await),
        // A real process would be disabled, so an unknown one is tried: people who may disable are told that it isn't
        // there.
        if verdict(processes::disable(app, caller, &"none".into()).await) == '-' { 'y' } else { 'f' },
        verdict(external::get(app, caller).await),
        verdict(external::test(app, caller, &nothing).await),
        verdict(external::connect(app, caller, &nothing).await),
        verdict(external::disconnect(app, caller).await),
        verdict(oplog::list(app, caller, &LogFilter::default()).await),
        verdict(export::prepare(app, caller, &all).await.map(drop)),
        verdict(lists::list(app, caller, Tab::All, &Default::default()).await),
        verdict(support_lists::list(app, caller, SupportTab::All, &Default::default()).await),
        if may_apply { 'y' } else { 'f' },
        verdict(request::check(app, caller).await),
        verdict(canned::list(app, caller, "").await),
        verdict(quotas::list(app, caller, "").await),
    ]
    .into_iter()
    .collect()
}

/// A line for each person and view: the verdicts on the view's own things, then for `web`, `system` and `shop` the
/// verdicts on a ticket, a host and a thread there.
fn table() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/integration/rights.txt")).expect("the table")
}

both! {
    async fn every_function_by_everybody_on_own_and_foreign(app) {
        let places = [
            ("web", place(&app, "web", ("member", "Project View: web"), "host-of-web").await),
            ("system", place(&app, "system", ("sysadmin", "Project View: system"), "host-of-system").await),
            ("shop", place(&app, "shop", ("shopper", "Project View: shop"), "host-of-shop").await),
        ];
        let setup = processes::setup(&app, &app.caller("sysadmin").await).await.expect("setup");
        let process = setup.processes[0].id.0.clone();
        let mut got = String::new();
        for who in EVERYBODY {
            for caller in app.callers(who).await {
                let view = caller.view.as_ref().map_or("no view", |view| view.label.as_str());
                got += &format!("{who}, {view}: {}\n", of_the_view(&app, &caller, &process).await);
                for (name, place) in &places {
                    let ticket = of_ticket(&app, &caller, place, name).await;
                    let (host, thread) = (of_host(&app, &caller, place, name).await, of_thread(&app, &caller, place).await);
                    got += &format!("  {name:<6} {ticket} {host} {thread}\n");
                }
            }
        }
        let table = table();
        let expected: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        let differing: Vec<_> = got.lines().zip(&expected).filter(|(got, expected)| got != *expected).collect();
        assert!(differing.is_empty() && got.lines().count() == expected.len(), "{differing:#?}\n{got}");
    }

    async fn nobody_is_let_in_anywhere(app) {
        let open = ["/api/sign-in", "/api/set-up", "/api/get-setup-open", "/api/get-flash"];
        // Fields that need a word that is known. With another one the function doesn't even look who asks.
        let words = BTreeMap::from([
            ("tab", "mine"), ("ticket_type", "apply-machine"), ("scope", "global"), ("verdict", "pass"), ("action", "lock"),
            ("deletes", "true"), ("people", "true"), ("asked", "pass"), ("form[scope]", "project"),
        ]);
        let (mut browser, mut wrong) = (app.client(), vec![]);
        for form in common::forms::all() {
            let value = |field: &str| words.get(field).copied().unwrap_or("1");
            let mut fields: Vec<(&str, &str)> = form.fields.iter().map(|field| (field.as_str(), value(field))).collect();
            // Left out are a map whose keys the person chooses, and the fields of the other type called Verdict.
            fields.retain(|(name, _)| *name != "form[limits]");
            if form.path.ends_with("-batch") {
                fields.retain(|(name, _)| !name.starts_with("verdict["));
                fields.push(("verdict", "pass"));
            }
            let answer = browser.call(&form.path, &fields).await;
            let expected = if open.contains(&form.path.as_str()) { 200 } else { 401 };
            if answer.status.as_u16() != expected {
                wrong.push(format!("{} instead of {expected}: {} {fields:?}: {}", answer.status, form.path, answer.body));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

/// File, test and server functions: the test shows who may call these functions.
const SHOWN: [(&str, &str, &str); 9] = [
    (
        "rights.rs",
        "every_function_by_everybody_on_own_and_foreign",
        "get-workflow-ticket get-decision pass reject undo retry abandon get-batch create-host get-host get-hosts-dialog \
      adjust-hosts delete-hosts act-on-host get-route get-support-ticket get-reply-rights tell-writing take-support-ticket \
      reply-support-ticket end-support-ticket get-attachment retry-external skip-external create-canned-reply \
      edit-canned-reply get-canned-reply get-setup get-process get-coverage configure-process enable-process disable-process \
      get-external connect-external disconnect-external list-logs list-workflow-tickets list-support-tickets get-join-form \
      check-support-request list-canned-replies get-quotas",
    ),
    (
        "administration_rights.rs",
        "every_function_by_everybody_on_own_and_foreign",
        "list-domains create-domain edit-domain delete-domain list-projects create-project edit-project delete-project list-users \
      get-user create-user edit-user enable-user disable-user reset-password assign-role remove-role list-roles create-role \
      edit-role delete-role get-impact get-system-settings save-system-settings turn-on-three-level",
    ),
    ("batch.rs", "who_may_decide_whose", "decide-batch get-batch-result"),
    ("joining.rs", "who_may_apply_where", "apply-to-join"),
    ("quota_requests.rs", "who_may_change_which_quota_where_by_ticket", "change-quota"),
    ("support.rs", "where_support_is_requested", "request-support"),
    ("attachments.rs", "who_may_remove_a_file_and_what_is_left_of_it", "remove-attachment"),
    ("canned_replies.rs", "who_writes_them_for_which_project", "delete-canned-reply"),
    ("oplog.rs", "who_sees_what", "get-log"),
];
/// Server functions for what is the caller's own, whoever that is, and those that are open to everybody.
const OWN: &str = "get-frame get-flash list-hosts get-host-form switch-view change-password sign-out-everywhere \
                   preview-markdown sign-in set-up get-setup-open";

#[test]
fn every_server_function_has_its_place() {
    let known: BTreeSet<&str> =
        SHOWN.iter().flat_map(|(_, _, names)| names.split_whitespace()).chain(OWN.split_whitespace()).collect();
    let forms = common::forms::all();
    let there: BTreeSet<&str> = forms.iter().map(|form| form.path.trim_start_matches("/api/")).collect();
    assert_eq!(there, known, "a new server function needs a table of who may call it");
    for (file, test, _) in SHOWN {
        let source = std::fs::read_to_string(format!("{}/tests/integration/{file}", env!("CARGO_MANIFEST_DIR")))
            .expect("a program");
        assert!(source.contains(&format!("async fn {test}(")), "{file}: {test}");
    }
}
