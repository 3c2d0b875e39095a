//! `/no-project`: the page of a signed-in person without a project, who waits here and can apply to join one.

use super::decision::DecisionDialog;
use super::joining::{JOIN, JoinDialog, TITLE, application};
use crate::functions::frame::get_frame;
use crate::functions::joining::get_join_form;
use crate::ui::browser;
use crate::ui::components::dialog::DialogButton;
use crate::ui::components::icon::{self, BrandMark};
use crate::ui::components::toast::ToastRegion;
use crate::ui::context::{Live, use_revision};
use crate::ui::data::{awaited, read};
use crate::ui::frame::SignOut;
use crate::ui::live::keep_live;
use crate::ui::query::Query;
use crate::wire::frame::Frame;
use crate::wire::joining::JoinFormData;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;

const PAGE: &str = "/no-project";

#[component]
pub fn NoProject() -> impl IntoView {
    let revision = use_revision();
    let data = read(move || revision.track(), |_| async move { Ok((get_frame().await?, get_join_form().await?)) });
    keep_live();
    let state = awaited(move || async move {
        let Ok((frame, form)) = data.wait().await else { return signed_out() };
        move_on(frame.view.is_some());
        state(form, frame)
    });
    let page = Signal::derive(|| PAGE.to_owned());
    view! {
        <Title text="No project"/>
        <main class="gate" id="main" tabindex="-1">
            <div class="gate-panel" data-width="wide">
                <a class="brand" href="/" rel="external"><BrandMark/><span>"Countersign"</span></a>
                <h1>"You are in no project yet"</h1>
                <p>"Hosts, quotas and tickets belong to projects. This page moves on by itself when somebody lets you into one."</p>
                {state}
            </div>
        </main>
        <JoinDialog page/>
        <DecisionDialog page own=Signal::derive(|| None)/>
        <ToastRegion/>
    }
    .into_any()
}

fn signed_out() -> AnyView {
    view! { <div class="cluster"><SignOut class="button"/></div> }.into_any()
}

fn state(form: JoinFormData, frame: Frame) -> AnyView {
    let apply = (form.may_apply && form.open().is_none()).then(|| {
        view! { <DialogButton page=PAGE keep=Query::default() dialog=JOIN label=TITLE kind="primary" paths=icon::USERS/> }
            .into_any()
    });
    view! {
        {form.last.map(|last| application(last, PAGE, frame.now))}
        <div class="cluster">{apply}<SignOut class="button"/></div>
        <p class="muted">{format!("Signed in as {}", frame.username)}</p>
    }
    .into_any()
}

/// Goes to the first page when there is a project. While no hints arrive, it looks every few seconds whether there is
/// one, but not while somebody types.
fn move_on(has_project: bool) {
    let (navigate, revision, live) = (use_navigate(), use_revision(), expect_context::<Live>());
    Effect::new(move |_| {
        let look = move || {
            if !live.is_up() && !browser::is_in_use() {
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
