//! `/tickets/support/replies`: the texts that a project's handlers answer with again and again.

use crate::domain::support::title;
use crate::domain::time::Millis;
use crate::functions::canned_replies::{CreateCanned, DeleteCanned, EditCanned, list_canned};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, row_buttons};
use crate::ui::components::field::{Control, Field, FilterField};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon;
use crate::ui::components::list::{Column, Empty, Filters, Table, actions_cell, cell, line, text_cell};
use crate::ui::components::time::time;
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::Choice;
use crate::wire::canned_replies::{CannedList, CannedRow};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

pub const PAGE: &str = "/tickets/support/replies";
/// The query's parameter that names the canned reply that a dialog is about.
const ABOUT: &str = "about";

const TITLE: Column = ("Title", "id");
const PROJECT: Column = ("Project", "short");
const TEXT: Column = ("Text", "wide");
const CHANGED_BY: Column = ("Changed by", "short");
const CHANGED: Column = ("Changed", "time");

#[component]
pub fn CannedReplies() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let search = memo(move |_| query.with(|query| query.text("search")));
    let list = read(move || (search.get(), revision.track()), |(search, _)| list_canned(search));
    let body = move |list: CannedList, frame: Frame| {
        let dialog = query.with(|query| dialog(query, &list));
        view! { {page(list, frame.now)} {dialog} }.into_any()
    };
    view! { <Title text="Canned Replies"/> {loaded(list, body)} }.into_any()
}

fn page(list: CannedList, now: Millis) -> AnyView {
    let filtered = !lasting_query().0.is_empty();
    let create = |kind: &'static str| {
        view! { <DialogButton page=PAGE keep=lasting_query() dialog="create" label="New Canned Reply" kind paths=icon::PLUS/> }
            .into_any()
    };
    let rows = match (list.rows.is_empty(), filtered) {
        (true, true) => view! {
            <Empty paths=icon::SEARCH title="No canned reply matches" text="Another filter may find what you look for.">
                <a class="button" href=PAGE>"Clear"</a>
            </Empty>
        }
        .into_any(),
        (true, false) => view! {
            <Empty paths=icon::LIFE_BUOY title="No canned replies yet"
                text="What you write here, handlers choose above their reply, and change before they send it.">
                {create("")}
            </Empty>
        }
        .into_any(),
        (false, _) => {
            let rows = list.rows.iter().map(|reply| line(row(reply, now))).views();
            let columns = vec![TITLE, PROJECT, TEXT, CHANGED_BY, CHANGED];
            view! { <Table caption="Canned Replies" columns actions=true>{rows}</Table> }.into_any()
        }
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/tickets/support/mine">"Technical Support"</a><icon::Icon paths=icon::CHEVRON_RIGHT/>
            <span aria-current="page">"Canned Replies"</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <h1>"Canned Replies"</h1><p>"Texts that the handlers of a project answer with again and again."</p>
            </div>
            <div class="page-actions">{create("primary")}</div>
        </header>
        <Filters page=PAGE><FilterField label="Title" name="search"/></Filters>
        {rows}
    }
    .into_any()
}

fn row(reply: &CannedRow, now: Millis) -> Markup {
    let query = lasting_query();
    let buttons = [("edit", "Edit", ""), ("delete", "Delete", "")];
    html! {
        (text_cell(TITLE, &reply.title))
        (text_cell(PROJECT, &reply.project))
        (text_cell(TEXT, &title(&reply.body)))
        (text_cell(CHANGED_BY, &reply.changed_by))
        (cell(CHANGED, "", time(reply.changed_at, now)))
        (actions_cell(row_buttons(PAGE, &query, (ABOUT, &reply.id), &buttons)))
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, list: &CannedList) -> AnyView {
    let chosen = list.rows.iter().find(|reply| Some(reply.id.as_str()) == query.get(ABOUT)).cloned();
    let keep = query.lasting();
    match (query.get("dialog"), chosen) {
        (Some("create"), _) => {
            let change = use_change::<CreateCanned>();
            let projects = list.projects.clone();
            let about = match projects.as_slice() {
                [only] => format!("For tickets of project {}", only.label),
                _ => String::new(),
            };
            view! {
                <ChangeDialog change title="New Canned Reply" about page=PAGE keep wide=true>{fields(Some(projects), None)}</ChangeDialog>
            }
            .into_any()
        }
        (Some("edit"), Some(reply)) => {
            let change = use_change::<EditCanned>();
            let about = format!("{}, of project {}", reply.title, reply.project);
            view! {
                <ChangeDialog change title="Edit" about page=PAGE keep wide=true>
                    <Hidden name="id" value=reply.id.clone()/>
                    {fields(None, Some(reply))}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("delete"), Some(reply)) => {
            let change = use_change::<DeleteCanned>();
            view! {
                <ChangeDialog change title="Delete" about=format!("{}, of project {}", reply.title, reply.project) page=PAGE keep danger=true>
                    <Hidden name="id" value=reply.id/>
                    <p>"Replies that were sent with it stay as they are."</p>
                </ChangeDialog>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

fn fields(projects: Option<Vec<Choice>>, reply: Option<CannedRow>) -> AnyView {
    let (title, body) = reply.map(|reply| (reply.title, reply.body)).unwrap_or_default();
    let project = projects.map(|projects| match projects.as_slice() {
        [only] => view! { <Hidden name="project" value=only.value.clone()/> }.into_any(),
        _ => {
            view! { <Field label="Project" name="project" required=true control=Control::Select(projects) width="medium"/> }
                .into_any()
        }
    });
    view! {
        {project}
        <Field label="Title" name="title" required=true preset=title autofocus=true help="What handlers choose it by."/>
        <Field label="Text" name="body" required=true control=Control::Area preset=body
            help="Markdown. {requester}, {handler} and {ticket} become the names of both and the ticket's number."/>
    }
    .into_any()
}
