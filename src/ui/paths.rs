//! Paths of pages that several files lead to.

use crate::domain::ids::TicketNumber;

pub const QUOTAS: &str = "/quotas";

pub fn support_ticket(number: TicketNumber) -> String {
    format!("/tickets/support/{number}")
}
