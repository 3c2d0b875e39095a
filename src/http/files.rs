//! Static files: what the build made, under `/build-ID/pkg` (`/pkg` for a build without an id), the icons under the
//! address that pages name, and the public files beside it.

use super::build::{Build, address_of};
use crate::ui::SPRITE;
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

/// For what never changes under its address.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The icons that this program's pages name.
const ICONS: &[u8] = include_bytes!("../../public/icons.svg");

pub fn router<S: Clone + Send + Sync + 'static>(site_root: &Path, build: &Build) -> Router<S> {
    let kept = if build.is_kept() { FOREVER } else { "no-cache" };
    let pkg = site_root.join("pkg");
    let mut router = Router::new().nest_service(&build.folder, served(kept, folder(&pkg)));
    // Of another build's folder the icons are better than none, but not to be kept as those that the address names.
    let icons = site_root.join("icons.svg");
    let is_ours = std::fs::read(&icons).is_ok_and(|found| found == ICONS);
    let kept = if is_ours && build.is_kept() { FOREVER } else { "no-cache" };
    router = router.route_service(SPRITE, served(kept, file(&icons)));
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
            router = router.route_service(&format!("/{name}"), served("public, max-age=3600", file(&path)));
        }
    }
    router.layer(from_fn(refuse_impossible_names))
}

/// Whether this is the address of a file that some build made, this one or another.
pub fn is_of_a_build(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let first = parts.next().unwrap_or_default();
    let is_sprite = first.starts_with("icons-") && first.ends_with(".svg");
    first == "pkg" || is_sprite || (first.starts_with("build-") && parts.next() == Some("pkg"))
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

fn file(path: &Path) -> ServeFile {
    ServeFile::new(path).precompressed_br().precompressed_gzip()
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
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;
    use tower::ServiceExt;

    #[tokio::test]
    async fn icons_are_kept_forever_if_they_are_those_of_this_program_and_its_build_has_an_id() {
        let site = tempfile::tempdir().expect("a folder");
        let ask = async || {
            let files: Router = router(site.path(), &Build::read(site.path()));
            let request = Request::get(SPRITE).body(Body::empty()).expect("a request");
            files.oneshot(request).await.expect("an answer")
        };
        assert_eq!(ask().await.status(), StatusCode::NOT_FOUND);
        let (pkg, id) = (site.path().join("pkg"), site.path().join("pkg/build-id"));
        std::fs::create_dir(&pkg).expect("a folder");
        for (content, has_id, kept) in
            [(ICONS, false, "no-cache"), (b"<svg/>" as &[u8], true, "no-cache"), (ICONS, true, FOREVER)]
        {
            std::fs::write(site.path().join("icons.svg"), content).expect("a file");
            if has_id {
                std::fs::write(&id, "1f").expect("a file");
            }
            let answer = ask().await;
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(answer.headers()[CACHE_CONTROL], kept);
            assert_eq!(answer.headers()[CONTENT_TYPE], "image/svg+xml");
        }
    }
}
