//! The dialog Configure Process: ticket type, kind, and the approval links in their order.

use crate::domain::process::{Kind, Scope, TicketType, default_link_name};
use crate::functions::processes::{ConfigureProcess, get_coverage};
use crate::ui::components::dialog::ChangeDialog;
use crate::ui::components::field::{Checkbox, Control, Field, FieldError, choice};
use crate::ui::components::form::{
    DefaultButton, FormState, Hidden, RestateButton, field_id, typed_before, use_change,
};
use crate::ui::components::icon::{self, Icon};
use crate::ui::newest::Newest;
use crate::ui::query::Query;
use crate::ui::restate::{Pairs, edited, row_count};
use crate::ui::views::Views;
use crate::wire::Choice;
use crate::wire::processes::{LinkGaps, LinkRow, ProcessRow, Setup};
use leptos::prelude::*;
use leptos::web_sys::HtmlSelectElement;

const LINKS: &str = "form[links]";

/// Opened as `new`, `modify` (with the process) or `configure` (on Technical Support, new or existing).
#[component]
pub fn ConfigureDialog(page: String, name: &'static str, preset: Option<ProcessRow>, setup: Setup) -> impl IntoView {
    let change = use_change::<ConfigureProcess>();
    let title = match name {
        "modify" => "Modify Process",
        _ => "Configure Process",
    };
    let types = types(name, preset.as_ref(), &setup);
    let process_id = preset.as_ref().map(|process| process.id.to_string());
    let known: Vec<LinkGaps> = preset.iter().flat_map(|process| &process.links).map(|link| link.gaps.clone()).collect();
    let mut as_saved = false;
    let typed = match typed_before::<ConfigureProcess>() {
        Some(typed) => {
            let count = row_count(&typed.pairs, LINKS);
            let fresh = [("[name]", default_link_name(count)), ("[by]", "role")];
            edited(typed.pairs, LINKS, typed.edit.as_deref(), &fresh)
        }
        None => {
            as_saved = true;
            fresh(preset.as_ref(), &types)
        }
    };
    let value = |name: &str| typed.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let ticket_type = RwSignal::new(TicketType::from_key(&value("form[ticket_type]")));
    let on_change = move |event: leptos::ev::Event| {
        let target = event_target_value(&event);
        if let Some(chosen) = TicketType::from_key(&target) {
            ticket_type.try_set(Some(chosen));
        }
    };
    let rows = row_count(&typed, LINKS);
    // Made inside the form, which tells each of them what was typed.
    let link_page = page.clone();
    let links = move || {
        let link = |i: usize| {
            let gaps = if as_saved { known.get(i).cloned() } else { None };
            view! { <LinkCard page=link_page.clone() i rows ticket_type roles=setup.roles.clone() persons=setup.persons.clone().unwrap_or_default() gaps/> }
        };
        (0..rows).map(link).views()
    };
    // Shown by the style while the kind is the other system's; what isn't shown isn't read by the server.
    let known_queues = setup.queues.clone();
    let queues = move || {
        known_queues.map(|queues| {
            let choices = queues.into_iter().map(|queue| choice(queue.clone(), queue)).collect();
            let help = "The queue there in which the tickets are made.";
            view! { <div class="process-queue"><Field label="External process" name="form[queue]" control=Control::Select(choices) help/></div> }
        })
    };
    view! {
        <ChangeDialog change title about="Tickets in flight keep the version they were started with." page=page.clone() keep=Query::default() wide=true typed>
            <DefaultButton/>
            <Hidden name="dialog" value=name/>
            <Hidden name="back" value=page.clone()/>
            {process_id.map(|id| view! { <Hidden name="process" value=id/> }.into_any())}
            <div class="field-row" on:change=on_change>
                <Field label="Ticket Type" name="form[ticket_type]" required=true control=Control::Select(types)/>
                <Field label="Kind" name="form[kind]" control=Control::Select(kinds(setup.queues.is_some()))/>
            </div>
            <Field label="Description" name="form[description]" optional=true/>
            {queues()}
            <div class="process-links">
                <div class="link-list">{links()}</div>
                <AddLink page rows ticket_type/>
                <SelfApproval/>
            </div>
        </ChangeDialog>
    }
    .into_any()
}

