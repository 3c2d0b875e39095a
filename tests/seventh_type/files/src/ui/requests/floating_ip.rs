//! Floating IP Application: how many are asked for. It isn't amended.

use super::RequestView;
use crate::domain::floating_ip::FloatingIpRequest;
use crate::domain::ids::TicketNumber;
use crate::ui::components::request_card::{card, facts, said};
use crate::ui::pages::host_dialogs::Amending;
use crate::ui::query::Query;
use crate::wire::error::AppError;
use crate::wire::workflow::TicketDetail;
use leptos::prelude::*;

impl RequestView for FloatingIpRequest {
    type Offered = ();

    fn card(&self, _detail: &TicketDetail) -> AnyView {
        card("Request", facts(&[said("Floating IPs", &self.quantity.to_string())], &self.reason), false)
    }

    fn amend_button(&self, _detail: &TicketDetail) -> Option<AnyView> {
        None
    }

    async fn offered(&self, _number: TicketNumber) -> Result<(), AppError> {
        Ok(())
    }

    fn dialog((): (), _amending: Amending<Self>, _page: String, _keep: Query) -> AnyView {
        ().into_any()
    }
}
