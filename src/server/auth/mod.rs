//! Passwords and tokens: what proves who somebody is, and the form in which it is kept.

pub mod cookie;
pub mod password;
pub mod token;
