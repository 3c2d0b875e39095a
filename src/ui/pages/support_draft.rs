//! What somebody writes, kept by their browser until it is sent: through a reload and a lost session.

use crate::ui::browser;
use leptos::prelude::*;

/// How long the field may take to come to its page: ten seconds.
const MOST_FRAMES: u16 = 600;

/// The draft of one field. A browser may have several people: the key names whose it is.
#[derive(Clone, Copy)]
pub struct Draft {
    key: StoredValue<String>,
    field: &'static str,
}

impl Draft {
    pub fn new(key: String, field: &'static str) -> Draft {
        Draft { key: StoredValue::new(key), field }
    }

    /// Keeps what stands in the field now.
    pub fn keep(self) {
        self.key.try_with_value(|key| browser::keep_draft(key, &browser::text_in(self.field)));
    }

    /// Puts it back into the field, once that is there, unless something stands in it.
    pub fn restore(self) {
        Effect::new(move |_| {
            if let Some(text) = self.key.with_value(|key| browser::draft(key)) {
                put_back(self.field, text, MOST_FRAMES);
            }
        });
    }

    pub fn drop(self) {
        self.key.try_with_value(|key| browser::drop_draft(key));
    }
}

fn put_back(field: &'static str, text: String, frames: u16) {
    if !browser::fill(field, &text) && frames > 0 {
        request_animation_frame(move || put_back(field, text, frames - 1));
    }
}
