//! Where things came from, in the words that are stored with them.

/// The source of an assignment that is given here, and the provider of a session that began with a password of ours.
pub const LOCAL: &str = "local";

/// The way in of a ticket that was made on our own pages.
pub const WEB: &str = "web";
