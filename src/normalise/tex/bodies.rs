//! The sink that makes XHTML paragraphs with MathML.

use crate::model::link::WebUrl;
use crate::normalise::escape;
use crate::normalise::tex::mathml;
use crate::normalise::tex::walk::Sink;
use crate::normalise::tex::walk::Style;

/// Collects paragraphs. Elements are closed around a paragraph's end and opened again, so the result is well-formed; a
/// link ends with its paragraph, since its address may be as long as the whole text.
#[derive(Default)]
pub(super) struct Body {
    out: String,
    paragraph: String,
    open: Vec<Option<Style>>,
    has_content: bool,
    bytes_at_most: usize,
    is_over: bool,
}

impl Body {
    /// An empty body that may become so long.
    pub(super) fn new(bytes_at_most: usize) -> Self {
        Self { bytes_at_most, ..Self::default() }
    }

    /// The paragraphs, unless they became too long.
    pub(super) fn finish(mut self) -> Option<String> {
        self.end_paragraph();
        self.measure();
        (!self.is_over).then_some(self.out)
    }

    /// Gives up once the body is too long; nothing is collected from then on.
    fn measure(&mut self) {
        self.is_over |= self.out.len() + self.paragraph.len() > self.bytes_at_most;
    }

    fn end_paragraph(&mut self) {
        for style in self.open.iter().rev().flatten() {
            self.paragraph.push_str(end_tag(style));
        }
        if self.has_content {
            self.out.reserve(self.paragraph.len() + "<p></p>".len());
            self.out.push_str("<p>");
            self.out.push_str(self.paragraph.trim());
            self.out.push_str("</p>");
        }
        self.paragraph.clear();
        self.has_content = false;
        for open in &mut self.open {
            if matches!(open, Some(Style::Link(_))) {
                *open = None;
            }
        }
        for style in self.open.iter().flatten() {
            start_tag(style, &mut self.paragraph);
        }
    }
}

impl Sink for Body {
    fn text(&mut self, text: &str) {
        self.measure();
        if self.is_over {
            return;
        }
        self.has_content |= !text.trim().is_empty();
        let blank = self.paragraph.ends_with(' ') || !self.has_content;
        escape::push_folded(&mut self.paragraph, text, blank);
    }

    fn formula(&mut self, tex: &str, is_display: bool) {
        self.measure();
        if self.is_over {
            return;
        }
        self.has_content = true;
        mathml::push(&mut self.paragraph, tex, is_display);
    }

    fn open(&mut self, style: &Style) {
        self.measure();
        if self.is_over {
            return;
        }
        let doubled = self.open.iter().flatten().any(|open| match (open, style) {
            (Style::Link(_), Style::Link(_)) => true,
            (one, other) => one == other,
        });
        let unsafe_link = matches!(style, Style::Link(address) if WebUrl::parse(address).is_none());
        let kept = (!doubled && !unsafe_link).then(|| style.clone());
        if let Some(style) = &kept {
            start_tag(style, &mut self.paragraph);
        }
        self.open.push(kept);
    }

    fn close(&mut self, _style: &Style) {
        if let Some(Some(style)) = self.open.pop() {
            self.paragraph.push_str(end_tag(&style));
        }
    }

    fn paragraph(&mut self) {
        self.measure();
        if self.is_over {
            return;
        }
        self.end_paragraph();
    }
}

fn start_tag(style: &Style, out: &mut String) {
    match style {
        Style::Emphasis => out.push_str("<em>"),
        Style::Strong => out.push_str("<strong>"),
        Style::Code => out.push_str("<code>"),
        Style::Underline => out.push_str("<u>"),
        Style::Superscript => out.push_str("<sup>"),
        Style::Subscript => out.push_str("<sub>"),
        Style::Link(address) => {
            let address = WebUrl::parse(address);
            escape::push_link(out, address.as_ref().map_or("", WebUrl::as_str));
        }
    }
}

fn end_tag(style: &Style) -> &'static str {
    match style {
        Style::Emphasis => "</em>",
        Style::Strong => "</strong>",
        Style::Code => "</code>",
        Style::Underline => "</u>",
        Style::Superscript => "</sup>",
        Style::Subscript => "</sub>",
        Style::Link(_) => "</a>",
    }
}
