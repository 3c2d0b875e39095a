//! Amending a ticket nobody has decided yet: the dialog its request was made with, filled with what it asks for.

use crate::domain::ids::TicketNumber;
use crate::functions::workflow::get_ticket;
use crate::ui::components::dialog::refused;
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::use_query;
use crate::ui::requests;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

/// The query name, and the form's, of the ticket that is amended.
pub const AMENDS: &str = "amends";

/// What opens it, on the ticket's page.
pub fn amend_button(detail: &TicketDetail) -> Option<AnyView> {
    if detail.may_amend { requests::amend_button(detail) } else { None }
}

/// The dialog that `?dialog=amend` asks for.
#[component]
pub fn AmendDialog(page: Signal<String>, number: Signal<TicketNumber>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| query.with(|query| query.get("dialog") == Some("amend")).then(|| number.get()));
    let data = read(
        move || wanted.get(),
        |wanted| async move {
            let Some(number) = wanted else { return Ok(None) };
            let detail = get_ticket(number).await?;
            let offered = requests::offered(&detail.request, number).await?;
            Ok(Some((detail, offered)))
        },
    );
    // The rows of disks are in the URL. One memo for all: rendered twice at once, the dialog shown may be the one given up.
    let shown = memo(move |_| query.with(|query| wanted.get().map(|_| query.clone())));
    awaited(move || {
        let keep = shown.get().unwrap_or_default().lasting();
        let page = page.get_untracked();
        async move {
            provide_context(flash_answer().await);
            match data.wait().await {
                Ok(Some((detail, offered))) => requests::dialog(detail, offered, page, keep),
                Ok(None) => ().into_any(),
                Err(error) => refused(&error, page, keep),
            }
        }
    })
}
