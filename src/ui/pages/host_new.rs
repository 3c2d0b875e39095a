//! `/hosts/new`: the form that asks for hosts, with the quota beside it as one types.

use crate::api::Choice;
use crate::api::frame::Frame;
use crate::api::hosts::{CreateHost, HostFormData, get_host_form};
use crate::domain::host::{
    DATA_DISK_GIB, DEFAULT_SYSTEM_DISK_GIB, MAX_DATA_DISKS, MAX_QUANTITY, SYSTEM_DISK_GIB, host_amounts,
};
use crate::domain::quota::Amounts;
use crate::ui::browser;
use crate::ui::components::field::{Control, Field, FieldError, choice};
use crate::ui::components::form::{
    CancelLink, Change, ChangeForm, DefaultButton, ErrorSummary, FormState, RestateButton, SubmitButton, typed_before,
    use_change,
};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::Empty;
use crate::ui::components::quota::{MeterLegend, meters};
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::read;
use crate::ui::query::use_query;
use crate::ui::restate::{Pairs, edited, row_count};
use leptos::prelude::*;
use leptos_meta::Title;

const PAGE: &str = "/hosts/new";
const DISKS: &str = "form[data_disks]";

#[component]
pub fn HostNew() -> impl IntoView {
    let change = use_change::<CreateHost>();
    let revision = use_revision();
    let query = use_query();
    let data = read(move || revision.track(), |_| get_host_form());
    let page = move |data: HostFormData, frame: Frame| {
        // A row more or less is in the URL. (Only reading a memo makes it follow what it is made of; tracking doesn't.)
        query.with(|_| ());
        page(data, frame, change)
    };
    view! { <Title text="Create host"/> {loaded(data, page)} }.into_any()
}

fn page(data: HostFormData, frame: Frame, change: Change) -> AnyView {
    let sentence = if data.by_ticket {
        "The request goes to the approvers of Host Application; the hosts are made after the last Pass."
    } else {
        "The hosts are made at once: Host Application isn't under approval now."
    };
    let header = view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/hosts">"Hosts"</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">"Create"</span>
        </nav>
        <header class="page-header"><div class="page-title"><h1>"Create host"</h1><p>{sentence}</p></div></header>
    };
    if data.projects.is_empty() {
        let view = frame.view.map(|view| view.label).unwrap_or_default();
        let text = format!(
            "In {view} you may not create hosts. Switch to a view in which you own a project or are a member of it."
        );
        return view! { {header} <Empty paths=icon::SERVER title="No project to create a host in" text/> }.into_any();
    }
    let typed =
        typed_before::<CreateHost>().map(|typed| edited(typed.pairs, DISKS, typed.edit.as_deref(), &[("", "")]));
    let live = RwSignal::new(typed.clone().unwrap_or_default());
    let data = StoredValue::new(data);
    view! {
        {header}
        <div class="split">
            <div class="split-main" on:input=move |event| { live.try_set(browser::typed(&event)); }>{form(data, typed, change)}</div>
            <aside class="split-side">{move || quota(data, &live.read())}</aside>
        </div>
    }
    .into_any()
}

fn form(data: StoredValue<HostFormData>, typed: Option<Pairs>, change: Change) -> AnyView {
    let rows = typed.as_ref().map_or(0, |typed| row_count(typed, DISKS));
    let HostFormData { projects, specifications, images, by_ticket } = data.get_value();
    let projects: Vec<Choice> = projects.into_iter().map(|p| p.project).collect();
    let specifications: Vec<_> = specifications.iter().map(|s| choice(s.id.as_str(), s.label())).collect();
    let images: Vec<_> = images.into_iter().map(|i| choice(i.id.0, i.name)).collect();
    let first = |choices: &[Choice]| choices.first().map(|c| c.value.clone()).unwrap_or_default();
    let (project, specification, image) = (first(&projects), first(&specifications), first(&images));
    let system_disk = Control::Number { min: *SYSTEM_DISK_GIB.start(), max: *SYSTEM_DISK_GIB.end(), unit: Some("GiB") };
    let system_disk_help = format!("{} to {} GiB.", SYSTEM_DISK_GIB.start(), SYSTEM_DISK_GIB.end());
    view! {
        <ChangeForm change typed>
            <DefaultButton/>
            <ErrorSummary/>
            <div class="field-row">
                <Field label="Name" name="form[name]" required=true autofocus=true/>
                <Field label="Quantity" name="form[quantity]" preset="1" help="More than one: name-1, name-2 and so on."
                    control=Control::Number { min: 1, max: MAX_QUANTITY, unit: None }/>
            </div>
            <Field label="Project" name="form[project]" preset=project control=Control::Select(projects)/>
            <div class="field-row">
                <Field label="Specification" name="form[specification]" preset=specification control=Control::Select(specifications)/>
                <Field label="Image" name="form[image]" preset=image control=Control::Select(images)/>
            </div>
            <Field label="System disk" name="form[system_disk]" width="short" preset=DEFAULT_SYSTEM_DISK_GIB.to_string()
                control=system_disk help=system_disk_help/>
            <DataDisks rows/>
            <Field label="Description" name="form[description]" optional=true/>
            <Field label="Reason" name="form[reason]" optional=true control=Control::Area help="The approvers read this first."/>
            <div class="form-actions">
                <SubmitButton label=if by_ticket { "Submit Ticket" } else { "Create" }/>
                <CancelLink href="/hosts"/>
            </div>
        </ChangeForm>
    }
    .into_any()
}

