//! `/directory/roles`: the roles; in the System View with the dialogs that make, change and delete them.

use super::{ABOUT, header, nothing_found};
use crate::domain::directory::Reach;
use crate::functions::directory::{CreateRole, DeleteRole, EditRole, list_roles};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, RowButton, row_buttons};
use crate::ui::components::field::{Control, Field, FilterField, choice};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon;
use crate::ui::components::list::{Column, Filters, Table, actions_cell, cell, line, text_cell};
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::directory::{DirectoryFilter, RoleList, RoleRow};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

const PAGE: &str = "/directory/roles";
const NAME: Column = ("Name", "id");
const REACH: Column = ("Reach", "short");
const BUILT_IN: Column = ("Built-in", "short");
const HOLDERS: Column = ("Holders", "num");
const DESCRIPTION: Column = ("Description", "wide");

#[component]
pub fn Roles() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let filter = memo(move |_| query.with(Query::filter::<DirectoryFilter>));
    let list = read(move || (filter.get(), revision.track()), |(filter, _)| list_roles(filter));
    let body = move |list: RoleList, _: Frame| {
        let dialog = query.with(|query| dialog(query, &list));
        view! { {page(list)} {dialog} }.into_any()
    };
    view! { <Title text="Roles"/> {loaded(list, body)} }.into_any()
}

fn page(list: RoleList) -> AnyView {
    let may_change = list.may_change;
    let create = may_change.then(|| {
        view! { <DialogButton page=PAGE keep=lasting_query() dialog="create" label="Create Role" kind="primary" paths=icon::PLUS/> }
            .into_any()
    });
    let rows = if list.rows.is_empty() {
        nothing_found("No role matches", PAGE)
    } else {
        let rows = list.rows.iter().map(|role| line(row(role, may_change))).views();
        let columns = vec![NAME, REACH, BUILT_IN, HOLDERS, DESCRIPTION];
        view! { <Table caption="Roles" columns actions=may_change>{rows}</Table> }.into_any()
    };
    view! {
        {header("Roles", "What people are in a project: approvers are found by role, and its reach opens views.", create)}
        <Filters page=PAGE><FilterField label="Name" name="search"/></Filters>
        {rows}
    }
    .into_any()
}

fn row(role: &RoleRow, may_change: bool) -> Markup {
    let (query, id) = (lasting_query(), role.id.to_string());
    let buttons: &[RowButton<'_>] = if role.built_in { &[] } else { &[("edit", "Edit", ""), ("delete", "Delete", "")] };
    html! {
        (text_cell(NAME, &role.name))
        (text_cell(REACH, role.reach.label()))
        (text_cell(BUILT_IN, if role.built_in { "Yes" } else { "No" }))
        (cell(HOLDERS, "", html! { (role.holders) }))
        (text_cell(DESCRIPTION, &role.description))
        @if may_change { (actions_cell(row_buttons(PAGE, &query, (ABOUT, &id), buttons))) }
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, list: &RoleList) -> AnyView {
    if !list.may_change {
        return ().into_any();
    }
    let chosen = list.rows.iter().find(|r| Some(r.id.as_str()) == query.get(ABOUT) && !r.built_in).cloned();
    let keep = query.lasting();
    match (query.get("dialog"), chosen) {
        (Some("create"), _) => {
            let change = use_change::<CreateRole>();
            view! { <ChangeDialog change title="Create Role" page=PAGE keep>{fields(None)}</ChangeDialog> }.into_any()
        }
        (Some("edit"), Some(role)) => {
            let change = use_change::<EditRole>();
            view! {
                <ChangeDialog change title="Edit" about=role.name.clone() page=PAGE keep>
                    <Hidden name="id" value=role.id.to_string()/>
                    {fields(Some(role))}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("delete"), Some(role)) => {
            let change = use_change::<DeleteRole>();
            view! {
                <ChangeDialog change title="Delete" about=role.name page=PAGE keep danger=true>
                    <Hidden name="id" value=role.id.to_string()/>
                    <p>"A role can be deleted when nobody holds it and no process names it."</p>
                </ChangeDialog>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

fn fields(role: Option<RoleRow>) -> AnyView {
    let (name, reach, description) = role
        .map(|r| (r.name, r.reach.key().to_owned(), r.description))
        .unwrap_or_else(|| (String::new(), String::new(), String::new()));
    let reaches =
        std::iter::once(choice("", "Choose a reach")).chain(Reach::ALL.iter().map(|r| choice(r.key(), r.label())));
    view! {
        <Field label="Name" name="name" required=true preset=name autofocus=true/>
        <Field label="Reach" name="reach" required=true preset=reach control=Control::Select(reaches.collect())
            help="Project: the project it is held in. Domain: opens the Domain View of the project's domain. System: opens the System View."/>
        <Field label="Description" name="description" optional=true control=Control::Area preset=description/>
    }
    .into_any()
}
