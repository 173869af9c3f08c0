//! An editor's note as plain paragraphs: what Markdown means, without its signs. A letter shows no markup of others.

use std::fmt::Write as _;

use pulldown_cmark::Event;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;

use crate::model::curation::Note;
use crate::model::link::WebUrl;
use crate::model::text::Text;

/// The paragraphs of a note; points of a list have a sign in front, links their address behind.
pub(super) fn paragraphs(note: &Note) -> Vec<Text> {
    let mut writer = Writer::default();
    for event in Parser::new(note.as_str()) {
        writer.take(&event);
    }
    writer.close();
    writer.done
}

#[derive(Default)]
struct Writer {
    done: Vec<Text>,
    line: String,
    /// The links that are open, each with where its words begin.
    links: Vec<(usize, Option<WebUrl>)>,
}

impl Writer {
    fn take(&mut self, event: &Event<'_>) {
        if let Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) =
            event
        {
            self.line.push_str(text);
        } else if let Event::SoftBreak | Event::HardBreak = event {
            self.line.push(' ');
        } else if let Event::Start(tag) = event {
            self.start(tag);
        } else if let Event::End(TagEnd::Link) = event {
            self.end_link();
        } else if let Event::End(
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::Item | TagEnd::BlockQuote(_),
        )
        | Event::Rule = event
        {
            self.close();
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        if let Tag::Item = tag {
            self.close();
            self.line.push_str("• ");
        } else if let Tag::List(_) = tag {
            self.close();
        } else if let Tag::Link { dest_url, .. } = tag {
            self.links.push((self.line.len(), WebUrl::parse(dest_url)));
        }
    }

    fn end_link(&mut self) {
        let Some((start, Some(url))) = self.links.pop() else { return };
        let words = self.line.get(start..).unwrap_or_default().trim();
        let is_said = words.trim_end_matches('/') == url.as_str().trim_end_matches('/');
        if !is_said {
            let _cannot_fail = write!(self.line, " ({url})");
        }
    }

    fn close(&mut self) {
        let line = Text::line(&std::mem::take(&mut self.line));
        if !line.is_empty() && line.as_str() != "•" {
            self.done.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::paragraphs;
    use crate::model::curation::Note;

    fn of(markdown: &str) -> Vec<String> {
        let note = Note::new(markdown).unwrap();
        paragraphs(&note).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn signs_of_markdown_go_and_what_they_mean_stays() {
        assert_eq!(
            of(
                "Read *this*, and\n`that`:\n\n- one\n- [two](https://example.org/two)\n\n> so\n\n<https://example.org/>"
            ),
            [
                "Read this, and that:",
                "• one",
                "• two (https://example.org/two)",
                "so",
                "https://example.org/"
            ]
        );
    }

    #[test]
    fn markup_and_addresses_that_do_something_are_left_out() {
        assert_eq!(
            of("a <b onclick=x>b</b>\n\n<script>alert(1)</script>\n\n[c](javascript:alert(1))"),
            ["a b", "c"]
        );
    }
}
