//! The server functions, one file per area: what the pages call, and what their forms are sent to.
//!
//! A server function finds out who is calling, calls one service and maps its answer; rights are the service's
//! business.

pub mod canned_replies;
pub mod directory;
pub mod external;
pub mod flash;
pub mod frame;
pub mod hosts;
pub mod joining;
pub mod logs;
pub mod processes;
pub mod quotas;
pub mod session;
pub mod settings;
pub mod support;
pub mod workflow;

#[cfg(feature = "ssr")]
mod server_side {
    use crate::domain::address::back_to;
    use crate::domain::validation::Problem;
    use crate::server::app::App;
    use crate::server::caller::Caller;
    use crate::wire::error::AppError;
    use crate::wire::{Done, Reply};
    use leptos::prelude::{expect_context, use_context};
    use leptos_axum::ResponseOptions;
    use std::sync::{Arc, OnceLock};

    /// Why the files that came along weren't kept; the form's own function refuses with it.
    #[derive(Debug, Clone)]
    pub struct UploadProblem(pub Vec<Problem>);

    /// Where the server function of one request leaves its reply or its refusal, for `http` to write. A function that only
    /// reads leaves nothing here unless it refuses.
    #[derive(Clone, Default)]
    pub struct ReplySlot(Arc<OnceLock<Reply>>);

    impl ReplySlot {
        /// What the function has left, if anything.
        pub fn reply(&self) -> Option<Reply> {
            self.0.get().cloned()
        }
    }

    /// Does nothing while a page is rendered: the page itself shows what came of its readings.
    fn leave(reply: &Reply) {
        if let Some(slot) = use_context::<ReplySlot>() {
            // A function answers once.
            let _ = slot.0.set(reply.clone());
        }
    }

    pub fn app() -> App {
        expect_context::<App>()
    }

    /// Whether this is a demo, for pages without a frame.
    pub fn is_demo() -> bool {
        use_context::<App>().is_some_and(|app| app.is_demo)
    }

    /// The id of the account that a page is made for; `None` where nobody is signed in.
    pub fn made_for() -> Option<String> {
        use_context::<Caller>().map(|caller| caller.person.id.0)
    }

    /// The signed-in caller; anybody else is told to sign in.
    pub fn caller() -> Result<Caller, AppError> {
        let caller = use_context::<Caller>().ok_or(AppError::SignedOut);
        answered(caller)
    }

    /// Lets a reading answer carry the HTTP status that fits it: for the page being rendered, or for the fetch.
    pub fn answered<T>(result: Result<T, AppError>) -> Result<T, AppError> {
        if let Err(error) = &result {
            leave(&Reply::Refused(error.clone()));
            if let Some(response) = use_context::<ResponseOptions>() {
                response.set_status(error.status());
            }
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
        let reply = match outcome {
            Ok(done) => {
                leptos_axum::redirect(&done.location);
                Reply::Done(done)
            }
            Err(error) => Reply::Refused(error),
        };
        leave(&reply);
        Ok(reply)
    }
}
#[cfg(feature = "ssr")]
pub use server_side::{ReplySlot, UploadProblem, answered, app, caller, is_demo, made_for, reply, uploaded};
