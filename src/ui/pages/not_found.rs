//! The page for any address that isn't one of ours.

use crate::ui::components::error_page::ErrorPage;
use crate::ui::frame::FrameLayout;
use crate::ui::server_side;
use crate::wire::error::AppError;
use leptos::prelude::*;

#[component]
pub fn NotFound() -> impl IntoView {
    server_side::status_not_found();
    view! { <FrameLayout><ErrorPage error=AppError::NotFound/></FrameLayout> }
}
