//! Amending a ticket nobody has decided yet: the dialog its request was made with, filled with what it asks for.

use super::host_dialogs::{Amending, adjust, delete};
use super::{joining, request_quota};
use crate::domain::host_operation::HostBefore;
use crate::domain::ids::{HostId, TicketNumber};
use crate::domain::request::Request;
use crate::functions::hosts::get_hosts_dialog;
use crate::functions::joining::get_join_form;
use crate::functions::workflow::get_ticket;
use crate::ui::components::dialog::{DialogButton, refused};
use crate::ui::components::icon::{self, Icon};
use crate::ui::context::{flash_answer, lasting_query};
use crate::ui::data::{awaited, read};
use crate::ui::memo::memo;
use crate::ui::query::{Query, use_query};
use crate::wire::hosts::HostsDialog;
use crate::wire::joining::JoinFormData;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The query name, and the form's, of the ticket that is amended.
pub const AMENDS: &str = "amends";

/// What opens it, on the ticket's page: a form of many fields has a page of its own.
pub fn amend_button(detail: &TicketDetail) -> Option<AnyView> {
    let number = detail.row.number;
    if !detail.may_amend {
        return None;
    }
    Some(match &detail.request {
        Request::Quota(request) => return request_quota::amend(request, detail),
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
    let wanted = memo(move |_| query.with(|query| query.get("dialog") == Some("amend")).then(|| number.get()));
    let data = read(
        move || wanted.get(),
        |wanted| async move {
            let Some(number) = wanted else { return Ok(None) };
            let detail = get_ticket(number).await?;
            let offered = match &detail.request {
                Request::Adjust(request) => {
                    Offered::Hosts(get_hosts_dialog(ids(&request.hosts), false, Some(number)).await?)
                }
                Request::Delete(request) => {
                    Offered::Hosts(get_hosts_dialog(ids(&request.hosts), true, Some(number)).await?)
                }
                Request::Join(_) => Offered::Projects(get_join_form().await?),
                Request::Host(_) | Request::Quota(_) => Offered::Nothing,
            };
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
                Ok(Some((detail, offered))) => opened(detail, offered, page, keep),
                Ok(None) => ().into_any(),
                Err(error) => refused(&error, page, keep),
            }
        }
    })
}

fn ids(hosts: &[HostBefore]) -> Vec<HostId> {
    hosts.iter().map(|host| host.id.clone()).collect()
}

/// What the dialog chooses among.
#[derive(Clone, Serialize, Deserialize)]
enum Offered {
    Hosts(HostsDialog),
    Projects(JoinFormData),
    /// The request has no dialog here, but a page of its own.
    Nothing,
}

fn opened(detail: TicketDetail, offered: Offered, page: String, keep: Query) -> AnyView {
    let (number, version) = (detail.row.number, detail.row.version);
    match (detail.request, offered) {
        (Request::Adjust(request), Offered::Hosts(hosts)) => {
            adjust(hosts, Some(Amending { number, version, request }), page, keep)
        }
        (Request::Delete(request), Offered::Hosts(hosts)) => {
            delete(hosts, Some(Amending { number, version, request }), page, keep)
        }
        (Request::Join(request), Offered::Projects(data)) => {
            joining::form(data, Some(Amending { number, version, request }), page, keep)
        }
        _ => ().into_any(),
    }
}
