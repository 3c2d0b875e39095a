//! Open tickets that ask for other limits of the same quota: each was asked for on the limit that there was, so once one
//! of them is passed the others can't be any more.

use crate::domain::ids::TicketNumber;
use crate::domain::process::TicketType;
use crate::domain::quota::Key;
use crate::domain::quota_request::QuotaRequest;
use crate::domain::request::Request;
use crate::server::store::db::Db;
use crate::server::store::ticket;
use crate::wire::error::AppError;

/// Which open tickets ask for another limit of what this request asks for, in a sentence each; empty if none does. `own`
/// is the request's own ticket, if it has one.
pub(super) async fn told(
    db: &Db,
    ticket_type: TicketType,
    request: &QuotaRequest,
    own: Option<TicketNumber>,
) -> Result<String, AppError> {
    let mut told = vec![];
    for (number, payload) in ticket::open_of_place(db, ticket_type, &request.id).await? {
        // A payload that can't be read is its own ticket's trouble; this is only a notice.
        let Ok(Request::Quota(other)) = Request::read(ticket_type, &payload) else { continue };
        let shared = shared(request, &other);
        if Some(number) != own && !shared.is_empty() {
            told.push(format!(
                "Ticket {number} asks for another limit of {shared} too: once one of the two is passed, the other has to be amended."
            ));
        }
    }
    Ok(told.join(" "))
}

/// "vCPU, Memory": the keys that both change.
fn shared(one: &QuotaRequest, other: &QuotaRequest) -> String {
    let is_shared = |key: Key| other.changes.iter().any(|change| change.key == key);
    let labels = one.changes.iter().filter(|change| is_shared(change.key)).map(|change| change.key.label());
    labels.collect::<Vec<_>>().join(", ")
}
