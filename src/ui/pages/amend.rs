//! Amending a ticket nobody has decided yet: the dialog its request was made with, filled with what it asks for.

use super::host_dialogs::{Amending, adjust, delete};
use crate::api::hosts::{HostsDialog, get_hosts_dialog};
use crate::api::workflow::{TicketDetail, get_ticket};
use crate::domain::host_operation::HostBefore;
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::request::Request;
use crate::ui::components::dialog::{DialogButton, refused};
use crate::ui::components::icon::{self, Icon};
use crate::ui::context::{flash_answer, lasting_query};
use crate::ui::data::{awaited, read};
use crate::ui::query::{Query, use_query};
use leptos::prelude::*;

/// The query name, and the form's, of the ticket that is amended.
pub const AMENDS: &str = "amends";

/// What opens it, on the ticket's page: a form of many fields has a page of its own.
pub fn amend_button(detail: &TicketDetail) -> Option<AnyView> {
    let number = detail.row.number;
    detail.may_amend.then(|| match &detail.request {
        Request::Host(_) => {
            let href = format!("/hosts/new?{AMENDS}={number}");
            view! {
                <a class="button" href=href><Icon paths=icon::PENCIL/><span>"Amend"</span></a>
            }
            .into_any()
        }
        _ => {
            let page = format!("/tickets/workflow/{number}");
            view! { <DialogButton page keep=lasting_query() dialog="amend" label="Amend" paths=icon::PENCIL/> }
                .into_any()
        }
    })
}

/// The dialog that `?dialog=amend` asks for.
#[component]
pub fn AmendDialog(page: Signal<String>, number: Signal<TicketNumber>) -> impl IntoView {
    let query = use_query();
    let wanted = Memo::new(move |_| query.with(|query| query.get("dialog") == Some("amend")).then(|| number.get()));
    let data = read(
        move || wanted.get(),
        |wanted| async move {
            let Some(number) = wanted else { return Ok(None) };
            let detail = get_ticket(number).await?;
            let hosts = match &detail.request {
                Request::Adjust(request) => Some(get_hosts_dialog(ids(&request.hosts), false).await?),
                Request::Delete(request) => Some(get_hosts_dialog(ids(&request.hosts), true).await?),
                _ => None,
            };
            Ok(Some((detail, hosts)))
        },
    );
    awaited(move || {
        // The rows of disks are in the URL.
        query.with(|_| ());
        let (page, keep) = (page.get_untracked(), query.with_untracked(Query::lasting));
        async move {
            provide_context(flash_answer().await);
            match data.wait().await {
                Ok(Some((detail, hosts))) => opened(detail, hosts, page, keep),
                Ok(None) => ().into_any(),
                Err(error) => refused(&error, page, keep),
            }
        }
    })
}

fn ids(hosts: &[HostBefore]) -> Vec<HostId> {
    hosts.iter().map(|host| host.id.clone()).collect()
}

fn opened(detail: TicketDetail, hosts: Option<HostsDialog>, page: String, keep: Query) -> AnyView {
    let (number, version) = (detail.row.number, detail.row.version);
    match (detail.request, hosts) {
        (Request::Adjust(request), Some(hosts)) => {
            adjust(hosts, Some(Amending { number, version, request }), page, keep)
        }
        (Request::Delete(request), Some(hosts)) => {
            delete(hosts, Some(Amending { number, version, request }), page, keep)
        }
        _ => ().into_any(),
    }
}
