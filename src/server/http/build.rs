//! What the build made for the browser: the names of its files, and the script that wakes a page up with them.

use leptos::nonce::Nonce;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

/// What pages bear of the build.
pub struct Build {
    /// The address of the stylesheet.
    pub style: String,
    /// The script that wakes a page of an area up (`ui::areas`), by the name of the function that loads the area.
    areas: HashMap<String, String>,
    /// The same for a page of no area.
    bare: String,
}

impl Build {
    /// Reads the names beside the program, and in `site_root` which parts belong to which area.
    pub fn read(site_root: &Path) -> Build {
        Build::from(&Names::read(hashes().as_deref()), root(), site_root)
    }

    fn from(names: &Names, root: &str, site_root: &Path) -> Build {
        let address = |name: &str| format!("{root}/pkg/{name}");
        let folder = site_root.join("pkg");
        let wake = |split: Option<String>, parts: &[String]| {
            // Builds for development aren't packed.
            let pack = Some(pack(parts)).filter(|pack| folder.join(pack).is_file()).map(|pack| address(&pack));
            let apart = if pack.is_some() { &[] } else { parts };
            let parts: Vec<_> = apart.iter().map(|part| address(&format!("{part}.wasm"))).collect();
            let (script, wasm) = (address(&names.script), address(&names.wasm));
            let files = json!({ "script": script, "wasm": wasm, "split": split, "pack": pack, "parts": parts });
            format!("({})({files});", include_str!("wake.js").trim())
        };
        let manifest = std::fs::read(folder.join(&names.manifest)).unwrap_or_default();
        let manifest: HashMap<String, Vec<String>> = serde_json::from_slice(&manifest).unwrap_or_default();
        // `wasm_split` adds a number to the function's name.
        let area = |(name, parts): (&String, &Vec<String>)| {
            let (function, _) = name.rsplit_once('_')?;
            Some((function.to_owned(), wake(Some(address(&names.split)), parts)))
        };
        Build { style: address(&names.style), areas: manifest.iter().filter_map(area).collect(), bare: wake(None, &[]) }
    }

    /// The script that loads the browser half, with what a page of `area` needs of it. To stand at the end of a document.
    pub fn wake(&self, area: Option<&str>, nonce: &Nonce) -> String {
        let script = area.and_then(|area| self.areas.get(area)).unwrap_or(&self.bare);
        format!("<script type=\"module\" nonce=\"{nonce}\">{script}</script>")
    }
}

/// The file that `scripts/pack` packs an area's parts into.
fn pack(parts: &[String]) -> String {
    format!("{}.parts", start(&Sha256::digest(parts.join(","))))
}

/// The first twelve hexadecimal digits.
fn start(digest: &[u8]) -> String {
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// What stands before `/pkg`: `/build-…`, one for each build, where release builds list their files' hashes beside the
/// program; empty for other builds. The hashes in the files' names don't suffice to keep them forever: cargo-leptos takes
/// them before it writes the names of the wasm's parts into the others.
pub fn root() -> &'static str {
    static ROOT: LazyLock<String> = LazyLock::new(|| {
        hashes().map_or_else(String::new, |hashes| format!("/build-{}", start(&Sha256::digest(hashes))))
    });
    &ROOT
}

/// What to tell whoever starts the server where the files that its pages name aren't there: program and files come from
/// different builds, or one was copied without the other.
pub fn missing(site_root: &Path) -> Option<String> {
    let style = Names::read(hashes().as_deref()).style;
    let folder = site_root.join("pkg");
    (!folder.join(&style).is_file()).then(|| {
        format!(
            "{style} is not in {}: pages come without style and scripts. The program, its `hash.txt` beside it, and the \
             folder `site` have to be of the same build; COUNTERSIGN_SITE_ROOT says where the folder is.",
            folder.display()
        )
    })
}

/// The list of hashes beside the program: `css: …`, a line for each file.
fn hashes() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    std::fs::read_to_string(program.with_file_name("hash.txt")).ok()
}

