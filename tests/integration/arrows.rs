//! The arrows between the modules of `src`: they run one way, from the table below, and no files know each other in a
//! circle.
//!
//! [`graph`] says how a path is followed to a file and what counts as an arrow; [`small`] shows it on small texts.
//! Names of our own modules aren't brought in by `*`, because what is used of them couldn't be followed.

mod graph;
mod reader;
mod small;
mod tokens;

use graph::{Arrow, Sources, area, circles, forbidden};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What each area may know, from the ground up: none knows one that stands below it here. ARCHITECTURE.md shows the
/// same table. An area is a folder or a file of `src`, and of `src/server`.
const ALLOWED: [(&str, &[&str]); 32] = [
    ("domain", &[]),
    ("wire", &["domain"]),
    ("server", &[]),
    ("server/clock", &["domain"]),
    ("server/private", &[]),
    ("server/settings", &["domain", "server/private"]),
    ("server/helpdesk", &["domain"]),
    ("server/markdown", &["domain"]),
    ("server/listener", &[]),
    ("server/telemetry", &["server/settings"]),
    ("server/secret", &["server/private", "server/settings"]),
    ("server/store", &["domain", "server/clock", "server/private"]),
    ("server/backup", &["server/private", "server/settings", "server/store"]),
    ("server/error", &["wire", "server/clock", "server/store"]),
    ("server/caller", &["domain", "server/store"]),
    ("server/cloud", &["domain", "server/clock", "server/store"]),
    ("server/job", &["domain", "wire", "server/store"]),
    ("server/metrics", &["domain", "server/job"]),
    ("server/auth", &["domain", "wire", "server/settings", "server/metrics"]),
    ("server/events", &["domain", "wire", "server/clock", "server/store", "server/caller", "server/metrics"]),
    ("server/app", &["domain", "server/clock", "server/settings", "server/store", "server/cloud", "server/events"]),
    ("server/attachments", &["server/store", "server/app"]),
    ("server/work", &["domain", "wire", "server/store", "server/job", "server/metrics", "server/app"]),
    (
        "server/service",
        &[
            "domain",
            "wire",
            "server/clock",
            "server/settings",
            "server/helpdesk",
            "server/markdown",
            "server/secret",
            "server/store",
            "server/caller",
            "server/cloud",
            "server/job",
            "server/auth",
            "server/app",
            "server/attachments",
            "server/work",
        ],
    ),
    ("functions", &["domain", "wire", "server/caller", "server/auth", "server/app", "server/service"]),
    ("ui", &["domain", "wire", "functions"]),
    (
        "server/jobs",
        &[
            "domain",
            "wire",
            "server/clock",
            "server/telemetry",
            "server/store",
            "server/job",
            "server/metrics",
            "server/app",
            "server/work",
            "server/service",
        ],
    ),
    (
        "server/seed",
        &["domain", "wire", "server/clock", "server/store", "server/caller", "server/app", "server/service"],
    ),
    (
        "server/demo",
        &[
            "domain",
            "wire",
            "server/clock",
            "server/store",
            "server/caller",
            "server/cloud",
            "server/auth",
            "server/app",
            "server/work",
            "server/service",
            "server/jobs",
        ],
    ),
    (
        "http",
        &[
            "domain",
            "wire",
            "server/telemetry",
            "server/store",
            "server/caller",
            "server/metrics",
            "server/auth",
            "server/events",
            "server/app",
            "server/attachments",
            "server/service",
            "functions",
            "ui",
        ],
    ),
    ("lib", &["ui"]),
    (
        "main",
        &[
            "domain",
            "server/clock",
            "server/private",
            "server/settings",
            "server/listener",
            "server/telemetry",
            "server/store",
            "server/backup",
            "server/cloud",
            "server/events",
            "server/app",
            "server/service",
            "server/jobs",
            "server/seed",
            "server/demo",
            "http",
        ],
    ),
];

/// The files of `src`: each with its name there, and its text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut open, mut files) = (vec![root.clone()], vec![]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let name = path.strip_prefix(&root).expect("a file of src").to_string_lossy().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).expect("a source")));
            }
        }
    }
    files.sort();
    files
}