/// The types one can choose: those without a process, or the one that is modified.
fn types(name: &str, preset: Option<&ProcessRow>, setup: &Setup) -> Vec<Choice> {
    let entry = |t: TicketType| choice(t.key(), t.label());
    match (name, preset) {
        (_, Some(process)) => vec![entry(process.ticket_type)],
        ("configure", None) => vec![entry(TicketType::CustomerService)],
        _ => std::iter::once(choice("", "Choose a ticket type"))
            .chain(setup.available.iter().map(|t| entry(*t)))
            .collect(),
    }
}

fn kinds(external_ready: bool) -> Vec<Choice> {
    let kinds = Kind::ALL.iter().filter(|kind| **kind == Kind::BuiltIn || external_ready);
    kinds.map(|kind| choice(kind.key(), kind.label())).collect()
}

/// What a fresh dialog holds: the process as it is, or one link to begin with.
fn fresh(preset: Option<&ProcessRow>, types: &[Choice]) -> Pairs {
    let mut pairs: Pairs = vec![];
    let mut add = |name: String, value: &str| pairs.push((name, value.to_owned()));
    add("form[ticket_type]".into(), types.first().map(|t| t.value.as_str()).unwrap_or_default());
    let Some(process) = preset else {
        add(format!("{LINKS}[0][name]"), default_link_name(0));
        add(format!("{LINKS}[0][by]"), "role");
        return pairs;
    };
    add("form[kind]".into(), process.kind.key());
    add("form[queue]".into(), process.queue.as_deref().unwrap_or_default());
    add("form[description]".into(), &process.description);
    if process.self_approval {
        add("form[self_approval]".into(), "on");
    }
    for (i, LinkRow { form, .. }) in process.links.iter().enumerate() {
        add(format!("{LINKS}[{i}][name]"), &form.name);
        add(format!("{LINKS}[{i}][by]"), &form.by);
        add(format!("{LINKS}[{i}][role]"), &form.role);
        add(format!("{LINKS}[{i}][scope]"), &form.scope);
        for person in &form.persons {
            add(format!("{LINKS}[{i}][persons][]"), person.as_str());
        }
    }
    pairs
}

/// One approval level.
#[component]
fn LinkCard(
    page: String,
    i: usize,
    rows: usize,
    ticket_type: RwSignal<Option<TicketType>>,
    roles: Vec<Choice>,
    persons: Vec<Choice>,
    /// Where nobody could approve, while the link is as it was saved.
    gaps: Option<LinkGaps>,
) -> impl IntoView {
    let state = expect_context::<FormState>();
    let field = |name: &str| format!("{LINKS}[{i}][{name}]");
    let number = i + 1;
    let title_id = format!("link-{i}-title");
    let by = state.value(&field("by"), "role");
    let button = |verb: &str, label: &str, paths: &'static str, disabled: bool| {
        view! { <RestateButton page=page.clone() value=format!("{verb}-{i}") label=label.to_owned() paths icon_only=true disabled/> }
    };
    let way = |number: &'static str, value: &'static str, label: &'static str| {
        let id = format!("{}-{value}", field_id(&field("by")));
        let checked = by == value;
        view! {
            <div class="choice">
                <input type="radio" id=id.clone() name=field("by") value=value data-choice=number checked=checked/>
                <label for=id>{label}</label>
            </div>
        }
    };
    let roles = std::iter::once(choice("", "Choose a role")).chain(roles).collect();
    let (role, scope) =
        (RwSignal::new(state.value(&field("role"), "")), RwSignal::new(state.value(&field("scope"), "")));
    let (role_name, scope_name) = (field("role"), field("scope"));
    let on_change = move |event: leptos::ev::Event| {
        let select: HtmlSelectElement = event_target(&event);
        let chosen = if select.name() == role_name { role } else { scope };
        if [&role_name, &scope_name].contains(&&select.name()) {
            chosen.try_set(select.value());
        }
    };
    view! {
        <section class="link-card" aria-labelledby=title_id>
            <header class="link-header">
                <h3 id=title_id.clone()>{format!("Link {number}")}</h3>
                <div class="link-actions">
                    {button("up", "Move up", icon::ARROW_UP, i == 0)}
                    {button("down", "Move down", icon::ARROW_DOWN, number == rows)}
                    {button("remove", "Remove", icon::X, rows == 1)}
                </div>
            </header>
            <Field label="Link name" name=field("name") required=true/>
            <fieldset class="fieldset either" id=field_id(&field("by")) tabindex="-1">
                <legend>"Approver"</legend>
                <div class="choices" data-flow="row">
                    {way("1", "role", "Specified role approval")}
                    {way("2", "persons", "Specify the person to approve")}
                </div>
                <FieldError problem=state.problem(&field("by")) id=format!("link-{i}-by-error")/>
                <div class="either-part" data-part="1">
                    <div class="field-row" on:change=on_change>
                        <Field label="Role" name=field("role") control=Control::Select(roles)/>
                        <ScopeField name=field("scope") ticket_type/>
                    </div>
                    <Coverage ticket_type role scope known=gaps/>
                </div>
                <div class="either-part" data-part="2">
                    <Field label="Person" name=format!("{}[]", field("persons")) control=Control::Many(persons)
                        help="Any of them may decide. Several are chosen with Ctrl or Command held down."/>
                </div>
            </fieldset>
        </section>
    }
    .into_any()
}

