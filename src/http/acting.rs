//! Forms say for whom their page was made: `?made-for=` with the account's id, in the address that they are sent to.
//!
//! A browser has one session and many tabs. Somebody may sign in in one tab while another still shows the page, the name
//! and the half-typed form of the person before. What such a page sends is refused, whatever it asks for.

use crate::domain::directory::Person;
use crate::server::caller::Caller;
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::session::MADE_FOR;
use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a form whose page was made for somebody other than the person of the session. Programs needn't say for whom
/// they send; whoever has no session is told so by the server function itself.
pub async fn refuse_others_pages(request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().map(|caller| &caller.person);
    match (caller, made_for(request.uri().query().unwrap_or_default())) {
        (Some(person), Some(made_for)) if made_for != person.id.as_str() => {
            let refusal = AppError::AnotherPerson { now: name_of(person) };
            Json(Reply::Refused(refusal)).into_response()
        }
        _ => next.run(request).await,
    }
}

fn name_of(person: &Person) -> String {
    if person.display_name.is_empty() { person.username.clone() } else { person.display_name.clone() }
}

fn made_for(query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs.into_iter().find_map(|(name, value)| (name == MADE_FOR).then_some(value))
}