/// Names of files in `pkg`, as cargo-leptos gives them.
struct Names {
    style: String,
    script: String,
    wasm: String,
    split: String,
    manifest: String,
}

impl Names {
    /// From the list of hashes; without one, the names that files have in other builds.
    fn read(hashes: Option<&str>) -> Names {
        let hash = |of: &str| {
            let mut lines = hashes.unwrap_or_default().lines().filter_map(|line| line.split_once(": "));
            lines.find(|(file, _)| *file == of).map(|(_, hash)| hash.trim())
        };
        let name = |of, start: &str, end: &str| match hash(of) {
            Some(hash) => format!("{start}.{hash}.{end}"),
            None => format!("{start}.{end}"),
        };
        Names {
            style: name("css", "countersign", "css"),
            script: name("js", "countersign", "js"),
            wasm: name("wasm", "countersign", "wasm"),
            split: format!("__wasm_split.{}.js", hash("split").unwrap_or("______________________")),
            manifest: name("manifest", "__wasm_split_manifest", "json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_looked_for_under_the_names_that_pages_give_them() {
        let plain = Names::read(None);
        assert_eq!((plain.style.as_str(), plain.wasm.as_str()), ("countersign.css", "countersign.wasm"));
        assert_eq!(plain.split, "__wasm_split.______________________.js");
        let hashed = Names::read(Some("js: a\nwasm: b\ncss: c\nmanifest: d\nsplit: e\n"));
        assert_eq!((hashed.script.as_str(), hashed.wasm.as_str()), ("countersign.a.js", "countersign.b.wasm"));
        assert_eq!(
            (hashed.manifest.as_str(), hashed.split.as_str()),
            ("__wasm_split_manifest.d.json", "__wasm_split.e.js")
        );
        let folder = tempfile::tempdir().expect("a folder");
        let told = missing(folder.path()).expect("nothing is there");
        assert!(told.contains("countersign.css is not in"), "{told}");
        std::fs::create_dir(folder.path().join("pkg")).expect("a folder");
        std::fs::write(folder.path().join("pkg/countersign.css"), "").expect("a file");
        assert_eq!(missing(folder.path()), None);
    }

    #[test]
    fn a_page_wakes_up_with_the_parts_of_its_area_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("pkg")).expect("a folder");
        let manifest = r#"{"area_hosts_17": ["chunk_1", "split_area_hosts_17"], "area_hosts_new_18": ["chunk_2"]}"#;
        std::fs::write(folder.path().join("pkg/__wasm_split_manifest.json"), manifest).expect("a file");
        let build = Build::from(&Names::read(None), "/build-1", folder.path());
        let nonce = Nonce::new();

        let hosts = build.wake(Some("area_hosts"), &nonce);
        assert!(hosts.contains(&format!("nonce=\"{nonce}\"")), "{hosts}");
        let parts = r#""parts":["/build-1/pkg/chunk_1.wasm","/build-1/pkg/split_area_hosts_17.wasm"]"#;
        assert!(hosts.contains(parts), "{hosts}");
        assert!(hosts.contains(r#""split":"/build-1/pkg/__wasm_split.______________________.js""#), "{hosts}");

        // As `scripts/pack` names it: `printf chunk_2 | sha256sum`.
        std::fs::write(folder.path().join("pkg/08115a3d4bbe.parts"), "").expect("a file");
        let build = Build::from(&Names::read(None), "/build-1", folder.path());
        let packed = build.wake(Some("area_hosts_new"), &nonce);
        assert!(packed.contains(r#""pack":"/build-1/pkg/08115a3d4bbe.parts","parts":[]"#), "{packed}");
        assert_eq!(build.wake(Some("area_hosts"), &nonce), hosts, "the other isn't packed");

        let sign_in = build.wake(None, &nonce);
        assert!(sign_in.contains(r#""parts":[]"#) && sign_in.contains(r#""split":null"#), "{sign_in}");
        assert!(sign_in.contains(r#""script":"/build-1/pkg/countersign.js""#), "{sign_in}");
    }
}