/// Where nobody could approve at a link: as the server knew it, then as role and scope are picked.
#[component]
fn Coverage(
    ticket_type: RwSignal<Option<TicketType>>,
    role: RwSignal<String>,
    scope: RwSignal<String>,
    known: Option<LinkGaps>,
) -> impl IntoView {
    let fresh = known.is_none();
    let (gaps, asked) = (RwSignal::new(known), Newest::new());
    Effect::new(move |ran: Option<()>| {
        let picked = (ticket_type.get(), role.get(), Scope::from_key(&scope.get()));
        if ran.is_none() && !fresh {
            return;
        }
        match picked {
            (Some(ticket_type), role, Some(scope)) if !role.is_empty() => {
                let answer = get_coverage(ticket_type, role.into(), scope);
                asked.ask(answer, move |answer| _ = gaps.try_set(answer.ok()));
            }
            _ => {
                asked.supersede();
                gaps.try_set(None);
            }
        }
    });
    move || {
        gaps.get().map(|gaps| {
            let (tone, paths, sentence) = match gaps.sentence() {
                Some(sentence) => ("warning", icon::ALERT_TRIANGLE, sentence),
                None => ("success", icon::CIRCLE_CHECK, "Somebody can approve everywhere.".to_owned()),
            };
            view! { <p class="link-coverage" data-tone=tone><Icon paths/><span>{sentence}</span></p> }
        })
    }
}

/// Where the role has to be held; what the chosen type doesn't take can't be chosen.
#[component]
fn ScopeField(name: String, ticket_type: RwSignal<Option<TicketType>>) -> impl IntoView {
    let state = expect_context::<FormState>();
    let (id, value) = (field_id(&name), state.value(&name, ""));
    let problem = state.problem(&name);
    let error_id = format!("{id}-error");
    let described_by = {
        let error_id = error_id.clone();
        move || problem.with(Option::is_some).then(|| error_id.clone())
    };
    let options = Scope::ALL.iter().map(|scope| {
        let selected = value == scope.key();
        let taken = move || ticket_type.get().is_none_or(|t| t.scopes().contains(scope));
        move || {
            taken().then(|| view! { <option value=scope.key() selected=selected>{scope.label()}</option> }.into_any())
        }
    });
    view! {
        <div class="field">
            <div class="field-label"><label for=id.clone()>"Approver scope"</label></div>
            <select id=id name=name aria-describedby=described_by aria-invalid=move || problem.with(Option::is_some).then_some("true")>
                <option value="" selected=value.is_empty()>"Choose a scope"</option>
                {options.views()}
            </select>
            <FieldError problem id=error_id/>
        </div>
    }
    .into_any()
}

#[component]
fn AddLink(page: String, rows: usize, ticket_type: RwSignal<Option<TicketType>>) -> impl IntoView {
    let problem = expect_context::<FormState>().problem(LINKS);
    let max = move || ticket_type.get().map_or(5, TicketType::max_links);
    let more = move || {
        let said = match max().saturating_sub(rows) {
            0 => return None,
            1 => "You can also add 1 link".to_owned(),
            n => format!("You can also add {n} links"),
        };
        Some(view! { <RestateButton page=page.clone() value="add" label="Add link" paths=icon::PLUS/> <p>{said}</p> })
    };
    view! {
        <div class="link-add" id=field_id(LINKS) tabindex="-1">{more}<FieldError problem id="links-error"/></div>
    }
    .into_any()
}

#[component]
fn SelfApproval() -> impl IntoView {
    let help = "Off: a requester never decides at any link, even where the role would allow it.";
    view! { <Checkbox label="Requester may approve own ticket" name="form[self_approval]" help/> }
}
