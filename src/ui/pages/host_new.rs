//! `/hosts/new`: the form that asks for hosts, with the quota beside it, which follows what is typed.

use super::amend::AMENDS;
use crate::domain::host::{
    DEFAULT_SYSTEM_DISK_GIB, HostRequest, MAX_DATA_DISKS, MAX_QUANTITY, SYSTEM_DISK_GIB, host_amounts,
};
use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::domain::process::TicketType;
use crate::domain::quota::Amounts;
use crate::domain::request::Request;
use crate::functions::hosts::{CreateHost, get_host_form};
use crate::functions::workflow::{get_route, get_ticket};
use crate::ui::browser;
use crate::ui::components::data_disks::{DISKS, DataDisks};
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::form::{
    CancelLink, Change, ChangeForm, DefaultButton, ErrorSummary, Hidden, SubmitButton, typed_before, use_change,
};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::Empty;
use crate::ui::components::quota::{MeterLegend, meters};
use crate::ui::components::route::route;
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::use_query;
use crate::ui::restate::{Pairs, edited, row_count};
use crate::ui::views::Views;
use crate::wire::Choice;
use crate::wire::frame::Frame;
use crate::wire::hosts::HostFormData;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;
use leptos_meta::Title;

const PAGE: &str = "/hosts/new";

#[component]
pub fn HostNew() -> impl IntoView {
    let change = use_change::<CreateHost>();
    let revision = use_revision();
    let query = use_query();
    let amends = memo(move |_| query.with(|query| query.get(AMENDS).and_then(number::whole)));
    let data = read(
        move || (amends.get(), revision.track()),
        |(amends, _)| async move {
            let form = get_host_form().await?;
            let amended = match amends {
                Some(number) => Some(get_ticket(number).await?),
                None => None,
            };
            Ok((form, amended))
        },
    );
    let page = move |(data, amended): (HostFormData, Option<TicketDetail>), frame: Frame| {
        // Rows of disks are added and removed in the URL. (Only reading a memo makes this follow what the memo is made
        // of; tracking doesn't.)
        query.with(|_| ());
        page(data, amended, frame, change)
    };
    view! { <Title text="Create host"/> {loaded(data, page)} }.into_any()
}

/// The ticket that is amended, with its version and its request.
struct Amended {
    number: TicketNumber,
    version: i64,
    request: HostRequest,
}

fn page(data: HostFormData, amended: Option<TicketDetail>, frame: Frame, change: Change) -> AnyView {
    let amended = amended.and_then(|ticket| match ticket.request {
        Request::Host(request) if ticket.may_amend => {
            Some(Amended { number: ticket.row.number, version: ticket.row.version, request })
        }
        _ => None,
    });
    let sentence = if data.by_ticket {
        "The request goes to the approvers of Host Application; the hosts are made after the last Pass."
    } else {
        "The hosts are made at once: Host Application isn't under approval now."
    };
    let (title, sentence) = match &amended {
        Some(amended) => (
            format!("Amend ticket {}", amended.number),
            "Its approvers see that it changed, and decide on what you send now.",
        ),
        None => ("Create host".to_owned(), sentence),
    };
    let header = view! {
        <nav class="crumbs" aria-label="Breadcrumb">
            <a href="/hosts">"Hosts"</a><Icon paths=icon::CHEVRON_RIGHT/><span aria-current="page">"Create"</span>
        </nav>
        <header class="page-header"><div class="page-title"><h1>{title}</h1><p>{sentence}</p></div></header>
    };
    if data.projects.is_empty() {
        let view = frame.view.map(|view| view.label).unwrap_or_default();
        let text = format!(
            "In {view} you may not create hosts. Switch to a view in which you own a project or are a member of it."
        );
        return view! { {header} <Empty paths=icon::SERVER title="No project to create a host in" text/> }.into_any();
    }
    let typed = match typed_before::<CreateHost>() {
        Some(typed) => Some(edited(typed.pairs, DISKS, typed.edit.as_deref(), &[("", "")])),
        None => amended.as_ref().map(|amended| as_asked(&amended.request)),
    };
    let live = RwSignal::new(typed.clone().unwrap_or_default());
    let data = StoredValue::new(data);
    view! {
        {header}
        <div class="split">
            <div class="split-main" on:input=move |event| { live.try_set(browser::typed(&event)); }>{form(data, typed, amended, change)}</div>
            <aside class="split-side">{move || quota(data, &live.read())}{way(data, live)}</aside>
        </div>
    }
    .into_any()
}

