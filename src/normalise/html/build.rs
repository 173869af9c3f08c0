//! The last layer: XHTML written from a list of its own, one stack, every element closed in order.

use std::borrow::Cow;

use crate::model::link::WebUrl;
use crate::model::text::has_banned;
use crate::model::text::is_banned;
use crate::normalise::escape;
use crate::normalise::html::block::Block;
use crate::normalise::tex;
use crate::normalise::tex::mathml;
use crate::normalise::tex::maths;
use crate::normalise::tex::scripts;
use crate::normalise::tex::unicode;

/// How deep elements may nest in what we write.
const DEEPEST: usize = 48;

/// An open element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Element {
    Paragraph,
    Pre,
    Quote,
    Unordered,
    Ordered,
    Item,
    /// Inline, by its name.
    Inline(&'static str),
    /// Raised or lowered, with the place in the text, and in that with TeX, where it began.
    Script(&'static str, usize, usize),
    Link,
}

impl Element {
    const fn name(self) -> &'static str {
        match self {
            Self::Paragraph => "p",
            Self::Pre => "pre",
            Self::Quote => "blockquote",
            Self::Unordered => "ul",
            Self::Ordered => "ol",
            Self::Item => "li",
            Self::Inline(name) | Self::Script(name, _, _) => name,
            Self::Link => "a",
        }
    }

    const fn is_inline(self) -> bool {
        matches!(self, Self::Inline(_) | Self::Script(..) | Self::Link)
    }
}

