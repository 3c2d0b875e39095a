//! Files that come with a form, and files that go out again.
//!
//! A form with files arrives as multipart, from scripts and from browsers alike. Its files are kept first, and stand in the
//! form as `file[0]=ID:NAME` from then on; what follows sees an ordinary form. So a form that is refused without scripts
//! comes back with its files.

use super::acting::is_of_another;
use super::answer::{refused, replied};
use super::limits::LARGEST_BODY;
use crate::domain::attachment::{MAX_FILES, MAX_SIZE, clean_name, is_image, refusal};
use crate::domain::ids::UserId;
use crate::domain::number;
use crate::domain::validation::Problem;
use crate::functions::UploadProblem;
use crate::server::app::App;
use crate::server::attachments::content;
use crate::server::caller::Caller;
use crate::server::service::support::attachments::{self, FIELD};
use crate::wire::Reply;
use crate::wire::error::AppError;
use axum::body::{Body, to_bytes};
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{Extension, FromRequest, Multipart, Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// What a field takes besides its name and its text.
const PAIR: usize = 64;

/// Makes an ordinary form of one with files.
pub async fn take_in(State(app): State<App>, request: Request, next: Next) -> Response {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("multipart/form-data") {
        let (head, body) = request.into_parts();
        return match to_bytes(body, LARGEST_BODY).await {
            Ok(form) => next.run(Request::from_parts(head, Body::from(form))).await,
            Err(_) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        };
    }
    let person = request.extensions().get::<Caller>().map(|caller| &caller.person);
    // The form of another person's page is refused further in; its files are a stranger's.
    let person = person.filter(|person| !is_of_another(request.uri(), request.headers(), person));
    let author = person.map(|person| person.id.clone());
    let (mut head, body) = request.into_parts();
    let (pairs, problem) = match read(&app, author.as_ref(), Request::from_parts(head.clone(), body)).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let form = serde_urlencoded::to_string(pairs).unwrap_or_default();
    if let Some(problem) = problem {
        head.extensions.insert(UploadProblem(vec![problem]));
    }
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    head.headers.insert(CONTENT_LENGTH, form.len().into());
    next.run(Request::from_parts(head, Body::from(form))).await
}

type Form = (Vec<(String, String)>, Option<Problem>);

/// The form's fields with its files kept. Of somebody who isn't signed in no file is; the form's function tells them so.
async fn read(app: &App, author: Option<&UserId>, request: Request) -> Result<Form, Response> {
    let mut multipart = Multipart::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
    let (mut pairs, mut files, mut room, mut beyond) = (vec![], vec![], LARGEST_BODY, 0);
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let Some(file_name) = field.file_name().map(clean_name_of) else {
            let text = field.bytes().await.map_err(broken)?;
            room = room
                .checked_sub(text.len() + name.len() + PAIR)
                .ok_or(StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
            pairs.push((name, String::from_utf8_lossy(&text).into_owned()));
            continue;
        };
        // A stranger's files reach no disk, and nobody's more than go with an entry: each is held open.
        if author.is_none() {
            continue;
        }
        if files.len() == MAX_FILES {
            beyond += 1;
            continue;
        }
        let (file, size) = spool(field).await?;
        // A field without a chosen file sends an empty one without a name.
        if size > 0 || file_name.is_some() {
            files.push((file_name.unwrap_or_else(|| clean_name("")), size, file));
        }
    }
    let kept = pairs.iter().filter(|(name, _)| name.starts_with("file[")).count();
    let sizes = files.iter().map(|(name, size, _)| (name.as_str(), *size));
    // Those that were kept by an earlier attempt count as well.
    let problem = refusal(sizes.chain(std::iter::repeat_n(("", 0), kept + beyond)));
    if let Some(message) = problem {
        return Ok((pairs, Some(Problem { field: FIELD.into(), message })));
    }
    if let Some(author) = author {
        for (number, (name, size, mut file)) in (kept..).zip(files) {
            let id = attachments::keep(app, author, &name, size, &mut file).await;
            let id = id.map_err(refused)?;
            pairs.push((format!("{FIELD}[{number}]"), format!("{id}:{name}")));
        }
    }
    Ok((pairs, None))
}

fn clean_name_of(given: &str) -> Option<String> {
    (!given.is_empty()).then(|| clean_name(given))
}

/// The connection broke off, or it wasn't multipart, or too large.
fn broken(error: MultipartError) -> Response {
    let status = error.status();
    let message = "What was sent arrived incomplete, or is too large. Nothing was changed; try again.";
    (status, replied(Reply::Refused(AppError::refused(message)))).into_response()
}

/// Writes a file to disk as it arrives, so that a slow sender takes no memory. What is beyond the limit is read and dropped.
async fn spool(mut field: Field<'_>) -> Result<(File, u64), Response> {
    let failed = |error| refused(AppError::internal(format_args!("upload: {error}")));
    let mut file = File::from_std(tempfile::tempfile().map_err(failed)?);
    let mut size = 0;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        size += chunk.len() as u64;
        if size <= MAX_SIZE {
            file.write_all(&chunk).await.map_err(failed)?;
        }
    }
    file.flush().await.map_err(failed)?;
    file.seek(SeekFrom::Start(0)).await.map_err(failed)?;
    Ok((file, size))
}

/// GET `/tickets/support/{number}/files/{id}`: images to be shown, everything else to be kept. Whatever it is, nothing in it
/// runs: no script, no form, no frame, and no other type than was found.
pub async fn file(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path((number, id)): Path<(String, String)>,
) -> Response {
    let found = match number::whole(&number) {
        Some(number) => attachments::find(&app, &caller, number, &id).await,
        None => Err(AppError::NotFound),
    };
    let found = match found {
        Ok((_, found)) => found,
        Err(error) => return (error.status(), error.to_string()).into_response(),
    };
    let Ok(content) = content(&app, found.place, id).await else {
        return (StatusCode::NOT_FOUND, AppError::NotFound.to_string()).into_response();
    };
    let (kind, how) = match is_image(&found.media_type) {
        true => (found.media_type.as_str(), "inline"),
        false => ("application/octet-stream", "attachment"),
    };
    let mut response = Body::from_stream(content).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CONTENT_DISPOSITION, &disposition(how, &found.name)),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        // Long enough for a page that is read again and again; then rights are asked once more.
        (CACHE_CONTROL, "private, max-age=300"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers.insert(CONTENT_LENGTH, found.size.into());
    response
}

/// The name in both spellings (RFC 6266): plain for the old, percent-encoded UTF-8 for the others.
fn disposition(how: &str, name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " -_.".contains(c);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_name_is_one_header_of_two_names(name in any::<String>()) {
            let written = disposition("attachment", &name);
            prop_assert!(written.bytes().all(|b| b == b' ' || b.is_ascii_graphic()), "{}", written);
            prop_assert_eq!(written.matches(';').count(), 2, "{}", written);
            prop_assert_eq!(written.matches('"').count(), 2, "{}", written);
            prop_assert!(HeaderValue::from_str(&written).is_ok());
        }
    }

    #[test]
    fn a_name_can_say_nothing_else_in_its_header() {
        assert_eq!(disposition("inline", "a b.png"), "inline; filename=\"a b.png\"; filename*=UTF-8''a%20b.png");
        assert_eq!(
            disposition("attachment", "x\"; filename=\"y\r\nSet-Cookie: \u{e9}.html"),
            "attachment; filename=\"x__ filename__y__Set-Cookie_ _.html\"; \
             filename*=UTF-8''x%22%3B%20filename%3D%22y%0D%0ASet-Cookie%3A%20%C3%A9.html"
        );
    }
}