/// The form's fields, filled with what a request asks for.
fn as_asked(request: &HostRequest) -> Pairs {
    let mut pairs: Pairs = [
        ("name", request.name.clone()),
        ("quantity", request.quantity.to_string()),
        ("project", request.project.to_string()),
        ("specification", request.specification.id.to_string()),
        ("image", request.image.id.to_string()),
        ("system_disk", request.system_disk_gib.to_string()),
        ("description", request.description.clone()),
        ("reason", request.reason.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (format!("form[{name}]"), value))
    .collect();
    let disks = request.data_disks_gib.iter().enumerate();
    pairs.extend(disks.map(|(i, gib)| (format!("{DISKS}[{i}]"), gib.to_string())));
    pairs
}

/// The links that the ticket would pass in the chosen project, and who approves there.
fn way(data: StoredValue<HostFormData>, live: RwSignal<Pairs>) -> AnyView {
    let project = memo(move |_| {
        let typed = live.with(|typed| typed.iter().find(|(n, _)| n == "form[project]").map(|(_, value)| value.clone()));
        let first = || data.with_value(|data| data.projects.first().map(|p| p.project.value.clone()));
        typed.or_else(first).unwrap_or_default()
    });
    if !data.with_value(|data| data.by_ticket) {
        return ().into_any();
    }
    // The route of the first project came with the page.
    let fetch = move |project: String| {
        let known = data.with_value(|data| {
            let is_first = data.projects.first().is_some_and(|first| first.project.value == project);
            data.route.clone().filter(|_| is_first)
        });
        async move {
            match known {
                Some(route) => Ok(Some(route)),
                None => get_route(TicketType::ApplyMachine, project.into()).await,
            }
        }
    };
    let preview = read(move || project.get(), fetch);
    awaited(move || async move {
        match preview.wait().await {
            Ok(Some(preview)) => route(preview),
            _ => ().into_any(),
        }
    })
}

fn form(data: StoredValue<HostFormData>, typed: Option<Pairs>, amended: Option<Amended>, change: Change) -> AnyView {
    let back = amended.as_ref().map_or_else(|| "/hosts".to_owned(), |a| format!("/tickets/workflow/{}", a.number));
    let amending = amended.is_some();
    let amends = amended.map(|amended| {
        let (number, version) = (amended.number.to_string(), amended.version.to_string());
        view! { <Hidden name=AMENDS value=number/><Hidden name="version" value=version/> }.into_any()
    });
    let rows = typed.as_ref().map_or(0, |typed| row_count(typed, DISKS));
    let HostFormData { projects, specifications, images, by_ticket, .. } = data.get_value();
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
            {amends}
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
            <DataDisks page=PAGE legend="Data disks" rows most=MAX_DATA_DISKS/>
            <Field label="Description" name="form[description]" optional=true/>
            <Field label="Reason" name="form[reason]" optional=true control=Control::Area help="The approvers read this first."/>
            <div class="form-actions">
                <SubmitButton label=match (amending, by_ticket) { (true, _) => "Amend", (_, true) => "Submit Ticket", _ => "Create" }/>
                <CancelLink href=back/>
            </div>
        </ChangeForm>
    }
    .into_any()
}

/// Meters of the quotas of the chosen project and its domain, with what the form asks for so far.
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
        cards.views()
    });
    cards.into_any()
}

/// What the form asks for so far. A field that isn't a number yet counts as its preset.
fn requested(data: &HostFormData, typed: &Pairs) -> Amounts {
    let value = |name: &str| typed.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    let number = |name: &str, preset: i64| value(name).and_then(number::whole).unwrap_or(preset).min(1_000_000);
    let disks = typed.iter().filter(|(name, _)| name.starts_with(DISKS));
    let disks: i64 = disks.filter_map(|(_, v)| number::whole(v)).map(|gib| gib.min(1_000_000)).sum();
    let specification = value("form[specification]");
    let specification =
        data.specifications.iter().find(|s| Some(s.id.as_str()) == specification).or(data.specifications.first());
    let (vcpu, memory) = specification.map_or((0, 0), |s| (s.vcpu, s.memory_mib));
    let one = host_amounts(vcpu, memory, number("form[system_disk]", DEFAULT_SYSTEM_DISK_GIB) + disks);
    one.times(number("form[quantity]", 1))
}
