//! Fields: label above, help below, the error at the field. Marks and units stand beside the label, so that its name is
//! exactly its word.

use super::form::{FormState, field_id};
use super::icon::{self, Icon};
use crate::ui::memo::memo;
use crate::ui::query::use_query;
use crate::wire::Choice;
use leptos::prelude::*;
use maud::html;

/// What one types into.
#[derive(Clone)]
pub enum Control {
    Text,
    /// With its `autocomplete` word, so that password managers know it.
    Account(&'static str),
    Password(&'static str),
    Number {
        min: i64,
        max: i64,
        unit: Option<&'static str>,
    },
    Area,
    Date,
    Select(Vec<Choice>),
    /// Several at once; the field's name ends in `[]`.
    Many(Vec<Choice>),
}

/// What the attributes of a control say.
#[derive(Clone)]
struct Shape {
    id: String,
    name: String,
    value: String,
    required: bool,
    autofocus: bool,
    described_by: Signal<Option<String>>,
    invalid: Signal<bool>,
}

/// A labelled control of the change form around it.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    #[prop(into)] name: String,
    #[prop(default = Control::Text)] control: Control,
    /// What a fresh form holds here.
    #[prop(optional, into)]
    preset: String,
    #[prop(optional, into)] help: String,
    #[prop(optional)] required: bool,
    #[prop(optional)] optional: bool,
    /// `short`, `medium` or nothing.
    #[prop(optional)]
    width: &'static str,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let state = expect_context::<FormState>();
    let id = field_id(&name);
    let problem = state.problem(name.trim_end_matches("[]"));
    let (help_id, error_id, unit_id) = (format!("{id}-help"), format!("{id}-error"), format!("{id}-unit"));
    let has_unit = matches!(control, Control::Number { unit: Some(_), .. });
    let always: Vec<_> = [(!help.is_empty(), &help_id), (has_unit, &unit_id)]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, id)| id.clone())
        .collect();
    let described_by = {
        let error_id = error_id.clone();
        Signal::derive(move || {
            let mut ids = always.clone();
            ids.extend(problem.with(Option::is_some).then(|| error_id.clone()));
            (!ids.is_empty()).then(|| ids.join(" "))
        })
    };
    let value = match control {
        Control::Password(_) => String::new(),
        _ => state.value(&name, &preset),
    };
    let invalid = Signal::derive(move || problem.with(Option::is_some));
    let shape = Shape { id: id.clone(), name, value, required, autofocus, described_by, invalid };
    view! {
        <div class="field" data-width=(!width.is_empty()).then_some(width)>
            <div class="field-label">
                <label for=id>{label}</label>
                {required.then(|| view! { <span class="required" aria-hidden="true">"*"</span> }.into_any())}
                {optional.then(|| view! { <span class="optional" aria-hidden="true">"optional"</span> }.into_any())}
            </div>
            {control_view(control, shape, unit_id, &state)}
            {(!help.is_empty()).then(|| view! { <p class="field-help" id=help_id>{help}</p> }.into_any())}
            <FieldError problem id=error_id/>
        </div>
    }
    .into_any()
}

/// A single checkbox; it sends `on` when ticked.
#[component]
pub fn Checkbox(label: &'static str, name: &'static str, #[prop(optional)] help: &'static str) -> impl IntoView {
    let state = expect_context::<FormState>();
    let (id, ticked, problem) = (field_id(name), state.ticked(name, "on", false), state.problem(name));
    let error_id = format!("{id}-error");
    let described_by = {
        let error_id = error_id.clone();
        move || problem.with(Option::is_some).then(|| error_id.clone())
    };
    view! {
        <div class="choices">
            <div class="choice">
                <input type="checkbox" id=id.clone() name=name value="on" checked=ticked
                    aria-describedby=described_by aria-invalid=move || problem.with(Option::is_some).then_some("true")/>
                <label for=id>{label}</label>
                {(!help.is_empty()).then(|| view! { <p class="choice-help">{help}</p> }.into_any())}
            </div>
            <FieldError problem id=error_id/>
        </div>
    }
    .into_any()
}

/// What is wrong with a field, below it.
#[component]
pub fn FieldError(problem: Signal<Option<String>>, #[prop(into)] id: String) -> impl IntoView {
    move || {
        let id = id.clone();
        problem.get().map(|message| {
            view! { <p class="field-error" id=id><Icon paths=icon::CIRCLE_X/><span>{message}</span></p> }.into_any()
        })
    }
}

