//! Sets `COUNTERSIGN_SHAPES`, a hash of the sources of the types that travel between the two halves. An answer is read
//! only by a browser half with the same hash as the server that wrote it.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut files = vec![];
    for folder in ["src/wire", "src/domain", "src/functions"] {
        println!("cargo:rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    files.sort();
    // FNV-1a: equal on every machine. It needn't withstand attacks, because nobody gains anything by a collision.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let text = if file.starts_with("src/functions") { heads(&text) } else { text };
        for byte in text.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo:rustc-env=COUNTERSIGN_SHAPES={hash:016x}");
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
