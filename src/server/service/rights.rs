//! Checks that several use cases share.

use crate::server::caller::Caller;
use crate::wire::error::AppError;

/// Refuses what belongs to the System View in every other view, with a hint for people who hold it.
pub fn require_system_view(caller: &Caller, what: &str) -> Result<(), AppError> {
    match (caller.is_system_view(), caller.person.is_system_admin()) {
        (true, true) => Ok(()),
        (_, true) => {
            Err(AppError::Forbidden(format!("{what} belongs to the System View. Switch the view and try again.")))
        }
        (_, false) => Err(AppError::Forbidden(format!("{what} is for system administrators."))),
    }
}
