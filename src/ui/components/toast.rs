//! The polite region where it is said what a change did.

use super::icon::{self, Icon};
use super::sentence::sentence;
use crate::ui::context::{Toast, Toasts, flash_answer};
use crate::ui::data::awaited;
use crate::ui::views::Views;
use crate::wire::Reply;
use leptos::prelude::*;

/// Toasts of this page, and the answer of a form that was sent without scripts.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let place = move |toast: Option<Toast>| {
        let Some(toast) = toast else { return ().into_any() };
        let dismiss = move |_| toasts.dismiss(toast.id);
        view! {
            <div class="toast" data-tone=tone(toast.failed)>
                <Icon paths=mark(toast.failed)/>
                <p>{sentence(toast.message)}</p>
                <button class="button" type="button" data-kind="quiet" data-icon="" data-size="small" aria-label="Dismiss" on:click=dismiss>
                    <Icon paths=icon::X/>
                </button>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {awaited(|| async { flash_answer().await.map_or_else(|| ().into_any(), |flash| answered(flash.reply)) })}
            {move || toasts.places.get().into_iter().map(place).views()}
        </div>
    }
    .into_any()
}

/// A success to announce; what was refused is shown at its form.
fn answered(reply: Reply) -> AnyView {
    match reply {
        Reply::Done(done) => view! {
            <div class="toast" data-tone="success"><Icon paths=icon::CIRCLE_CHECK/><p>{sentence(done.message)}</p></div>
        }
        .into_any(),
        Reply::Refused(_) => ().into_any(),
    }
}

fn tone(failed: bool) -> &'static str {
    if failed { "danger" } else { "success" }
}

fn mark(failed: bool) -> &'static str {
    if failed { icon::CIRCLE_X } else { icon::CIRCLE_CHECK }
}
