//! Reading and changing the settings of the whole system.

use crate::wire::Reply;
use crate::wire::codec::{Changing, Reading};
use crate::wire::error::AppError;
use crate::wire::settings::SystemSettings;
use leptos::prelude::*;

#[server(endpoint = "get-system-settings", output = Reading)]
pub async fn get_system_settings() -> Result<SystemSettings, AppError> {
    super::answered(crate::server::service::system_settings::get(&super::app(), &super::caller()?).await)
}

/// Saves the settings; a delay that is fixed from outside isn't sent.
#[server(endpoint = "save-system-settings", output = Changing)]
pub async fn save_system_settings(
    auto_close: Option<String>,
    trash: Option<String>,
    log_retention: Option<String>,
) -> Result<Reply, AppError> {
    use crate::wire::settings::SettingsForm;
    let form = SettingsForm {
        auto_close: auto_close.unwrap_or_default(),
        trash: trash.unwrap_or_default(),
        log_retention: log_retention.unwrap_or_default(),
    };
    super::reply(crate::server::service::system_settings::save(&super::app(), &super::caller()?, &form).await)
}

/// Turns the three-level hierarchy on; it can't be turned off again.
#[server(endpoint = "turn-on-three-level", output = Changing)]
pub async fn turn_on_three_level() -> Result<Reply, AppError> {
    super::reply(crate::server::service::system_settings::turn_on_three_level(&super::app(), &super::caller()?).await)
}
