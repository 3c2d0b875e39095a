//! `/directory/domains`: the domains, with the dialogs that make, change and delete them.

use super::{ABOUT, header, nothing_found};
use crate::domain::time::Millis;
use crate::functions::directory::{CreateDomain, DeleteDomain, EditDomain, list_domains};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, row_buttons};
use crate::ui::components::field::{Control, Field, FilterField};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon;
use crate::ui::components::list::{Column, Filters, Table, actions_cell, cell, line, link_cell, text_cell};
use crate::ui::components::time::time;
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::directory::{DirectoryFilter, DomainList, DomainRow};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

const PAGE: &str = "/directory/domains";
const NAME: Column = ("Name", "id");
const PROJECTS: Column = ("Projects", "num");
const USERS: Column = ("Users", "num");
const DESCRIPTION: Column = ("Description", "wide");
const CREATED: Column = ("Created", "time");

#[component]
pub fn Domains() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let filter = memo(move |_| query.with(Query::filter::<DirectoryFilter>));
    let list = read(move || (filter.get(), revision.track()), |(filter, _)| list_domains(filter));
    let body = move |list: DomainList, frame: Frame| {
        let dialog = query.with(|query| dialog(query, &list));
        view! { {page(list, frame.now)} {dialog} }.into_any()
    };
    view! { <Title text="Domains"/> {loaded(list, body)} }.into_any()
}

fn page(list: DomainList, now: Millis) -> AnyView {
    let create = list.may_create.then(|| {
        view! { <DialogButton page=PAGE keep=lasting_query() dialog="create" label="Create Domain" kind="primary" paths=icon::PLUS/> }
            .into_any()
    });
    let hint = (list.is_system && !list.may_create).then(|| {
        view! {
            <div class="banner" data-tone="info">
                <p>"Without the three-level hierarchy there is one domain. "<a href="/settings/system">"Settings / System"</a>" turns it on."</p>
            </div>
        }.into_any()
    });
    let rows = if list.rows.is_empty() {
        nothing_found("No domain matches", PAGE)
    } else {
        let is_system = list.is_system;
        let rows = list.rows.iter().map(|domain| line(row(domain, is_system, now))).views();
        let columns = vec![NAME, PROJECTS, USERS, DESCRIPTION, CREATED];
        view! { <Table caption="Domains" columns actions=true>{rows}</Table> }.into_any()
    };
    view! {
        {header("Domains", "A domain holds projects and the people who work in them.", create)}
        {hint}
        <Filters page=PAGE><FilterField label="Name" name="search"/></Filters>
        {rows}
    }
    .into_any()
}

fn row(domain: &DomainRow, is_system: bool, now: Millis) -> Markup {
    let (query, id) = (lasting_query(), domain.id.to_string());
    let projects = Query::default().with("domain", id.as_str()).url("/directory/projects");
    let all = [("edit", "Edit", ""), ("delete", "Delete", "")];
    let buttons = if is_system && !domain.is_default { &all[..] } else { &all[..1] };
    html! {
        (link_cell(NAME, &projects, &domain.name))
        (cell(PROJECTS, "", html! { (domain.projects) }))
        (cell(USERS, "", html! { (domain.users) }))
        (text_cell(DESCRIPTION, &domain.description))
        (cell(CREATED, "", time(domain.created_at, now)))
        (actions_cell(row_buttons(PAGE, &query, (ABOUT, &id), buttons)))
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, list: &DomainList) -> AnyView {
    let chosen = list.rows.iter().find(|d| Some(d.id.as_str()) == query.get(ABOUT)).cloned();
    let keep = query.lasting();
    match (query.get("dialog"), chosen) {
        (Some("create"), _) if list.may_create => {
            let change = use_change::<CreateDomain>();
            view! { <ChangeDialog change title="Create Domain" page=PAGE keep>{fields(None)}</ChangeDialog> }.into_any()
        }
        (Some("edit"), Some(domain)) => {
            let change = use_change::<EditDomain>();
            view! {
                <ChangeDialog change title="Edit" about=domain.name.clone() page=PAGE keep>
                    <Hidden name="id" value=domain.id.to_string()/>
                    {fields(Some(domain))}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("delete"), Some(domain)) => {
            let change = use_change::<DeleteDomain>();
            view! {
                <ChangeDialog change title="Delete" about=domain.name page=PAGE keep danger=true>
                    <Hidden name="id" value=domain.id.to_string()/>
                    <p>"A domain can be deleted when no project and no user belongs to it any more. Closed tickets keep its name."</p>
                </ChangeDialog>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

fn fields(domain: Option<DomainRow>) -> AnyView {
    let help = if domain.as_ref().is_some_and(|d| d.is_default) { "The first domain keeps its name." } else { "" };
    let (name, description) = domain.map(|d| (d.name, d.description)).unwrap_or_default();
    view! {
        <Field label="Name" name="name" required=true preset=name help autofocus=true/>
        <Field label="Description" name="description" optional=true control=Control::Area preset=description/>
    }
    .into_any()
}