#[component]
fn DataDisks(rows: usize) -> impl IntoView {
    let problem = expect_context::<FormState>().problem(DISKS);
    let row = |i: usize| {
        let size = Control::Number { min: *DATA_DISK_GIB.start(), max: *DATA_DISK_GIB.end(), unit: Some("GiB") };
        view! {
            <li class="row">
                <Field label=format!("Data disk {}", i + 1) name=format!("{DISKS}[{i}]") control=size/>
                <RestateButton page=PAGE value=format!("remove-{i}") label=format!("Remove data disk {}", i + 1) paths=icon::X icon_only=true/>
            </li>
        }
    };
    let more = MAX_DATA_DISKS.saturating_sub(rows);
    let (low, high) = (DATA_DISK_GIB.start(), DATA_DISK_GIB.end());
    view! {
        <fieldset class="fieldset" id=crate::ui::components::form::field_id(DISKS) tabindex="-1">
            <legend>"Data disks"</legend>
            <ul class="rows">{(0..rows).map(row).collect_view()}</ul>
            <div class="cluster">
                <RestateButton page=PAGE value="add" label="Add data disk" paths=icon::PLUS disabled={more == 0}/>
                <span class="field-help">{format!("{more} more possible, {low} to {high} GiB each.")}</span>
            </div>
            <FieldError problem id="data-disks-error"/>
        </fieldset>
    }
    .into_any()
}

/// How the chosen project's and its domain's quota stand with what is typed.
fn quota(data: StoredValue<HostFormData>, typed: &Pairs) -> AnyView {
    let cards = data.with_value(|data| {
        let value = |name: &str| typed.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let project = value("form[project]");
        let chosen = data.projects.iter().find(|p| Some(p.project.value.as_str()) == project).or(data.projects.first());
        let requested = requested(data, typed);
        let standings = chosen.map(|chosen| chosen.standings.as_slice()).unwrap_or_default();
        let cards = standings.iter().map(|standing| {
            let title = format!("Quota of {}", standing.scope);
            view! {
                <section class="card" aria-label=title>
                    <header class="card-header"><h2>{title.clone()}</h2><MeterLegend/></header>
                    <div class="card-body">{meters(standing, &requested, false)}</div>
                </section>
            }
        });
        cards.collect_view()
    });
    cards.into_any()
}

/// What the form asks for so far; what isn't a number yet counts as its preset.
fn requested(data: &HostFormData, typed: &Pairs) -> Amounts {
    let value = |name: &str| typed.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let number = |name: &str, preset: i64| {
        value(name).and_then(|v| v.trim().parse::<i64>().ok()).unwrap_or(preset).clamp(0, 1_000_000)
    };
    let disks = typed.iter().filter(|(name, _)| name.starts_with(DISKS));
    let disks: i64 = disks.filter_map(|(_, v)| v.trim().parse::<i64>().ok()).map(|gib| gib.clamp(0, 1_000_000)).sum();
    let specification = value("form[specification]");
    let specification =
        data.specifications.iter().find(|s| Some(s.id.as_str()) == specification).or(data.specifications.first());
    let (vcpu, memory) = specification.map_or((0, 0), |s| (s.vcpu, s.memory_mib));
    let one = host_amounts(vcpu, memory, number("form[system_disk]", DEFAULT_SYSTEM_DISK_GIB) + disks);
    one.times(number("form[quantity]", 1))
}
