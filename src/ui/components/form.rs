//! Forms that change something: a real POST form that works without scripts, and answers in place with them.

mod change;

pub use change::{Change, ChangeFn, Sending, use_button_change, use_change};

use super::icon::Icon;
use super::sentence::sentence;
use crate::ui::browser;
use crate::ui::query::{Query, use_query};
use crate::ui::restate::{EDIT, Pairs};
use crate::ui::views::Views;
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::flash::Flash;
use leptos::context::Provider;
use leptos::html as elements;
use leptos::prelude::*;
use leptos::web_sys::SubmitEvent;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use maud::{Markup, html};

/// What the fields of a form need to know of it.
#[derive(Clone)]
pub struct FormState {
    /// What was typed before: sent without scripts and refused, or kept in the URL. `None` on a fresh form.
    typed: Option<StoredValue<Pairs>>,
    pub error: Signal<Option<AppError>>,
    pub pending: Signal<bool>,
}

impl FormState {
    /// What was typed into a field, else the preset.
    pub fn value(&self, name: &str, preset: &str) -> String {
        let typed = self.typed.and_then(|typed| {
            typed.with_value(|typed| typed.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()))
        });
        typed.unwrap_or_else(|| preset.to_owned())
    }

    /// Whether a checkbox is ticked; `preset` on a fresh form.
    pub fn ticked(&self, name: &str, value: &str, preset: bool) -> bool {
        match self.typed {
            Some(typed) => typed.with_value(|typed| typed.iter().any(|(n, v)| n == name && v == value)),
            None => preset,
        }
    }

    /// Whether a list of checkboxes (`prefix[0]`, `prefix[1]` …) holds this value.
    pub fn chosen(&self, prefix: &str, value: &str) -> bool {
        let holds = |typed: &Pairs| {
            typed.iter().any(|(n, v)| v == value && n.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('[')))
        };
        self.typed.is_some_and(|typed| typed.with_value(holds))
    }

    /// What is wrong with a field.
    pub fn problem(&self, name: &str) -> Signal<Option<String>> {
        let (error, name) = (self.error, name.to_owned());
        Signal::derive(move || error.with(|error| error.as_ref().and_then(|e| e.problem(&name)).map(str::to_owned)))
    }
}

/// What was typed into a form before this page was made, and what a button asked to do with it.
pub struct Typed {
    pub pairs: Pairs,
    pub edit: Option<String>,
}

/// What was typed into the form of `S`: a refused sending without scripts, or `form[…]` in the URL; `None` if it's fresh.
pub fn typed_before<S: ChangeFn>() -> Option<Typed> {
    typed_into(S::url())
}

fn typed_into(url: &str) -> Option<Typed> {
    if let Some(flash) = refused(url) {
        return Some(Typed { pairs: flash.values, edit: None });
    }
    let query = use_query().get_untracked();
    let edit = query.get(EDIT).map(str::to_owned);
    let pairs: Pairs = query.0.into_iter().filter(|(name, _)| name.starts_with("form[")).collect();
    (!pairs.is_empty()).then_some(Typed { pairs, edit })
}

fn refused(url: &str) -> Option<Flash> {
    use_context::<Option<Flash>>().flatten().filter(|flash| flash.error_for(url).is_some())
}

/// The form of a change.
#[component]
pub fn ChangeForm(
    change: Change,
    #[prop(default = "form")] class: &'static str,
    /// What its fields hold, where the page knows better than [`typed_before`].
    #[prop(optional_no_strip)]
    typed: Option<Pairs>,
    children: Children,
) -> impl IntoView {
    let flashed = refused(change.url).and_then(|flash| flash.error_for(change.url).cloned());
    let error = Signal::derive(move || match change.answer.try_get().flatten() {
        Some(Ok(Reply::Refused(error)) | Err(error)) => Some(error),
        Some(Ok(Reply::Done(_))) => None,
        None => flashed.clone(),
    });
    let typed = typed.or_else(|| typed_into(change.url).map(|typed| typed.pairs)).map(StoredValue::new);
    let state = FormState { typed, error, pending: change.pending.into() };
    let restated = change.restated;
    let form = NodeRef::<elements::Form>::new();
    let navigate = use_navigate();
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        if browser::restates(&event) {
            restated.try_set_value(true);
            let quiet = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            navigate(&Query(browser::pairs(&event)).url(&browser::path()), quiet);
        } else {
            change.send(&event, navigate.clone());
        }
    };
    Effect::new(move |_| {
        let Some(form) = form.get() else { return };
        if restated.try_get_value() == Some(true) {
            restated.set_value(false);
            browser::reset(&form);
        } else {
            request_animation_frame(move || browser::begin(&form));
        }
    });
    Effect::new(move |seen: Option<bool>| {
        let failed = error.with(Option::is_some);
        if failed && seen.is_some() {
            if let Some(form) = form.get_untracked() {
                browser::clear_passwords(&form);
            }
            request_animation_frame(|| browser::focus(SUMMARY));
        }
        failed
    });
    view! {
        <form class=class method="post" action=change.action() enctype=change.sender.map(|_| "multipart/form-data") novalidate=true on:submit=on_submit node_ref=form>
            <Provider value=state>{children()}</Provider>
        </form>
    }
    .into_any()
}

const SUMMARY: &str = "error-summary";

