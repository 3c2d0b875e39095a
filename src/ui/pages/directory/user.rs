//! `/directory/users/{id}`: one user, and the roles held, with the dialogs that give and take them.

use super::impact_notice;
use super::users::PAGE;
use crate::domain::ids::UserId;
use crate::domain::time::Millis;
use crate::functions::directory::{AssignRole, RemoveRole, get_impact, get_user};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, row_buttons};
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Column, Empty, Table, actions_cell, line, text_cell};
use crate::ui::components::pill::{Enablement, State};
use crate::ui::components::time::time;
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::{block, fact, shown};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::directory::{HeldRow, Impact, ImpactAsk, UserDetail};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use maud::{Markup, html};

/// The query's parameter that names the role that the dialog Remove is about: `PROJECT:ROLE`.
const ASSIGNMENT: &str = "assignment";
const PROJECT: Column = ("Project", "id");
const DOMAIN: Column = ("Domain", "short");
const ROLE: Column = ("Role", "");
const REACH: Column = ("Reach", "short");

#[component]
pub fn User() -> impl IntoView {
    let (params, query, revision) = (use_params_map(), use_query(), use_revision());
    let id = memo(move |_| params.with(|params| params.get_str("id").unwrap_or_default().to_owned()));
    let ask = memo(move |_| query.with(|query| ask(&id.get(), query)));
    let data = read(
        move || (id.get(), ask.get(), revision.track()),
        |(id, ask, _)| async move {
            let detail = get_user(UserId(id)).await?;
            let impact = match ask {
                Some(ask) => get_impact(ask).await?,
                None => None,
            };
            Ok((detail, impact))
        },
    );
    loaded(data, move |(detail, impact): (UserDetail, Option<Impact>), frame: Frame| {
        let dialog = query.with(|query| dialog(query, &detail, impact));
        view! { {page(detail, frame.now)} {dialog} }.into_any()
    })
}

fn ask(user: &str, query: &Query) -> Option<ImpactAsk> {
    let chosen = query.get(ASSIGNMENT).filter(|_| query.get("dialog") == Some("remove"))?;
    let (project, role) = chosen.split_once(':')?;
    Some(ImpactAsk { user: user.to_owned(), project: project.to_owned(), role: role.to_owned() })
}

fn path(id: &UserId) -> String {
    format!("{PAGE}/{id}")
}

fn page(detail: UserDetail, now: Millis) -> AnyView {
    let UserDetail { user, held, .. } = detail;
    let path = path(&user.id);
    let user_page = path.clone();
    let assign = move |kind: &'static str| {
        let page = user_page.clone();
        view! { <DialogButton page keep=Query::default() dialog="assign" label="Assign" kind paths=icon::PLUS/> }
            .into_any()
    };
    let (first, primary) = (assign(""), assign("primary"));
    let roles = if held.is_empty() {
        view! {
            <Empty paths=icon::SHIELD title="No role yet" text="Without a role in a project there is nothing to see or do.">
                {first}
            </Empty>
        }
        .into_any()
    } else {
        let rows = held.iter().map(|held| line(row(held, &path))).views();
        view! { <Table caption="Assignments" columns=vec![PROJECT, DOMAIN, ROLE, REACH] actions=true>{rows}</Table> }
            .into_any()
    };
    let title = user.display_name.clone();
    view! {
        <Title text=title.clone()/>
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href=PAGE>"Users"</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">{title.clone()}</span>
        </nav>
        <header class="page-header">
            <div class="page-title">
                <div class="cluster"><h1>{title}</h1>{shown(Enablement(user.enabled).pill())}</div>
                <p>{format!("{} of {}", user.username, user.domain)}</p>
            </div>
            <div class="page-actions">{primary}</div>
        </header>
        <section class="card" aria-labelledby="facts-title">
            <header class="card-header"><h2 id="facts-title">"Facts"</h2></header>
            <div class="card-body">
                {block(html! {
                    dl class="facts" data-flow="columns" {
                        (fact("Username", &user.username))
                        (fact("Domain", &user.domain))
                        (fact("Status", Enablement(user.enabled).pill()))
                        (fact("Created", time(user.created_at, now)))
                        div { dt { "ID" } dd class="mono" { (user.id) } }
                    }
                })}
            </div>
        </section>
        <section class="stack" aria-labelledby="roles-title">
            <h2 id="roles-title">"Assignments"</h2>
            {roles}
        </section>
    }
    .into_any()
}

fn row(held: &HeldRow, page: &str) -> Markup {
    let about = format!("{}:{}", held.project, held.role);
    let remove = || row_buttons(page, &Query::default(), (ASSIGNMENT, &about), &[("remove", "Remove", "")]);
    html! {
        (text_cell(PROJECT, &held.project_name))
        (text_cell(DOMAIN, &held.domain_name))
        (text_cell(ROLE, &held.role_name))
        (text_cell(REACH, held.reach.label()))
        (actions_cell(html! { @if held.may_remove { (remove()) } }))
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, detail: &UserDetail, impact: Option<Impact>) -> AnyView {
    let (page, keep) = (path(&detail.user.id), query.lasting());
    match query.get("dialog") {
        Some("assign") => assign(detail, page, keep),
        Some("remove") => {
            let is_chosen =
                |held: &&HeldRow| Some(format!("{}:{}", held.project, held.role).as_str()) == query.get(ASSIGNMENT);
            match detail.held.iter().find(is_chosen) {
                Some(held) => remove(detail, held.clone(), page, keep, impact),
                None => ().into_any(),
            }
        }
        _ => ().into_any(),
    }
}

fn assign(detail: &UserDetail, page: String, keep: Query) -> AnyView {
    let change = use_change::<AssignRole>();
    let with_first = |first: &str, choices: &[crate::wire::Choice]| {
        Control::Select(std::iter::once(choice("", first)).chain(choices.iter().cloned()).collect())
    };
    let (projects, roles) =
        (with_first("Choose a project", &detail.projects), with_first("Choose a role", &detail.roles));
    let (about, user) = (detail.user.display_name.clone(), detail.user.id.to_string());
    view! {
        <ChangeDialog change title="Assign" about page keep>
            <Hidden name="user" value=user/>
            <Field label="Project" name="project" required=true control=projects/>
            <Field label="Role" name="role" required=true control=roles/>
        </ChangeDialog>
    }
    .into_any()
}

fn remove(detail: &UserDetail, held: HeldRow, page: String, keep: Query, impact: Option<Impact>) -> AnyView {
    let change = use_change::<RemoveRole>();
    let about = format!("{} in {} of {}", held.role_name, held.project_name, detail.user.display_name);
    let user = detail.user.id.to_string();
    view! {
        <ChangeDialog change title="Remove" about page keep danger=true>
            <Hidden name="user" value=user/>
            <Hidden name="project" value=held.project.to_string()/>
            <Hidden name="role" value=held.role.to_string()/>
            <p>"What this role allowed in the project is gone from the next request on."</p>
            {impact_notice(impact)}
        </ChangeDialog>
    }
    .into_any()
}
