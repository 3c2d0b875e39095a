//! How a form says for whom its page was made.

/// The parameter in the address that a form is sent to, or the header, with the id of the account that its page was made for.
pub const MADE_FOR: &str = "made-for";