/// Why the form was refused, with a way to each field. Stands above the fields.
#[component]
pub fn ErrorSummary() -> impl IntoView {
    let state = expect_context::<FormState>();
    let summary = move |error: AppError| {
        let problems = error.problems().to_vec();
        let title = match problems.len() {
            // Several reasons come in a line each.
            0 => view! { <p>{sentence(error.to_string())}</p> }.into_any(),
            1 => view! { <h2>"1 field needs a correction"</h2> }.into_any(),
            n => view! { <h2>{format!("{n} fields need a correction")}</h2> }.into_any(),
        };
        let link = |field: String, message: String| {
            let id = field_id(&field);
            let href = format!("#{id}");
            let go = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                browser::focus(&id);
            };
            view! { <li><a href=href on:click=go>{message}</a></li> }
        };
        let signed_out = error == AppError::SignedOut;
        view! {
            <div class="error-summary" role="alert" tabindex="-1" id=SUMMARY>
                {title}
                {(!problems.is_empty()).then(|| view! {
                    <ul>{problems.into_iter().map(|p| link(p.field, p.message)).views()}</ul>
                }.into_any())}
                {signed_out.then(|| view! { <ul><li><a href="/login" target="_blank">"Sign in"</a></li></ul> }.into_any())}
            </div>
        }
    };
    move || state.error.get().map(summary)
}

/// The id of the control that a field name belongs to.
pub fn field_id(name: &str) -> String {
    let words: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("field-{}", words.trim_end_matches('-'))
}

/// The button that sends the form around it: it shows that it is sending, and sends once.
#[component]
pub fn SubmitButton(
    #[prop(into)] label: Signal<String>,
    #[prop(default = "primary")] kind: &'static str,
    #[prop(optional)] size: &'static str,
    #[prop(optional)] paths: Option<&'static str>,
) -> impl IntoView {
    let pending = expect_context::<FormState>().pending;
    let sending = move || pending.try_get().unwrap_or(false);
    view! {
        <button class="button" type="submit" data-kind=kind data-size=(!size.is_empty()).then_some(size)
            disabled=sending aria-busy=move || sending().then_some("true")>
            {paths.map(|paths| view! { <Icon paths/> }.into_any())}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// A button that changes the shape of the form around it (one row more, one less): the page is asked for anew with what
/// was typed in its URL, in both worlds.
#[component]
pub fn RestateButton(
    /// The page the form is on.
    #[prop(into)]
    page: String,
    /// What is asked for, as `name` and `value` of the query.
    #[prop(into)]
    value: String,
    /// The word on the button, or its name where it shows only an icon.
    #[prop(into)]
    label: String,
    #[prop(optional)] paths: Option<&'static str>,
    #[prop(optional)] icon_only: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let kind = icon_only.then_some("quiet");
    let name = label.clone();
    view! {
        <button class="button" type="submit" formmethod="get" formaction=page formnovalidate=true name=EDIT value=value
            disabled=disabled data-kind=kind data-size="small" data-icon=icon_only.then_some("")
            aria-label=icon_only.then_some(name)>
            {paths.map(|paths| view! { <Icon paths/> }.into_any())}
            {(!icon_only).then(|| view! { <span>{label}</span> }.into_any())}
        </button>
    }
    .into_any()
}

/// Comes before the [`RestateButton`]s of a form, so that Enter in a field sends the form.
#[component]
pub fn DefaultButton() -> impl IntoView {
    // Inside something hidden: hidden itself it would show, and take room, while a dialog that opens gives it the focus.
    view! { <span class="visually-hidden" aria-hidden="true"><button type="submit" tabindex="-1"></button></span> }
}

/// A form that only asks for another page: filters, and buttons that open dialogs. See [`crate::ui::still::follow_forms`].
#[component]
pub fn GetForm(
    #[prop(into)] page: String,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] label: Option<&'static str>,
    /// What is sent besides the fields.
    #[prop(optional)]
    keep: Query,
    #[prop(optional)] hidden: bool,
    children: Children,
) -> impl IntoView {
    let kept = keep
        .0
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .views();
    view! {
        <form class=(!class.is_empty()).then_some(class) method="get" action=page id=id hidden=hidden
            role=label.is_some().then_some("search") aria-label=label>
            {kept}
            {children()}
        </form>
    }
    .into_any()
}

/// The way back from a form, beside its sending button.
#[component]
pub fn CancelLink(#[prop(into)] href: String) -> impl IntoView {
    view! { <a class="button" href=href><span>"Cancel"</span></a> }
}

/// The form of a change that is only a button, in still markup: a [`crate::ui::still::Region`] with the change sends it.
pub fn change_button(change: Change, label: &str, small: bool, fields: &[(&str, &str)]) -> Markup {
    html! {
        form method="post" action=(change.action()) {
            (hidden_fields(fields.iter().copied()))
            button class="button" type="submit" data-size=[small.then_some("small")] { span { (label) } }
        }
    }
}

/// A row's buttons of one change, one for each value of `name`. They are one form, so that the fields they share stand there once.
pub fn change_buttons(change: Change, fields: &[(&str, &str)], name: &str, buttons: &[(&str, &str)]) -> Markup {
    html! {
        form method="post" action=(change.action()) {
            (hidden_fields(fields.iter().copied()))
            @for (value, label) in buttons {
                button class="button" type="submit" name=(name) value=(value) data-size="small" { span { (label) } }
            }
        }
    }
}

/// Hidden fields in still markup.
pub fn hidden_fields<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// A hidden field.
#[component]
pub fn Hidden(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}
