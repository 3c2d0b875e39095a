//! `/account`: the person's own password and sessions.

use crate::functions::session::{ChangePassword, SignOutEverywhere};
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeForm, ErrorSummary, SubmitButton, use_button_change, use_change};
use crate::ui::context::with_frame;
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Account() -> impl IntoView {
    let password = use_change::<ChangePassword>();
    let sessions = use_button_change::<SignOutEverywhere>();
    let forms = move |frame: Frame| {
        view! {
            <section class="card" aria-labelledby="password-title">
                <header class="card-header"><h2 id="password-title">"Password"</h2></header>
                <div class="card-body">
                    <ChangeForm change=password>
                        <ErrorSummary/>
                        // For password managers, which keep a password under a name.
                        <input type="text" autocomplete="username" value=frame.username readonly=true hidden=true/>
                        <Field label="Current password" name="current" control=Control::Password("current-password") required=true width="medium"/>
                        <Field label="New password" name="password" control=Control::Password("new-password") required=true width="medium"
                            help="At least 10 characters."/>
                        <Field label="Repeat new password" name="repeat" control=Control::Password("new-password") required=true width="medium"/>
                        <div class="form-actions"><SubmitButton label="Change password"/></div>
                    </ChangeForm>
                </div>
            </section>
            <section class="card" aria-labelledby="sessions-title">
                <header class="card-header"><h2 id="sessions-title">"Sessions"</h2></header>
                <div class="card-body stack">
                    <p>"Ends every other session of yours, on all devices. This one stays."</p>
                    <ChangeForm change=sessions>
                        <div><SubmitButton label="Sign out everywhere else" kind="danger"/></div>
                    </ChangeForm>
                </div>
            </section>
        }
        .into_any()
    };
    view! {
        <Title text="Account"/>
        <header class="page-header">
            <div class="page-title"><h1>"Account"</h1><p>"Your password and your sessions."</p></div>
        </header>
        <div class="stack">{with_frame(forms)}</div>
    }
    .into_any()
}
