//! Sentences of the server's: why something was refused, what became of it.

use super::time::exact_time;
use crate::domain::time::{Piece, pieces};
use crate::ui::markup::shown;
use leptos::prelude::*;
use maud::html;

/// A sentence whose instants, which the server writes in UTC, stand in the person's zone once the page is awake.
pub fn sentence(text: String) -> AnyView {
    let pieces = pieces(&text);
    if !pieces.iter().any(|piece| matches!(piece, Piece::Instant(_))) {
        return text.into_any();
    }
    shown(html! {
        @for piece in pieces {
            @match piece {
                Piece::Words(words) => { (words) }
                Piece::Instant(at) => { (exact_time(at)) }
            }
        }
    })
}
