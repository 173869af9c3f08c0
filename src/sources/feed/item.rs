//! One item as two readers saw it, and the questions that both answer together.
//!
//! feed-rs says who the item is, where it leads, what it is about and, but for Atom, who wrote it. The elements say the rest:
//! texts with the markup that stands in them, dates, and what feed-rs drops (Dublin Core, PRISM).

use std::borrow::Cow;

use feed_rs::model::Entry;

use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::feed::element::Element;
use crate::sources::feed::markup;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// One item.
#[derive(Debug)]
pub(super) struct Item<'t> {
    /// Its family, for what an undeclared type means; items of JSON Feed are laid out as Atom's.
    pub(super) family: Family,
    /// What feed-rs made of it, unless it refused.
    pub(super) entry: Option<Entry>,
    /// Its own element.
    pub(super) element: Element<'t>,
}

impl<'t> Item<'t> {
    /// The source's own identifier: `guid`, `id`, `rdf:about`.
    pub(super) fn id(&self) -> Option<Cow<'_, str>> {
        let standard = self.entry.as_ref().map(|entry| Cow::Borrowed(entry.id.trim()));
        standard
            .filter(|id| !id.is_empty())
            .or_else(|| ["id", "guid"].into_iter().find_map(|name| self.text(Space::Core, name)))
            .or_else(|| self.text(Space::Atom, "id"))
            .or_else(|| self.element.attribute("rdf:about").map(|about| Cow::Owned(about.trim().to_owned())))
            .filter(|id| !id.is_empty())
    }

    /// The text of the first element of that name.
    pub(super) fn text(&self, space: Space, name: &str) -> Option<Cow<'_, str>> {
        self.element.text_of(space, name)
    }

    /// The first element of that name that is not empty.
    fn filled(&self, space: Space, name: &str) -> Option<&Element<'t>> {
        self.element.all(space, name).find(|element| !element.is_blank())
    }

    /// The title.
    pub(super) fn title(&self) -> Option<Raw> {
        self.own_text("title")
            .or_else(|| self.filled(Space::Atom, "title").map(atom_text))
            .or_else(|| self.filled(Space::Dc, "title").map(free_text))
            .or_else(|| self.filled(Space::DcTerms, "title").map(free_text))
    }

    /// The longest text that stands for the abstract.
    pub(super) fn abstract_text(&self) -> Option<Raw> {
        let mut candidates = vec![
            self.own_text(if self.family == Family::Rss { "description" } else { "summary" }),
            self.content(),
            // RSS's module for content, which holds HTML.
            self.filled(Space::Content, "encoded")
                .map(|encoded| Raw::new(inside(encoded).trim(), Markup::Html)),
            self.filled(Space::Atom, "summary").map(atom_text),
            self.filled(Space::Atom, "content").map(atom_text),
        ];
        for (space, name) in [
            (Space::DcTerms, "abstract"),
            (Space::Dc, "abstract"),
            (Space::Dc, "description"),
            (Space::DcTerms, "description"),
        ] {
            candidates.push(self.filled(space, name).map(free_text));
        }
        let mut candidates = candidates.into_iter().flatten();
        let mut longest = candidates.next()?;
        for candidate in candidates {
            // A text has as many bytes at least as characters.
            let enough = candidate.text.len();
            let seen = markup::visible_chars(&longest, enough);
            if seen < enough && markup::visible_chars(&candidate, seen) > seen {
                longest = candidate;
            }
        }
        Some(longest)
    }

    /// The last of the format's own elements of that name that is not empty, as feed-rs has it too.
    fn own(&self, name: &str) -> Option<&Element<'t>> {
        self.element.all(Space::Core, name).rfind(|element| !element.is_blank())
    }

    /// Atom's own content.
    fn content(&self) -> Option<Raw> {
        let content = (self.family == Family::Atom).then(|| self.own("content")).flatten()?;
        if content.attribute("type").is_none() && !content.has_children() {
            return Some(markup::plain(&content.trimmed()));
        }
        is_text(content).then(|| atom_text(content))
    }

    /// A text of the format's own.
    fn own_text(&self, name: &str) -> Option<Raw> {
        let element = self.own(name)?;
        Some(if self.family == Family::Atom { atom_text(element) } else { free_text(element) })
    }
}

/// What is inside an element that holds markup, escaped or not.
fn inside<'e>(element: &'e Element<'_>) -> Cow<'e, str> {
    if element.has_children() { element.markup().into() } else { element.trimmed() }
}

/// Text of an element whose format declares no type.
pub(super) fn free_text(element: &Element<'_>) -> Raw {
    if element.has_children() {
        Raw::new(element.markup().trim(), Markup::Html)
    } else {
        markup::guess(&element.trimmed())
    }
}

/// Text of an Atom text construct (RFC 4287 §3.1), or of Atom 0.3 with its media types and `mode`.
fn atom_text(element: &Element<'_>) -> Raw {
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    let mode = element.attribute("mode");
    if mode.as_deref() == Some("base64")
        && let Some(text) = base64(&element.trimmed())
    {
        return markup::guess(text.trim());
    }
    if element.has_children() {
        return Raw::new(inside_div(element).trim(), Markup::Html);
    }
    match kind.as_str() {
        "html" | "text/html" if mode.as_deref() != Some("xml") => Raw::new(element.trimmed(), Markup::Html),
        // Nothing in it is escaped, so that signs in it are signs.
        "xhtml" | "application/xhtml+xml" if mode.as_deref() != Some("escaped") => {
            Raw::new(element.markup().trim(), Markup::Html)
        }
        "text" | "text/plain" => markup::plain(&element.trimmed()),
        _undeclared => markup::guess(&element.trimmed()),
    }
}

/// The text that Atom 0.3's `mode="base64"` hides (RFC 4648 §4).
fn base64(text: &str) -> Option<String> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0_u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _other => return None,
        };
        bits = bits << 6 & 0xFFFF | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The markup without the one `div` that Atom wants around XHTML.
fn inside_div(element: &Element<'_>) -> String {
    let mut children = element.children();
    match (children.next(), children.next()) {
        (Some(div), None)
            if div.name == "div" && div.has_children() && div.trimmed() == element.trimmed() =>
        {
            div.markup()
        }
        _ => element.markup(),
    }
}

/// Whether Atom content is text at all and not an image or an archive in base64.
fn is_text(element: &Element<'_>) -> bool {
    let kind = element.attribute("type").unwrap_or(Cow::Borrowed("text"));
    let kind = kind.trim().to_ascii_lowercase();
    !kind.contains('/')
        || kind.starts_with("text/")
        || kind.ends_with("/xml")
        || kind.ends_with("+xml") && (element.has_children() || kind.contains("xhtml"))
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_read_and_what_is_none_is_refused() {
        assert_eq!(base64("RXhhbXBsZSA8Yj5B\ndG9tPC9iPg==").as_deref(), Some("Example <b>Atom</b>"));
        assert_eq!(base64("not base64!"), None);
    }
}
