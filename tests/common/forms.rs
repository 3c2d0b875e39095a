//! The fields that server functions take, read from their source, so that a campaign against them knows each function
//! that is added.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A server function's path and the names of all fields its form can have.
#[derive(Debug, Clone)]
pub struct Form {
    pub path: String,
    pub fields: Vec<String>,
}

/// Every server function.
pub fn all() -> Vec<Form> {
    let (functions, structs) = (sources("src/functions"), structs());
    let mut forms = vec![];
    for rest in functions.split("#[server(endpoint = \"").skip(1) {
        let (endpoint, rest) = rest.split_once('"').expect("an endpoint");
        let arguments = rest.split_once("async fn ").and_then(|(_, rest)| rest.split_once('(')).expect("a function").1;
        let arguments = arguments.split_once(") -> Result").expect("its arguments").0;
        let mut fields = vec![];
        for argument in arguments.replace("#[server(default)]", "").split(',') {
            if let Some((name, kind)) = argument.split_once(':') {
                spread(name.trim(), kind.trim(), &structs, 3, &mut fields);
            }
        }
        forms.push(Form { path: format!("/api/{endpoint}"), fields });
    }
    // A function that is written in another way wouldn't be found, and would be left out in silence.
    assert_eq!(forms.len(), functions.matches("\n#[server(").count(), "every server function is read");
    assert!(forms.len() > 50, "they are where this looks for them");
    forms
}

/// Every word that an enum of ours is stored and sent as.
pub fn keys() -> Vec<String> {
    let all = sources("src/domain") + &sources("src/wire");
    let key = |line: &str| {
        let (_, rest) = line.trim().split_once(" = \"")?;
        let (key, rest) = rest.split_once('"')?;
        rest.starts_with(", \"").then(|| key.to_owned())
    };
    all.lines().filter_map(key).collect()
}

/// Adds the names under which a value of this type is sent.
fn spread(
    name: &str,
    kind: &str,
    structs: &BTreeMap<String, Vec<(String, String)>>,
    depth: u8,
    fields: &mut Vec<String>,
) {
    let inner = |of: &str| kind.strip_prefix(of).and_then(|rest| rest.strip_suffix('>'));
    if let Some(kind) = inner("Option<") {
        spread(name, kind, structs, depth, fields);
    } else if let Some(kind) = inner("Vec<") {
        for index in 0..2 {
            spread(&format!("{name}[{index}]"), kind, structs, depth, fields);
        }
    } else if let Some(known) = structs.get(kind).filter(|_| depth > 0) {
        for (field, kind) in known {
            spread(&format!("{name}[{field}]"), kind, structs, depth - 1, fields);
        }
    } else {
        fields.push(name.to_owned());
    }
}

/// The fields of every struct, by its name.
fn structs() -> BTreeMap<String, Vec<(String, String)>> {
    let all = sources("src/domain") + &sources("src/wire");
    let mut structs = BTreeMap::new();
    for rest in all.split("\npub struct ").skip(1) {
        let Some((name, body)) =
            rest.split_once(" {\n").and_then(|(name, rest)| Some((name, rest.split_once("\n}")?.0)))
        else {
            continue;
        };
        let field = |line: &str| {
            let (name, kind) = line.trim().strip_prefix("pub ")?.strip_suffix(',')?.split_once(": ")?;
            Some((name.to_owned(), kind.to_owned()))
        };
        structs.insert(name.to_owned(), body.lines().filter_map(field).collect());
    }
    structs
}

/// The text of every source in a folder of the project and in the folders below it.
fn sources(folder: &str) -> String {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut files = vec![];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files.iter().map(|path| fs::read_to_string(path).expect("a source")).collect()
}
