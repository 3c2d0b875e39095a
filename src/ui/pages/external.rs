//! `/settings/external`: the third-party ticket system that Technical Support can be docked to; none can be connected yet.

use crate::api::frame::Frame;
use crate::api::processes::{Setup, get_setup};
use crate::ui::components::icon;
use crate::ui::components::list::Empty;
use crate::ui::context::loaded;
use crate::ui::data::read;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn External() -> impl IntoView {
    // Whoever may not set tickets up may not see this page either.
    let setup = read(|| (), |()| get_setup());
    let body = |_: Setup, _: Frame| {
        view! {
            <header class="page-header">
                <div class="page-title">
                    <h1>"External Ticket"</h1>
                    <p>"Technical Support can live in a third-party ticket system."</p>
                </div>
            </header>
            <Empty paths=icon::EXTERNAL title="No system is connected"
                text="Connecting one comes with the release of Technical Support. Until then every ticket type is built in."/>
        }
        .into_any()
    };
    view! { <Title text="External Ticket"/> {loaded(setup, body)} }.into_any()
}
