//! `/settings/system`: delays and retention for the whole system, and the switch to the three-level hierarchy.

use crate::functions::settings::{SaveSystemSettings, TurnOnThreeLevel, get_system_settings};
use crate::ui::components::dialog::{ChangeDialog, DialogButton};
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeForm, ErrorSummary, SubmitButton, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::{Enablement, State};
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::shown;
use crate::ui::query::{Query, use_query};
use crate::wire::frame::Frame;
use crate::wire::settings::{Delay, SystemSettings};
use leptos::prelude::*;
use leptos_meta::Title;

const PAGE: &str = "/settings/system";
const LONGEST_RETENTION: i64 = 36_500;

#[component]
pub fn System() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let settings = read(move || revision.track(), |_| get_system_settings());
    let body = move |settings: SystemSettings, _: Frame| {
        let asked = query.with(|query| query.get("dialog") == Some("three-level"));
        let dialog = (asked && !settings.three_level).then(turn_on);
        view! {
            <header class="page-header">
                <div class="page-title"><h1>"System"</h1><p>"Settings that hold for everybody."</p></div>
            </header>
            <div class="stack">{delays(&settings)}{hierarchy(settings.three_level)}</div>
            {dialog}
        }
        .into_any()
    };
    view! { <Title text="System"/> {loaded(settings, body)} }.into_any()
}

fn delays(settings: &SystemSettings) -> AnyView {
    let change = use_change::<SaveSystemSettings>();
    let kept = settings.log_retention.clone();
    let (auto_close, trash) = (settings.auto_close.clone(), settings.trash.clone());
    view! {
        <section class="card" aria-labelledby="delays-title">
            <header class="card-header"><h2 id="delays-title">"Delays and retention"</h2></header>
            <div class="card-body">
                <ChangeForm change>
                    <ErrorSummary/>
                    {delay("Auto-close delay", "auto_close", auto_close,
                        "How long a support ticket waits for its requester before it closes by itself: 5s, 30m, 12h or 3d.")}
                    {delay("Trash delay", "trash", trash, "How long a deleted host can be restored: 12h or 3d, for example.")}
                    {retention(kept)}
                    <div class="form-actions"><SubmitButton label="Save"/></div>
                </ChangeForm>
            </div>
        </section>
    }
    .into_any()
}

/// The field of a delay. It can only be read if a flag or the environment sets it.
fn delay(label: &'static str, name: &'static str, delay: Delay, help: &'static str) -> AnyView {
    if delay.fixed {
        return fixed(label, name, delay.text);
    }
    view! { <Field label name required=true preset=delay.text help width="short"/> }.into_any()
}

fn retention(kept: Delay) -> AnyView {
    if kept.fixed {
        return fixed("Log retention", "log_retention", kept.text);
    }
    let control = Control::Number { min: 1, max: LONGEST_RETENTION, unit: Some("days") };
    view! {
        <Field label="Log retention" name="log_retention" optional=true control preset=kept.text width="short"
            help="Older records of the operation log are removed. Empty keeps them for ever."/>
    }
    .into_any()
}

/// The field of a value that the server was started with: it can be read, but not changed.
fn fixed(label: &'static str, name: &'static str, text: String) -> AnyView {
    let (id, help_id) = (format!("fixed-{name}"), format!("fixed-{name}-help"));
    view! {
        <div class="field" data-width="short">
            <div class="field-label"><label for=id.clone()>{label}</label></div>
            <input type="text" id=id value=text readonly=true aria-describedby=help_id.clone()/>
            <p class="field-help" id=help_id>"Set by a flag or the environment of the server, which wins over this page."</p>
        </div>
    }
    .into_any()
}

fn hierarchy(is_on: bool) -> AnyView {
    let state = if is_on {
        view! { <p>"Domains hold projects and users; each has its administrators with a Domain View. This can't be turned off again."</p> }
            .into_any()
    } else {
        view! {
            <p>"Off: projects and users belong to the domain Default, and there is no Domain View and no domain quota."</p>
            <div><DialogButton page=PAGE keep=Query::default() dialog="three-level" label="Turn On"/></div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="levels-title">
            <header class="card-header"><h2 id="levels-title">"Three-level hierarchy"</h2>{shown(Enablement(is_on).pill())}</header>
            <div class="card-body stack">{state}</div>
        </section>
    }
    .into_any()
}

fn turn_on() -> AnyView {
    let change = use_change::<TurnOnThreeLevel>();
    view! {
        <ChangeDialog change title="Turn On" about="Three-level hierarchy" page=PAGE keep=Query::default() danger=true>
            <div class="banner" data-tone="warning">
                <Icon paths=icon::ALERT_TRIANGLE/>
                <p>"This can't be turned off again."</p>
            </div>
            <p>"From then on domains can be created, whoever holds a role that reaches a domain has its Domain View, and domains have quota."</p>
        </ChangeDialog>
    }
    .into_any()
}
