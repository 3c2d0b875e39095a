//! Identifiers as types of their own, so that a project's id can't be passed where a user's is meant.
//!
//! All are UUIDv7 texts except those of built-in roles and of the first domain, which are words (`admin`, `default`).

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }
    )* };
}

id! {
    DomainId
    ProjectId
    UserId
    RoleId
    ProcessId
    HostId
    /// An entry of the specification catalogue (vCPU and memory).
    SpecificationId
    /// An entry of the image catalogue.
    ImageId
}

/// The number people see and say: one sequence numbers workflow and support tickets alike, never reused.
pub type TicketNumber = i64;
