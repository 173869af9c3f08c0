//! One item as two readers saw it, and the questions that both answer together.
//!
//! feed-rs is the reader of record for standard fields. The elements say what it drops (Dublin Core, PRISM), what it
//! cuts (a title with `<i>` inside ends there) and what it refuses (Atom 0.3 content types).

use feed_rs::model::Entry;
use feed_rs::model::Text as StandardText;

use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::sources::feed::elements::Element;
use crate::sources::feed::markup;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// One item.
#[derive(Debug)]
pub(super) struct Item {
    /// Its family, for what an undeclared type means.
    pub(super) family: Family,
    /// What feed-rs made of it, unless it refused.
    pub(super) entry: Option<Entry>,
    /// Its own element.
    pub(super) element: Element,
}

impl Item {
    /// The source's own identifier: `guid`, `id`, `rdf:about`.
    pub(super) fn id(&self) -> Option<String> {
        let standard = self.entry.as_ref().map(|entry| entry.id.trim().to_owned());
        standard
            .filter(|id| !id.is_empty())
            .or_else(|| ["id", "guid"].into_iter().find_map(|name| self.text(Space::Core, name)))
            .or_else(|| self.text(Space::Atom, "id"))
            .or_else(|| self.element.attribute("rdf:about").map(|about| about.trim().to_owned()))
            .filter(|id| !id.is_empty())
    }

    /// The text of the first element of that name.
    pub(super) fn text(&self, space: Space, name: &str) -> Option<String> {
        self.element.text_of(space, name).map(str::to_owned)
    }

    /// The first element of that name that is not empty.
    fn filled(&self, space: Space, name: &str) -> Option<&Element> {
        self.element.children.iter().find(|element| element.is(space, name) && !element.trimmed().is_empty())
    }

    /// The title.
    pub(super) fn title(&self) -> Option<Raw> {
        let standard = self.entry.as_ref().and_then(|entry| entry.title.as_ref());
        self.core_text("title", standard)
            .or_else(|| self.filled(Space::Atom, "title").map(atom_text))
            .or_else(|| self.filled(Space::Dc, "title").map(free_text))
            .or_else(|| self.filled(Space::DcTerms, "title").map(free_text))
    }

    /// The longest text that stands for the abstract.
    pub(super) fn abstract_text(&self) -> Option<Raw> {
        let entry = self.entry.as_ref();
        let summary = entry.and_then(|entry| entry.summary.as_ref());
        let mut candidates = vec![
            self.core_text(if self.family == Family::Rss { "description" } else { "summary" }, summary),
            self.content(),
            self.filled(Space::Content, "encoded").map(free_text),
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
        let mut longest: Option<(usize, Raw)> = None;
        for candidate in candidates.into_iter().flatten() {
            let seen = markup::visible_chars(&candidate);
            if longest.as_ref().is_none_or(|(length, _)| seen > *length) {
                longest = Some((seen, candidate));
            }
        }
        longest.map(|(_, raw)| raw)
    }

    /// The content as feed-rs read it, or as the element gives it.
    fn content(&self) -> Option<Raw> {
        if self.family == Family::Atom
            && let Some(element) = self.filled(Space::Core, "content")
            && (!element.markup.is_empty() || self.entry.is_none())
        {
            return is_text(element).then(|| atom_text(element));
        }
        let content = self.entry.as_ref()?.content.as_ref()?;
        let body = content.body.as_deref().map(str::trim).filter(|body| !body.is_empty())?;
        match content.content_type.subty().as_str() {
            "html" | "xhtml" => Some(Raw::new(body, Markup::Html)),
            "plain" => Some(markup::plain(body)),
            _ if content.content_type.ty().as_str() == "text" => Some(markup::guess(body)),
            _binary => None,
        }
    }

    /// A text of the format's own: feed-rs's reading, unless the element shows that it lost some of it.
    fn core_text(&self, name: &str, standard: Option<&StandardText>) -> Option<Raw> {
        let element = self.filled(Space::Core, name);
        if let Some(element) = element
            && (standard.is_none()
                || !element.markup.is_empty()
                || element.attribute("mode") == Some("base64"))
        {
            return Some(if self.family == Family::Atom { atom_text(element) } else { free_text(element) });
        }
        let standard = standard.filter(|text| !text.content.trim().is_empty())?;
        let text = standard.content.trim();
        let is_declared = self.family == Family::Atom;
        Some(match standard.content_type.subty().as_str() {
            "html" | "xhtml" if is_declared => Raw::new(text, Markup::Html),
            "plain" if is_declared && element.is_some_and(|element| element.attribute("type").is_some()) => {
                markup::plain(text)
            }
            _undeclared => markup::guess(text),
        })
    }
}

/// Text of an element whose format declares no type.
pub(super) fn free_text(element: &Element) -> Raw {
    if element.markup.is_empty() {
        markup::guess(element.trimmed())
    } else {
        Raw::new(element.markup.trim(), Markup::Html)
    }
}

/// Text of an Atom text construct (RFC 4287 §3.1), or of Atom 0.3 with its media types and `mode`.
fn atom_text(element: &Element) -> Raw {
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    if element.attribute("mode") == Some("base64")
        && let Some(text) = base64(element.trimmed())
    {
        return markup::guess(text.trim());
    }
    if !element.markup.is_empty() {
        return Raw::new(inside_div(element).trim(), Markup::Html);
    }
    match kind.as_str() {
        "html" | "text/html" | "xhtml" | "application/xhtml+xml"
            if element.attribute("mode") != Some("xml") =>
        {
            Raw::new(element.trimmed(), Markup::Html)
        }
        "text" | "text/plain" => markup::plain(element.trimmed()),
        _undeclared => markup::guess(element.trimmed()),
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
fn inside_div(element: &Element) -> &str {
    let mut children = element.children.iter();
    match (children.next(), children.next()) {
        (Some(div), None) if div.name == "div" && div.trimmed() == element.trimmed() => {
            if div.markup.is_empty() { &element.markup } else { &div.markup }
        }
        _ => &element.markup,
    }
}

/// Whether Atom content is text at all and not an image or an archive in base64.
fn is_text(element: &Element) -> bool {
    let kind = element.attribute("type").unwrap_or("text").trim().to_ascii_lowercase();
    !kind.contains('/') || kind.starts_with("text/") || kind.ends_with("xml")
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
