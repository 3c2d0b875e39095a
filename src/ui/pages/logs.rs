//! `/logs`: who did what, when and from where, in the System View all of it, in a Domain View its domain's.

use crate::ui::components::log_list::LogList;
use crate::ui::components::log_place::Place;
use leptos::prelude::*;
use leptos_meta::Title;

pub const PAGE: &str = "/logs";

#[component]
pub fn Logs() -> impl IntoView {
    let place = Place { page: PAGE.to_owned(), about: None };
    view! {
        <Title text="Operation Log"/>
        <header class="page-header">
            <div class="page-title">
                <h1>"Operation Log"</h1>
                <p>"Who did what, when and from where. Records can't be changed or removed."</p>
            </div>
        </header>
        <LogList place/>
    }
    .into_any()
}
