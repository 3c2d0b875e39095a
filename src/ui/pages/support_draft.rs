//! Drafts: what somebody writes is kept by their browser until it is sent, through a reload and a lost session.

use crate::ui::browser;
use leptos::prelude::*;

/// How many animation frames to wait for the draft's form to come to its page: ten seconds of them.
const MOST_FRAMES: u16 = 600;

/// The draft of one form: its text, and the choices that say what the text is (for whom, how bad). Each field is kept
/// under a key of its own. Several people may use one browser, so the key names the user whose draft it is.
#[derive(Clone, Copy)]
pub struct Draft {
    key: StoredValue<String>,
    text: &'static str,
    /// The names of the choices' fields. They are put back before the text, so that an internal note is never a reply,
    /// not even for a moment.
    choices: &'static [&'static str],
}

impl Draft {
    pub fn new(key: String, text: &'static str, choices: &'static [&'static str]) -> Draft {
        Draft { key: StoredValue::new(key), text, choices }
    }

    /// Keeps what the fields hold now. The text is kept only if the browser has room for the choices.
    pub fn keep(self) {
        self.key.try_with_value(|key| {
            let keep = |choice: &&str| browser::keep_draft(&key_of(key, choice), &browser::choice_in(choice));
            let text = if self.choices.iter().all(keep) { browser::text_in(self.text) } else { String::new() };
            browser::keep_draft(key, &text);
        });
    }

    /// Puts the draft back into the fields, once they are there. A text that is in the field already stays. If a choice
    /// has no field any more (somebody who may not write notes now had begun one), the text isn't put back either: it
    /// would become something else.
    pub fn restore(self) {
        Effect::new(move |_| {
            let kept = self.key.with_value(|key| {
                let choices = self.choices.iter().map(|choice| (*choice, browser::draft(&key_of(key, choice))));
                let choices = choices.filter_map(|(choice, value)| Some((choice, value?))).collect();
                (browser::draft(key).unwrap_or_default(), choices)
            });
            put_back(self.text, kept, MOST_FRAMES);
        });
    }

    pub fn drop(self) {
        self.key.try_with_value(|key| {
            browser::drop_draft(key);
            for choice in self.choices {
                browser::drop_draft(&key_of(key, choice));
            }
        });
    }
}

fn key_of(draft: &str, choice: &str) -> String {
    format!("{draft}/{choice}")
}

/// The text and the choices that were kept, by their fields' names.
type Kept = (String, Vec<(&'static str, String)>);

fn put_back(field: &'static str, kept: Kept, frames: u16) {
    let (text, choices) = &kept;
    if text.is_empty() && choices.is_empty() {
        return;
    }
    if !browser::holds(field) {
        if frames > 0 {
            request_animation_frame(move || put_back(field, kept, frames - 1));
        }
        return;
    }
    if !browser::text_in(field).is_empty() {
        return;
    }
    if choices.iter().all(|(name, value)| browser::choose(name, value)) {
        browser::fill(field, text);
    }
}
