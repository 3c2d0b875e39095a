//! The box one replies in: opened by Reply, kept as a draft by the browser until it is sent, previewed by the server.

use super::support_draft::Draft;
use super::support_files::{self, FilesField};
use crate::domain::ids::TicketNumber;
use crate::functions::canned_replies::get_canned;
use crate::functions::support::{ReplySupport, get_reply_rights, preview_markdown, tell_writing};
use crate::ui::browser;
use crate::ui::components::field::{Checkbox, Control, Field, options};
use crate::ui::components::form::{ChangeForm, ErrorSummary, GetForm, Hidden, SubmitButton, typed_before, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::context::{flash_answer, use_revision};
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::newest::Newest;
use crate::ui::paths::support_ticket;
use crate::ui::query::{Query, use_query};
use crate::wire::Choice;
use crate::wire::support::ReplyRights;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::MouseEvent;

/// What the URL says while the box is open.
const OPEN: &str = "reply";
/// How often others are told that one writes, in milliseconds.
const TELL_EVERY: i64 = 4_000;
/// The field's name.
const BODY: &str = "body";
/// The box that makes the reply an internal note.
const NOTE: &str = "note";
/// The canned reply that is chosen.
const CANNED: &str = "canned";

/// The button Reply, or the box. It reads for itself what one may write, and only when the page isn't in use: made anew it
/// would lose what is typed.
#[component]
pub fn ReplyBox(number: Signal<TicketNumber>) -> impl IntoView {
    let query = use_query();
    let revision = use_revision();
    let is_open = memo(move |_| query.with(|query| query.get(OPEN).is_some()));
    let rights = read(move || (number.get(), revision.track()), |(number, _)| get_reply_rights(number));
    awaited(move || {
        let (number, is_open) = (number.get_untracked(), is_open.get());
        async move {
            provide_context(flash_answer().await);
            let preview = previewed().await;
            let chosen = chosen(number).await;
            match rights.wait().await {
                Ok(rights) if rights.may_reply && is_open => form(number, rights, preview, chosen),
                Ok(rights) if rights.may_reply => closed(number),
                _ => ().into_any(),
            }
        }
    })
}

/// What a form that was sent without scripts to be previewed would look like.
async fn previewed() -> Option<String> {
    let typed = typed_before::<ReplySupport>()?.pairs;
    let value = |name: &str| typed.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    value("preview")?;
    preview_markdown(value(BODY)?).await.ok()
}

/// The canned reply that the URL names: without scripts it is put in by asking for the page anew.
async fn chosen(number: TicketNumber) -> String {
    let id = use_query().with_untracked(|query| query.text(CANNED));
    if id.is_empty() { id } else { get_canned(number, id).await.unwrap_or_default() }
}

/// Chooses a canned reply to begin with, above the form.
fn canned(number: TicketNumber, replies: Vec<Choice>, put_in: impl Fn(MouseEvent) + Send + 'static) -> Option<AnyView> {
    let keep = Query::default().with(OPEN, "open");
    let chooser = |replies: Vec<Choice>| {
        view! {
            <GetForm page=support_ticket(number) keep class="canned">
                <label for="canned">"Canned reply"</label>
                <select id="canned" name=CANNED inner_html=options(&replies, &str::is_empty)></select>
                <button class="button" type="submit" on:click=put_in><span>"Insert"</span></button>
            </GetForm>
        }
        .into_any()
    };
    (!replies.is_empty()).then(|| chooser(replies))
}

fn closed(number: TicketNumber) -> AnyView {
    let keep = Query::default().with(OPEN, "open");
    view! {
        <GetForm page=support_ticket(number) keep class="reply-bar">
            <button class="button" type="submit" data-kind="primary" data-key="r">
                <Icon paths=icon::PENCIL/><span>"Reply"</span>
            </button>
        </GetForm>
    }
    .into_any()
}

fn form(number: TicketNumber, rights: ReplyRights, previewed: Option<String>, begun: String) -> AnyView {
    let may_note = rights.may_note;
    // What was begun as a note isn't put where it would become a reply: for another person, or without the right any more.
    let was_note = typed_before::<ReplySupport>().is_some_and(|typed| typed.pairs.iter().any(|(name, _)| name == NOTE));
    let typed = (was_note && !may_note).then(Vec::new);
    let change = use_change::<ReplySupport>().with_files(support_files::send);
    let (preview, asked) = (RwSignal::new(previewed), Newest::new());
    let draft = Draft::new(format!("draft/{}/reply/{number}", rights.reader), BODY, &[NOTE]);
    let told = StoredValue::new(0);
    let on_input = move |_| {
        draft.keep();
        // A note isn't the requester's business.
        let now = browser::now();
        if now - told.get_value() > TELL_EVERY && !browser::is_there("[name=note]:checked") {
            told.set_value(now);
            spawn_local(async move { _ = tell_writing(number).await });
        }
    };
    draft.restore();
    let show = move |event: MouseEvent| {
        event.prevent_default();
        asked.ask(preview_markdown(browser::text_in(BODY)), move |shown| {
            preview.try_set(Some(shown.unwrap_or_else(|error| error.to_string())));
        });
    };
    let put_in = move |event: MouseEvent| {
        event.prevent_default();
        let id = browser::text_in(CANNED);
        spawn_local(async move {
            if let Ok(text) = get_canned(number, id).await {
                browser::insert(BODY, &text);
                draft.keep();
            }
        });
    };
    change.on_done(move || draft.drop());
    // Made inside its form, which it asks what was typed before.
    let note = move || {
        let help = "Only those who handle this ticket read it. It changes no state.";
        may_note.then(|| view! { <Checkbox label="Internal note" name=NOTE help/> }.into_any())
    };
    view! {
        <section class="card reply" aria-labelledby="reply-title">
            <header class="card-header"><h2 id="reply-title">"Your reply"</h2></header>
            <div class="card-body" on:input=on_input>
                {canned(number, rights.canned, put_in)}
                <ChangeForm change typed>
                    <ErrorSummary/>
                    <Hidden name="number" value=number.to_string()/>
                    <Field label="Reply" name=BODY required=true control=Control::Area autofocus=true preset=begun
                        help="Markdown; at most 10,000 characters. Kept as a draft in this browser until it is sent."/>
                    <FilesField/>
                    {note()}
                    {move || preview.try_get().flatten().map(|html| view! {
                        <div class="preview" role="region" aria-label="Preview"><div class="prose" dir="auto" inner_html=html></div></div>
                    }.into_any())}
                    <div class="form-actions">
                        <SubmitButton label="Submit"/>
                        <button class="button" type="submit" name="preview" value="on" on:click=show><span>"Preview"</span></button>
                        <a class="button" data-kind="quiet" href=support_ticket(number)><span>"Close"</span></a>
                    </div>
                </ChangeForm>
            </div>
        </section>
    }
    .into_any()
}
