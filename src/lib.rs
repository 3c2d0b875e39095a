//! Countersign: approval and support tickets for private-cloud teams.
//!
//! One crate, two halves: `ssr` is the server, `hydrate` is what runs in the browser. `domain` (the rules), `wire`,
//! `functions` and `ui` are compiled for both; of a server function the browser has only the call. `http` and `server`
//! are the server's alone. ARCHITECTURE.md is the map.

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` are the two halves of one build: enable exactly one");

pub mod domain;
pub mod functions;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod server;
pub mod ui;
pub mod wire;

/// Wakes the server-rendered page up in the browser.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        ui::say_stopped();
    }));
    ui::wake();
}
