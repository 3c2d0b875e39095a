//! A ticket type stands in its own files and in the two tables that have a line for each: nothing else names one.
//!
//! `tests/seventh_type` is a whole type of its own, Floating IP Application. `scripts/seventh-type` adds it to a copy of
//! the sources and takes a ticket of it from submission to its end, on both databases. That compiles everything anew, so
//! here it is only compared with the sources.

use countersign::domain::process::TicketType;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The two tables: the types, and their payloads.
const TABLES: [&str; 2] = ["domain/process.rs", "domain/request.rs"];

/// The files of `src` that are a type's own, or about what it is about.
const OWN: [&str; 14] = [
    "domain/host.rs",
    "domain/host_operation.rs",
    "domain/join.rs",
    "domain/quota_request.rs",
    // Which process the demo has for it.
    "server/demo.rs",
    "server/seed.rs",
    "server/service/hosts.rs",
    "server/service/requests/hosts.rs",
    "server/service/requests/join.rs",
    "server/service/requests/operations.rs",
    "server/service/requests/quota.rs",
    // Quota applications that ask for the same limit.
    "server/service/requests/rivals.rs",
    "server/store/host.rs",
    "ui/pages/host_new.rs",
];

/// The engine of tickets, and the pages of all tickets. They don't name a payload either.
const OF_ALL: [&str; 9] = [
    "server/service/workflow/",
    "ui/new_ticket.rs",
    "ui/pages/amend.rs",
    "ui/pages/batch.rs",
    "ui/pages/decision.rs",
    "ui/pages/ticket.rs",
    "ui/pages/ticket_request.rs",
    "ui/pages/workflow.rs",
    "ui/requests/mod.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder, with their names there.
fn sources(folder: &Path) -> Vec<(String, PathBuf)> {
    let (mut open, mut found) = (vec![folder.to_owned()], vec![]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(inner).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name =
                    path.strip_prefix(folder).expect("a file of the folder").to_string_lossy().replace('\\', "/");
                found.push((name, path));
            }
        }
    }
    found.sort();
    found
}

/// The words of a source, without its comments and its tests.
fn words(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    let parts = code.flat_map(|line| line.split(|c: char| c != '_' && c != ':' && !c.is_ascii_alphanumeric()));
    // `super::Request::Join` says `Request::Join` as well as `Join`.
    let said = |path: &str| {
        let parts: Vec<&str> = path.split("::").collect();
        let pairs = parts.windows(2).map(|pair| pair.join("::")).collect::<Vec<_>>();
        parts.iter().map(|part| (*part).to_owned()).chain(pairs).collect::<Vec<_>>()
    };
    parts.flat_map(said).collect()
}

/// The lines of the table of payloads: `Host($crate::domain::host::HostRequest): ApplyMachine;`.
fn table() -> Vec<(String, String)> {
    let source = fs::read_to_string(root().join("src/domain/request.rs")).expect("the table");
    let line = |line: &str| {
        let (variant, rest) = line.trim().split_once("($crate::")?;
        let (path, _) = rest.split_once(')')?;
        Some((variant.to_owned(), path.rsplit("::").next()?.to_owned()))
    };
    source.lines().filter_map(line).collect()
}

#[test]
fn nothing_but_its_own_files_names_a_type() {
    let types = TicketType::ALL.iter().filter(|one| one.is_workflow()).map(|one| format!("{one:?}"));
    let requests = table().into_iter().map(|(variant, _)| format!("Request::{variant}"));
    let names: Vec<String> = types.chain(requests).collect();
    assert_eq!(names.len(), 6 + 5, "{names:?}");
    let mut naming = vec![];
    for (file, path) in sources(&root().join("src")) {
        let words = words(&fs::read_to_string(path).expect("a source"));
        let named: Vec<&String> = names.iter().filter(|name| words.contains(*name)).collect();
        let may = TABLES.contains(&file.as_str()) || OWN.contains(&file.as_str());
        assert!(may || named.is_empty(), "src/{file} names {named:?}: ask the request instead, by a trait's method");
        naming.extend((!named.is_empty()).then_some(file));
    }
    let silent: Vec<_> = TABLES.iter().chain(&OWN).filter(|file| !naming.iter().any(|name| name == *file)).collect();
    assert!(silent.is_empty(), "these don't name a type any more, so they leave the list: {silent:?}");
}

#[test]
fn the_engine_and_the_pages_of_all_tickets_name_no_payload() {
    let payloads: Vec<String> = table().into_iter().map(|(_, payload)| payload).collect();
    assert_eq!(payloads.len(), 5, "{payloads:?}");
    let mut read = BTreeSet::new();
    for (file, path) in sources(&root().join("src")) {
        let Some(part) = OF_ALL.iter().find(|part| file.starts_with(**part)) else { continue };
        read.insert(*part);
        let words = words(&fs::read_to_string(path).expect("a source"));
        let named: Vec<&String> = payloads.iter().filter(|name| words.contains(*name)).collect();
        assert!(named.is_empty(), "src/{file} names {named:?}: ask the request instead, by a trait's method");
    }
    assert_eq!(read, BTreeSet::from(OF_ALL), "each part is there");
}

/// One line that the seventh type adds to a file: in front of which other.
struct Line {
    file: String,
    before: String,
    line: String,
}

fn lines_of_the_seventh_type() -> Vec<Line> {
    let text = fs::read_to_string(root().join("tests/seventh_type/lines.txt")).expect("the lines");
    let blocks = text.split("\n\n").map(|block| block.lines().map(str::to_owned).collect::<Vec<_>>());
    let read = |block: Vec<String>| match <[String; 3]>::try_from(block) {
        Ok([file, before, line]) => Line { file, before, line },
        Err(block) => panic!("a file, a line of it and the line in front of that: {block:?}"),
    };
    blocks.map(read).collect()
}

#[test]
fn a_seventh_type_needs_its_own_files_and_a_line_in_each_table() {
    let lines = lines_of_the_seventh_type();
    for Line { file, before, line } in &lines {
        let source = fs::read_to_string(root().join(file)).expect("a source");
        let found = source.lines().filter(|one| one == before).count();
        assert_eq!(found, 1, "{file} has this line once: {before}");
        assert!(!source.contains(line.trim()), "{file} has it already: {line}");
    }
    let (declared, rest): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.line.contains("mod "));
    let told: Vec<&str> = rest.iter().map(|line| line.file.as_str()).collect();
    assert_eq!(told, TABLES.map(|table| format!("src/{table}")), "no other file needs to know it");

    let own: Vec<String> =
        sources(&root().join("tests/seventh_type/files")).into_iter().map(|(name, _)| name).collect();
    let expected = [
        "src/domain/floating_ip.rs",
        "src/server/service/requests/floating_ip.rs",
        "src/ui/requests/floating_ip.rs",
        "tests/integration/floating_ip.rs",
    ];
    assert_eq!(own, expected);
    assert_eq!(declared.len(), own.len(), "and a `mod` for each of its own files");
}