/// The sources, as if `more` were written at the end of `file`.
fn sources_with(file: &str, more: &str) -> Sources {
    let mut files = files();
    if !more.is_empty() {
        let found = files.iter_mut().find(|(name, _)| name == file).expect("the file");
        found.1.push_str(more);
    }
    Sources::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

fn told<'a>(arrows: impl IntoIterator<Item = &'a Arrow>) -> Vec<String> {
    arrows.into_iter().map(|arrow| format!("src/{arrow}")).collect()
}

/// A line for each arrow within a circle.
fn told_circles(arrows: &[Arrow]) -> Vec<String> {
    let within = |circle: &BTreeSet<String>| {
        let is_within = |arrow: &&Arrow| circle.contains(&arrow.from) && circle.contains(&arrow.to);
        told(arrows.iter().filter(is_within)).join("\n    ")
    };
    circles(arrows).iter().map(|circle| format!("{} files:\n    {}", circle.len(), within(circle))).collect()
}

#[test]
fn arrows_between_areas_are_those_of_the_table() {
    let arrows = sources_with("", "").arrows();
    assert!(arrows.len() > 2_000, "they were read: {}", arrows.len());
    let wrong = told(forbidden(&arrows, &ALLOWED));
    assert!(wrong.is_empty(), "ARCHITECTURE.md doesn't allow that\n  {}", wrong.join("\n  "));
    let is_used = |from: &str, to: &str| arrows.iter().any(|arrow| area(&arrow.from) == from && area(&arrow.to) == to);
    let all = ALLOWED.iter().flat_map(|(from, known)| known.iter().map(move |to| (*from, *to)));
    let unused: Vec<_> = all.filter(|(from, to)| !is_used(from, to)).collect();
    assert!(unused.is_empty(), "the table allows what nothing needs any more: {unused:?}");
}

#[test]
fn no_files_know_each_other_in_a_circle() {
    let sources = sources_with("", "");
    let circles = told_circles(&sources.arrows());
    assert!(circles.is_empty(), "{} circles\n  {}", circles.len(), circles.join("\n  "));
    assert_eq!(sources.globs(), [""; 0], "name what is taken: it can't be followed otherwise");
}

#[test]
fn an_arrow_that_is_put_back_is_named() {
    let arrows = sources_with("server/store/db.rs", "\nuse crate::functions::app;\n").arrows();
    let wrong = told(forbidden(&arrows, &ALLOWED));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("src/server/store/db.rs:"), "{wrong:?}");
    assert!(wrong[0].ends_with(" knows functions/mod.rs (crate::functions::app)"), "{wrong:?}");

    let arrows = sources_with("server/store/change.rs", "\nuse super::event::tell_writing;\n").arrows();
    let circles = told_circles(&arrows);
    assert_eq!((circles.len(), forbidden(&arrows, &ALLOWED)), (1, vec![]), "within an area only circles are wrong");
    assert!(circles[0].contains("knows server/store/event.rs (super::event::tell_writing)"), "{circles:?}");
    assert!(circles[0].contains("src/server/store/event.rs:"), "{circles:?}");
}

#[test]
fn the_table_is_the_one_that_architecture_md_shows() {
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).expect("the map");
    let table = map.split_once("<!-- arrows -->").and_then(|(_, rest)| rest.split_once("<!-- /arrows -->"));
    let (table, _) = table.expect("a table between <!-- arrows --> and <!-- /arrows -->");
    let row = |line: &str| {
        let (area, knows) = line.trim().strip_prefix('|')?.split_once('|')?;
        let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        Some((names(area).pop()?, names(knows)))
    };
    let shown: Vec<(String, Vec<String>)> = table.lines().filter_map(row).collect();
    let ours =
        ALLOWED.iter().map(|(area, knows)| ((*area).to_owned(), knows.iter().map(|k| (*k).to_owned()).collect()));
    assert_eq!(shown, ours.collect::<Vec<_>>());

    let mut above: Vec<&str> = vec![];
    for (area, knows) in ALLOWED {
        let lower: Vec<_> = knows.iter().filter(|known| !above.contains(known)).collect();
        assert!(lower.is_empty(), "{area} may know {lower:?}, which doesn't stand before it");
        above.push(area);
    }
    let areas: BTreeSet<String> = files().iter().map(|(name, _)| area(name)).collect();
    let missing: Vec<_> = areas.iter().filter(|area| !above.contains(&area.as_str())).collect();
    assert!(missing.is_empty(), "areas that the table doesn't have: {missing:?}");
}
