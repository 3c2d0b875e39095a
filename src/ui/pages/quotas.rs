//! `/quotas`: the quotas of the view, and the dialogs that change them.

use super::quota_form::quota_dialog;
use crate::domain::quota::{Key, Standing};
use crate::domain::quota_request::QuotaScope;
use crate::functions::quotas::get_quotas;
use crate::ui::components::dialog::{DialogButton, NoticeDialog, row_buttons};
use crate::ui::components::field::{Control, FilterField, choice};
use crate::ui::components::icon;
use crate::ui::components::list::{Column, Filters, Table, actions_cell, cell, line, link_cell, text_cell};
use crate::ui::components::quota::{MeterLegend, overview};
use crate::ui::context::{lasting_query, loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::block;
use crate::ui::memo::memo;
use crate::ui::paths::QUOTAS;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::Choice;
use crate::wire::frame::Frame;
use crate::wire::quotas::{QuotaList, ScopeQuota, Way};
use leptos::prelude::*;
use leptos_meta::Title;
use maud::{Markup, html};

/// The query's parameter that names the quota that a dialog is about.
const ABOUT: &str = "about";
/// The query's parameter that names the quota that the System View shows.
const CHOSEN: &str = "scope";

const NAME: Column = ("Name", "id");
const KIND: Column = ("Kind", "short");
/// The keys that the overview has room for.
const TOLD: [(Key, Column); 4] = [
    (Key::Vcpu, ("vCPU", "num")),
    (Key::Memory, ("Memory", "num")),
    (Key::Storage, ("Storage", "num")),
    (Key::HostCount, ("Host count", "num")),
];

#[component]
pub fn Quotas() -> impl IntoView {
    let (query, revision) = (use_query(), use_revision());
    let chosen = memo(move |_| query.with(|query| query.text(CHOSEN)));
    // A dialog is filled with the limits as they are when it opens, not as they were when the page came.
    let dialog = memo(move |_| query.with(|query| (query.text("dialog"), query.text(ABOUT))));
    let data = read(move || (chosen.get(), dialog.get(), revision.track()), |(chosen, ..)| get_quotas(chosen));
    let body = move |list: QuotaList, _: Frame| {
        let dialog = query.with(|query| opened(query, &list));
        view! { {page(list)} {dialog} }.into_any()
    };
    view! { <Title text="Quotas"/> {loaded(data, body)} }.into_any()
}

fn page(list: QuotaList) -> AnyView {
    // In a Project or Domain View the first scope is the view's own.
    let own = list.scopes.first().filter(|first| list.choices.is_empty() && first.way == Some(Way::Apply)).cloned();
    let apply = own.as_ref().map(|own| {
        let dialog = dialog_of(own);
        view! {
            <div class="page-actions">
                <DialogButton page=QUOTAS keep=lasting_query() dialog label=own.ticket_type().label() kind="primary" paths=icon::GAUGE/>
            </div>
        }
    });
    let is_overview = list.is_overview;
    let own_key = own.map(|own| own.key());
    let scopes = match is_overview {
        true => table(list.scopes),
        false => list.scopes.into_iter().map(|quota| card(&quota, Some(quota.key()) == own_key)).views().into_any(),
    };
    view! {
        <header class="page-header">
            <div class="page-title"><h1>"Quotas"</h1><p>"What may be used, and what is. Open tickets hold what they ask for."</p></div>
            {apply}
        </header>
        {chooser(list.choices)}
        <div class="stack">{scopes}</div>
    }
    .into_any()
}

/// The filter in which the System View chooses whose quota to show.
fn chooser(choices: Vec<Choice>) -> AnyView {
    if choices.is_empty() {
        return ().into_any();
    }
    let choices = std::iter::once(choice("", "All")).chain(choices).collect();
    view! { <Filters page=QUOTAS><FilterField label="Domain or project" name=CHOSEN control=Control::Select(choices)/></Filters> }
        .into_any()
}

fn card(quota: &ScopeQuota, is_own: bool) -> AnyView {
    let title = match quota.scope {
        QuotaScope::Project => format!("Project {}", quota.name),
        QuotaScope::Domain => format!("Domain {}", quota.name),
    };
    let note = match quota.scope {
        QuotaScope::Project => None,
        QuotaScope::Domain => Some(view! { <p class="muted">"All its projects together."</p> }),
    };
    let action = (!is_own).then(|| block(action(quota)));
    // Where nothing is limited there are no bars to explain.
    let legend = (!quota.standing.limits.is_empty()).then(|| view! { <MeterLegend standing=true/> }.into_any());
    view! {
        <section class="card" aria-label=title>
            <header class="card-header">
                <h2>{title.clone()}</h2>
                <div class="cluster">{legend}{action}</div>
            </header>
            <div class="card-body">{note}{overview(&quota.standing)}</div>
        </section>
    }
    .into_any()
}

/// The dialog by which this quota is changed.
fn dialog_of(quota: &ScopeQuota) -> &'static str {
    match (quota.way, quota.scope) {
        (Some(Way::Set) | None, _) => "set",
        (Some(Way::Apply), QuotaScope::Project) => "project-quota",
        (Some(Way::Apply), QuotaScope::Domain) => "domain-quota",
    }
}

