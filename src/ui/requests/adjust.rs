//! Host Adjustment Configuration: each host before and after.

use super::RequestView;
use crate::domain::host_operation::{AdjustRequest, HostBefore};
use crate::domain::ids::TicketNumber;
use crate::functions::hosts::get_hosts_dialog;
use crate::ui::components::request_card::{before_and_after, card, facts, said};
use crate::ui::pages::host_dialogs::{Amending, adjust};
use crate::ui::query::Query;
use crate::wire::error::AppError;
use crate::wire::hosts::HostsDialog;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

impl RequestView for AdjustRequest {
    type Offered = HostsDialog;

    fn card(&self, detail: &TicketDetail) -> AnyView {
        let project = detail.row.project.clone().unwrap_or_default();
        let link =
            |host: &HostBefore| view! { <a href=format!("/hosts/{}", host.id)>{host.name.clone()}</a> }.into_any();
        let start = if self.auto_start { "Yes" } else { "No" };
        let listed = [said("Project", &project), said("Auto start", start)];
        view! {
            {card("Before and after", before_and_after(self, link), true)}
            {card("Request", facts(&listed, &self.reason), false)}
        }
        .into_any()
    }

    async fn offered(&self, number: TicketNumber) -> Result<HostsDialog, AppError> {
        let hosts = self.hosts.iter().map(|host| host.id.clone()).collect();
        get_hosts_dialog(hosts, false, Some(number)).await
    }

    fn dialog(hosts: HostsDialog, amending: Amending<Self>, page: String, keep: Query) -> AnyView {
        adjust(hosts, Some(amending), page, keep)
    }
}
