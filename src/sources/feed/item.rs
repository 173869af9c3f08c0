//! One item as two readers saw it, and the questions that both answer together.
//!
//! feed-rs says who the item is, where it leads, what it is about and, but for Atom, who wrote it. The elements say the rest:
//! texts with the markup that stands in them, dates, and what feed-rs drops (Dublin Core, PRISM).

use std::borrow::Cow;

use feed_rs::model::Entry;

use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::text::trimmed;
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
        let own = self.own("title").map(|title| self.own_words(title).raw());
        own.or_else(|| self.filled(Space::Atom, "title").map(|title| atom_words(title).raw()))
            .or_else(|| self.filled(Space::Dc, "title").map(free_text))
            .or_else(|| self.filled(Space::DcTerms, "title").map(free_text))
    }

    /// The longest text that stands for the abstract.
    pub(super) fn abstract_text(&self) -> Option<Raw> {
        let own = if self.family == Family::Rss { "description" } else { "summary" };
        let standard = [
            self.own(own).map(|element| self.own_words(element)),
            self.content(),
            // RSS's module for content, which holds HTML.
            self.filled(Space::Content, "encoded").map(|encoded| Words::known(inside(encoded), Markup::Html)),
            self.filled(Space::Atom, "summary").map(atom_words),
            self.filled(Space::Atom, "content").map(atom_words),
        ];
        let others = [
            (Space::DcTerms, "abstract"),
            (Space::Dc, "abstract"),
            (Space::Dc, "description"),
            (Space::DcTerms, "description"),
        ];
        let others = others.into_iter().map(|(space, name)| self.filled(space, name).map(free_words));
        let mut candidates = standard.into_iter().chain(others).flatten();
        let mut longest = candidates.next()?;
        for mut candidate in candidates {
            // A text has as many bytes at least as characters.
            let enough = candidate.text.len();
            let seen = longest.visible_chars(enough);
            if seen < enough && candidate.visible_chars(seen) > seen {
                longest = candidate;
            }
        }
        Some(longest.raw())
    }

    /// The last of the format's own elements of that name that is not empty, as feed-rs has it too.
    fn own(&self, name: &str) -> Option<&Element<'t>> {
        self.element.all(Space::Core, name).rfind(|element| !element.is_blank())
    }

    /// Atom's own content.
    fn content(&self) -> Option<Words<'_>> {
        let content = (self.family == Family::Atom).then(|| self.own("content")).flatten()?;
        if content.attribute("type").is_none() && !content.has_children() {
            return Some(Words::plain(content.trimmed()));
        }
        is_text(content).then(|| atom_words(content))
    }

    /// What stands in an element of the format's own.
    fn own_words<'e>(&self, element: &'e Element<'_>) -> Words<'e> {
        if self.family == Family::Atom { atom_words(element) } else { free_words(element) }
    }
}

/// A text where it lies, and how it is written; where nobody says so, nobody has looked yet.
struct Words<'e> {
    text: Cow<'e, str>,
    markup: Option<Markup>,
}

impl<'e> Words<'e> {
    fn known(text: Cow<'e, str>, markup: Markup) -> Self {
        Self { text: trimmed(text), markup: Some(markup) }
    }

    /// Text that is declared plain.
    fn plain(text: Cow<'e, str>) -> Self {
        let markup = Some(markup::of_plain(&text));
        Self { text, markup }
    }

    /// How many characters are seen, roughly; no more than `enough` are counted.
    fn visible_chars(&mut self, enough: usize) -> usize {
        let markup = *self.markup.get_or_insert_with(|| markup::kind_of(&self.text));
        markup::visible_chars(&self.text, markup, enough)
    }

    fn raw(self) -> Raw {
        let markup = self.markup.unwrap_or_else(|| markup::kind_of(&self.text));
        Raw::new(self.text, markup)
    }
}

/// What is inside an element that holds markup, escaped or not.
fn inside<'e>(element: &'e Element<'_>) -> Cow<'e, str> {
    if element.has_children() { element.markup().into() } else { element.trimmed() }
}

/// Text of an element whose format declares no type.
pub(super) fn free_text(element: &Element<'_>) -> Raw {
    free_words(element).raw()
}

fn free_words<'e>(element: &'e Element<'_>) -> Words<'e> {
    if element.has_children() {
        Words::known(element.markup().into(), Markup::Html)
    } else {
        Words { text: element.trimmed(), markup: None }
    }
}

/// Text of an Atom text construct (RFC 4287 §3.1), or of Atom 0.3 with its media types and `mode`.
fn atom_words<'e>(element: &'e Element<'_>) -> Words<'e> {
    let kind = element.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    let mode = element.attribute("mode");
    if mode.as_deref() == Some("base64")
        && let Some(text) = base64(&element.trimmed())
    {
        return Words { text: text.trim().to_owned().into(), markup: None };
    }
    if element.has_children() {
        return Words::known(inside_div(element).into(), Markup::Html);
    }
    match kind.as_str() {
        "html" | "text/html" if mode.as_deref() != Some("xml") => {
            Words::known(element.trimmed(), Markup::Html)
        }
        // Nothing in it is escaped, so that signs in it are signs.
        "xhtml" | "application/xhtml+xml" if mode.as_deref() != Some("escaped") => {
            Words::known(element.markup().into(), Markup::Html)
        }
        "text" | "text/plain" => Words::plain(element.trimmed()),
        _undeclared => Words { text: element.trimmed(), markup: None },
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
