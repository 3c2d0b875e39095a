//! Rows that are selected by a box in each: which they are is kept by their value, because rows are rendered over one another
//! when a list is read again, and a browser leaves a tick where it stands.

use crate::ui::browser;
use crate::ui::markup::some;
use leptos::prelude::*;
use maud::{Markup, html};

/// What is ticked of the boxes that belong to a form.
#[derive(Clone, Copy)]
pub struct Selection {
    form: &'static str,
    /// Value and group.
    ticked: RwSignal<Vec<(String, String)>>,
    is_awake: StoredValue<bool>,
}

impl Selection {
    pub fn none(form: &'static str) -> Selection {
        Selection { form, ticked: RwSignal::new(vec![]), is_awake: StoredValue::new(false) }
    }

    /// Reads the boxes as they stand.
    pub fn look(self) {
        self.ticked.try_set(browser::ticked(self.form));
    }

    fn contains(self, value: &str) -> bool {
        self.ticked.with_untracked(|ticked| ticked.iter().any(|(one, _)| one == value))
    }

    /// The box of a row, in still markup: the [`crate::ui::still::Region`] around it looks when it is used. Only rows of one
    /// `group` are dealt with together. `key` presses it. Both may be empty.
    pub fn tick_box(self, name: &str, value: &str, label: &str, group: &str, key: &str) -> Markup {
        html! {
            input type="checkbox" form=(self.form) name=(name) value=(value) aria-label=(label) autocomplete="off"
                data-group=[some(group)] data-key=[some(key)] checked[self.contains(value)];
        }
    }

    pub fn count(self) -> usize {
        self.ticked.try_with(Vec::len).unwrap_or_default()
    }

    /// Whether what is ticked can't be dealt with together.
    pub fn is_mixed(self) -> bool {
        let mixed = |ticked: &Vec<(String, String)>| ticked.windows(2).any(|two| two[0].1 != two[1].1);
        self.ticked.try_with(mixed).unwrap_or_default()
    }

    /// Ticks every box, or none if all were ticked.
    pub fn tick_all(self) {
        let all = browser::ticked(self.form).len() < browser::boxes(self.form);
        browser::tick(self.form, &|_| all);
        self.look();
    }

    /// To be called with every rendering of the list: ticks are put to the rows they were made for, and those of rows that
    /// have gone are forgotten. What was ticked before the page was awake counts.
    pub fn settle(self) {
        let settle = move || {
            if self.is_awake.try_get_value() == Some(true) {
                self.ticked.try_with_untracked(|ticked| {
                    browser::tick(self.form, &|value| ticked.iter().any(|(t, _)| t == value))
                });
            }
            self.is_awake.try_set_value(true);
            self.look();
        };
        // The effect may run before the rows are on the page.
        Effect::new(move |_| request_animation_frame(settle));
    }
}
