//! System settings: the delays, the log's retention, and the switch to the three-level hierarchy.

use serde::{Deserialize, Serialize};

/// A delay in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    /// As it is typed: `3d`, `12h`, `5s`.
    pub text: String,
    /// Set by a flag or the environment, which win over the page.
    pub fixed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemSettings {
    pub three_level: bool,
    pub auto_close: Delay,
    pub trash: Delay,
    /// Days, or empty where the operation log is kept for ever; as typed where it is fixed from outside.
    pub log_retention: Delay,
}

/// The fields as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsForm {
    pub auto_close: String,
    pub trash: String,
    /// Days, or empty for ever.
    pub log_retention: String,
}
