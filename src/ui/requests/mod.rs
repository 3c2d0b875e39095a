//! What the pages ask of a request, whose payload answers in a file here, one per kind: its card on the ticket's page,
//! how it is amended, what its approver chooses, and whether it is started from the bell.

mod adjust;
mod delete;
mod host;
mod join;
mod quota;

use super::components::dialog::{DialogButton, Fields};
use super::components::icon;
use super::context::lasting_query;
use super::pages::host_dialogs::Amending;
use super::query::Query;
use crate::domain::ids::TicketNumber;
use crate::domain::process::TicketType;
use crate::domain::request::{Request, request_kinds};
use crate::wire::error::AppError;
use crate::wire::workflow::{Decision, TicketDetail};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A line of the bell's section New Ticket.
pub struct Entry {
    /// Where the form is.
    pub href: &'static str,
    /// Its icon.
    pub paths: &'static str,
    pub label: &'static str,
}

/// Technical Support isn't decided link by link and has pages of its own.
const SUPPORT: Entry =
    Entry { href: "/tickets/support/mine?dialog=request", paths: icon::LIFE_BUOY, label: "Request Technical Support" };

/// What is special about a request on the pages.
pub trait RequestView: Sized {
    /// What the dialog that amends it chooses among; `()` where it is amended elsewhere.
    type Offered: Clone + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The cards on the ticket's page: what an approver has to see, in the type's own terms.
    fn card(&self, detail: &TicketDetail) -> AnyView;

    /// What leads to amending it, on the page of a ticket that nobody has decided yet: most have a dialog there.
    fn amend_button(&self, detail: &TicketDetail) -> Option<AnyView> {
        let page = format!("/tickets/workflow/{}", detail.row.number);
        let keep = lasting_query();
        Some(view! { <DialogButton page keep dialog="amend" label="Amend" paths=icon::PENCIL/> }.into_any())
    }

    /// Reads what the dialog that amends it chooses among.
    fn offered(&self, number: TicketNumber) -> impl Future<Output = Result<Self::Offered, AppError>> + Send;

    /// The dialog that amends it, filled with what it asks for.
    fn dialog(offered: Self::Offered, amending: Amending<Self>, page: String, keep: Query) -> AnyView;

    /// What the Pass dialog asks for besides a note.
    fn pass_fields(_decision: &Decision) -> Option<Fields> {
        None
    }

    /// Where the bell leads to for a type that is started there.
    fn entry(_ticket_type: TicketType) -> Option<Entry> {
        None
    }
}

macro_rules! views {
    ($($variant:ident($payload:ty): $($ticket_type:ident)|+;)+) => {
        /// What the dialog that amends a request chooses among.
        #[derive(Clone, Serialize, Deserialize)]
        pub enum Offered {
            $($variant(<$payload as RequestView>::Offered),)+
        }

        /// The cards of the ticket's request.
        pub fn card(detail: &TicketDetail) -> AnyView {
            match &detail.request {
                $(Request::$variant(request) => request.card(detail),)+
            }
        }

        /// What leads to amending the ticket's request.
        pub fn amend_button(detail: &TicketDetail) -> Option<AnyView> {
            match &detail.request {
                $(Request::$variant(request) => request.amend_button(detail),)+
            }
        }

        /// Reads what the dialog that amends the request chooses among.
        pub async fn offered(request: &Request, number: TicketNumber) -> Result<Offered, AppError> {
            match request {
                $(Request::$variant(request) => request.offered(number).await.map(Offered::$variant),)+
            }
        }

        /// The dialog that amends the ticket's request.
        pub fn dialog(detail: TicketDetail, offered: Offered, page: String, keep: Query) -> AnyView {
            let (number, version) = (detail.row.number, detail.row.version);
            match (detail.request, offered) {
                $((Request::$variant(request), Offered::$variant(offered)) => {
                    <$payload as RequestView>::dialog(offered, Amending { number, version, request }, page, keep)
                })+
                _ => ().into_any(),
            }
        }

        /// What the Pass dialog of such a ticket asks for besides a note.
        pub fn pass_fields(decision: &Decision) -> Option<Fields> {
            match decision.ticket_type {
                $($(TicketType::$ticket_type)|+ => <$payload as RequestView>::pass_fields(decision),)+
                _ => None,
            }
        }

        /// Where the bell leads to for this type; `None` where it is started elsewhere.
        fn entry(ticket_type: TicketType) -> Option<Entry> {
            match ticket_type {
                $($(TicketType::$ticket_type)|+ => <$payload as RequestView>::entry(ticket_type),)+
                TicketType::CustomerService => Some(SUPPORT),
            }
        }
    };
}
request_kinds!(views);

/// The types among these that are started from the bell, Technical Support first.
pub fn entries(offered: &[TicketType]) -> Vec<Entry> {
    let mut types: Vec<_> = TicketType::ALL.iter().copied().filter(|one| offered.contains(one)).collect();
    types.sort_by_key(|one| one.is_workflow());
    types.into_iter().filter_map(entry).collect()
}
