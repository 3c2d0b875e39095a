//! Host Deletion: the hosts that go to the trash.

use super::RequestView;
use crate::domain::host_operation::{DeleteRequest, HostBefore};
use crate::domain::ids::TicketNumber;
use crate::functions::hosts::get_hosts_dialog;
use crate::ui::components::pill::State;
use crate::ui::components::request_card::{card, configuration, facts, said};
use crate::ui::markup::shown;
use crate::ui::pages::host_dialogs::{Amending, delete};
use crate::ui::query::Query;
use crate::wire::error::AppError;
use crate::wire::hosts::HostsDialog;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

impl RequestView for DeleteRequest {
    type Offered = HostsDialog;

    fn card(&self, detail: &TicketDetail) -> AnyView {
        let project = detail.row.project.clone().unwrap_or_default();
        let rows: Vec<_> = self.hosts.iter().map(row).collect();
        let table = view! {
            <table class="compare">
                <thead><tr><th scope="col">"Host"</th><th scope="col">"Status"</th><th scope="col">"Configuration"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        };
        view! {
            {card("Hosts to delete", table.into_any(), true)}
            {card("Request", facts(&[said("Project", &project)], &self.reason), false)}
        }
        .into_any()
    }

    async fn offered(&self, number: TicketNumber) -> Result<HostsDialog, AppError> {
        let hosts = self.hosts.iter().map(|host| host.id.clone()).collect();
        get_hosts_dialog(hosts, true, Some(number)).await
    }

    fn dialog(hosts: HostsDialog, amending: Amending<Self>, page: String, keep: Query) -> AnyView {
        delete(hosts, Some(amending), page, keep)
    }
}

fn row(host: &HostBefore) -> AnyView {
    view! {
        <tr>
            <th scope="row"><a href=format!("/hosts/{}", host.id)>{host.name.clone()}</a></th>
            <td>{shown(host.status.pill())}</td><td>{configuration(&host.configuration)}</td>
        </tr>
    }
    .into_any()
}
