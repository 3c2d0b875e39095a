//! GET `/events`: the live stream of a session, as server-sent events. Hints only; see [`crate::wire::live`].

use crate::server::app::App;
use crate::server::caller::Caller;
use crate::server::events::{Message, Stream};
use crate::wire::live::{Hint, Position};
use axum::extract::{Extension, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde::Deserialize;
use std::convert::Infallible;
use std::time::Duration;

/// Browsers that reconnect by themselves wait so long, in milliseconds, each differently: not all at once after a restart.
const RETRY: std::ops::Range<u64> = 500..1_500;

#[derive(Deserialize)]
pub struct Since {
    /// Where the page or the stream before stands.
    since: Option<String>,
}

pub async fn events(
    State(app): State<App>,
    caller: Option<Extension<Caller>>,
    Extension(asked): Extension<Position>,
    Query(query): Query<Since>,
    headers: HeaderMap,
) -> Response {
    let last_seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned).or(query.since);
    let since = last_seen.and_then(|position| Position::parse(&position));
    let messages = match caller {
        // Not an error, which a browser wouldn't tell from a connection that failed: it would ask for ever.
        None => signed_out(asked),
        Some(Extension(caller)) => match app.events.open(caller, &asked, since.as_ref()) {
            Some(opened) => stream::unfold(opened, next).boxed(),
            // The session changed just now: the browser comes back in a moment and is authenticated anew.
            None => stream::empty().boxed(),
        },
    };
    let retry = Duration::from_millis(rand::random_range(RETRY));
    let begin = stream::once(async move { Event::default().retry(retry) });
    let stream = begin.chain(messages.map(event)).map(Ok::<_, Infallible>);
    // Proxies that gather an answer before they pass it on would hold everything back.
    let headers = [(CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    (headers, Sse::new(stream)).into_response()
}

fn signed_out(position: Position) -> BoxStream<'static, Message> {
    stream::iter([Message { position, hints: [Hint::SignedOut].into() }]).boxed()
}

async fn next(mut opened: Stream) -> Option<(Message, Stream)> {
    let message = opened.next().await?;
    Some((message, opened))
}

/// `data: frame ticket/12`; a message without hints says `beat`, because browsers pass over empty ones.
fn event(message: Message) -> Event {
    let words: Vec<String> = message.hints.iter().map(Hint::to_string).collect();
    let data = if words.is_empty() { "beat".to_owned() } else { words.join(" ") };
    Event::default().id(message.position.to_string()).data(data)
}
