//! Stub.
pub struct Settings {}
