//! The parameter by which a form says for whose session its page was made.

/// The parameter, in the address that a form is sent to, with the id of the account that its page was made for.
pub const MADE_FOR: &str = "made-for";
