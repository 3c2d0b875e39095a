//! Host Application: the hosts that are asked for, and the page on which that is amended.

use super::RequestView;
use crate::domain::host::HostRequest;
use crate::domain::ids::TicketNumber;
use crate::ui::components::icon::{self, Icon};
use crate::ui::components::request_card::{card, facts, said};
use crate::ui::pages::amend::AMENDS;
use crate::ui::pages::host_dialogs::Amending;
use crate::ui::query::Query;
use crate::wire::error::AppError;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

impl RequestView for HostRequest {
    type Offered = ();

    fn card(&self, detail: &TicketDetail) -> AnyView {
        let project = detail.row.project.clone().unwrap_or_default();
        let disks: Vec<_> = self.data_disks_gib.iter().map(|gib| format!("{gib} GiB")).collect();
        let listed = [
            said("Name", &self.names_in_short()),
            said("Quantity", &self.quantity.to_string()),
            said("Project", &project),
            said("Specification", &self.specification.label()),
            said("Image", &self.image.name),
            said("System disk", &format!("{} GiB", self.system_disk_gib)),
            said("Data disks", &disks.join(", ")),
            said("Description", &self.description),
        ];
        card("Request", facts(&listed, &self.reason), false)
    }

    /// A form of many fields has a page of its own.
    fn amend_button(&self, detail: &TicketDetail) -> Option<AnyView> {
        let href = format!("/hosts/new?{AMENDS}={}", detail.row.number);
        Some(
            view! {
                <a class="button" href=href><Icon paths=icon::PENCIL/><span>"Amend"</span></a>
            }
            .into_any(),
        )
    }

    async fn offered(&self, _number: TicketNumber) -> Result<(), AppError> {
        Ok(())
    }

    fn dialog((): (), _amending: Amending<Self>, _page: String, _keep: Query) -> AnyView {
        ().into_any()
    }
}
