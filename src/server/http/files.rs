//! Static files: what the build made under `/pkg`, and the public files beside it.

use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::LazyLock;
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// What stands before `/pkg`: `/build-…`, one for each build, where release builds list their files' hashes beside the
/// program; empty for other builds. The hashes in the files' names don't suffice to keep them forever: cargo-leptos takes
/// them before it writes the names of the wasm's parts into the others.
pub fn root() -> &'static str {
    static ROOT: LazyLock<String> = LazyLock::new(|| {
        hashes().map_or_else(String::new, |hashes| {
            let digest = Sha256::digest(hashes);
            let start: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            format!("/build-{start}")
        })
    });
    &ROOT
}

/// The list of hashes beside the program: `css: …`, a line for each file.
fn hashes() -> Option<String> {
    let program = std::env::current_exe().ok()?;
    std::fs::read_to_string(program.with_file_name("hash.txt")).ok()
}

/// What to tell whoever starts the server where the files that its pages name aren't there: program and files come from
/// different builds, or one was copied without the other.
pub fn missing(site_root: &Path) -> Option<String> {
    let style = style_of(hashes().as_deref());
    let folder = site_root.join("pkg");
    (!folder.join(&style).is_file()).then(|| {
        format!(
            "{style} is not in {}: pages come without style and scripts. The program, its `hash.txt` beside it, and the \
             folder `site` have to be of the same build; COUNTERSIGN_SITE_ROOT says where the folder is.",
            folder.display()
        )
    })
}

fn style_of(hashes: Option<&str>) -> String {
    let hash = hashes.and_then(|hashes| hashes.lines().find_map(|line| line.strip_prefix("css: ")));
    hash.map_or_else(|| "countersign.css".to_owned(), |hash| format!("countersign.{}.css", hash.trim()))
}

pub fn router<S: Clone + Send + Sync + 'static>(site_root: &Path) -> Router<S> {
    let kept = if root().is_empty() { "no-cache" } else { "public, max-age=31536000, immutable" };
    let built = served(kept, folder(&site_root.join("pkg")));
    let mut router = Router::new().nest_service(&format!("{}/pkg", root()), built);
    // One route for each public file that is there now, so that a page never has to be looked for on the disk first.
    for entry in std::fs::read_dir(site_root).into_iter().flatten().flatten() {
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let is_compressed_twin = name.ends_with(".br") || name.ends_with(".gz");
        if path.is_dir() && name != "pkg" {
            router = router.nest_service(&format!("/{name}"), served("public, max-age=3600", folder(&path)));
        } else if path.is_file() && !is_compressed_twin && !name.contains(['{', '}']) {
            let file = ServeFile::new(path).precompressed_br().precompressed_gzip();
            router = router.route_service(&format!("/{name}"), served("public, max-age=3600", file));
        }
    }
    router.layer(from_fn(refuse_impossible_names))
}

/// No file has such a name, and asking the disk for it is an error there.
async fn refuse_impossible_names(request: Request, next: Next) -> Response {
    const LONGEST: usize = 255;
    if request.uri().path().split('/').any(|part| part.len() > LONGEST) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

fn folder(path: &Path) -> ServeDir {
    ServeDir::new(path).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
}

fn served<S>(
    kept: &'static str,
    files: S,
) -> tower_http::set_header::SetResponseHeader<
    S,
    impl Fn(&Response<tower_http::services::fs::ServeFileSystemResponseBody>) -> Option<HeaderValue> + Clone,
> {
    let cache = move |response: &Response<_>| response.status().is_success().then_some(HeaderValue::from_static(kept));
    ServiceBuilder::new().layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, cache)).service(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_looked_for_under_the_name_that_pages_give_it() {
        assert_eq!(style_of(None), "countersign.css");
        assert_eq!(style_of(Some("js: a\ncss: b\n")), "countersign.b.css");
        let folder = tempfile::tempdir().expect("a folder");
        let told = missing(folder.path()).expect("nothing is there");
        assert!(told.contains("countersign.css is not in"), "{told}");
        std::fs::create_dir(folder.path().join("pkg")).expect("a folder");
        std::fs::write(folder.path().join("pkg/countersign.css"), "").expect("a file");
        assert_eq!(missing(folder.path()), None);
    }
}