fn control_view(control: Control, shape: Shape, unit_id: String, state: &FormState) -> AnyView {
    match control {
        Control::Text => input("text", None, shape),
        Control::Account(autocomplete) => input("text", Some(autocomplete), shape),
        Control::Password(autocomplete) => input("password", Some(autocomplete), shape),
        Control::Date => input("date", None, shape),
        Control::Number { min, max, unit } => {
            let Shape { id, name, value, required, described_by, invalid, .. } = shape;
            let number = view! {
                <input type="number" id=id name=name value=value required=required min=min max=max step="1" inputmode="numeric"
                    aria-describedby=described_by aria-invalid=move || invalid.get().then_some("true")/>
            };
            match unit {
                None => number.into_any(),
                Some(unit) => {
                    view! { <div class="input-unit">{number}<span class="unit" id=unit_id>{unit}</span></div> }
                        .into_any()
                }
            }
        }
        Control::Area => {
            let Shape { id, name, value, required, described_by, invalid, autofocus } = shape;
            view! {
                <textarea id=id name=name required=required autofocus=autofocus inner_html=escaped(&value)
                    aria-describedby=described_by aria-invalid=move || invalid.get().then_some("true")></textarea>
            }
            .into_any()
        }
        Control::Select(choices) => {
            let Shape { id, name, value, required, described_by, invalid, autofocus } = shape;
            view! {
                <select id=id name=name required=required autofocus=autofocus inner_html=options(&choices, &|one| one == value)
                    aria-describedby=described_by aria-invalid=move || invalid.get().then_some("true")></select>
            }
            .into_any()
        }
        Control::Many(choices) => {
            let Shape { id, name, required, described_by, invalid, .. } = shape;
            let (size, prefix) = (choices.len().clamp(2, 6), name.trim_end_matches("[]"));
            let options = options(&choices, &|one| state.chosen(prefix, one));
            view! {
                <select id=id name=name multiple=true size=size required=required inner_html=options
                    aria-describedby=described_by aria-invalid=move || invalid.get().then_some("true")></select>
            }
            .into_any()
        }
    }
}

fn input(kind: &'static str, autocomplete: Option<&'static str>, shape: Shape) -> AnyView {
    let Shape { id, name, value, required, autofocus, described_by, invalid } = shape;
    view! {
        <input type=kind id=id name=name value=value required=required autofocus=autofocus
            autocomplete=autocomplete.unwrap_or("off") autocapitalize="none" spellcheck="false"
            aria-describedby=described_by aria-invalid=move || invalid.get().then_some("true")/>
    }
    .into_any()
}

/// The entries of a select as HTML, with the chosen ones marked. They stand still, see [`crate::ui::still`].
pub fn options(choices: &[Choice], is_chosen: &dyn Fn(&str) -> bool) -> String {
    let options = html! {
        @for choice in choices { option value=(choice.value) selected[is_chosen(&choice.value)] { (choice.label) } }
    };
    options.into_string()
}

/// The content of a textarea as HTML. (As a child node an empty text would come out as a space.)
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // The first line break after the tag doesn't count.
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

/// A field of the filters above a list: it shows what the URL says.
#[component]
pub fn FilterField(
    label: &'static str,
    name: &'static str,
    #[prop(default = Control::Text)] control: Control,
    #[prop(optional)] width: &'static str,
) -> impl IntoView {
    let query = use_query();
    let value = memo(move |_| query.with(|query| query.text(name)));
    // What the page says; and what shows from the moment the URL says something else.
    let said = value.get_untracked();
    let live = move || value.try_get().unwrap_or_default();
    let id = format!("filter-{name}");
    let control = match control {
        Control::Select(choices) => {
            let options = options(&choices, &|one| one == said);
            view! { <select id=id.clone() name=name inner_html=options prop:value=live></select> }.into_any()
        }
        control => {
            let kind = if matches!(control, Control::Date) { "date" } else { "text" };
            view! { <input type=kind id=id.clone() name=name value=said prop:value=live autocomplete="off"/> }
                .into_any()
        }
    };
    view! {
        <div class="field" data-width=(!width.is_empty()).then_some(width)>
            <label for=id>{label}</label>
            {control}
        </div>
    }
    .into_any()
}

/// The choices of an enum's filter: everything first.
macro_rules! all_choices {
    ($any:literal, $name:ident) => {
        std::iter::once($crate::wire::Choice { value: String::new(), label: $any.to_owned() })
            .chain(
                $name::ALL
                    .iter()
                    .map(|v| $crate::wire::Choice { value: v.key().to_owned(), label: v.label().to_owned() }),
            )
            .collect::<Vec<_>>()
    };
}
pub(crate) use all_choices;

/// An entry of a select.
pub fn choice(value: impl Into<String>, label: impl Into<String>) -> Choice {
    Choice { value: value.into(), label: label.into() }
}
