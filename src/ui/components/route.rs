//! The way a ticket would take, shown before it is submitted.

use super::icon::{self, Icon};
use crate::api::workflow::{RouteLink, RoutePreview};
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
    let (mark, state) = if link.count == 0 { (icon::ALERT_TRIANGLE, "failed") } else { (icon::CIRCLE, "waiting") };
    view! {
        <li class="step" data-state=state>
            <span class="step-mark"><Icon paths=mark size=14/></span>
            <div class="step-body"><p class="step-name">{link.name.clone()}</p><p class="step-note">{who(&link)}</p></div>
        </li>
    }
    .into_any()
}

fn who(link: &RouteLink) -> String {
    let others = link.count - link.who.len() as i64;
    match (link.count, others) {
        (0, _) => "Nobody could approve here: the request would be refused.".to_owned(),
        (_, 0) => link.who.join(", "),
        (_, n) => format!("{} and {n} more", link.who.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_named_and_the_others_counted() {
        let link = |who: &[&str], count| RouteLink {
            name: "L".into(),
            who: who.iter().map(|w| (*w).to_owned()).collect(),
            count,
        };
        assert_eq!(super::who(&link(&["Ada", "Grace"], 2)), "Ada, Grace");
        assert_eq!(super::who(&link(&["Ada", "Bo", "Cy"], 7)), "Ada, Bo, Cy and 4 more");
        assert!(super::who(&link(&[], 0)).starts_with("Nobody could approve"));
    }
}
