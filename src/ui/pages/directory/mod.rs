//! Administration: the lists of domains, projects, users and roles, and what their pages share.

pub mod domains;
pub mod projects;
pub mod roles;
pub mod user;
pub mod users;

use crate::domain::number::counted;
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::list::{Empty, Pager};
use crate::ui::components::pill::pill;
use crate::ui::markup::shown;
use crate::ui::query::Query;
use crate::ui::views::Views;
use crate::wire::directory::{Impact, TouchedTicket};
use crate::wire::{Choice, Page};
use leptos::prelude::*;

/// The query's parameter that names the entry of a list that a dialog is about.
const ABOUT: &str = "about";

fn header(title: &'static str, text: &'static str, actions: Option<AnyView>) -> AnyView {
    view! {
        <header class="page-header">
            <div class="page-title"><h1>{title}</h1><p>{text}</p></div>
            {actions.map(|actions| view! { <div class="page-actions">{actions}</div> }.into_any())}
        </header>
    }
    .into_any()
}

/// The pager of a list that is sorted by name.
fn pager<T>(page: &Page<T>, path: &'static str, query: Query) -> AnyView {
    let (shown, previous, next) = (page.rows.len(), page.previous.clone(), page.next.clone());
    view! { <Pager page=path.to_owned() query shown previous next labels=("Previous", "Next")/> }.into_any()
}

/// What a list shows if a search found nothing.
fn nothing_found(title: &'static str, page: &'static str) -> AnyView {
    view! {
        <Empty paths=icon::SEARCH title text="Another search may find what you look for.">
            <a class="button" href=page>"Clear"</a>
        </Empty>
    }
    .into_any()
}

/// The field that chooses a domain; `None` if there is only one. Call it inside its form, which knows the last choice.
fn domain_field(domains: Vec<Choice>, preset: String) -> Option<AnyView> {
    (domains.len() > 1).then(|| {
        let control = Control::Select(std::iter::once(choice("", "Choose a domain")).chain(domains).collect());
        view! { <Field label="Domain" name="domain" required=true preset control/> }.into_any()
    })
}

/// The choices of a list's filter by domain.
fn domain_filter(domains: Vec<Choice>) -> Control {
    Control::Select(std::iter::once(choice("", "All")).chain(domains).collect())
}

/// A notice of the open tickets that lose an approver by what the dialog is about to do.
fn impact_notice(impact: Option<Impact>) -> AnyView {
    let Some(impact) = impact.filter(|impact| impact.total > 0) else {
        return view! { <p>"No open ticket loses an approver by this."</p> }.into_any();
    };
    let more = impact.total - impact.tickets.len() as i64;
    let tickets = impact.tickets.into_iter().map(|ticket| touched(ticket, impact.may_read)).views();
    view! {
        <div class="banner" data-tone="warning">
            <Icon paths=icon::ALERT_TRIANGLE/>
            <p>{sentence(impact.total, impact.orphaned)}</p>
        </div>
        <ul class="stack" aria-label="Open tickets">{tickets}</ul>
        {(more > 0).then(|| view! { <p class="muted">{format!("And {more} more.")}</p> }.into_any())}
    }
    .into_any()
}

fn sentence(total: i64, orphaned: i64) -> String {
    let lose = format!("{} an approver.", counted(total, "open ticket loses", "open tickets lose"));
    match orphaned {
        0 => lose,
        1 => format!("{lose} 1 would wait for nobody until somebody else may decide."),
        n => format!("{lose} {n} would wait for nobody until somebody else may decide."),
    }
}

fn touched(ticket: TouchedTicket, may_read: bool) -> AnyView {
    let number = format!("#{}", ticket.number);
    let number = if may_read {
        view! { <a href=format!("/tickets/workflow/{}", ticket.number)>{number}</a> }.into_any()
    } else {
        number.into_any()
    };
    view! {
        <li class="cluster">
            <span>{number}" "{ticket.ticket_type.label()}", "{ticket.stage}</span>
            {ticket.orphaned.then(|| shown(pill("warning", icon::ALERT_TRIANGLE, "Would wait for nobody")))}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn the_notice_counts_in_words() {
        assert_eq!(sentence(1, 0), "1 open ticket loses an approver.");
        assert_eq!(
            sentence(3, 1),
            "3 open tickets lose an approver. 1 would wait for nobody until somebody else may decide."
        );
        assert!(sentence(3, 2).contains("2 would wait"));
    }
}
