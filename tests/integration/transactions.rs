//! Who begins a transaction, read from the sources: a change has a record in the operation log, and what has none says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The files that may: the store's own way to begin one, `App::quiet`, `Work` with its record, and the embedded inventory,
/// which stands for a cloud elsewhere and is handed the database alone.
const BEGIN: [&str; 4] = ["server/app.rs", "server/cloud/embedded.rs", "server/store/db.rs", "server/work.rs"];

/// The path, below `src`, of each source that begins a transaction.
fn beginners(folder: &Path, root: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            beginners(&path, root, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("a source");
            if [".begin()", ".begin_with(", "Db::begin"].iter().any(|call| text.contains(call)) {
                let below = path.strip_prefix(root).expect("below the root");
                found.insert(below.to_str().expect("a name of ours").replace('\\', "/"));
            }
        }
    }
}

#[test]
fn a_transaction_is_begun_with_a_record_or_quietly() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    beginners(&root, &root, &mut found);
    let allowed: BTreeSet<String> = BEGIN.map(str::to_owned).into();
    assert_eq!(found, allowed, "a change goes through app.work(…), everything else through app.quiet()");
}
