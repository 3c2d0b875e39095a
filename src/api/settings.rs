//! System settings: the delays, the log's retention, and the switch to the three-level hierarchy.

use super::Reply;
use super::error::AppError;
use super::wire::Reading;
use leptos::prelude::*;
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

#[server(endpoint = "get-system-settings", output = Reading)]
pub async fn get_system_settings() -> Result<SystemSettings, AppError> {
    super::answered(crate::server::service::system_settings::get(&super::app(), &super::caller()?).await)
}

/// Saves the settings; a delay that is fixed from outside isn't sent.
#[server(endpoint = "save-system-settings")]
pub async fn save_system_settings(
    auto_close: Option<String>,
    trash: Option<String>,
    log_retention: Option<String>,
) -> Result<Reply, AppError> {
    let form = SettingsForm {
        auto_close: auto_close.unwrap_or_default(),
        trash: trash.unwrap_or_default(),
        log_retention: log_retention.unwrap_or_default(),
    };
    super::reply(crate::server::service::system_settings::save(&super::app(), &super::caller()?, &form).await)
}

/// Turns the three-level hierarchy on; it can't be turned off again.
#[server(endpoint = "turn-on-three-level")]
pub async fn turn_on_three_level() -> Result<Reply, AppError> {
    super::reply(crate::server::service::system_settings::turn_on_three_level(&super::app(), &super::caller()?).await)
}
