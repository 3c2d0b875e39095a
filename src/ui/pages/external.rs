//! `/settings/external`: the third-party ticket system that Technical Support can be docked to.

use crate::domain::external::HelpdeskKind;
use crate::domain::time::Millis;
use crate::functions::external::{ConnectExternal, DisconnectExternal, get_external};
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::form::{ChangeForm, ErrorSummary, SubmitButton, use_button_change, use_change};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::pill::pill;
use crate::ui::components::time::time;
use crate::ui::context::{loaded, use_revision};
use crate::ui::data::read;
use crate::ui::markup::shown;
use crate::ui::views::Views;
use crate::wire::external::Connection;
use crate::wire::frame::Frame;
use leptos::prelude::*;
use leptos_meta::Title;

/// What a status or an event of the other system means here, as pairs.
const fn meanings_of(kind: HelpdeskKind) -> [(&'static str, &'static str); 5] {
    match kind {
        HelpdeskKind::RequestTracker => [
            ("new", "no change"),
            ("open", "Processing"),
            ("a reply, or stalled", "Pending user feedback"),
            ("resolved, rejected, deleted", "Closed"),
            ("a comment", "an internal note"),
        ],
        HelpdeskKind::Redmine => [
            ("New", "no change"),
            ("any other open status", "Processing"),
            ("a note, or Feedback, Resolved", "Pending user feedback"),
            ("any closed status", "Closed"),
            ("a private note", "stays there"),
        ],
    }
}

#[component]
pub fn External() -> impl IntoView {
    let revision = use_revision();
    let connection = read(move || revision.track(), |_| get_external());
    let body = |connection: Option<Connection>, frame: Frame| {
        let kinds = HelpdeskKind::ALL.iter().copied();
        let known = connection.as_ref().map(|connection| connection.kind);
        let meanings = kinds.filter(|kind| known.is_none_or(|known| known == *kind)).map(meanings).views();
        let form = form(connection.as_ref());
        view! {
            <header class="page-header">
                <div class="page-title">
                    <h1>"External Ticket"</h1>
                    <p>"Technical Support can live in a third-party ticket system: what is said here goes there, and what is said there comes back."</p>
                </div>
            </header>
            <div class="split">
                <div class="split-main">{form}</div>
                <aside class="split-side">
                    {connection.map(|connection| state(connection, frame.now))}
                    {meanings}
                </aside>
            </div>
        }
        .into_any()
    };
    view! { <Title text="External Ticket"/> {loaded(connection, body)} }.into_any()
}

fn form(connection: Option<&Connection>) -> AnyView {
    let change = use_change::<ConnectExternal>();
    let (address, is_known) = (connection.map(|c| c.address.clone()).unwrap_or_default(), connection.is_some());
    let kinds = HelpdeskKind::ALL.iter().map(|kind| choice(kind.key(), kind.label())).collect();
    let kind = connection.map_or(HelpdeskKind::RequestTracker, |c| c.kind).key();
    let help = if is_known {
        "Kept sealed and never shown. Leave it empty to keep it."
    } else {
        "Of an account there that may see the queue, make tickets in it and reply to them: an auth token of Request Tracker, an \
         API access key of Redmine. Kept sealed and never shown."
    };
    view! {
        <section class="card" aria-labelledby="connection-title">
            <header class="card-header"><h2 id="connection-title">"Connection"</h2></header>
            <div class="card-body">
                <ChangeForm change>
                    <ErrorSummary/>
                    <Field label="Kind" name="form[kind]" preset=kind control=Control::Select(kinds) width="medium"/>
                    <Field label="Address" name="form[address]" required=true preset=address
                        help="Where people open it, e.g. https://helpdesk.example.com."/>
                    <Field label="Account token" name="form[token]" required=!is_known control=Control::Password("off") help/>
                    <div class="form-actions">
                        <SubmitButton label="Save"/>
                        <button class="button" type="submit" name="test" value="on"><span>"Test connection"</span></button>
                    </div>
                </ChangeForm>
            </div>
        </section>
    }
    .into_any()
}

fn state(connection: Connection, now: Millis) -> AnyView {
    let disconnect = use_button_change::<DisconnectExternal>();
    let state = match connection.problem {
        None => pill("success", icon::CIRCLE_CHECK, "Connected"),
        Some(_) => pill("danger", icon::CIRCLE_X, "Unreachable"),
    };
    let problem = connection.problem.map(|why| {
        view! { <div class="banner" data-tone="danger"><Icon paths=icon::ALERT_TRIANGLE/><p>{why}" Nothing is lost: what is said meanwhile goes there as soon as it answers."</p></div> }.into_any()
    });
    let queues = connection.queues.into_iter().map(|queue| view! { <li>{queue}</li> }.into_any()).views();
    view! {
        <section class="card" aria-labelledby="state-title">
            <header class="card-header"><h2 id="state-title">"State"</h2></header>
            <div class="card-body stack">
                {problem}
                <dl class="facts">
                    <div><dt>"Kind"</dt><dd>{connection.kind.label()}</dd></div>
                    <div><dt>"Status"</dt><dd>{shown(state)}</dd></div>
                    <div><dt>"Queues"</dt><dd><ul aria-label="Queues">{queues}</ul></dd></div>
                    <div><dt>"Updated at"</dt><dd>{shown(time(connection.updated_at, now))}</dd></div>
                </dl>
                <ChangeForm change=disconnect class="">
                    <SubmitButton label="Disconnect" kind="" paths=icon::X/>
                </ChangeForm>
            </div>
        </section>
    }
    .into_any()
}

fn meanings(kind: HelpdeskKind) -> AnyView {
    let id = format!("meanings-{}", kind.key());
    let line = |(there, here): (&'static str, &'static str)| view! { <div><dt>{there}</dt><dd>{here}</dd></div> };
    view! {
        <section class="card" aria-labelledby=id>
            <header class="card-header"><h2 id=id.clone()>{format!("What a status of {} means here", kind.label())}</h2></header>
            <div class="card-body"><dl class="facts">{meanings_of(kind).into_iter().map(line).views()}</dl></div>
        </section>
    }
    .into_any()
}
