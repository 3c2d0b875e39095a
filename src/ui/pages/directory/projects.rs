//! `/directory/projects`: the projects, with the dialogs that make, change and delete them.

use super::{ABOUT, domain_field, domain_filter, header, impact_notice, nothing_found, pager};
use crate::domain::time::Millis;
use crate::functions::directory::{CreateProject, DeleteProject, EditProject, get_impact, list_projects};
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
use crate::wire::directory::{DirectoryFilter, Impact, ImpactAsk, ProjectList, ProjectRow};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

const PAGE: &str = "/directory/projects";
const NAME: Column = ("Name", "id");
const DOMAIN: Column = ("Domain", "short");
const MEMBERS: Column = ("Members", "num");
const HOSTS: Column = ("Hosts", "num");
const DESCRIPTION: Column = ("Description", "wide");
const CREATED: Column = ("Created", "time");

#[component]
pub fn Projects() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let filter = memo(move |_| query.with(Query::filter::<DirectoryFilter>));
    let ask = memo(move |_| query.with(ask));
    let data = read(
        move || (filter.get(), ask.get(), revision.track()),
        |(filter, ask, _)| async move {
            let list = list_projects(filter).await?;
            let impact = match ask {
                Some(ask) => get_impact(ask).await?,
                None => None,
            };
            Ok((list, impact))
        },
    );
    let body = move |(list, impact): (ProjectList, Option<Impact>), frame: Frame| {
        let dialog = query.with(|query| dialog(query, &list, impact));
        view! { {page(list, frame.now)} {dialog} }.into_any()
    };
    view! { <Title text="Projects"/> {loaded(data, body)} }.into_any()
}

/// What to ask the server before a project is deleted: its roles go with it, so open tickets may lose approvers.
fn ask(query: &Query) -> Option<ImpactAsk> {
    let project = query.get(ABOUT).filter(|_| query.get("dialog") == Some("delete"))?;
    Some(ImpactAsk { project: project.to_owned(), ..ImpactAsk::default() })
}

fn page(list: ProjectList, now: Millis) -> AnyView {
    let create = || {
        view! { <DialogButton page=PAGE keep=lasting_query() dialog="create" label="Create Project" kind="primary" paths=icon::PLUS/> }
            .into_any()
    };
    let query = lasting_query();
    let rows = match (list.page.rows.is_empty(), query.0.is_empty()) {
        (true, false) => nothing_found("No project matches", PAGE),
        (true, true) => view! {
            <Empty paths=icon::FOLDER title="No project yet" text="People work in projects: a role in one is what lets them in.">
                {create()}
            </Empty>
        }
        .into_any(),
        (false, _) => {
            let pager = pager(&list.page, PAGE, query);
            let columns = vec![NAME, DOMAIN, MEMBERS, HOSTS, DESCRIPTION, CREATED];
            let rows = list.page.rows.iter().map(|project| line(row(project, now))).views();
            view! { <Table caption="Projects" columns actions=true>{rows}</Table> {pager} }.into_any()
        }
    };
    let domains = (list.is_system && list.domains.len() > 1)
        .then(|| view! { <FilterField label="Domain" name="domain" control=domain_filter(list.domains)/> }.into_any());
    view! {
        {header("Projects", "A project holds hosts and quota; a role in it is what lets people in.", Some(create()))}
        <Filters page=PAGE><FilterField label="Name" name="search"/>{domains}</Filters>
        {rows}
    }
    .into_any()
}

fn row(project: &ProjectRow, now: Millis) -> Markup {
    let (query, id) = (lasting_query(), project.id.to_string());
    let all = [("edit", "Edit", ""), ("delete", "Delete", "")];
    let buttons = if project.is_system { &all[..1] } else { &all[..] };
    html! {
        (text_cell(NAME, &project.name))
        (text_cell(DOMAIN, &project.domain))
        (cell(MEMBERS, "", html! { (project.members) }))
        (cell(HOSTS, "", html! { (project.hosts) }))
        (text_cell(DESCRIPTION, &project.description))
        (cell(CREATED, "", time(project.created_at, now)))
        (actions_cell(row_buttons(PAGE, &query, (ABOUT, &id), buttons)))
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, list: &ProjectList, impact: Option<Impact>) -> AnyView {
    let chosen = list.page.rows.iter().find(|p| Some(p.id.as_str()) == query.get(ABOUT)).cloned();
    let keep = query.lasting();
    let back = keep.url(PAGE);
    match (query.get("dialog"), chosen) {
        (Some("create"), _) => {
            let change = use_change::<CreateProject>();
            let (domains, preset) = (list.domains.clone(), query.text("domain"));
            view! {
                <ChangeDialog change title="Create Project" page=PAGE keep>
                    {name_field(None)}
                    {domain_field(domains, preset)}
                    {description_field("")}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("edit"), Some(project)) => {
            let change = use_change::<EditProject>();
            let about = format!("{} of {}", project.name, project.domain);
            view! {
                <ChangeDialog change title="Edit" about page=PAGE keep>
                    <Hidden name="id" value=project.id.to_string()/>
                    <Hidden name="back" value=back/>
                    {name_field(Some(&project))}
                    {description_field(&project.description)}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("delete"), Some(project)) => {
            let change = use_change::<DeleteProject>();
            let about = format!("{} of {}", project.name, project.domain);
            view! {
                <ChangeDialog change title="Delete" about page=PAGE keep danger=true>
                    <Hidden name="id" value=project.id.to_string()/>
                    <Hidden name="back" value=back/>
                    <p>"Everybody loses the roles held in it. Hosts and open tickets have to be gone first. Closed tickets keep its name."</p>
                    {impact_notice(impact)}
                </ChangeDialog>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}

fn name_field(project: Option<&ProjectRow>) -> AnyView {
    let help = if project.is_some_and(|p| p.is_system) { "The system's own project keeps its name." } else { "" };
    let name = project.map(|p| p.name.clone()).unwrap_or_default();
    view! { <Field label="Name" name="name" required=true preset=name help autofocus=true/> }.into_any()
}

fn description_field(preset: &str) -> AnyView {
    view! { <Field label="Description" name="description" optional=true control=Control::Area preset/> }.into_any()
}
