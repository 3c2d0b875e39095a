//! The files that `scripts/bundle` made for the browser: their addresses, and the script that wakes a page up with them.

use leptos::nonce::Nonce;
use serde_json::json;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

const STYLE: &str = "countersign.css";
const SCRIPT: &str = "countersign.js";
const WASM: &str = "countersign.wasm";
/// The script that loads the parts, as the wasm names it.
const LOADER: &str = "__wasm_split.______________________.js";
/// Which parts belong to which area, as JSON.
const PARTS: &str = "__wasm_split_manifest.json";
/// The file with the build's id, a digest of all its files. Builds for development have none.
const ID: &str = "build-id";

/// The addresses and scripts of the build that pages name.
pub struct Build {
    /// Where its files are served: `/build-…/pkg`, so that browsers can keep them forever, and `/pkg` for a build without an id.
    pub folder: String,
    /// The script that wakes a page of an area up (`ui::areas`), by the name of the function that loads the area.
    areas: HashMap<String, String>,
    /// The wake script for a page of no area.
    bare: String,
}

impl Build {
    /// Reads what is in `site_root`.
    pub fn read(site_root: &Path) -> Build {
        let pkg = site_root.join("pkg");
        let folder = address_of(&pkg);
        let address = |name: &str| format!("{folder}/{name}");
        let wake = |loader: Option<&str>, pack: Option<String>, parts: &[String]| {
            let apart = if pack.is_some() { &[] } else { parts };
            let parts: Vec<_> = apart.iter().map(|part| address(&format!("{part}.wasm"))).collect();
            let (script, wasm, split) = (address(SCRIPT), address(WASM), loader.map(address));
            let files = json!({ "script": script, "wasm": wasm, "split": split, "pack": pack, "parts": parts });
            format!("({})({files});", include_str!("wake.js").trim())
        };
        let manifest = fs::read(pkg.join(PARTS)).unwrap_or_default();
        let manifest: HashMap<String, Vec<String>> = serde_json::from_slice(&manifest).unwrap_or_default();
        // `wasm_split` adds a number to the function's name.
        let area = |(name, parts): (&String, &Vec<String>)| {
            let (function, _) = name.rsplit_once('_')?;
            let pack = format!("{function}.parts");
            // Builds for development aren't packed.
            let pack = pkg.join(&pack).is_file().then(|| address(&pack));
            Some((function.to_owned(), wake(Some(LOADER), pack, parts)))
        };
        Build { areas: manifest.iter().filter_map(area).collect(), bare: wake(None, None, &[]), folder }
    }

    /// The address of the stylesheet.
    pub fn style(&self) -> String {
        format!("{}/{STYLE}", self.folder)
    }

    /// Whether its files never change under their addresses.
    pub fn is_kept(&self) -> bool {
        self.folder != "/pkg"
    }

    /// The script that loads the browser half, with what a page of `area` needs of it. To stand at the end of a document.
    pub fn wake(&self, area: Option<&str>, nonce: &Nonce) -> String {
        let script = area.and_then(|area| self.areas.get(area)).unwrap_or(&self.bare);
        format!("<script type=\"module\" nonce=\"{nonce}\">{script}</script>")
    }
}

/// The address that the files in the folder `pkg` are served under, as long as they are those of this build.
pub fn address_of(pkg: &Path) -> String {
    match fs::read_to_string(pkg.join(ID)) {
        Ok(id) => format!("/build-{}/pkg", id.trim()),
        Err(_) => "/pkg".to_owned(),
    }
}

/// What to tell whoever starts the server where the files that its pages name aren't there.
pub fn missing(site_root: &Path) -> Option<String> {
    let folder = site_root.join("pkg");
    (!folder.join(STYLE).is_file()).then(|| {
        format!(
            "{STYLE} is not in {}: pages come without style and scripts. The folder `site` of the same build belongs beside the \
             program, or where COUNTERSIGN_SITE_ROOT says.",
            folder.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_starts_a_server_without_its_files_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = missing(folder.path()).expect("nothing is there");
        assert!(told.contains("countersign.css is not in"), "{told}");
        fs::create_dir(folder.path().join("pkg")).expect("a folder");
        fs::write(folder.path().join("pkg/countersign.css"), "").expect("a file");
        assert_eq!(missing(folder.path()), None);
    }

    #[test]
    fn a_page_wakes_up_with_the_parts_of_its_area_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.path().join("pkg").join(name), text).expect("a file");
        fs::create_dir(folder.path().join("pkg")).expect("a folder");
        let manifest = r#"{"area_hosts_17": ["chunk_1", "split_area_hosts_17"], "area_hosts_new_18": ["chunk_2"]}"#;
        write("__wasm_split_manifest.json", manifest);
        let development = Build::read(folder.path());
        assert_eq!((development.style().as_str(), development.is_kept()), ("/pkg/countersign.css", false));
        write("build-id", "1f\n");
        let build = Build::read(folder.path());
        assert_eq!((build.style().as_str(), build.is_kept()), ("/build-1f/pkg/countersign.css", true));
        let nonce = Nonce::new();

        let hosts = build.wake(Some("area_hosts"), &nonce);
        assert!(hosts.contains(&format!("nonce=\"{nonce}\"")), "{hosts}");
        let parts = r#""parts":["/build-1f/pkg/chunk_1.wasm","/build-1f/pkg/split_area_hosts_17.wasm"]"#;
        assert!(hosts.contains(parts), "{hosts}");
        assert!(hosts.contains(r#""split":"/build-1f/pkg/__wasm_split.______________________.js""#), "{hosts}");

        write("area_hosts_new.parts", "");
        let build = Build::read(folder.path());
        let packed = build.wake(Some("area_hosts_new"), &nonce);
        assert!(packed.contains(r#""pack":"/build-1f/pkg/area_hosts_new.parts","parts":[]"#), "{packed}");
        assert_eq!(build.wake(Some("area_hosts"), &nonce), hosts, "the other isn't packed");

        let sign_in = build.wake(None, &nonce);
        assert!(sign_in.contains(r#""parts":[]"#) && sign_in.contains(r#""split":null"#), "{sign_in}");
        assert!(sign_in.contains(r#""script":"/build-1f/pkg/countersign.js""#), "{sign_in}");
    }
}
