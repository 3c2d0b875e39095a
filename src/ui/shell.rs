//! The HTML document around the application; only the server writes it.

use super::{App, server_side};
use crate::wire::live::Position;
use crate::wire::session::MADE_FOR;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// The name of the `meta` element with the page's position: up to there the page holds what was committed.
pub const LIVE: &str = "live";

/// `style` is the address of the stylesheet. The script that wakes the page up isn't here: the server puts it at the
/// page's end.
pub fn shell(options: LeptosOptions, style: String) -> impl IntoView {
    let position = use_context::<Position>().map(|position| position.to_string());
    let made_for = server_side::made_for();
    let demo = server_side::is_demo().then(|| view! { <meta name="demo" content=""/> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name=LIVE content=position/>
                {made_for.map(|id| view! { <meta name=MADE_FOR content=id/> })}
                {demo}
                <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
                <link rel="stylesheet" href=style/>
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
