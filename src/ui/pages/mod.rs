//! The pages, one file each.

pub mod account;
pub mod amend;
pub mod batch;
pub mod canned_replies;
pub mod decision;
pub mod directory;
pub mod external;
pub mod host;
pub mod host_dialogs;
pub mod host_new;
pub mod hosts;
pub mod joining;
pub mod login;
pub mod logs;
pub mod no_project;
pub mod not_found;
pub mod process;
pub mod process_dialog;
pub mod quota_form;
pub mod quotas;
pub mod setup;
pub mod support;
pub mod support_dialogs;
pub mod support_draft;
pub mod support_files;
pub mod support_reply;
pub mod support_ticket;
pub mod system_settings;
pub mod ticket;
pub mod ticket_request;
pub mod ticket_setup;
pub mod trash;
pub mod workflow;

use leptos::prelude::*;
use leptos_router::components::Redirect;

/// `/` leads to the first page of every view.
#[component]
pub fn Home() -> impl IntoView {
    view! { <Redirect path="/hosts"/> }
}