/// The blocks of a fragment that ammonia wrote.
pub(super) fn build(safe: &str, with_formulas: bool) -> Vec<Block> {
    let formula_bytes_left = tex::html_at_most(safe.len());
    let mut builder = Builder { with_formulas, formula_bytes_left, ..Builder::default() };
    let mut rest = safe;
    while !rest.is_empty() {
        if let Some(tag) = rest.strip_prefix('<') {
            let (inside, behind) = tag.split_once('>').unwrap_or((tag, ""));
            builder.tag(inside);
            rest = behind;
        } else {
            let length = rest.find('<').unwrap_or(rest.len());
            let mut text = decoded(rest.get(..length).unwrap_or_default());
            if has_banned(&text) {
                text.to_mut().retain(|character| !is_banned(character));
            }
            builder.text(&text);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    builder.finish()
}

#[derive(Default)]
struct Builder {
    with_formulas: bool,
    blocks: Vec<Block>,
    block: Block,
    stack: Vec<Element>,
    has_content: bool,
    /// So many bytes of MathML may still be written; formulas behind that are text.
    formula_bytes_left: usize,
}

impl Builder {
    fn finish(mut self) -> Vec<Block> {
        self.end_block();
        self.blocks
    }

    fn tag(&mut self, inside: &str) {
        if let Some(name) = inside.strip_prefix('/') {
            self.end(name.trim());
            return;
        }
        let (name, attributes) = inside.split_once(char::is_whitespace).unwrap_or((inside, ""));
        match name.trim_end_matches('/') {
            "p" => self.open_block(Element::Paragraph),
            "pre" => self.open_block(Element::Pre),
            "blockquote" => self.open_block(Element::Quote),
            "ul" => self.open_block(Element::Unordered),
            "ol" => self.open_block(Element::Ordered),
            "li" => self.item(),
            "br" => self.line_break(),
            "b" | "strong" | "dt" | "th" => self.open_inline(Element::Inline("strong")),
            "em" => self.open_inline(Element::Inline("em")),
            "i" => self.open_inline(Element::Inline("i")),
            "u" => self.open_inline(Element::Inline("u")),
            "code" => self.open_inline(Element::Inline("code")),
            "sub" => self.open_script("sub"),
            "sup" => self.open_script("sup"),
            "a" => self.link(attributes),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.part();
                self.open_inline(Element::Inline("strong"));
            }
            "td" => self.text(" "),
            "div" | "section" | "table" | "tr" | "dl" | "dd" => self.part(),
            _unknown => {}
        }
    }

    fn end(&mut self, name: &str) {
        let name = match name {
            "b" | "th" => "strong",
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "div" | "section" | "table" | "tr" | "dl" | "dd"
            | "dt" => return self.part(),
            "td" | "br" => return,
            other => other,
        };
        let is_inline = matches!(name, "strong" | "em" | "i" | "u" | "code" | "sub" | "sup" | "a");
        let reachable = self.stack.iter().rev().take_while(|element| !is_inline || element.is_inline());
        if let Some(depth) = reachable.map(|element| element.name()).position(|open| open == name) {
            for _element in 0..=depth {
                self.pop();
            }
            if self.stack.is_empty() {
                self.end_block();
            }
        }
    }

    /// Ends what may not hold a block: inline elements, a paragraph, preformatted text.
    fn part(&mut self) {
        while matches!(self.stack.last(), Some(element) if element.is_inline() || matches!(element, Element::Paragraph | Element::Pre))
        {
            self.pop();
        }
        if self.stack.is_empty() {
            self.end_block();
        } else {
            self.new_line();
        }
    }

    fn open_block(&mut self, element: Element) {
        self.part();
        if self.stack.len() >= DEEPEST {
            return;
        }
        if matches!(self.stack.last(), Some(Element::Unordered | Element::Ordered)) {
            self.push(Element::Item);
        }
        self.push(element);
    }

    fn item(&mut self) {
        let list =
            self.stack.iter().rposition(|element| matches!(element, Element::Unordered | Element::Ordered));
        let Some(list) = list else {
            self.open_block(Element::Paragraph);
            return;
        };
        let crosses_quote = self.stack.iter().skip(list + 1).any(|element| *element == Element::Quote);
        if crosses_quote {
            self.open_block(Element::Paragraph);
            return;
        }
        while self.stack.len() > list + 1 {
            self.pop();
        }
        self.new_line();
        self.push(Element::Item);
    }

    /// Makes sure that text may stand here.
    fn ready(&mut self) {
        match self.stack.last() {
            None | Some(Element::Quote) => self.push(Element::Paragraph),
            Some(Element::Unordered | Element::Ordered) => self.push(Element::Item),
            Some(_holds_text) => {}
        }
    }

    fn open_inline(&mut self, element: Element) {
        self.ready();
        if self.stack.len() < DEEPEST && !self.stack.contains(&element) {
            self.push(element);
        }
    }

    fn open_script(&mut self, name: &'static str) {
        self.ready();
        let inside = self.stack.iter().any(|element| matches!(element, Element::Script(..)));
        if self.stack.len() < DEEPEST && !inside {
            self.push(Element::Script(name, self.block.text.len(), self.block.tex().len()));
        }
    }

    fn link(&mut self, attributes: &str) {
        let Some(address) =
            attributes.split_once("href=\"").and_then(|(_before, value)| value.split_once('"'))
        else {
            return;
        };
        let Some(address) = checked(&decoded(address.0)) else { return };
        self.ready();
        if self.stack.len() < DEEPEST && !self.stack.contains(&Element::Link) {
            escape::push_link(&mut self.block.html, &address);
            self.stack.push(Element::Link);
        }
    }

    fn push(&mut self, element: Element) {
        self.block.html.push('<');
        self.block.html.push_str(element.name());
        self.block.html.push('>');
        self.stack.push(element);
    }

    fn pop(&mut self) {
        let Some(element) = self.stack.pop() else { return };
        let name = element.name();
        if self.block.html.ends_with(' ') && !element.is_inline() && element != Element::Pre {
            self.block.html.pop();
        }
        let before = self.block.html.strip_suffix('>').and_then(|html| html.strip_suffix(name));
        if let Some(before) = before.and_then(|html| html.strip_suffix('<')) {
            // Nothing inside: as if it had never begun.
            self.block.html.truncate(before.len());
        } else {
            self.block.html.push_str("</");
            self.block.html.push_str(name);
            self.block.html.push('>');
        }
        if let Element::Script(name, text, tex) = element {
            for (collected, start) in self.block.texts().zip([text, tex]) {
                let inner = collected.get(start..).unwrap_or_default().to_owned();
                collected.truncate(start);
                collected.push_str(&scripts::script(&inner, name == "sup"));
            }
        }
    }

    fn end_block(&mut self) {
        while !self.stack.is_empty() {
            self.pop();
        }
        let mut block = std::mem::take(&mut self.block);
        if self.has_content {
            block.text.truncate(block.text.trim_end().len());
            self.blocks.push(block);
        }
        self.has_content = false;
    }

    fn line_break(&mut self) {
        if !self.has_content {
            return;
        }
        self.ready();
        if self.block.html.ends_with(' ') && !self.stack.contains(&Element::Pre) {
            self.block.html.pop();
        }
        self.block.html.push_str("<br/>");
        self.new_line();
    }

    fn new_line(&mut self) {
        if !self.block.text.is_empty() && !self.block.text.ends_with('\n') {
            self.block.texts().for_each(|text| text.push('\n'));
        }
    }

    fn text(&mut self, text: &str) {
        let is_blank = text.trim().is_empty();
        let may_hold =
            !matches!(self.stack.last(), None | Some(Element::Quote | Element::Unordered | Element::Ordered));
        if is_blank && !may_hold {
            return;
        }
        self.ready();
        self.has_content |= !is_blank;
        if self.stack.contains(&Element::Pre) {
            let text =
                if self.block.html.ends_with("<pre>") { text.trim_start_matches(['\n', '\r']) } else { text };
            escape::push(&mut self.block.html, &text.replace('\r', ""));
            self.block.texts().for_each(|collected| collected.push_str(text));
            return;
        }
        let is_code = self.stack.contains(&Element::Inline("code"));
        if self.with_formulas && !is_code && (text.contains('$') || text.contains('\\')) {
            self.formulas(text);
        } else {
            self.plain(text);
        }
    }

    fn plain(&mut self, text: &str) {
        let after_blank =
            self.block.html.ends_with(' ') || self.block.html.ends_with("<br/>") || self.starts_block();
        escape::push_folded(&mut self.block.html, text, after_blank);
        for collected in self.block.texts() {
            let after_blank = collected.is_empty() || collected.ends_with(char::is_whitespace);
            escape::push_text_folded(collected, text, after_blank);
        }
    }

    /// Whether nothing but start tags stands in the block-level element so far.
    fn starts_block(&self) -> bool {
        ["<p>", "<li>", "<blockquote>"].iter().any(|tag| self.block.html.ends_with(tag))
    }

    fn formulas(&mut self, text: &str) {
        let mut from = 0;
        let mut at = 0;
        while let Some(next) = text.get(at..).and_then(|tail| tail.find(['$', '\\'])) {
            at += next;
            if let Some(formula) = maths::at(text, at) {
                self.plain(text.get(from..at).unwrap_or_default());
                let shown = unicode::to_text(formula.tex);
                let before = self.block.html.len();
                if self.formula_bytes_left > 0 {
                    mathml::push(&mut self.block.html, formula.tex, formula.is_display);
                } else {
                    escape::push(&mut self.block.html, &shown);
                }
                let written = self.block.html.len() - before;
                self.formula_bytes_left = self.formula_bytes_left.saturating_sub(written);
                // So far both were the same.
                let tex = self.block.tex.get_or_insert_with(|| self.block.text.clone());
                tex.push_str(text.get(at..formula.end).unwrap_or_default());
                self.block.text.push_str(&shown);
                at = formula.end;
                from = at;
            } else {
                // A backslash takes the next sign with it, so that `\$` opens nothing.
                let is_escape =
                    text.get(at..).is_some_and(|tail| tail.starts_with("\\$") || tail.starts_with("\\\\"));
                at += if is_escape { 2 } else { 1 };
            }
        }
        self.plain(text.get(from..).unwrap_or_default());
    }
}

/// An address that may stand in a link.
fn checked(address: &str) -> Option<String> {
    if let Some(url) = WebUrl::parse(address) {
        return Some(url.as_str().to_owned());
    }
    let mailbox = address.trim().strip_prefix("mailto:")?;
    let is_plain = mailbox
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'\\' | b'`'));
    (is_plain && mailbox.contains('@') && mailbox.len() <= 320).then(|| format!("mailto:{mailbox}"))
}

/// Resolves the entities that ammonia writes.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let decoded = text
        .replace("&nbsp;", "\u{A0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    Cow::Owned(decoded)
}
