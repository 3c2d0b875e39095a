//! Static files: what the build made, under `/build-ID/pkg` (`/pkg` for a build without an id), and the public files
//! beside it.

use super::build::{Build, address_of};
use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

pub fn router<S: Clone + Send + Sync + 'static>(site_root: &Path, build: &Build) -> Router<S> {
    let kept = if build.is_kept() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let pkg = site_root.join("pkg");
    let mut router = Router::new().nest_service(&build.folder, served(kept, folder(&pkg)));
    let address = build.folder.clone();
    router =
        router.layer(from_fn(move |request, next| refuse_another_build(pkg.clone(), address.clone(), request, next)));
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

/// Whether this is the address of a file that some build made, whichever.
pub fn is_of_a_build(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let first = parts.next().unwrap_or_default();
    first == "pkg" || (first.starts_with("build-") && parts.next() == Some("pkg"))
}

/// Browsers keep the files of a build forever. Once another build lies in the folder, no file is better than one of those.
async fn refuse_another_build(pkg: PathBuf, address: String, request: Request, next: Next) -> Response {
    if address_of(&pkg) != address {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

/// No file has such a name, and asking the disk for it is an error there.
async fn refuse_impossible_names(request: Request, next: Next) -> Response {
    const LONGEST: usize = 255;
    if request.uri().path().split('/').any(|part| part.len() > LONGEST || part.contains("%00")) {
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
