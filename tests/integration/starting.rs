//! What can't work is refused at start, before anything is made: with the setting, its value and what would be right.

use crate::common::database::fresh_postgres_database;
use crate::common::program::{Ended, Program, run};
use clap::CommandFactory;
use countersign::domain::external::HelpdeskKind;
use countersign::server::secret;
use countersign::server::service::external;
use countersign::server::settings::Cli;
use countersign::server::store::external::{System, connect};
use countersign::server::store::value::args;
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

/// What is told of a setting that can't work.
enum Wrong {
    /// Given as the flag's value.
    Flag(&'static str, &'static str),
    /// Given in the environment: the flag takes no value.
    Variable(&'static str, &'static str),
    /// A secret, which isn't repeated.
    Secret(&'static str, &'static str),
}
use Wrong::{Flag, Secret, Variable};

/// For each setting wrong values, and what the refusal says would be right. `{}` is a folder in which only the file
/// `taken` is. A setting for which any text is right would have an empty list, with the reason behind it.
const TABLE: &[(&str, &[Wrong])] = &[
    ("settings", &[Flag("{}/none.toml", "No such file")]),
    ("demo", &[Variable("maybe", "true or false")]),
    (
        "database-url",
        &[
            Flag("", "write sqlite:FILE or postgres://"),
            Flag("mysql://127.0.0.1/countersign", "write sqlite:FILE or postgres://"),
            Flag("sqlite:", "names no file"),
            Flag("sqlite::memory:", "names no file"),
            Flag("sqlite:{}/taken/countersign.db", "{}/taken can't be made"),
            Flag("postgres://127.0.0.1:port/countersign", "write sqlite:FILE or postgres://"),
        ],
    ),
    ("address", &[Flag("tickets", "127.0.0.1:3000"), Flag("192.0.2.1:3000", "another address or port")]),
    (
        "public-url",
        &[
            Flag("tickets.example.com", "https://tickets.example.com"),
            Flag("ftp://tickets.example.com", "https://tickets.example.com"),
            Flag("https://example.com/tickets", "https://tickets.example.com"),
        ],
    ),
    ("auto-close-after", &[Flag("3", "a whole number with ms, s, m, h or d"), Flag("0s", "more than nothing")]),
    ("trash-delay", &[Flag("three days", "a whole number"), Flag("0d", "more than nothing")]),
    ("deploy-delay", &[Flag("soon", "a whole number")]),
    ("inventory-faults", &[Flag("boot", "boot:1")]),
    ("session-idle", &[Flag("12", "a whole number with"), Flag("0s", "more than nothing")]),
    ("session-lifetime", &[Flag("1w", "a whole number with"), Flag("0s", "more than nothing")]),
    ("log-retention", &[Flag("forever", "a whole number"), Flag("0d", "more than nothing")]),
    // Any other text is right: seals that were made with a short one can't be checked with another.
    ("log-key", &[Secret("", "leave the setting out")]),
    ("secret-key", &[Secret("short", "write 16 or more"), Secret("", "write 16 or more")]),
    ("secret-key-file", &[Flag("{}", "it is no file"), Flag("{}/taken", "empty or cut short")]),
    (
        "attachments-folder",
        &[Flag("{}/taken/files", "can make and write to"), Flag("{}/taken", "can make and write to")],
    ),
    ("external-poll", &[Flag("often", "a whole number"), Flag("0s", "more than nothing")]),
    (
        "log-level",
        &[
            Flag("blah", "error, warn, info, debug, trace or off"),
            Flag("info,sqlx", "error, warn, info, debug, trace or off"),
            Flag("sqlx=loud", "error, warn, info, debug, trace or off"),
        ],
    ),
    ("log-format", &[Flag("xml", "text, json")]),
    ("metrics-address", &[Flag("9100", "127.0.0.1:3000"), Flag("192.0.2.1:9100", "another address or port")]),
    ("drain-delay", &[Flag("5", "a whole number with")]),
    ("finish-within", &[Flag("5", "a whole number with")]),
    ("trusted-proxies", &[Flag("proxy.example", "an address or a network")]),
    ("otlp-endpoint", &[Flag("127.0.0.1:4318", "http://127.0.0.1:4318")]),
    ("site-root", &[Flag("{}/none", "the folder `site`")]),
    ("expose-query-count", &[Variable("maybe", "true or false")]),
];

