//! Files of a thread: the field in which they are chosen, and how an entry shows them.

use crate::domain::attachment::{MAX_FILES, in_words, refusal};
use crate::domain::ids::TicketNumber;
use crate::domain::validation::Problem;
use crate::functions::support::{RemoveAttachment, get_attachment};
use crate::ui::browser;
use crate::ui::components::dialog::{ChangeDialog, DialogButton, refused};
use crate::ui::components::field::FieldError;
use crate::ui::components::form::{FormState, Hidden, Sending, field_id, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::paths::support_ticket;
use crate::ui::post::post_files;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::Reply;
use crate::wire::error::AppError;
use crate::wire::support::PostFile;
use leptos::prelude::*;
use leptos::web_sys::SubmitEvent;

/// The field's name.
const FILE: &str = "file";
/// The dialog's name in the URL.
const REMOVE: &str = "remove-attachment";

/// Sends a form with its files, unless they are too many or too large to be taken.
pub fn send(url: &'static str, made_for: Option<String>, event: &SubmitEvent) -> Sending {
    let Some((data, files)) = browser::form_data(event, FILE) else {
        return Box::pin(async { Err(AppError::Unreachable) });
    };
    let refusal = refusal(files.iter().map(|(name, size)| (name.as_str(), *size)));
    Box::pin(async move {
        match refusal {
            Some(message) => Ok(Reply::Refused(vec![Problem { field: FILE.into(), message }].into())),
            None => post_files(url, data, made_for).await,
        }
    })
}

/// The field in which files are chosen. Files of an earlier attempt, which was refused without scripts, are still in
/// it.
#[component]
pub fn FilesField() -> impl IntoView {
    let state = expect_context::<FormState>();
    let (id, problem) = (field_id(FILE), state.problem(FILE));
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let described_by = {
        let (help, error) = (help_id.clone(), error_id.clone());
        move || problem.with(|problem| if problem.is_some() { format!("{help} {error}") } else { help.clone() })
    };
    let kept = (0..MAX_FILES).map(|number| format!("{FILE}[{number}]")).filter_map(|name| {
        let value = Some(state.value(&name, "")).filter(|value| !value.is_empty())?;
        let file = value.split_once(':').map_or_else(|| value.clone(), |(_, file)| file.to_owned());
        Some(view! { <li><input type="hidden" name=name value=value/><Icon paths=icon::PAPERCLIP size=14/><span>{file}</span></li> })
    });
    let kept: Vec<_> = kept.collect();
    let chosen = RwSignal::new(vec![]);
    let on_change = move |_| _ = chosen.try_set(browser::chosen_files(FILE));
    let listed = move || {
        let line = |(name, size): (String, u64)| {
            view! { <li><Icon paths=icon::PAPERCLIP size=14/><span>{name}</span><span class="muted">{in_words(size)}</span></li> }
        };
        chosen.try_get().unwrap_or_default().into_iter().map(line).views()
    };
    view! {
        <div class="field">
            <div class="field-label"><label for=id.clone()>"Attachments"</label><span class="optional" aria-hidden="true">"optional"</span></div>
            <input type="file" id=id name=FILE multiple=true on:change=on_change aria-describedby=described_by
                aria-invalid=move || problem.with(Option::is_some).then_some("true")/>
            <ul class="files">{kept}{listed}</ul>
            <p class="field-help" id=help_id>"Up to 5 files of at most 10 MiB each."</p>
            <FieldError problem id=error_id/>
        </div>
    }
    .into_any()
}

/// The files under an entry: images are shown, other files are links to download.
pub fn files(number: TicketNumber, files: &[PostFile]) -> AnyView {
    if files.is_empty() {
        return ().into_any();
    }
    let files: Vec<_> = files.iter().map(|one| file(number, one)).collect();
    view! { <ul class="files" aria-label="Attached files">{files}</ul> }.into_any()
}

fn file(number: TicketNumber, file: &PostFile) -> AnyView {
    let name = file.name.clone();
    if let Some(who) = &file.removed_by {
        let gone = format!("was removed by {who}.");
        return view! { <li class="muted"><Icon paths=icon::PAPERCLIP size=14/><s>{name}</s>" "<span>{gone}</span></li> }
            .into_any();
    }
    let href = format!("{}/files/{}", support_ticket(number), file.id);
    let size = in_words(file.size);
    let remove = file.may_remove.then(|| {
        view! { <DialogButton page=support_ticket(number) keep=Query::default() dialog=REMOVE about=("file", file.id.clone()) label="Remove" small=true kind="quiet"/> }.into_any()
    });
    let shown = if file.image {
        let source = href.clone();
        let picture = view! { <img src=source alt=name.clone() loading="lazy" decoding="async"/> };
        view! { <a class="file-image" href=href rel="external noopener" target="_blank">{picture}</a><span>{name}</span> }
            .into_any()
    } else {
        view! { <Icon paths=icon::PAPERCLIP size=14/><a href=href rel="external" download="">{name}</a> }.into_any()
    };
    view! { <li data-image=file.image.then_some("")>{shown}<span class="muted">{size}</span>{remove}</li> }.into_any()
}

/// The dialog Remove Attachment, if the URL asks for it.
#[component]
pub fn RemoveDialog(number: Signal<TicketNumber>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| query.get("file").filter(|_| query.get("dialog") == Some(REMOVE)).map(str::to_owned))
    });
    let found = read(
        move || (number.get(), wanted.get()),
        |(number, wanted)| async move {
            match wanted {
                Some(file) => get_attachment(number, file).await.map(Some),
                None => Ok(None),
            }
        },
    );
    awaited(move || {
        let is_wanted = wanted.with(Option::is_some);
        let number = number.get_untracked();
        async move {
            provide_context(flash_answer().await);
            match found.wait().await {
                Ok(Some(file)) if is_wanted => remove(number, file),
                Err(error) if is_wanted => refused(&error, support_ticket(number), Query::default()),
                _ => ().into_any(),
            }
        }
    })
}

fn remove(number: TicketNumber, file: PostFile) -> AnyView {
    let change = use_change::<RemoveAttachment>();
    let about = format!(
        "{} ({}) is deleted for good. The thread goes on saying that it was there, and that you removed it.",
        file.name,
        in_words(file.size)
    );
    view! {
        <ChangeDialog change title="Remove Attachment" about page=support_ticket(number) keep=Query::default() danger=true>
            <Hidden name="number" value=number.to_string()/>
            <Hidden name="file" value=file.id/>
        </ChangeDialog>
    }
    .into_any()
}
