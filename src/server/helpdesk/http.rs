//! What the adapters share: a call that comes through, or says why it didn't.

use super::HelpdeskError;
use reqwest::{RequestBuilder, StatusCode};
use std::time::Duration;

const TIME_LIMIT: Duration = Duration::from_secs(15);

/// What came back, whatever its status says.
pub(super) struct Answer {
    pub status: StatusCode,
    /// The clock there, in seconds since 1970.
    pub second: Option<i64>,
    pub body: String,
}

/// One that follows no redirects: the token goes to the address that it was saved for and nowhere else.
pub(super) fn client() -> Result<reqwest::Client, HelpdeskError> {
    let client = reqwest::Client::builder().timeout(TIME_LIMIT).redirect(reqwest::redirect::Policy::none()).build();
    client.map_err(|error| HelpdeskError::Unreachable(error.to_string()))
}

pub(super) async fn send(request: RequestBuilder, address: &str) -> Result<Answer, HelpdeskError> {
    let response = request.send().await.map_err(|error| unreachable(address, reason(&error)))?;
    let status = response.status();
    let date = response.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    let second = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok()).map(|date| date.timestamp());
    let body = response.text().await.map_err(|error| unreachable(address, reason(&error)))?;
    Ok(Answer { status, second, body })
}

pub(super) fn unreachable(address: &str, why: impl std::fmt::Display) -> HelpdeskError {
    HelpdeskError::Unreachable(format!("{address} doesn't answer: {why}"))
}

/// Why a call didn't come through, in a few words.
fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection. Check the address, and whether it runs."
    } else {
        "the connection broke off"
    }
}
