//! Static files: what the build made under `/pkg`, and the public files beside it.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use std::path::Path;
use tower::ServiceBuilder;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

/// Whether the names under `/pkg` carry a hash of their content, as release builds make them: their list lies beside the
/// program.
pub fn are_hashed() -> bool {
    let program = std::env::current_exe().ok();
    program.as_deref().and_then(Path::parent).is_some_and(|folder| folder.join("hash.txt").exists())
}

pub fn router<S: Clone + Send + Sync + 'static>(site_root: &Path) -> Router<S> {
    let kept = if are_hashed() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut router = Router::new().nest_service("/pkg", served(kept, folder(&site_root.join("pkg"))));
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
    router
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