#[test]
fn fault_29_the_table_has_a_line_for_every_setting() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("serve");
    let settings: BTreeSet<&str> =
        serve.get_arguments().filter(|a| a.get_id() != "help").filter_map(|a| a.get_long()).collect();
    assert_eq!(TABLE.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), settings);
}

#[test]
fn fault_29_each_wrong_value_is_refused_with_what_would_be_right() {
    for (setting, values) in TABLE {
        for value in *values {
            refused(setting, value);
        }
    }
}

fn refused(setting: &str, wrong: &Wrong) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("taken"), "").expect("a file");
    let in_folder = |text: &str| text.replace("{}", folder.path().to_str().expect("a text"));
    let database = format!("sqlite:{}/new/countersign.db", folder.path().display());
    let mut arguments = vec!["serve".to_owned(), "--address=127.0.0.1:0".into(), format!("--database-url={database}")];
    let (value, right, is_told) = match wrong {
        Flag(value, right) | Variable(value, right) => (in_folder(value), in_folder(right), true),
        Secret(value, right) => (in_folder(value), in_folder(right), false),
    };
    let variable = format!("COUNTERSIGN_{}", setting.replace('-', "_").to_uppercase());
    let mut variables = vec![];
    if let Variable(..) = wrong {
        variables.push((variable.as_str(), value.as_str()));
    } else {
        let flag = format!("--{setting}=");
        arguments.retain(|argument| !argument.starts_with(&flag));
        arguments.push(format!("{flag}{value}"));
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Ended { status, out, err, took } = Program::start(&arguments, &variables).end();
    assert!(!status.success() && out.is_empty(), "--{setting} {value:?} was accepted: {out}{err}");
    assert!(err.contains(&format!("--{setting}")) && err.contains(&right), "--{setting} {value:?}: {err}");
    if is_told {
        assert!(err.contains(&value), "--{setting} {value:?}: {err}");
    } else {
        assert!(value.is_empty() || !err.contains(&value), "a secret is repeated: {err}");
    }
    // A second is what is promised; a busy machine gets more.
    assert!(took < Duration::from_secs(10), "--{setting} {value:?} took {took:?}");
    assert_eq!(entries(folder.path()), ["taken"], "--{setting} {value:?} made something");
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn fault_29_a_database_that_cant_be_opened_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder.db")).expect("a folder");
    fs::write(at("text.db"), "nothing that a database begins with ".repeat(200)).expect("a file");
    let whole = format!("sqlite:{}", at("whole.db").display());
    assert!(run(&["migrate", "--database-url", &whole]).status.success());
    // Behind the first page everything is overwritten.
    let mut content = fs::read(at("whole.db")).expect("a database");
    content[4096..].fill(0x5a);
    fs::write(at("damaged.db"), content).expect("a file");
    for (file, why) in
        [("folder.db", "needs a file there"), ("text.db", "it is no SQLite database"), ("damaged.db", "it is damaged")]
    {
        let url = format!("sqlite:{}", at(file).display());
        for command in [&["migrate"][..], &["serve", "--address", "127.0.0.1:0"], &["log", "verify"]] {
            let arguments: Vec<&str> = command.iter().copied().chain(["--database-url", &url]).collect();
            let Ended { status, err, .. } = run(&arguments);
            assert!(!status.success() && err.contains(&url) && err.contains(why), "{command:?} {file}: {err}");
        }
    }
}

