use super::command_line::parse;
use super::*;
use clap::CommandFactory;
use std::collections::BTreeMap;
use std::ffi::OsString;

fn serve(arguments: &[&str]) -> Result<Settings, clap::Error> {
    let all: Vec<OsString> = ["countersign", "serve"].iter().chain(arguments).map(OsString::from).collect();
    parse(&all).map(|cli| cli.command.settings().clone())
}

/// A settings file with this content, deleted when dropped.
fn file(content: &str) -> tempfile::TempPath {
    let path = tempfile::NamedTempFile::new().expect("a temporary file").into_temp_path();
    std::fs::write(&path, content).expect("written");
    path
}

fn name(file: &tempfile::TempPath) -> &str {
    file.to_str().expect("UTF-8")
}

#[test]
fn durations_read_as_written() {
    for (text, expected) in [("200ms", 200), ("5s", 5_000), ("10m", 600_000), ("12h", 43_200_000), ("3d", 3 * DAY)] {
        assert_eq!(duration(text), Ok(expected));
    }
    for wrong in ["", "5", "s", "5 s", "-1s", "1w", "99999999999999999999d", "9223372036854775807d"] {
        assert!(duration(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let path = file("address = \"127.0.0.1:81\"\ntrash-delay = \"1d\"\ndemo = true\n");
    let settings = serve(&["--settings", name(&path), "--address", "127.0.0.1:82"]).expect("good");
    assert_eq!(settings.address.port(), 82, "flag over file");
    assert_eq!(settings.trash_delay, DAY, "file over default");
    assert_eq!(settings.auto_close_after, 3 * DAY, "default");
    assert!(settings.demo);
    assert_eq!(settings.deploy_delay, SECOND, "the demo is quick");
    assert!(settings.fixed.contains("address"), "set by a flag");
    assert!(!settings.fixed.contains("trash-delay"), "the file doesn't fix a setting");
}

#[test]
fn the_deploy_delay_can_be_set_in_a_demo_too() {
    assert_eq!(serve(&["--demo", "--deploy-delay", "5s"]).expect("good").deploy_delay, 5 * SECOND);
    assert_eq!(serve(&["--demo"]).expect("good").deploy_delay, SECOND);
    let path = file("deploy-delay = \"7s\"");
    assert_eq!(serve(&["--demo", "--settings", name(&path)]).expect("good").deploy_delay, 7 * SECOND);
}

#[test]
fn a_wrong_file_is_refused_with_what_is_wrong() {
    let unknown = serve(&["--settings", name(&file("adress = \"x\""))]).expect_err("unknown").to_string();
    assert!(unknown.contains("there is no setting `adress`"), "{unknown}");
    let kind = serve(&["--settings", name(&file("address = [1]"))]).expect_err("a list").to_string();
    assert!(kind.contains("`address` must be"), "{kind}");
    assert!(serve(&["--settings", "/does/not/exist.toml"]).is_err());
}

#[test]
fn every_setting_is_a_flag_and_an_environment_variable() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("serve");
    for argument in serve.get_arguments().filter(|a| a.get_id() != "help") {
        let long = argument.get_long().expect("a flag");
        let variable = format!("COUNTERSIGN_{}", long.replace('-', "_").to_uppercase());
        assert_eq!(argument.get_env().and_then(|v| v.to_str()), Some(variable.as_str()));
    }
}

#[test]
fn the_readme_names_every_setting_with_its_default() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `--")?.split_once("` | "));
    let told: BTreeMap<&str, &str> =
        rows.map(|(flag, rest)| (flag, rest.split('|').next().unwrap_or("").trim())).collect();
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("serve");
    let settings: Vec<_> = serve.get_arguments().filter(|a| a.get_id() != "help").collect();
    assert_eq!(told.keys().copied().collect::<BTreeSet<_>>(), settings.iter().filter_map(|a| a.get_long()).collect());
    for setting in settings {
        let default = setting.get_default_values().first().and_then(|value| value.to_str()).unwrap_or("");
        let told = told[setting.get_long().expect("a flag")];
        // For a setting without a default the table may say what that means.
        assert!(default.is_empty() || told == format!("`{default}`"), "{setting}: {told} instead of {default}");
    }
}

#[test]
fn fault_30_the_readme_names_every_flag_of_every_command() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let command = Cli::command();
    let mut commands: Vec<&clap::Command> =
        command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    let mut flags = BTreeSet::new();
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands());
        flags.extend(command.get_arguments().filter(|a| a.get_id() != "help").filter_map(|a| a.get_long()));
    }
    assert!(flags.contains("head"), "{flags:?}");
    for flag in flags {
        assert!(readme.contains(&format!("`--{flag}")), "--{flag} is in no guide");
    }
}

#[test]
fn fault_29_the_password_of_a_database_isnt_told() {
    for (url, shown) in [
        ("sqlite:data/a@b.db?mode=rwc", "sqlite:data/a@b.db"),
        ("postgres://localhost/countersign", "postgres://localhost/countersign"),
        ("postgres://me@localhost/countersign", "postgres://me@localhost/countersign"),
        ("postgres://me:p/w@rd?@localhost:5432/x?password=again", "postgres://me:***@localhost:5432/x"),
        ("mysql:me:word@localhost", "mysql:***@localhost"),
        ("postgres:///x?host=/run/postgresql&user=me&password=w@word", "postgres://***"),
    ] {
        let settings = Settings { database_url: url.into(), ..Settings::for_tests() };
        assert_eq!(settings.database_shown(), shown);
        if let Err(error) = serve(&["--database-url", url]) {
            assert!(!error.to_string().contains("word"), "{error}");
        }
    }
}

#[test]
fn fault_29_the_public_url_is_what_browsers_call_it() {
    for (given, kept) in [
        ("https://tickets.example.com", "https://tickets.example.com"),
        ("https://Tickets.example.com:443/", "https://tickets.example.com"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ] {
        assert_eq!(serve(&["--public-url", given]).expect("good").public_url.as_deref(), Some(kept));
    }
}

#[test]
fn proxies_are_addresses_and_networks() {
    let given = serve(&["--trusted-proxies", "127.0.0.1,10.0.0.0/8,::1"]).expect("good").trusted_proxies;
    let written: Vec<String> = given.iter().map(ToString::to_string).collect();
    assert_eq!(written, ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]);
    let path = file("trusted-proxies = \"127.0.0.1,::1\"");
    assert_eq!(serve(&["--settings", name(&path)]).expect("good").trusted_proxies.len(), 2);
    assert!(serve(&["--trusted-proxies", "proxy.example"]).is_err());
}
