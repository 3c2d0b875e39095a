//! The border between browser and server: server functions and the rows they carry, one file per area.
//!
//! A server function finds out who is calling, calls one service and maps its answer; rights are the service's business.

pub mod canned_replies;
pub mod directory;
pub mod error;
pub mod external;
pub mod flash;
pub mod frame;
pub mod hosts;
pub mod joining;
pub mod live;
pub mod logs;
pub mod processes;
pub mod quotas;
pub mod session;
pub mod settings;
pub mod support;
pub mod wire;
pub mod workflow;

use error::AppError;
use serde::{Deserialize, Serialize};

/// What a form gets back: 200 either way, because a refusal is an answer and not a fault of the connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done(Done),
    Refused(AppError),
}

/// What a change did, and where the person goes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// A sentence for the toast, e.g. "Ticket 12 passed."
    pub message: String,
    /// The page that shows the result.
    pub location: String,
    /// Nothing was changed, only looked at: with scripts the page stays as it is, with what is typed into it.
    #[serde(default)]
    pub stays: bool,
}

impl Done {
    pub fn new(message: impl Into<String>, location: impl Into<String>) -> Done {
        Done { message: message.into(), location: location.into(), stays: false }
    }

    /// For what only looked.
    pub fn looked(message: impl Into<String>, location: impl Into<String>) -> Done {
        Done { stays: true, ..Done::new(message, location) }
    }
}

/// One page of a list read by key: no counting, no offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// The query value `after=` of the next page, if there are more rows.
    pub next: Option<String>,
    /// The query value `before=` of the previous page, if there is one.
    pub previous: Option<String>,
}

/// An entry of a `<select>` or of a list of checkboxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

#[cfg(feature = "ssr")]
mod server_side {
    use super::{AppError, Done, Reply};
    use crate::domain::address::back_to;
    use crate::http::uploads::UploadProblem;
    use crate::server::app::App;
    use crate::server::caller::Caller;
    use leptos::prelude::{expect_context, use_context};
    use leptos_axum::ResponseOptions;

    pub fn app() -> App {
        expect_context::<App>()
    }

    /// The signed-in caller; anybody else is told to sign in.
    pub fn caller() -> Result<Caller, AppError> {
        let caller = use_context::<Caller>().ok_or(AppError::SignedOut);
        answered(caller)
    }

    /// Lets a reading answer carry the HTTP status that fits it: for the page being rendered, or for the fetch.
    pub fn answered<T>(result: Result<T, AppError>) -> Result<T, AppError> {
        if let (Err(error), Some(response)) = (&result, use_context::<ResponseOptions>()) {
            response.set_status(error.status());
        }
        result
    }

    /// Refuses where the files that came with the form couldn't be kept.
    pub fn uploaded() -> Result<(), AppError> {
        use_context::<UploadProblem>().map_or(Ok(()), |problem| Err(problem.0.into()))
    }

    impl Done {
        /// Leads back to the page the form came from, if it names one of this site.
        pub fn landing(self, back: Option<String>) -> Done {
            let location = back_to(&back.unwrap_or_default(), &self.location);
            Done { location, ..self }
        }
    }

    /// Turns a change's outcome into the reply its form gets, and sends the browser on when it succeeded.
    pub fn reply(outcome: Result<Done, AppError>) -> Result<Reply, AppError> {
        Ok(match outcome {
            Ok(done) => {
                leptos_axum::redirect(&done.location);
                Reply::Done(done)
            }
            Err(error) => Reply::Refused(error),
        })
    }
}
#[cfg(feature = "ssr")]
pub use server_side::{answered, app, caller, reply, uploaded};
