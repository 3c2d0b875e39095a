//! Reading what a form sent without scripts came back with.

use crate::wire::codec::Reading;
use crate::wire::error::AppError;
use crate::wire::flash::Flash;
use leptos::prelude::*;

/// The flash of this id, while it is kept and belongs to the caller's session; `None` otherwise.
#[server(endpoint = "get-flash", output = Reading)]
pub async fn get_flash(id: String) -> Result<Option<Flash>, AppError> {
    use crate::server::caller::Caller;
    use crate::server::service::flash;
    let session = use_context::<Caller>().map(|caller| caller.session_hash).unwrap_or_default();
    // A fault is in the log; the page shows without it.
    Ok(flash::load(&super::app(), &session, &id).await.unwrap_or_default())
}
