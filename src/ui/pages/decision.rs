//! The dialogs of a ticket: Pass, Reject, Undo and Abandon, wherever they are opened.

use super::joining::grant_fields;
use crate::api::workflow::{Abandon, Decision, Pass, Reject, Undo, get_decision};
use crate::domain::ids::TicketNumber;
use crate::domain::process::TicketType;
use crate::ui::components::dialog::{ChangeDialog, refused};
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeFn, Hidden, use_change};
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pass,
    Reject,
    Undo,
    Abandon,
}

impl Kind {
    fn from_key(key: &str) -> Option<Kind> {
        match key {
            "pass" => Some(Kind::Pass),
            "reject" => Some(Kind::Reject),
            "undo" => Some(Kind::Undo),
            "abandon" => Some(Kind::Abandon),
            _ => None,
        }
    }
}

/// The dialog that the URL of `page` asks for, about `?ticket=` or the page's own ticket.
#[component]
pub fn DecisionDialog(page: Signal<String>, own: Signal<Option<TicketNumber>>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let kind = Kind::from_key(query.get("dialog")?)?;
            let number = own.get().or_else(|| query.get("ticket")?.parse().ok())?;
            Some((kind, number))
        })
    });
    let decision = read(
        move || wanted.get(),
        |wanted| async move {
            match wanted {
                Some((_, number)) => get_decision(number).await.map(Some),
                None => Ok(None),
            }
        },
    );
    awaited(move || {
        let kind = wanted.get().map(|(kind, _)| kind);
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match (kind, decision.wait().await) {
                (Some(kind), Ok(Some(decision))) => opened(kind, decision, page, keep),
                (Some(_), Err(error)) => refused(&error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

fn opened(kind: Kind, decision: Decision, page: String, keep: Query) -> AnyView {
    match kind {
        Kind::Pass if decision.ticket_type == TicketType::ApplyJoinProject => {
            let grant = grant_fields(&decision);
            let fields = || view! { {grant()} {note(false)()} }.into_any();
            dialog::<Pass>("Pass", decision, page, keep, Box::new(fields))
        }
        Kind::Pass => dialog::<Pass>("Pass", decision, page, keep, note(true)),
        Kind::Reject => dialog::<Reject>("Reject", decision, page, keep, note(true)),
        Kind::Undo => dialog::<Undo>("Undo", decision, page, keep, reason()),
        Kind::Abandon => dialog::<Abandon>("Abandon", decision, page, keep, reason()),
    }
}

/// Fields, made once their form is there.
pub type Fields = Box<dyn FnOnce() -> AnyView + Send>;

pub fn note(autofocus: bool) -> Fields {
    Box::new(move || {
        let help = "The initiator reads it. At most 2,000 characters.";
        view! { <Field label="Note" name="note" optional=true control=Control::Area help=help autofocus/> }.into_any()
    })
}

fn reason() -> Fields {
    Box::new(|| {
        let help = "Kept with the ticket. At most 2,000 characters.";
        view! { <Field label="Reason" name="reason" required=true control=Control::Area help=help autofocus=true/> }
            .into_any()
    })
}

fn dialog<S: ChangeFn>(title: &'static str, decision: Decision, page: String, keep: Query, fields: Fields) -> AnyView {
    let change = use_change::<S>();
    let back = keep.url(&page);
    let about = format!("#{}: {}", decision.number, decision.summary);
    let danger = title != "Pass";
    view! {
        <ChangeDialog change title about page keep danger>
            <Hidden name="number" value=decision.number.to_string()/>
            <Hidden name="version" value=decision.version.to_string()/>
            <Hidden name="seen" value=decision.seen/>
            <Hidden name="back" value=back/>
            {fields()}
        </ChangeDialog>
    }
    .into_any()
}
