//! `/setup`: the first administrator chooses a password. The one-time link that the first run prints leads here.

use crate::functions::session::{SetUp, setup_is_open};
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeForm, ErrorSummary, Hidden, SubmitButton, use_change};
use crate::ui::components::icon::BrandMark;
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::query::use_query;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Setup() -> impl IntoView {
    let change = use_change::<SetUp>().signing_in();
    let token = use_query().with_untracked(|query| query.text("token"));
    let open = read(|| (), |_| setup_is_open());
    let form = awaited(move || {
        let token = token.clone();
        async move {
            provide_context(flash_answer().await);
            if !open.wait().await.unwrap_or(false) {
                let why = if token.is_empty() {
                    "Countersign is set up already. Sign in with your account."
                } else {
                    "This link was used already. Sign in with the account it made."
                };
                return view! {
                    <p>{why}</p>
                    <a class="button" data-kind="primary" href="/login">"Go to sign-in"</a>
                }
                .into_any();
            }
            view! {
                <p>"Choose the name and password of the first administrator. This link works once."</p>
                <ChangeForm change>
                    <ErrorSummary/>
                    <Hidden name="token" value=token/>
                    <Field label="Username" name="username" control=Control::Account("username") preset="admin" required=true/>
                    <Field label="Password" name="password" control=Control::Password("new-password") required=true
                        help="At least 10 characters."/>
                    <Field label="Repeat password" name="repeat" control=Control::Password("new-password") required=true/>
                    <SubmitButton label="Create administrator"/>
                </ChangeForm>
            }
            .into_any()
        }
    });
    view! {
        <Title text="Set up"/>
        <main class="gate" id="main" tabindex="-1">
            <div class="gate-panel">
                <a class="brand" href="/" rel="external"><BrandMark/><span>"Countersign"</span></a>
                <h1>"Set up"</h1>
                {form}
            </div>
        </main>
    }
    .into_any()
}
