//! Joining a project: the dialog one applies with, and what became of an application.

use super::host_dialogs::Amending;
use crate::domain::join::JoinRequest;
use crate::domain::time::Millis;
use crate::functions::joining::{ApplyToJoin, get_join_form};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, NoticeDialog, refused};
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon;
use crate::ui::components::pill::{State, pill_or_none, text_or_none};
use crate::ui::components::time::time;
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::markup::{block, fact, shown};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::wire::error::AppError;
use crate::wire::joining::{Application, JoinFormData};
use leptos::prelude::*;
use maud::html;

/// The name in the URL of the dialog *Apply to join project*.
pub const JOIN: &str = "join";
/// The dialog's title, and the label of the button that opens it.
pub const TITLE: &str = "Apply to join project";

/// The dialog *Apply to join project*, if the URL of `page` asks for it.
#[component]
pub fn JoinDialog(page: Signal<String>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| query.with(|query| query.get("dialog") == Some(JOIN)));
    let data = read(
        move || wanted.get(),
        |wanted| async move { if wanted { get_join_form().await.map(Some) } else { Ok(None) } },
    );
    awaited(move || {
        let wanted = wanted.get();
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match data.wait().await {
                Ok(Some(data)) if wanted => opened(data, page, keep),
                Err(error) if wanted => refused(&error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

fn opened(data: JoinFormData, page: String, keep: Query) -> AnyView {
    if !data.may_apply {
        let message = "One applies in a Project View, and while Join Project Application is enabled.";
        return refused(&AppError::refused(message), page, keep);
    }
    if let Some(number) = data.open() {
        let href = format!("/tickets/workflow/{number}");
        return view! {
            <NoticeDialog title=TITLE page keep>
                <p>"Your application "<a href=href>{format!("#{number}")}</a>" is still open. Wait for what becomes of it, or undo it before you apply again."</p>
            </NoticeDialog>
        }
        .into_any();
    }
    form(data, None, page, keep)
}

/// The form of an application to join a project, also used to amend one.
pub fn form(data: JoinFormData, amending: Option<Amending<JoinRequest>>, page: String, keep: Query) -> AnyView {
    let change = use_change::<ApplyToJoin>();
    let about =
        format!("A project of the domain {}. Whoever approves it chooses the project and your roles.", data.domain);
    let projects = std::iter::once(choice("", "Any project")).chain(data.projects).collect();
    let title = if amending.is_some() { "Amend" } else { TITLE };
    let (reason, wished) = match &amending {
        Some(Amending { request, .. }) => {
            (request.reason.clone(), request.wished.as_ref().map(|wished| wished.id.to_string()).unwrap_or_default())
        }
        None => Default::default(),
    };
    let amends = amending.map(|amending| {
        let (number, version) = (amending.number.to_string(), amending.version.to_string());
        view! { <Hidden name="amends" value=number/><Hidden name="version" value=version/> }.into_any()
    });
    view! {
        <ChangeDialog change title about page keep>
            {amends}
            <Field label="Reason" name="form[reason]" required=true preset=reason control=Control::Area autofocus=true
                help="What you will do there. At most 2,000 characters."/>
            <Field label="Project" name="form[project]" optional=true preset=wished control=Control::Select(projects)/>
        </ChangeDialog>
    }
    .into_any()
}

/// An application and what became of it, with the buttons to open it and to take it back.
pub fn application(application: Application, page: &'static str, now: Millis) -> AnyView {
    let Application { ticket, note } = application;
    let undo = ticket.may_undo.then(|| {
        let about = ("ticket", ticket.number.to_string());
        view! { <DialogButton page keep=Query::default() dialog="undo" about label="Undo" paths=icon::UNDO/> }
    });
    let waits = match (ticket.may_undo, ticket.waits_for_nobody) {
        (true, true) => "Nobody: an administrator has to name an approver".to_owned(),
        (true, false) => ticket.processor.join(", "),
        (false, _) => String::new(),
    };
    view! {
        <section class="card" aria-labelledby="application-title">
            <header class="card-header">
                <h2 id="application-title">{format!("Your application #{}", ticket.number)}</h2>{shown(ticket.status.pill())}
            </header>
            <div class="card-body">
                {block(html! {
                    dl class="facts" {
                        (fact("Project", text_or_none(&ticket.resource_name)))
                        (fact("Time Submitted", time(ticket.submitted_at, now)))
                        (fact("Process Result", pill_or_none(ticket.process_result)))
                        @if !waits.is_empty() { (fact("Waits for", waits)) }
                        @if !ticket.may_undo && !note.is_empty() { (fact("Note", note)) }
                    }
                })}
            </div>
            <div class="card-footer">
                <a class="button" href=format!("/tickets/workflow/{}", ticket.number)><span>"View"</span></a>
                {undo}
            </div>
        </section>
    }
    .into_any()
}
