//! `/login`: signing in, and from there to the page that the person wanted.

use crate::functions::session::SignIn;
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeForm, ErrorSummary, Hidden, SubmitButton, use_change};
use crate::ui::components::icon::BrandMark;
use crate::ui::context::with_flash;
use crate::ui::frame::demo_banner;
use crate::ui::query::use_query;
use crate::ui::server_side;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Login() -> impl IntoView {
    let change = use_change::<SignIn>().signing_in();
    let next = use_query().with_untracked(|query| query.get("next").map(str::to_owned));
    let form = move || {
        let next = next.clone();
        view! {
            <ChangeForm change>
                <ErrorSummary/>
                {next.map(|next| view! { <Hidden name="next" value=next/> }.into_any())}
                <Field label="Username" name="username" control=Control::Account("username") required=true autofocus=true/>
                <Field label="Password" name="password" control=Control::Password("current-password") required=true/>
                <SubmitButton label="Sign in"/>
            </ChangeForm>
        }
        .into_any()
    };
    let demo = server_side::is_demo();
    let people = "Sign in as member, owner or sysadmin, for example: who asks, who approves, who sets it all up.";
    view! {
        <Title text="Sign in"/>
        {demo.then(demo_banner)}
        <main class="gate" id="main" tabindex="-1">
            <div class="gate-panel">
                <a class="brand" href="/" rel="external"><BrandMark/><span>"Countersign"</span></a>
                <h1>"Sign in"</h1>
                <p>"Approvals and support for your private cloud."</p>
                {with_flash(form)}
            </div>
            {demo.then(|| view! { <p class="gate-note">{people}</p> }.into_any())}
        </main>
    }
    .into_any()
}
