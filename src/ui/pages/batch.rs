//! Deciding several tickets at once, in My Pending: the box of each row, the buttons above the table, the dialog that
//! asks, and the dialog that says which tickets could not be decided.

use super::decision::note;
use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::functions::workflow::{DecideBatch, get_batch, get_batch_result};
use crate::ui::components::dialog::{ChangeDialog, NoticeDialog, refused};
use crate::ui::components::form::{GetForm, Hidden, use_change};
use crate::ui::components::list::Column;
use crate::ui::components::selection::Selection;
use crate::ui::components::sentence::sentence;
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::ui::views::Views;
use crate::wire::error::AppError;
use crate::wire::workflow::{Batch, BatchResult, TicketRow, Verdict};
use leptos::prelude::*;
use maud::{Markup, html};

/// The id of the form that the boxes of the rows belong to.
pub const FORM: &str = "batch";
/// The name under which the ticked boxes are sent.
const SELECTED: &str = "selected";
pub const CHECK: Column = ("Select", "check");

/// The buttons above the table.
pub fn bar(page: String, keep: Query, selected: Selection) -> AnyView {
    selected.settle();
    let button = |verdict: Verdict, label: &'static str| {
        view! { <button class="button" type="submit" data-size="small" name="dialog" value=dialog_name(verdict)><span>{label}</span></button> }
    };
    let count = move || selected.count();
    let said = move || match count() {
        0 => "Select tickets to decide them together.".to_owned(),
        n if selected.is_mixed() => {
            format!("{n} selected, of several types: only tickets of one type are decided together.")
        }
        n => format!("{n} selected"),
    };
    let all = move |_| selected.tick_all();
    view! {
        <GetForm page keep id=FORM class="bulk">
            <p role="status" data-some=move || (count() > 0).then_some("")>{said}</p>
            <div class="cluster">
                <button class="button bulk-all" type="button" data-kind="quiet" data-size="small" on:click=all><span>"Select all"</span></button>
                {button(Verdict::Pass, "Pass selected")}
                {button(Verdict::Reject, "Reject selected")}
            </div>
        </GetForm>
    }
    .into_any()
}

/// The cell with the box of a row.
pub fn check_cell(ticket: &TicketRow, selected: Selection) -> Markup {
    let (number, group) = (ticket.number.to_string(), ticket.ticket_type.key());
    let label = format!("Select ticket {number}");
    html! { td data-col="check" { (selected.tick_box(SELECTED, &number, &label, group, "x")) } }
}

fn dialog_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass-selected",
        Verdict::Reject => "reject-selected",
    }
}

/// The dialog that the URL asks for.
#[derive(Clone, PartialEq)]
enum Wanted {
    Decide(Verdict, Vec<TicketNumber>),
    Result(String),
}

impl Wanted {
    fn read(query: &Query) -> Option<Wanted> {
        let dialog = query.get("dialog")?;
        if dialog == "batch-result" {
            return Some(Wanted::Result(query.text("about")));
        }
        let verdict = Verdict::ALL.iter().copied().find(|verdict| dialog_name(*verdict) == dialog)?;
        Some(Wanted::Decide(verdict, query.all(SELECTED).filter_map(number::whole).collect()))
    }
}

/// The dialogs of My Pending that are about several tickets.
#[component]
pub fn BatchDialog(page: Signal<String>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| query.with(Wanted::read));
    let answer = read(
        move || wanted.get(),
        |wanted| async move {
            Ok::<_, AppError>(match wanted {
                Some(Wanted::Decide(verdict, numbers)) => (Some(get_batch(verdict, numbers).await?), None),
                Some(Wanted::Result(id)) => (None, get_batch_result(id).await?),
                None => (None, None),
            })
        },
    );
    awaited(move || {
        let wanted = wanted.get();
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match (wanted, answer.wait().await) {
                (Some(Wanted::Decide(verdict, _)), Ok((Some(batch), _))) => asked(verdict, batch, page, keep),
                (Some(Wanted::Result(_)), Ok((_, Some(result)))) => told(result, page, keep),
                (Some(_), Err(error)) => refused(&error, page, keep),
                _ => ().into_any(),
            }
        }
    })
}

/// The dialog that asks whether these tickets are to be decided.
fn asked(verdict: Verdict, batch: Batch, page: String, keep: Query) -> AnyView {
    if let Some(refusal) = batch.refusal {
        return refused(&AppError::Refused(refusal), page, keep);
    }
    let change = use_change::<DecideBatch>();
    let title = format!("{} selected", verdict.label());
    let what = batch.tickets.first().map_or("", |ticket| ticket.ticket_type.label());
    let about = format!("{}: {what}", number::counted(batch.tickets.len() as i64, "ticket", "tickets"));
    let gone = match batch.gone {
        0 => None,
        1 => Some("1 of those selected doesn't wait for you any more and is left out.".to_owned()),
        n => Some(format!("{n} of those selected don't wait for you any more and are left out.")),
    };
    let field = |i: usize, name: &str, value: String| {
        view! { <input type="hidden" name=format!("tickets[{i}][{name}]") value=value/> }.into_any()
    };
    let fields = batch.tickets.iter().zip(batch.seen).enumerate().map(|(i, (ticket, seen))| {
        let (number, version) = (ticket.number.to_string(), ticket.version.to_string());
        vec![field(i, "number", number), field(i, "version", version), field(i, "seen", seen)]
    });
    let fields: Vec<_> = fields.flatten().collect();
    let back = keep.url(&page);
    let danger = verdict == Verdict::Reject;
    view! {
        <ChangeDialog change title about page keep danger>
            <Hidden name="verdict" value=verdict.key()/>
            <Hidden name="back" value=back/>
            {fields}
            {gone.map(|gone| view! { <p class="muted">{gone}</p> }.into_any())}
            <ul class="picked" aria-label="Selected tickets">{batch.tickets.into_iter().zip(batch.about).map(picked).views()}</ul>
            {note(true)()}
        </ChangeDialog>
    }
    .into_any()
}

fn picked((ticket, about): (TicketRow, String)) -> AnyView {
    view! { <li><span class="num">{format!("#{}", ticket.number)}</span><span>{about}</span></li> }.into_any()
}

/// The dialog that says what became of a batch.
fn told(result: BatchResult, page: String, keep: Query) -> AnyView {
    let undecided = result.undecided.into_iter().map(|ticket| {
        let href = format!("/tickets/workflow/{}", ticket.number);
        view! { <li>"Ticket "<a href=href>{ticket.number}</a>{sentence(ticket.reason)}</li> }.into_any()
    });
    let undecided = undecided.views();
    view! {
        <NoticeDialog title=result.summary page keep>
            <ul class="stack" aria-label="Not decided">{undecided}</ul>
        </NoticeDialog>
    }
    .into_any()
}
