//! What a form sent without scripts comes back with after its redirect (`?flash=ID`).
//!
//! `http::plain_forms` keeps the answer and what was typed for a few minutes; the page that is redirected to shows both.

use super::Reply;
use super::error::AppError;
use super::wire::Reading;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The server function's path, e.g. `/api/pass`: which form on the page this belongs to.
    pub action: String,
    /// What was typed, name by name, passwords left out.
    pub values: Vec<(String, String)>,
    pub reply: Reply,
}

impl Flash {
    /// The refusal, if this answers the form of `action`.
    pub fn error_for(&self, action: &str) -> Option<&AppError> {
        match &self.reply {
            Reply::Refused(error) if self.action == action => Some(error),
            _ => None,
        }
    }
}

/// The flash of this id, while it is kept and belongs to the caller's session; `None` otherwise.
#[server(endpoint = "get-flash", output = Reading)]
pub async fn get_flash(id: String) -> Result<Option<Flash>, AppError> {
    use crate::server::caller::Caller;
    use crate::server::service::flash;
    let session = use_context::<Caller>().map(|caller| caller.session_hash).unwrap_or_default();
    // A fault is in the log; the page shows without it.
    Ok(flash::load(&super::app(), &session, &id).await.unwrap_or_default())
}
