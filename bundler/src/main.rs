//! Turns the compiled browser half into the files that browsers load: `countersign-bundler COMPILED.wasm FOLDER`.
//!
//! The wasm is split at its lazy functions (`src/ui/areas.rs`), and wasm-bindgen writes the script that starts the main
//! part. cargo-leptos does this too, with these two libraries, but takes seven minutes to install, because it brings a
//! TLS stack twice and a JavaScript compiler. The files are named as in a development build of cargo-leptos.

use eyre::{Context, OptionExt, Result, eyre};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The script that loads the parts, by the name under which the wasm imports it.
const LOADER: &str = "./__wasm_split.______________________.js";

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (compiled, folder) = (arguments.next(), arguments.next());
    let usage = "usage: countersign-bundler COMPILED.wasm FOLDER";
    bundle(&compiled.ok_or_eyre(usage)?, &folder.ok_or_eyre(usage)?)
}

fn bundle(compiled: &Path, folder: &Path) -> Result<()> {
    let whole = fs::read(compiled).wrap_err_with(|| format!("can't read {}", compiled.display()))?;
    let main_part = folder.join("main-part.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = folder;
    options.main_out_path = &main_part;
    options.main_module = "./countersign.js";
    options.link_name = LOADER;
    let split = wasm_split_cli_support::transform(options)?;
    let parts_by_area = serde_json::to_vec_pretty(&split.prefetch_map)?;
    fs::write(folder.join("__wasm_split_manifest.json"), parts_by_area)?;

    // Exports are kept and names not demangled: the parts import from the main part by the names that the linker gave.
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&main_part)
        .out_name("countersign")
        .keep_lld_exports(true)
        .demangle(false)
        .typescript(false)
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| eyre!("wasm-bindgen: {error:#}"))?;
    fs::remove_file(&main_part)?;
    fs::rename(folder.join("countersign_bg.wasm"), folder.join("countersign.wasm"))?;
    Ok(())
}
