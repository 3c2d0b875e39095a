//! Canned replies: texts that handlers answer with again and again.

use super::support::MAX_TEXT;
use super::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};

const MAX_TITLE: usize = 80;
/// How many canned replies a handler is offered at once; nobody could choose from more.
pub const MOST_OFFERED: i64 = 200;

/// A canned reply, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReply {
    pub title: String,
    /// Markdown with placeholders; see [`filled`].
    pub body: String,
}

impl CannedReply {
    pub fn parse(title: &str, body: &str) -> Result<CannedReply, Vec<Problem>> {
        let mut problems = Problems::default();
        let title = problems.required("title", "Title", title, MAX_TITLE);
        let body = problems.required("body", "Text", body, MAX_TEXT);
        problems.or(CannedReply { title, body })
    }
}

/// The values that the placeholders `{requester}`, `{handler}` and `{ticket}` of a canned reply are replaced by.
pub struct About<'a> {
    pub requester: &'a str,
    pub handler: &'a str,
    pub ticket: i64,
}

/// The text with `{requester}`, `{handler}` and `{ticket}` put in; any other braces stand for themselves.
pub fn filled(body: &str, about: &About<'_>) -> String {
    let mut filled = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, from)) = rest.split_once('{') {
        filled.push_str(before);
        let known = from.split_once('}').and_then(|(name, after)| {
            let value = match name {
                "requester" => about.requester.to_owned(),
                "handler" => about.handler.to_owned(),
                "ticket" => format!("#{}", about.ticket),
                _ => return None,
            };
            Some((value, after))
        });
        match known {
            Some((value, after)) => {
                filled.push_str(&value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = from;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ABOUT: About<'_> = About { requester: "Mel {ticket}", handler: "Hel", ticket: 7 };

    #[test]
    fn placeholders_are_put_in_once() {
        assert_eq!(
            filled("Dear {requester}, {ticket} is done. {handler}", &ABOUT),
            "Dear Mel {ticket}, #7 is done. Hel"
        );
        for same in ["{", "}", "{}", "{{", "{unknown}", "{ ticket }", "a {b", "```\nfn main() { ticket }\n```"] {
            assert_eq!(filled(same, &ABOUT), same);
        }
        assert_eq!(filled("{x{ticket}}", &ABOUT), "{x#7}");
    }

    proptest! {
        #[test]
        fn a_text_without_placeholders_stays_as_it_is(text in "[a-z{} ]{0,60}") {
            prop_assume!(!["{requester}", "{handler}", "{ticket}"].iter().any(|name| text.contains(name)));
            prop_assert_eq!(filled(&text, &ABOUT), text);
        }
    }

    #[test]
    fn title_and_text_are_required() {
        let fields = |title: &str, body: &str| {
            let problems = CannedReply::parse(title, body).err().unwrap_or_default();
            problems.into_iter().map(|p| p.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(" ", ""), ["title", "body"]);
        assert_eq!(fields(&"x".repeat(81), "x"), ["title"]);
        assert_eq!(fields("Hello", &"x".repeat(MAX_TEXT)), [""; 0]);
    }
}
