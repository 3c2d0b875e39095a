//! Forms say for whom their page was made, by the account's id: in the address that a browser sends them to (`?made-for=`),
//! and in a header of that name where the browser half sends them.
//!
//! A browser has one session and many tabs. Somebody may sign in in one tab while another still shows the page, the name
//! and the half-typed form of the person before. What its forms send is refused. Sign out is not: it ends the session that
//! the browser has.

use super::answer::replied;
use crate::domain::directory::Person;
use crate::server::caller::Caller;
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::session::MADE_FOR;
use axum::extract::Request;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;

/// Refuses a form whose page was made for somebody other than the person of the session. Programs needn't say for whom
/// they send; whoever has no session is told so by the server function itself.
pub async fn refuse_others_pages(request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().map(|caller| &caller.person);
    match caller.filter(|person| is_of_another(request.uri(), request.headers(), person)) {
        Some(person) => replied(Reply::Refused(AppError::AnotherPerson { now: name_of(person) })),
        None => next.run(request).await,
    }
}

/// Whether a form says that its page was made for another person.
pub fn is_of_another(address: &Uri, headers: &HeaderMap, person: &Person) -> bool {
    let said = headers.get(MADE_FOR).and_then(|id| id.to_str().ok()).map(str::to_owned);
    let made_for = said.or_else(|| made_for(address.query().unwrap_or_default()));
    made_for.is_some_and(|made_for| made_for != person.id.as_str())
}

fn name_of(person: &Person) -> String {
    if person.display_name.is_empty() { person.username.clone() } else { person.display_name.clone() }
}

fn made_for(query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs.into_iter().find_map(|(name, value)| (name == MADE_FOR).then_some(value))
}
