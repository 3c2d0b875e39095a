//! Signing in, changing the view, the password. Signing out is the plain POST `/logout`.

/// The parameter, in the address that a form is sent to, with the id of the account that its page was made for.
pub const MADE_FOR: &str = "made-for";
