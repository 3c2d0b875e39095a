//! HTTP calls as all adapters make them: they give an answer, or say why there is none.

use super::HelpdeskError;
use reqwest::{RequestBuilder, StatusCode};
use std::time::Duration;

const TIME_LIMIT: Duration = Duration::from_secs(15);

/// An HTTP answer of any status.
pub(super) struct Answer {
    pub status: StatusCode,
    /// The system's clock, in seconds since 1970; `None` if the answer has no date.
    pub second: Option<i64>,
    pub body: String,
}

/// A client that follows no redirects: the token goes to the address that it was saved for and nowhere else.
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

/// The error for a status other than success, if the adapter has no reading of its own. Another attempt can help after
/// an error of the system, or if it is busy. Whatever else it refuses, it will refuse again.
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
