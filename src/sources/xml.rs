//! XML: documents, their items and elements. Strict within an item, tolerant between.
//!
//! A document that needs no mending is read in one pass, and no text of it without an entity is copied ([`document`]). Any
//! other is mended ([`super::feed::repair`]), cut into its items, and each is parsed alone, so that a broken one never loses
//! the rest. No DTD is processed and no entity is ever expanded (RFC 4287 documents need none), so entity bombs are harmless
//! text.

use std::borrow::Cow;

use quick_xml::events::attributes::Attributes;

pub(super) use self::cut::cut;
pub(super) use self::cut::first_text;
pub(super) use self::cut::items;
pub(super) use self::cut::root;
pub(super) use self::parse::parse;
pub(super) use self::parse::parse_leniently;

mod cut;

pub(super) mod document;

pub(super) mod parse;

/// An element of a text, with what is in it. What needs no decoding lies in that text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Element<'t> {
    /// Its name with the prefix, as it is written.
    pub(super) name: &'t str,
    /// What stands in its start tag, the name first.
    tag: &'t str,
    /// Its characters before the first element in it, entities decoded.
    pub(super) text: Cow<'t, str>,
    /// The elements in it, each with the characters behind it.
    pub(super) parts: Vec<(Self, Cow<'t, str>)>,
}

impl<'t> Element<'t> {
    /// What stands in its start tag behind its name.
    pub(super) fn behind_name(&self) -> &'t str {
        self.tag.get(self.name.len()..).unwrap_or_default()
    }

    /// The attributes, names as they are written, entities in values decoded.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> + use<'t> {
        let mut attributes = Attributes::new(self.tag, self.name.len());
        attributes.with_checks(false);
        attributes.flatten().map(|attribute| (attribute.key.into_inner(), unescape(attribute.value)))
    }

    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        self.attributes().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// The elements in it.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().map(|(element, _behind)| element)
    }

    /// Its name without the prefix.
    pub(super) fn local(&self) -> &'t str {
        local(self.name)
    }

    /// Whether that is its name, whatever its prefix.
    pub(super) fn is(&self, local: &str) -> bool {
        is_local(self.name, local)
    }

    /// The elements in it of that name, whatever their prefix.
    pub(super) fn every(&self, local: &str) -> impl Iterator<Item = &Self> {
        self.children().filter(move |element| element.is(local))
    }

    /// The first element in it of that name, whatever its prefix.
    pub(super) fn inner(&self, local: &str) -> Option<&Self> {
        self.every(local).next()
    }

    /// The characters of the first element in it of that name, whatever its prefix; none where they are empty.
    pub(super) fn inner_text(&self, local: &str) -> Option<String> {
        text(self.inner(local)).map(Cow::into_owned)
    }

    /// All its characters, those of elements in it among them, without white space at the ends.
    pub(super) fn text(&self) -> Cow<'_, str> {
        fn gather(element: &Element<'_>, text: &mut String) {
            text.push_str(&element.text);
            for (inner, behind) in &element.parts {
                gather(inner, text);
                text.push_str(behind);
            }
        }
        if self.parts.is_empty() {
            return Cow::Borrowed(self.text.trim());
        }
        let mut text = String::new();
        gather(self, &mut text);
        Cow::Owned(text.trim().to_owned())
    }
}

/// The characters of an element, unless it is missing or has none.
pub(super) fn text<'e>(element: Option<&'e Element<'_>>) -> Option<Cow<'e, str>> {
    element.map(Element::text).filter(|text| !text.is_empty())
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_prefix, local)| local)
}

/// Whether a name without its prefix is that one.
fn is_local(name: &str, local: &str) -> bool {
    let parts = name.len().checked_sub(local.len()).and_then(|at| name.split_at_checked(at));
    parts.is_some_and(|(prefix, own)| {
        own.eq_ignore_ascii_case(local) && (prefix.is_empty() || prefix.ends_with(':'))
    })
}

/// The attributes of a tag as they are written, with the liberties of HTML; `tag` stands behind its name.
pub(super) fn written_attributes(tag: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut attributes = Attributes::html(tag, 0);
    attributes.with_checks(false);
    attributes.flatten().map(|attribute| (attribute.key.into_inner(), attribute.value))
}

/// The characters of an attribute's value.
pub(super) fn unescape(value: Cow<'_, str>) -> Cow<'_, str> {
    match quick_xml::escape::unescape(&value) {
        Ok(Cow::Owned(known)) => Cow::Owned(known),
        Ok(Cow::Borrowed(_)) | Err(_) => value,
    }
}

#[cfg(test)]
mod tests;
