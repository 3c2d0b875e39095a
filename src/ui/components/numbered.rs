//! A page of the ticket whose number its path ends with.

use super::error_page::ErrorPage;
use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::ui::context::kept;
use crate::ui::memo::memo;
use crate::ui::server_side;
use crate::wire::error::AppError;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

pub fn by_number(page: fn(Signal<TicketNumber>) -> AnyView) -> AnyView {
    let params = use_params_map();
    let named = move || params.with(|params| number::whole(params.get_str("place")?));
    let (is_number, number) = (memo(move |_| named().is_some()), kept(named, 0));
    let shown = move || {
        if is_number.get() {
            return page(number);
        }
        server_side::status_not_found();
        view! { <ErrorPage error=AppError::NotFound/> }.into_any()
    };
    shown.into_any()
}
