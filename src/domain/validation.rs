//! The problems of a form, each said at the field it is about.

use super::number::{Number, grouped};
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

    /// The number of this field; what it doesn't take is a problem of `field` and reads as 0.
    pub fn number(&mut self, field: &str, number: &Number<'_>, typed: &str) -> i64 {
        number.read(typed).unwrap_or_else(|| {
            self.add(field, number.refusal());
            0
        })
    }

    /// A text of at most `max` characters, as it is kept.
    pub fn text(&mut self, field: &str, label: &str, typed: &str, max: usize) -> String {
        let text = kept(typed);
        if let Some(why) = too_long(label, &text, max) {
            self.add(field, why);
        }
        text
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

/// A typed text as it is kept: without what is empty at its ends, and with line breaks of one character, as the box that
/// it was typed into counts them. A browser sends two for each.
pub fn kept(typed: &str) -> String {
    typed.trim().replace("\r\n", "\n")
}

/// Why a text as it is kept is too long, if it is.
pub fn too_long(label: &str, text: &str, max: usize) -> Option<String> {
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    (text.chars().count() > max).then(|| format!("{label} can have at most {} characters.", grouped(limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_14_a_line_break_is_one_character() {
        let lines = "ab\r\n".repeat(3_300);
        let mut problems = Problems::default();
        let text = problems.text("body", "Reply", &lines, 10_000);
        assert_eq!((problems.is_empty(), text.chars().count()), (true, 9_899));
        assert_eq!(text, lines.replace('\r', "").trim());
        problems.text("body", "Reply", &"ab\r\n".repeat(3_334), 10_000);
        let problems = problems.or(()).expect_err("too long");
        assert_eq!(problems[0].message, "Reply can have at most 10,000 characters.");
    }
}
