//! Marks the shapes of what travels between the halves: the release that wrote an answer is the one that may read it.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut files = vec![];
    for folder in ["src/wire", "src/domain"] {
        println!("cargo:rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    files.sort();
    // FNV-1a: the same everywhere, and nobody gains anything by a collision.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        for byte in fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display())) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    println!("cargo:rustc-env=COUNTERSIGN_SHAPES={hash:016x}");
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
