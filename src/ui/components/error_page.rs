//! A page that couldn't be shown: what happened, and the way back.

use crate::wire::error::AppError;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    let (code, title) = match &error {
        AppError::NotFound => ("404", "Nothing here"),
        AppError::Forbidden(_) => ("403", "Not allowed"),
        AppError::SignedOut => ("401", "Signed out"),
        AppError::Internal { .. } | AppError::Unsure { .. } => ("500", "That failed"),
        AppError::Unreachable => ("", "No connection"),
        AppError::Outdated => ("", "There is a new release"),
        _ => ("", "That can't be shown"),
    };
    let signed_out = error == AppError::SignedOut;
    view! {
        <Title text=title/>
        <section class="error-page">
            {(!code.is_empty()).then(|| view! { <p class="error-code">{code}</p> }.into_any())}
            <h1>{title}</h1>
            <p>{error.to_string()}</p>
            <div class="cluster">
                <a class="button" data-kind="primary" href=if signed_out { "/login" } else { "/hosts" }>
                    {if signed_out { "Sign in" } else { "Go to Hosts" }}
                </a>
                {(!signed_out).then(|| view! { <a class="button" href="/tickets/workflow/mine">"Go to My Tickets"</a> }.into_any())}
            </div>
        </section>
    }
    .into_any()
}
