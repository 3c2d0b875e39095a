//! Stub.
pub mod plain_forms;
pub mod session;
