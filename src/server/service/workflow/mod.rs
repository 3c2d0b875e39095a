//! Workflow tickets: submitting, deciding, the lists and one ticket.

pub mod decide;
pub mod details;
pub mod execution;
pub mod lists;
pub mod submit;
pub mod tasks;
