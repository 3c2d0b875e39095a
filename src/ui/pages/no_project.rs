//! `/no-project`: where a signed-in person waits who belongs to no project yet.

use crate::api::frame::get_frame;
use crate::ui::components::icon::BrandMark;
use crate::ui::context::use_revision;
use crate::ui::data::{awaited, read};
use crate::ui::frame::SignOut;
use crate::ui::live::{Live, keep_live};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

#[component]
pub fn NoProject() -> impl IntoView {
    let revision = use_revision();
    let frame = read(move || revision.track(), |_| get_frame());
    keep_live();
    let note = awaited(move || async move {
        let Ok(frame) = frame.wait().await else { return ().into_any() };
        move_on(frame.view.is_some());
        view! { <p class="gate-note">{format!("Signed in as {}", frame.username)}</p> }.into_any()
    });
    view! {
        <Title text="No project"/>
        <main class="gate" id="main" tabindex="-1">
            <div class="gate-panel" data-width="wide">
                <a class="brand" href="/" rel="external"><BrandMark/><span>"Countersign"</span></a>
                <h1>"You are in no project yet"</h1>
                <p>"Hosts, quotas and tickets belong to projects. This page moves on by itself when somebody lets you into one."</p>
                <div class="cluster"><SignOut class="button"/></div>
            </div>
            {note}
        </main>
    }
    .into_any()
}

/// Goes to the project that has come; where nobody tells of changes, looks every few seconds whether one has.
fn move_on(has_project: bool) {
    let (navigate, revision, live) = (use_navigate(), use_revision(), expect_context::<Live>());
    Effect::new(move |_| {
        let look = move || {
            if !live.is_up() {
                revision.bump();
            }
        };
        if has_project {
            navigate("/", Default::default());
        } else if let Ok(timer) = set_interval_with_handle(look, std::time::Duration::from_secs(5)) {
            on_cleanup(move || timer.clear());
        }
    });
}
