//! Renders Markdown that people write as HTML that is safe to show: parsed by pulldown-cmark, cleaned by ammonia.
//!
//! Nothing in it runs or loads anything: no scripts, styles, images, ids or classes. Links lead only to the web and to
//! mail, with `rel="noopener noreferrer nofollow"`. Very deep nesting is flattened, so no text overloads a browser.

use crate::domain::support::is_invisible;
use ammonia::Builder;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use std::sync::LazyLock;

/// How deep quotes and lists may nest; deeper ones are shown at this depth.
const DEEPEST: usize = 8;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(
            [
                "p",
                "br",
                "hr",
                "h3",
                "h4",
                "h5",
                "h6",
                "em",
                "strong",
                "del",
                "code",
                "pre",
                "blockquote",
                "ul",
                "ol",
                "li",
                "a",
                "table",
                "thead",
                "tbody",
                "tr",
                "th",
                "td",
            ]
            .into(),
        )
        .clean_content_tags(["script", "style"].into())
        .tag_attributes([("a", ["href", "title"].into()), ("ol", ["start"].into())].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Renders Markdown as HTML.
pub fn render(text: &str) -> String {
    // Invisible marks that reverse the direction of the text around them could make it read as something else.
    let text: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut shape = Shape::default();
    let events = Parser::new_ext(&text, options).filter_map(|event| shape.fit(event));
    let mut rendered = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut rendered, events);
    CLEANER.clean(&rendered).to_string()
}

/// Renders plain text as HTML: markup in it is shown as typed.
pub fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    html::push_html(&mut escaped, std::iter::once(Event::Text(text.into())));
    escaped
}

/// Adapts the parser's events to what a thread shows.
#[derive(Default)]
struct Shape {
    /// For each open quote or list, whether it is shown as one or flattened.
    open: Vec<bool>,
}

impl Shape {
    fn fit<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_)) => {
                let shown = self.open.iter().filter(|shown| **shown).count() < DEEPEST;
                self.open.push(shown);
                shown.then_some(event)
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_)) => self.open.pop().unwrap_or(true).then_some(event),
            Event::Start(Tag::Item) | Event::End(TagEnd::Item) => {
                self.open.last().copied().unwrap_or(true).then_some(event)
            }
            // Headings begin at h3, because the page has its own h1 and h2.
            Event::Start(Tag::Heading { level, .. }) => {
                Some(Event::Start(Tag::Heading { level: lower(level), id: None, classes: vec![], attrs: vec![] }))
            }
            Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
            // An image becomes a link: loading it would tell its server that the text was read.
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
            }
            Event::End(TagEnd::Image) => Some(Event::End(TagEnd::Link)),
            // HTML is shown as the text that was typed.
            Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
            // Every line break is kept, because people write as in mails.
            Event::SoftBreak => Some(Event::HardBreak),
            other => Some(other),
        }
    }
}

fn lower(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5, H6};
    match level {
        H1 => H3,
        H2 => H4,
        H3 => H5,
        H4 | H5 | H6 => H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_people_write_looks_like_it() {
        assert_eq!(render("one\ntwo"), "<p>one<br>\ntwo</p>\n");
        assert_eq!(
            render("# Big\n\n**bold** ~~gone~~ `code`"),
            "<h3>Big</h3>\n<p><strong>bold</strong> <del>gone</del> <code>code</code></p>\n"
        );
        assert!(render("```\n<b>\n```").contains("<pre><code>&lt;b&gt;\n</code></pre>"));
        let link = render("[docs](https://example.com/a?b=1)");
        assert!(link.contains("href=\"https://example.com/a?b=1\"") && link.contains("noopener noreferrer nofollow"));
        assert!(render("| a | b |\n|---|---|\n| 1 | 2 |").contains("<td>1</td>"));
    }

    #[test]
    fn nothing_that_is_written_runs_or_loads() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg onload=alert(1)><a xlink:href=\"javascript:alert(1)\">x</a></svg>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt&#58;alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "[x](vbscript:msgbox)",
            "[x]( \u{1}javascript:alert(1))",
            "<javascript:alert(1)>",
            "![x](https://example.com/pixel.png)",
            "![x](javascript:alert(1))",
            "<a href=\"https://example.com\" onclick=\"alert(1)\">x</a>",
            "<iframe src=https://example.com></iframe>",
            "<style>body{display:none}</style>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<form action=https://example.com><input name=password></form>",
            "[x](https://example.com \"\" onmouseover=alert(1) \"\")",
            "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
            "```html onload=alert(1)\n<script>alert(1)</script>\n```",
            "[x]: javascript:alert(1)\n\n[x]",
        ];
        for text in hostile {
            let shown = render(text);
            let tags: Vec<&str> = shown.split('<').skip(1).filter_map(|part| part.split('>').next()).collect();
            for tag in &tags {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                assert!(CLEANER.clone_tags().contains(name), "{text}: <{tag}> in {shown}");
                assert!(!tag.contains(" on") && !tag.contains("src=") && !tag.contains("style="), "{text}: <{tag}>");
                assert!(!tag.to_lowercase().contains("script:") && !tag.contains("data:"), "{text}: <{tag}>");
            }
        }
    }

    #[test]
    fn a_text_that_means_harm_is_laid_out_sanely() {
        let deep = render(&">".repeat(10_000));
        assert!(deep.matches("<blockquote>").count() <= DEEPEST, "{}", deep.matches("<blockquote>").count());
        let lists = render(&(0..300).map(|n| format!("{}- x\n", "  ".repeat(n))).collect::<String>());
        assert!(lists.matches("<ul>").count() <= DEEPEST);
        assert!(render(&"x".repeat(10_000)).contains(&"x".repeat(10_000)));
        let turned = render("a\u{202e}b\u{2066}c\u{200b}d\u{61c}e\u{feff}f");
        assert_eq!(turned, "<p>abcdef</p>\n");
        // Markup that is opened thousands of times and never closed gives little output.
        for opening in
            ["*", "_", "~~", "[", "![", "`", "<", "<a ", "&#", "|", "\\", "- ", "1. ", "# ", "    ", "\n> - "]
        {
            let shown = render(&opening.repeat(10_000 / opening.len()));
            let deepest = shown.matches("<ul>").count() + shown.matches("<blockquote>").count();
            assert!(
                shown.len() < 200_000 && deepest <= 2 * DEEPEST,
                "{opening:?}: {} bytes, {deepest} deep",
                shown.len()
            );
        }
    }

    proptest! {
        /// Cleaning the shown HTML once more changes nothing, whatever was written: nothing was left to clean.
        #[test]
        fn what_is_shown_is_clean(text in "[ -~\n<>&\"'`*_#\\[\\]()!|:;/]{0,200}") {
            let shown = render(&text);
            prop_assert_eq!(CLEANER.clean(&shown).to_string(), shown);
        }
    }
}
