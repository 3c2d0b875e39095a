//! How an approved ticket's work is begun, taken up again and given up: one arm per ticket type.

use crate::api::error::AppError;
use crate::domain::ids::TicketNumber;
use crate::domain::host::HostRequest;
use crate::server::work::Work;

/// The last Pass: inserts the hosts as Deploying, gives back the hold they replace, and enqueues their first step.
pub async fn begin(_: &mut Work, _: TicketNumber, _: &HostRequest) -> Result<(), AppError> { Err(AppError::NotFound) }
/// Retry: takes the failed hosts up again.
pub async fn resume(_: &mut Work, _: TicketNumber) -> Result<(), AppError> { Err(AppError::NotFound) }
/// Abandon: cleans up what failed, keeps what was made.
pub async fn give_up(_: &mut Work, _: TicketNumber) -> Result<(), AppError> { Err(AppError::NotFound) }
