//! Answers that are kept for the page that follows: the result of a form sent without scripts, or of a batch.

use crate::domain::time::{MINUTE, Millis};
use crate::server::app::App;
use crate::server::auth::token;
use crate::server::store::flash::{self, NewFlash};
use crate::wire::error::AppError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How long an answer is kept: long enough to sign in again and carry on.
const KEPT: Millis = 10 * MINUTE;

/// Keeps an answer for the session with this hash (an empty hash: for anybody who knows the id) and returns the
/// answer's id, which nobody can guess. Also deletes answers that were kept for too long.
pub async fn keep<T: Serialize>(app: &App, session: &str, content: &T) -> Result<String, AppError> {
    let (id, now) = (token::new(), app.now());
    let content = serde_json::to_string(content)?;
    let new = NewFlash { id: &id, session_hash: session, content: &content, created_at: now };
    let mut tx = app.quiet().await?;
    flash::prune(&mut tx, now - KEPT).await?;
    flash::insert(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(id)
}

/// The answer kept under this id, if it is a `T` and belongs to this session or to none in particular.
pub async fn load<T: DeserializeOwned>(app: &App, session: &str, id: &str) -> Result<Option<T>, AppError> {
    let content = flash::get(&app.db, id, session, app.now() - KEPT).await?;
    Ok(content.and_then(|content| serde_json::from_str(&content).ok()))
}
