//! The dialogs of a ticket: Pass, Reject, Undo and Abandon, wherever they are opened.

use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::functions::workflow::{Abandon, Pass, Reject, Undo, get_decision};
use crate::ui::components::dialog::{ChangeDialog, Fields, refused};
use crate::ui::components::field::{Control, Field};
use crate::ui::components::form::{ChangeFn, Hidden, use_change};
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::markup::{block, some};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::requests::pass_fields;
use crate::wire::workflow::{Asked, Decision};
use leptos::prelude::*;
use maud::html;

/// The dialog that the URL of `page` asks for, about `?ticket=` or the page's own ticket.
#[component]
pub fn DecisionDialog(page: Signal<String>, own: Signal<Option<TicketNumber>>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let asked = Asked::from_key(query.get("dialog")?)?;
            let number = own.get().or_else(|| number::whole(query.get("ticket")?))?;
            Some((asked, number))
        })
    });
    let decision = read(
        move || wanted.get(),
        |wanted| async move {
            match wanted {
                Some((asked, number)) => get_decision(number, Some(asked)).await.map(Some),
                None => Ok(None),
            }
        },
    );
    awaited(move || {
        let asked = wanted.get().map(|(asked, _)| asked);
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match (asked, decision.wait().await) {
                (Some(asked), Ok(Some(decision))) => opened(asked, decision, page, keep),
                (Some(_), Err(error)) => refused(&error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

fn opened(asked: Asked, decision: Decision, page: String, keep: Query) -> AnyView {
    match asked {
        Asked::Pass => {
            let fields: Fields = match pass_fields(&decision) {
                Some(chosen) => Box::new(|| view! { {chosen()} {note(false)()} }.into_any()),
                None => note(true),
            };
            dialog::<Pass>(asked, decision, page, keep, fields)
        }
        Asked::Reject => dialog::<Reject>(asked, decision, page, keep, note(true)),
        Asked::Undo => dialog::<Undo>(asked, decision, page, keep, reason()),
        Asked::Abandon => dialog::<Abandon>(asked, decision, page, keep, reason()),
    }
}

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

fn dialog<S: ChangeFn>(asked: Asked, decision: Decision, page: String, keep: Query, fields: Fields) -> AnyView {
    let change = use_change::<S>();
    let back = keep.url(&page);
    let danger = asked != Asked::Pass;
    let particulars = some(&decision.particulars).map(|text| html! { p { (text) } });
    let reason = some(&decision.reason).map(|text| html! { p class="record-note" { (text) } });
    view! {
        <ChangeDialog change title=asked.label() about=decision.about page keep danger>
            <Hidden name="number" value=decision.number.to_string()/>
            <Hidden name="version" value=decision.version.to_string()/>
            <Hidden name="seen" value=decision.seen/>
            <Hidden name="back" value=back/>
            {block(html! { @for part in particulars.iter().chain(&reason) { (part) } })}
            {fields()}
        </ChangeDialog>
    }
    .into_any()
}
