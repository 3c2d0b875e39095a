//! The dialogs of technical support: requesting it, and ending a ticket.

use super::support_draft::Draft;
use super::support_files::{self, FilesField};
use crate::domain::ids::TicketNumber;
use crate::domain::number;
use crate::domain::support::Level;
use crate::functions::support::{EndSupport, RequestSupport, check_support_request};
use crate::ui::components::dialog::{ChangeDialog, refused};
use crate::ui::components::field::{Control, Field, choice};
use crate::ui::components::form::{Hidden, use_change};
use crate::ui::context::flash_answer;
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use leptos::prelude::*;

/// The name of the dialog Request Technical Support in the URL.
pub const REQUEST: &str = "request";
/// The dialog's title.
pub const TITLE: &str = "Request Technical Support";
const DESCRIPTION: &str = "form[description]";
const LEVEL: &str = "form[level]";

/// The dialog Request Technical Support, if the URL asks for it. `follows` in the URL names the closed ticket that the
/// new one follows.
#[component]
pub fn RequestDialog(page: Signal<String>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| query.with(|query| query.get("dialog") == Some(REQUEST)));
    let follows = memo(move |_| query.with(|query| query.text("follows")));
    let allowed = read(
        move || wanted.get(),
        |wanted| async move { if wanted { check_support_request().await.map(Some) } else { Ok(None) } },
    );
    awaited(move || {
        let (wanted, follows) = (wanted.get(), follows.get());
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match allowed.wait().await {
                Ok(Some(reader)) if wanted => request(&reader, follows, page, keep),
                Ok(_) => ().into_any(),
                Err(_) if !wanted => ().into_any(),
                Err(error) => refused(&error, page, keep),
            }
        }
    })
}

/// The dialog's form. The browser keeps what `reader` types until it is sent, as it does with a reply.
fn request(reader: &str, follows: String, page: String, keep: Query) -> AnyView {
    let draft = Draft::new(format!("draft/{reader}/request/{follows}"), DESCRIPTION, &[LEVEL]);
    let change = use_change::<RequestSupport>().with_files(support_files::send);
    let levels = Level::ALL.iter().map(|level| choice(level.key(), level.label())).collect();
    let about = match follows.as_str() {
        "" => "The support team answers in a thread that only you and they read.".to_owned(),
        number => format!("Goes on from the closed ticket #{number}, which the new one links to."),
    };
    draft.restore();
    change.on_done(move || draft.drop());
    view! {
        <ChangeDialog change title=TITLE about page keep wide=true>
            <Hidden name="form[follows]" value=follows/>
            <div class="stack" on:input=move |_| draft.keep()>
                <Field label="Problem description" name=DESCRIPTION required=true control=Control::Area autofocus=true
                    help="What happened, and what you expected instead. Markdown; at most 10,000 characters."/>
                <Field label="Level" name=LEVEL control=Control::Select(levels) preset=Level::Minor.key() width="medium"
                    help="How bad it is for you. The worst is looked at first."/>
            </div>
            <FilesField/>
        </ChangeDialog>
    }
    .into_any()
}

/// The dialog End, if the URL asks for it, about `?ticket=` or the page's own ticket.
#[component]
pub fn EndDialog(page: Signal<String>, own: Signal<Option<TicketNumber>>) -> impl IntoView {
    let query = use_query();
    let wanted = memo(move |_| {
        query.with(|query| {
            let number = own.get().or_else(|| number::whole(query.get("ticket")?));
            number.filter(|_| query.get("dialog") == Some("end"))
        })
    });
    awaited(move || {
        let wanted = wanted.get();
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            wanted.map_or_else(|| ().into_any(), |number| end(number, page, keep))
        }
    })
}

fn end(number: TicketNumber, page: String, keep: Query) -> AnyView {
    let change = use_change::<EndSupport>();
    let resolved = vec![choice("yes", "Yes"), choice("no", "No")];
    let ratings = vec![
        choice("", "No rating"),
        choice("1", "1 - poor"),
        choice("2", "2"),
        choice("3", "3"),
        choice("4", "4"),
        choice("5", "5 - excellent"),
    ];
    let back = keep.url(&page);
    view! {
        <ChangeDialog change title="End" about=format!("#{number} is closed for good: nobody can reply afterwards.") page keep>
            <Hidden name="number" value=number.to_string()/>
            <Hidden name="back" value=back/>
            <Field label="Resolved" name="resolved" control=Control::Select(resolved) preset="yes" width="medium" autofocus=true/>
            <Field label="Rating" name="rating" control=Control::Select(ratings) optional=true width="medium"/>
            <Field label="Comment" name="comment" control=Control::Area optional=true help="At most 2,000 characters."/>
        </ChangeDialog>
    }
    .into_any()
}
