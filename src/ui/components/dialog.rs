//! Dialogs: opened and closed by the URL, so that they work without scripts; a modal once the page is awake.

use super::form::{Change, ChangeForm, ErrorSummary, GetForm, SubmitButton, hidden_fields};
use super::icon;
use super::sentence::sentence;
use crate::ui::markup::some;
use crate::ui::query::Query;
use crate::ui::restate::Pairs;
use crate::wire::error::AppError;
use leptos::html as elements;
use leptos::prelude::*;
use leptos::web_sys::HtmlDialogElement;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use maud::{Markup, html};

/// The id of the form that leads back to the page behind the dialog.
const CLOSE: &str = "dialog-close";

/// Fields, made once their form is there.
pub type Fields = Box<dyn FnOnce() -> AnyView + Send>;

/// A dialog around the form of one change: titled by its action, confirmed by OK, left by Cancel or Escape.
#[component]
pub fn ChangeDialog(
    change: Change,
    #[prop(into)] title: String,
    /// What the action is about.
    #[prop(optional, into)]
    about: String,
    /// The page behind, and the part of its query that stays.
    #[prop(into)]
    page: String,
    keep: Query,
    #[prop(optional)] wide: bool,
    #[prop(optional)] danger: bool,
    #[prop(optional)] typed: Option<Pairs>,
    children: Children,
) -> impl IntoView {
    let form = view! {
        <ChangeForm change typed class="dialog-panel">
            <header class="dialog-header">
                <h2 id="dialog-title">{title}</h2>
                {(!about.is_empty()).then(|| view! { <p>{about}</p> }.into_any())}
            </header>
            <div class="dialog-body">
                <ErrorSummary/>
                {children()}
            </div>
            <DialogFooter danger/>
        </ChangeForm>
    };
    modal(page, keep, wide, form.into_any())
}

#[component]
fn DialogFooter(danger: bool) -> impl IntoView {
    view! {
        <footer class="dialog-footer">
            <CancelButton/>
            <SubmitButton label="OK" kind=if danger { "danger" } else { "primary" }/>
        </footer>
    }
}

/// A dialog that only tells something.
#[component]
pub fn NoticeDialog(
    #[prop(into)] title: String,
    #[prop(into)] page: String,
    keep: Query,
    #[prop(optional)] wide: bool,
    /// What else can be done with it, beside OK.
    #[prop(optional)]
    actions: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let panel = view! {
        <div class="dialog-panel">
            <header class="dialog-header"><h2 id="dialog-title">{title}</h2></header>
            <div class="dialog-body">{children()}</div>
            <footer class="dialog-footer">
                {actions}
                <button class="button" data-kind="primary" type="submit" form=CLOSE autofocus=true><span>"OK"</span></button>
            </footer>
        </div>
    };
    modal(page, keep, wide, panel.into_any())
}

/// Tells why what a dialog was asked for isn't possible.
pub fn refused(error: &AppError, page: String, keep: Query) -> AnyView {
    let why = sentence(error.to_string());
    view! { <NoticeDialog title="That isn't possible" page keep><p>{why}</p></NoticeDialog> }.into_any()
}

/// Leads back to the page behind the dialog.
#[component]
pub fn CancelButton() -> impl IntoView {
    view! { <button class="button" type="submit" form=CLOSE><span>"Cancel"</span></button> }
}

/// The dialog's element around its panel, which has an `h2` with the id `dialog-title`.
pub fn modal(page: String, keep: Query, wide: bool, panel: AnyView) -> AnyView {
    let dialog = NodeRef::<elements::Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            show(dialog, MOST_FRAMES);
        }
    });
    // Closing gives the focus back to where it was; merely vanishing wouldn't.
    on_cleanup(move || {
        if let Some(Some(dialog)) = dialog.try_get_untracked() {
            dialog.close();
        }
    });
    let navigate = use_navigate();
    let back = keep.url(&page);
    let on_cancel = move |event: leptos::ev::Event| {
        event.prevent_default();
        navigate(&back, NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    view! {
        <dialog class="dialog" aria-labelledby="dialog-title" data-size=wide.then_some("wide") open=true node_ref=dialog
            on:cancel=on_cancel>
            <GetForm page keep id=CLOSE hidden=true>""</GetForm>
            {panel}
        </dialog>
    }
    .into_any()
}

/// How long a dialog may take to come to its page: ten seconds.
const MOST_FRAMES: u16 = 600;

/// Shows it as a modal once it is on the page: where a link leads to a page with a dialog open, it is made before that.
fn show(dialog: HtmlDialogElement, frames: u16) {
    if dialog.is_connected() {
        let _ = dialog.remove_attribute("open");
        let _ = dialog.show_modal();
    } else if frames > 0 {
        request_animation_frame(move || show(dialog, frames - 1));
    }
}

/// A button that opens a dialog of this page about one thing.
#[component]
pub fn DialogButton(
    /// The page, and the part of its query that stays.
    #[prop(into)]
    page: String,
    keep: Query,
    /// The dialog's name in the URL.
    dialog: &'static str,
    /// What it is about: a name and a value of the query.
    #[prop(optional)]
    about: Option<(&'static str, String)>,
    label: &'static str,
    #[prop(optional)] kind: &'static str,
    #[prop(optional)] small: bool,
    #[prop(optional)] paths: Option<&'static str>,
    /// The key that presses it; see [`crate::ui::keyboard`].
    #[prop(optional)]
    key: &'static str,
) -> impl IntoView {
    let mut keep = keep.with("dialog", dialog);
    if let Some((name, value)) = about {
        keep = keep.with(name, value);
    }
    let inside = html! { @if let Some(paths) = paths { (icon::still(paths, 16)) } span { (label) } };
    let inside = opening(&keep, Look { kind, small, key }, inside).into_string();
    view! { <form method="get" action=page inner_html=inside></form> }.into_any()
}

/// A button in a row: the dialog that it opens, its label, and the key that presses it, which may be empty (see
/// [`crate::ui::keyboard`]).
pub type RowButton<'a> = (&'a str, &'a str, &'a str);

/// The buttons of a row that open dialogs about it: one form, so that what they share stands there once.
pub fn row_buttons(page: &str, keep: &Query, about: (&str, &str), buttons: &[RowButton<'_>]) -> Markup {
    if buttons.is_empty() {
        return html! {};
    }
    let kept = keep.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    html! {
        form method="get" action=(page) {
            (hidden_fields(kept.chain([about])))
            @for (dialog, label, key) in buttons {
                button class="button" type="submit" name="dialog" value=(dialog) data-size="small" data-key=[some(key)] {
                    span { (label) }
                }
            }
        }
    }
}

/// A button that opens a dialog about the one thing that its page is about, in still markup.
pub fn page_button(page: &str, keep: &Query, dialog: &str, label: &str) -> Markup {
    let query = keep.clone().with("dialog", dialog);
    let inside = opening(&query, Look { kind: "", small: false, key: "" }, html! { span { (label) } });
    html! { form method="get" action=(page) { (inside) } }
}

/// How a button looks, and the key that presses it; texts may be empty.
struct Look<'a> {
    kind: &'a str,
    small: bool,
    key: &'a str,
}

/// What such a form holds.
fn opening(query: &Query, look: Look<'_>, inside: Markup) -> Markup {
    html! {
        (hidden_fields(query.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
        button class="button" type="submit" data-kind=[some(look.kind)] data-size=[look.small.then_some("small")] data-key=[some(look.key)] {
            (inside)
        }
    }
}
