//! The way a ticket would take, shown before it is submitted.

use super::icon::{self, Icon};
use crate::wire::workflow::{RouteLink, RoutePreview};
use leptos::prelude::*;

/// Each link with who could approve there.
pub fn route(preview: RoutePreview) -> AnyView {
    let links: Vec<_> = preview.links.into_iter().map(link).collect();
    view! {
        <section class="card" aria-labelledby="route-title">
            <header class="card-header"><h2 id="route-title">"Approval"</h2></header>
            <div class="card-body"><ol class="stepper">{links}</ol></div>
        </section>
    }
    .into_any()
}

fn link(link: RouteLink) -> AnyView {
    let (mark, state) = if link.is_empty { (icon::ALERT_TRIANGLE, "failed") } else { (icon::CIRCLE, "waiting") };
    let who =
        if link.is_empty { "Nobody could approve here: the request would be refused.".to_owned() } else { link.who };
    view! {
        <li class="step" data-state=state>
            <span class="step-mark"><Icon paths=mark size=14/></span>
            <div class="step-body"><p class="step-name">{link.name}</p><p class="step-note">{who}</p></div>
        </li>
    }
    .into_any()
}
