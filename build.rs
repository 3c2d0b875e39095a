//! Marks what both halves have to agree on: the shapes of what travels between them, because the release that wrote an
//! answer is the one that may read it, and the file of icons, whose address changes with its content.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rustc-env=COUNTERSIGN_SHAPES={:016x}", shapes());
    // Half of it tells the few files apart that there will ever be, and stands in every page some hundred times.
    println!("cargo:rustc-env=COUNTERSIGN_ICONS={:08x}", icons() as u32);
}

fn shapes() -> u64 {
    let mut files = vec![];
    for folder in ["src/wire", "src/domain", "src/functions"] {
        println!("cargo:rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    files.sort();
    digest(files.iter().map(|file| {
        let text = read(file);
        if file.starts_with("src/functions") { heads(&text) } else { text }
    }))
}

fn icons() -> u64 {
    let file = Path::new("public/icons.svg");
    println!("cargo:rerun-if-changed={}", file.display());
    digest([read(file)])
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// FNV-1a: the same everywhere, and nobody gains anything by a collision.
fn digest(texts: impl IntoIterator<Item = String>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

/// The signatures of the server functions: only their arguments and results travel, their bodies don't.
fn heads(source: &str) -> String {
    let functions = source.split("async fn ").skip(1);
    functions.map(|function| function.split_once(" {\n").map_or(function, |(head, _)| head)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
