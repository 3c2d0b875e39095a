//! `/directory/users`: the users, with the dialogs that make and change them, give a new password, disable and enable.

use super::{ABOUT, domain_field, domain_filter, header, impact_notice, nothing_found, pager};
use crate::functions::directory::{
    CreateUser, DisableUser, EditUser, EnableUser, ResetPassword, get_impact, list_users,
};
use crate::ui::components::dialog::{ChangeDialog, DialogButton, RowButton, row_buttons};
use crate::ui::components::field::{Control, Field, FilterField, choice};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::components::icon;
use crate::ui::components::list::{Column, Filters, Table, actions_cell, cell, line, link_cell, text_cell};
use crate::ui::components::pill::{Enablement, State};
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::directory::{DirectoryFilter, Impact, ImpactAsk, UserList, UserRow};
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

pub const PAGE: &str = "/directory/users";
const NAME: Column = ("Name", "id");
const USERNAME: Column = ("Username", "");
const DOMAIN: Column = ("Domain", "short");
const STATUS: Column = ("Status", "state");
const ROLES: Column = ("Roles", "wide");

#[component]
pub fn Users() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let filter = memo(move |_| query.with(Query::filter::<DirectoryFilter>));
    let ask = memo(move |_| query.with(ask));
    let data = read(
        move || (filter.get(), ask.get(), revision.track()),
        |(filter, ask, _)| async move {
            let list = list_users(filter).await?;
            let impact = match ask {
                Some(ask) => get_impact(ask).await?,
                None => None,
            };
            Ok((list, impact))
        },
    );
    let body = move |(list, impact): (UserList, Option<Impact>), _: Frame| {
        let dialog = query.with(|query| dialog(query, &list, impact));
        view! { {page(list)} {dialog} }.into_any()
    };
    view! { <Title text="Users"/> {loaded(data, body)} }.into_any()
}

/// What to ask the server before a user is disabled: their tasks go with it, so open tickets may lose approvers.
fn ask(query: &Query) -> Option<ImpactAsk> {
    let user = query.get(ABOUT).filter(|_| query.get("dialog") == Some("disable"))?;
    Some(ImpactAsk { user: user.to_owned(), ..ImpactAsk::default() })
}

fn page(list: UserList) -> AnyView {
    let create = view! { <DialogButton page=PAGE keep=lasting_query() dialog="create" label="Create User" kind="primary" paths=icon::PLUS/> };
    let rows = if list.page.rows.is_empty() {
        nothing_found("No user matches", PAGE)
    } else {
        let pager = pager(&list.page, PAGE, lasting_query());
        let rows = list.page.rows.iter().map(|user| line(row(user))).views();
        let columns = vec![NAME, USERNAME, DOMAIN, STATUS, ROLES];
        view! { <Table caption="Users" columns actions=true>{rows}</Table> {pager} }.into_any()
    };
    let domains = (list.is_system && list.domains.len() > 1)
        .then(|| view! { <FilterField label="Domain" name="domain" control=domain_filter(list.domains)/> }.into_any());
    let states = vec![choice("", "All"), choice("enabled", "Enabled"), choice("disabled", "Disabled")];
    view! {
        {header("Users", "Who may sign in, and which roles they hold.", Some(create.into_any()))}
        <Filters page=PAGE>
            <FilterField label="Name" name="search"/>
            {domains}
            <FilterField label="Status" name="status" control=Control::Select(states)/>
        </Filters>
        {rows}
    }
    .into_any()
}

fn row(user: &UserRow) -> Markup {
    let (query, id) = (lasting_query(), user.id.to_string());
    let switch = if user.enabled { ("disable", "Disable", "") } else { ("enable", "Enable", "") };
    let all = [("edit", "Edit", ""), ("password", "Reset Password", ""), switch];
    let buttons: &[RowButton<'_>] = match (user.may_change, user.is_self) {
        (false, _) => &[],
        // Nobody shuts themselves out, and one's own password is changed in Account.
        (true, true) => &all[..1],
        (true, false) => &all,
    };
    let actions = row_buttons(PAGE, &query, (ABOUT, &id), buttons);
    html! {
        (link_cell(NAME, &format!("{PAGE}/{id}"), &user.display_name))
        (text_cell(USERNAME, &user.username))
        (text_cell(DOMAIN, &user.domain))
        (cell(STATUS, "", Enablement(user.enabled).pill()))
        (text_cell(ROLES, &user.roles.join(", ")))
        (actions_cell(actions))
    }
}

