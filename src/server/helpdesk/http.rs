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

/// What a status other than success says, where the system has no reading of its own: another attempt can help
/// after an error there, or where it is busy; what it refuses otherwise, it will refuse again.
pub(super) fn failed(address: &str, status: StatusCode, refusal: impl FnOnce() -> String) -> HelpdeskError {
    let is_busy = matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::CONFLICT
            | StatusCode::LOCKED
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS
    );
    if status.is_client_error() && !is_busy {
        return HelpdeskError::Refused(refusal());
    }
    unreachable(address, format!("status {}", status.as_u16()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_for_good_is_told_from_what_may_pass() {
        let is_refused = |status: u16| {
            let status = StatusCode::from_u16(status).expect("a status");
            matches!(failed("there", status, || "no".into()), HelpdeskError::Refused(why) if why == "no")
        };
        for status in [400, 404, 410, 413, 415, 422] {
            assert!(is_refused(status), "{status}");
        }
        for status in [302, 408, 409, 423, 425, 429, 500, 502, 503, 504] {
            assert!(!is_refused(status), "{status}");
        }
    }
}