#[test]
fn fault_29_a_postgres_out_of_reach_is_named_at_once() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    let url = format!("postgres://somebody:secret@127.0.0.1:{closed}/countersign");
    for command in [&["migrate"][..], &["serve", "--address", "127.0.0.1:0"], &["log", "verify"]] {
        let arguments: Vec<&str> = command.iter().copied().chain(["--database-url", &url]).collect();
        let Ended { status, err, took, .. } = run(&arguments);
        assert!(!status.success() && took < Duration::from_secs(5), "{took:?}: {err}");
        let place = format!("127.0.0.1, port {closed}");
        assert!(err.contains(&format!("connecting to PostgreSQL at {place}")), "what is tried: {err}");
        assert!(err.contains("--database-url postgres://somebody:***@127.0.0.1"), "{err}");
        assert!(err.contains(&format!("no connection to {place}: ")) && err.contains("check the host"), "{err}");
        assert!(!err.contains("secret"), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_29_what_postgres_says_is_told() {
    let url = fresh_postgres_database().await;
    let (server, _) = url.rsplit_once('/').expect("a database");
    let Ended { status, err, .. } =
        run(&["serve", "--address", "127.0.0.1:0", "--database-url", &format!("{server}/none")]);
    assert!(
        !status.success() && err.contains("PostgreSQL at 127.0.0.1, port ") && err.contains("does not exist"),
        "{err}"
    );
}

#[test]
fn fault_29_a_taken_port_is_named_before_anything_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    for (flag, more) in [("--address", &[][..]), ("--metrics-address", &["--address", "127.0.0.1:0"][..])] {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}/countersign.db", folder.path().display());
        let arguments = ["serve", "--database-url", &url, flag, &address];
        let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
        let Ended { status, err, .. } = run(&arguments);
        assert!(!status.success() && err.contains(&format!("{flag} {address}: ")), "{err}");
        assert!(!err.contains("/setup?token="), "no link is given away by a server that isn't there: {err}");
        assert_eq!(entries(folder.path()), [""; 0]);
    }
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").to_string();
    let both = run(&["serve", "--address", &free, "--metrics-address", &free]);
    assert!(
        !both.status.success() && both.err.contains("--metrics-address") && both.err.contains("another port"),
        "{}",
        both.err
    );
}

#[test]
fn fault_29_a_variable_that_is_no_setting_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}/countersign.db", folder.path().display());
    let variables = [("COUNTERSIGN_ADRESS", "0.0.0.0:80"), ("COUNTERSIGN_SERVICE_HOST", "10.0.0.1")];
    let Ended { status, err, .. } = Program::start(&["migrate", "--database-url", &url], &variables).end();
    assert!(status.success(), "{err}");
    assert!(err.contains("COUNTERSIGN_ADRESS is no setting and does nothing; is COUNTERSIGN_ADDRESS meant?"), "{err}");
    assert!(err.contains("COUNTERSIGN_SERVICE_HOST is no setting and does nothing\n"), "{err}");
    let file = folder.path().join("settings.toml");
    fs::write(&file, "log-levle = \"warn\"").expect("a file");
    let said = run(&["migrate", "--settings", file.to_str().expect("a text")]).err;
    assert!(said.contains("there is no setting `log-levle`; is `log-level` meant?"), "{said}");
}

both! {
    async fn fault_29_a_schema_newer_than_the_program_is_told(app) {
        let step = app.db.dialect().pick(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, x'00', 0)",
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, '\\x00', 0)",
        );
        let mut tx = app.db.begin().await.expect("begin");
        tx.exec(step, args![]).await.expect("noted");
        tx.commit().await.expect("commit");
        let Ended { status, out, err, .. } = run(&["migrate", "--database-url", &app.url()]);
        assert!(status.success(), "servers of two releases work side by side: {err}");
        assert!(err.contains("a newer program took the steps [9999]") && out.contains("nothing was to be done"), "{out}{err}");
    }

    async fn fault_29_a_key_of_another_database_is_told(app) {
        assert_eq!(external::unopenable(&app).await.expect("query"), None, "nothing is sealed");
        let other = app.with_settings(|settings| settings.secret_key = Some("the key of another database".into()));
        let system = System {
            kind: HelpdeskKind::RequestTracker,
            address: "http://rt.example".into(),
            token: secret::seal(&other.settings, "token").expect("sealed"),
            queues: "[]".into(),
            cursor: 0,
            instance: "here".into(),
            problem: None,
            updated_at: app.now(),
        };
        let mut tx = app.db.begin().await.expect("begin");
        connect(&mut tx, &system).await.expect("connected");
        tx.commit().await.expect("commit");
        let amiss = external::unopenable(&app).await.expect("query").expect("another key");
        assert!(amiss.contains("--secret-key") && amiss.contains("http://rt.example") && amiss.contains("saved once more"), "{amiss}");
        assert_eq!(external::unopenable(&other).await.expect("query"), None, "that one opens it");
        // The server starts: where else should the token be saved?
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("countersign.key");
        let (server, _) = Program::serving(&["--database-url", &app.url(), "--secret-key-file", file.to_str().expect("a text")]);
        let said = server.stop().err;
        assert!(said.contains("--secret-key-file") && said.contains("can't be opened"), "{said}");
        assert!(!file.exists(), "what only reads makes no key");
    }
}