/// The dialog that the URL asks for.
fn dialog(query: &Query, list: &UserList, impact: Option<Impact>) -> AnyView {
    let keep = query.lasting();
    let chosen = list.page.rows.iter().find(|u| Some(u.id.as_str()) == query.get(ABOUT)).cloned();
    match (query.get("dialog"), chosen) {
        (Some("create"), _) => {
            let change = use_change::<CreateUser>();
            let (domains, preset) = (list.domains.clone(), query.text("domain"));
            view! {
                <ChangeDialog change title="Create User" page=PAGE keep>
                    {name_fields(None)}
                    {domain_field(domains, preset)}
                    {password_fields("Password")}
                </ChangeDialog>
            }
            .into_any()
        }
        (Some("edit"), Some(user)) => edit(user, list, keep),
        (Some("password"), Some(user)) => reset(user, keep),
        (Some("disable"), Some(user)) => disable(user, keep, impact),
        (Some("enable"), Some(user)) => enable(user, keep),
        _ => ().into_any(),
    }
}

fn edit(user: UserRow, list: &UserList, keep: Query) -> AnyView {
    let change = use_change::<EditUser>();
    let back = keep.url(PAGE);
    let (domains, preset) = (list.domains.clone(), user.domain_id.to_string());
    view! {
        <ChangeDialog change title="Edit" about=user.display_name.clone() page=PAGE keep>
            <Hidden name="id" value=user.id.to_string()/>
            <Hidden name="back" value=back/>
            {name_fields(Some(&user))}
            {domain_field(domains, preset)}
        </ChangeDialog>
    }
    .into_any()
}

fn reset(user: UserRow, keep: Query) -> AnyView {
    let change = use_change::<ResetPassword>();
    let back = keep.url(PAGE);
    view! {
        <ChangeDialog change title="Reset Password" about=user.display_name page=PAGE keep>
            <Hidden name="id" value=user.id.to_string()/>
            <Hidden name="back" value=back/>
            <p>"The old password stops working, and every session of this user ends."</p>
            {password_fields("New password")}
        </ChangeDialog>
    }
    .into_any()
}

fn disable(user: UserRow, keep: Query, impact: Option<Impact>) -> AnyView {
    let change = use_change::<DisableUser>();
    let back = keep.url(PAGE);
    view! {
        <ChangeDialog change title="Disable" about=user.display_name page=PAGE keep danger=true>
            <Hidden name="id" value=user.id.to_string()/>
            <Hidden name="back" value=back/>
            <p>"The user is signed out at once, can't sign in any more, and stops being an approver. Enable takes it back."</p>
            {impact_notice(impact)}
        </ChangeDialog>
    }
    .into_any()
}

fn enable(user: UserRow, keep: Query) -> AnyView {
    let change = use_change::<EnableUser>();
    let back = keep.url(PAGE);
    view! {
        <ChangeDialog change title="Enable" about=user.display_name page=PAGE keep>
            <Hidden name="id" value=user.id.to_string()/>
            <Hidden name="back" value=back/>
            <p>"The user can sign in again, and what waits for the roles held waits for this user too."</p>
        </ChangeDialog>
    }
    .into_any()
}

fn name_fields(user: Option<&UserRow>) -> AnyView {
    let (username, display_name) = user.map(|u| (u.username.clone(), u.display_name.clone())).unwrap_or_default();
    view! {
        <Field label="Username" name="username" required=true preset=username help="For signing in; without spaces." autofocus=true/>
        <Field label="Name" name="display_name" optional=true preset=display_name help="As others see it. Empty: the user name."/>
    }
    .into_any()
}

fn password_fields(label: &'static str) -> AnyView {
    let repeat = if label == "Password" { "Repeat password" } else { "Repeat new password" };
    view! {
        <Field label name="password" required=true control=Control::Password("new-password")
            help="At least 10 characters. Hand it over in person; the user changes it under Account."/>
        <Field label=repeat name="repeat" required=true control=Control::Password("new-password")/>
    }
    .into_any()
}
