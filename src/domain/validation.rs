//! The problems of a form, each said at the field it is about.

use serde::{Deserialize, Serialize};

/// A problem of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field's name in its form, e.g. `form[name]`.
    pub field: String,
    /// What is wrong and what would be right, as a sentence.
    pub message: String,
}

/// Collects the problems of one form; empty means the form is good.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), message: message.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok(value)` when nothing was wrong.
    pub fn or<T>(self, value: T) -> Result<T, Vec<Problem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    /// A whole number within `range`; anything else is a problem of `field` and reads as the range's start.
    pub fn number(&mut self, field: &str, label: &str, typed: &str, range: std::ops::RangeInclusive<i64>) -> i64 {
        match typed.trim().parse::<i64>() {
            Ok(n) if range.contains(&n) => n,
            _ => {
                let (low, high) = (range.start(), range.end());
                self.add(field, format!("{label} must be a whole number from {low} to {high}."));
                *range.start()
            }
        }
    }

    /// A text of at most `max` characters, trimmed.
    pub fn text(&mut self, field: &str, label: &str, typed: &str, max: usize) -> String {
        let text = typed.trim();
        if text.chars().count() > max {
            self.add(field, format!("{label} can have at most {max} characters."));
        }
        text.to_owned()
    }

    /// A text that must not be empty.
    pub fn required(&mut self, field: &str, label: &str, typed: &str, max: usize) -> String {
        let text = self.text(field, label, typed, max);
        if text.is_empty() {
            self.add(field, format!("{label} is required."));
        }
        text
    }
}
