//! What an application to join a project says, on its ticket's page.

use crate::domain::request::JoinRequest;
use crate::ui::components::pill::text_or_none;
use leptos::prelude::*;

pub fn card(request: &JoinRequest, domain: Option<String>) -> AnyView {
    let wished = request.wished.as_ref().map(|wished| wished.name.clone()).unwrap_or_default();
    view! {
        <section class="card" aria-labelledby="request-title">
            <header class="card-header"><h2 id="request-title">"Request"</h2></header>
            <div class="card-body">
                <dl class="facts">
                    <div><dt>"Reason"</dt><dd>{request.reason.clone()}</dd></div>
                    <div><dt>"Wished project"</dt><dd>{text_or_none(wished)}</dd></div>
                    <div><dt>"Applicant's domain"</dt><dd>{text_or_none(domain.unwrap_or_default())}</dd></div>
                </dl>
            </div>
        </section>
    }
    .into_any()
}
