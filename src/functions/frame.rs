//! The server function that reads the frame: the bar, the menus and the counts around every page.

use crate::wire::codec::Reading;
use crate::wire::error::AppError;
use crate::wire::frame::Frame;
use leptos::prelude::*;

/// The frame of the signed-in person's pages.
#[server(endpoint = "get-frame", output = Reading)]
pub async fn get_frame() -> Result<Frame, AppError> {
    use crate::server::service;
    super::answered(service::frame::frame(&super::app(), &super::caller()?).await)
}