/// The title of the dialog, and of the button that opens it.
fn title_of(quota: &ScopeQuota) -> &'static str {
    match quota.way {
        Some(Way::Apply) => quota.ticket_type().label(),
        Some(Way::Set) | None => Way::Set.label(),
    }
}

fn action(quota: &ScopeQuota) -> Markup {
    let about = quota.key();
    html! {
        @if quota.way.is_some() {
            (row_buttons(QUOTAS, &lasting_query(), (ABOUT, &about), &[(dialog_of(quota), title_of(quota), "")]))
        }
    }
}

/// The quotas of all projects and domains, a row each.
fn table(scopes: Vec<ScopeQuota>) -> AnyView {
    let columns = [NAME, KIND].into_iter().chain(TOLD.map(|(_, column)| column)).collect();
    let row = |quota: &ScopeQuota| {
        let href = Query::default().with(CHOSEN, quota.key()).url(QUOTAS);
        let (name, kind) = match quota.scope {
            QuotaScope::Domain => (quota.name.clone(), "Domain"),
            QuotaScope::Project => (format!("{} ({})", quota.name, quota.domain), "Project"),
        };
        html! {
            (link_cell(NAME, &href, &name))
            (text_cell(KIND, kind))
            @for (key, column) in TOLD { (cell(column, "", html! { (used_of(&quota.standing, key)) })) }
            (actions_cell(action(quota)))
        }
    };
    let rows = scopes.iter().map(|quota| line(row(quota))).views();
    view! { <Table caption="Quotas" columns actions=true>{rows}</Table> }.into_any()
}

/// "24 of 64", and "24" where there is no limit.
fn used_of(standing: &Standing, key: Key) -> String {
    let used = standing.used.get(key);
    match standing.free(key) {
        Some(_) => format!("{} of {}", key.number(used), key.show(standing.limit(key))),
        None => key.show(used),
    }
}

/// The dialog that the URL asks for.
fn opened(query: &Query, list: &QuotaList) -> AnyView {
    let scope = match query.get("dialog") {
        Some("set") => None,
        Some("project-quota") => Some(QuotaScope::Project),
        Some("domain-quota") => Some(QuotaScope::Domain),
        _ => return ().into_any(),
    };
    let found = match query.get(ABOUT) {
        Some(about) => list.scopes.iter().find(|quota| quota.key() == about),
        // A link from the bell names no quota, so the view's own is meant.
        None => list.scopes.first().filter(|first| list.choices.is_empty() && Some(first.scope) == scope),
    };
    let keep = query.lasting();
    match found.filter(|quota| quota.way.is_some()) {
        Some(quota) => quota_dialog(title_of(quota), quota, keep),
        None => view! {
            <NoticeDialog title="That isn't possible" page=QUOTAS keep>
                <p>"This quota can't be changed in the view you work in, or not any more. Switch the view and try again."</p>
            </NoticeDialog>
        }
        .into_any(),
    }
}
