//! The request of an application to join a project, on its ticket's page.

use crate::domain::request::JoinRequest;
use crate::ui::components::pill::optional;
use crate::ui::markup::{block, fact};
use leptos::prelude::*;
use maud::html;

pub fn card(request: &JoinRequest, domain: Option<String>) -> AnyView {
    let wished = request.wished.as_ref().map(|wished| wished.name.as_str());
    view! {
        <section class="card" aria-labelledby="request-title">
            <header class="card-header"><h2 id="request-title">"Request"</h2></header>
            <div class="card-body">
                {block(html! {
                    dl class="facts" {
                        (fact("Reason", &request.reason))
                        (fact("Wished project", optional(wished)))
                        (fact("Applicant's domain", optional(domain.as_deref())))
                    }
                })}
            </div>
        </section>
    }
    .into_any()
}
