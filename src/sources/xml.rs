//! Elements and items of a document that [`super::feed::repair`] has mended: strict within an item, tolerant between.
//!
//! A document is cut into its items first and each is parsed alone, so that a broken one never loses the rest. No DTD
//! is processed and no entity is ever expanded (RFC 4287 documents need none), so entity bombs are harmless text.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::BytesRef;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// How deep elements may be nested.
const DEEPEST: usize = 128;

/// An element with what is in it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Element {
    /// Its name with the prefix as it is written, in lower case.
    pub(super) name: String,
    /// Its attributes, names as they are written.
    pub(super) attributes: Vec<(String, String)>,
    /// Its parts in order.
    pub(super) parts: Vec<Part>,
}

/// A part of an element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Characters, entities decoded.
    Text(String),
    /// An element.
    Element(Element),
}

impl Element {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The elements in it.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.parts
            .iter()
            .filter_map(|part| if let Part::Element(element) = part { Some(element) } else { None })
    }

    /// The first element of that name in it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children().find(|element| element.name == name)
    }

    /// Its name without the prefix.
    pub(super) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// The elements in it of that name, whatever their prefix.
    pub(super) fn every(&self, local: &str) -> impl Iterator<Item = &Self> {
        self.children().filter(move |element| element.local() == local)
    }

    /// The first element in it of that name, whatever its prefix.
    pub(super) fn inner(&self, local: &str) -> Option<&Self> {
        self.every(local).next()
    }

    /// The characters of the first element in it of that name, whatever its prefix; none where they are empty.
    pub(super) fn inner_text(&self, local: &str) -> Option<String> {
        self.inner(local).map(Self::text).filter(|text| !text.is_empty())
    }

    /// All its characters, those of elements in it among them, without white space at the ends.
    pub(super) fn text(&self) -> String {
        fn gather(element: &Element, text: &mut String) {
            for part in &element.parts {
                match part {
                    Part::Text(characters) => text.push_str(characters),
                    Part::Element(inner) => gather(inner, text),
                }
            }
        }
        let mut text = String::new();
        gather(self, &mut text);
        text.trim().to_owned()
    }
}

/// Parses one element from the beginning of a text; what follows it is not looked at.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    parse_with(text, true)
}

/// Does what [`parse`] does with an element in which others are not closed, or closed without a beginning. It must have an
/// end itself, or it may have been cut.
pub(super) fn parse_leniently(text: &str) -> Option<Element> {
    parse_with(text, false).ok()
}

fn parse_with(text: &str, is_strict: bool) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = is_strict;
    reader.config_mut().allow_unmatched_ends = !is_strict;
    let mut open: Vec<Element> = Vec::new();
    loop {
        let position = reader.buffer_position();
        let event = reader.read_event().map_err(|error| format!("{error} (byte {position})"))?;
        let done = match event {
            Event::Start(start) => {
                if open.len() >= DEEPEST {
                    return Err(format!("elements are nested more than {DEEPEST} deep"));
                }
                open.push(element(&start)?);
                None
            }
            Event::Empty(start) => Some(element(&start)?),
            Event::End(end) => close(&mut open, end.name().as_ref())?,
            Event::Text(characters) => {
                add(&mut open, &characters.xml10_content());
                None
            }
            Event::CData(characters) => {
                add(&mut open, &characters.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                add(&mut open, &resolve(&reference));
                None
            }
            Event::Eof => return Err("the document ends inside an element".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = done {
            match open.last_mut() {
                Some(parent) => parent.parts.push(Part::Element(element)),
                None => return Ok(element),
            }
        }
    }
}

/// Closes the innermost open element of that name, and with it those in it that were never closed.
fn close(open: &mut Vec<Element>, name: &str) -> Result<Option<Element>, String> {
    let Some(depth) = open.iter().rposition(|element| element.name.eq_ignore_ascii_case(name)) else {
        return if open.is_empty() { Err("an element ends that never began".to_owned()) } else { Ok(None) };
    };
    while open.len() > depth + 1 {
        if let (Some(inner), Some(parent)) = (open.pop(), open.last_mut()) {
            parent.parts.push(Part::Element(inner));
        }
    }
    Ok(open.pop())
}

fn add(open: &mut [Element], characters: &str) {
    if let Some(element) = open.last_mut() {
        match element.parts.last_mut() {
            Some(Part::Text(text)) => text.push_str(characters),
            _other => element.parts.push(Part::Text(characters.to_owned())),
        }
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.name().as_ref().to_ascii_lowercase();
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        attributes.push((attribute.key.as_ref().to_owned(), unescape(&attribute.value)));
    }
    Ok(Element { name, attributes, parts: Vec::new() })
}

/// The characters of a reference; one that is not known stays as it is written.
fn resolve(reference: &BytesRef<'_>) -> String {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => character.to_string(),
        _other => quick_xml::escape::resolve_xml_entity(reference)
            .map_or_else(|| format!("&{};", &**reference), str::to_owned),
    }
}

/// The characters of an attribute's value.
fn unescape(value: &str) -> String {
    let known = quick_xml::escape::unescape(value);
    known.map_or_else(|_error| value.to_owned(), Cow::into_owned)
}

/// The name of the first element of a document.
pub(super) fn root(text: &str) -> Option<&str> {
    let name = text.trim_start().strip_prefix('<')?;
    name.split(|end: char| end.is_whitespace() || matches!(end, '>' | '/'))
        .next()
        .filter(|name| !name.is_empty())
}

/// Where the items of a feed lie in a document: elements named `item` or `entry`, with or without a prefix.
///
/// Linear, and robust: a missing end tag ends the item where the next one begins; CDATA is skipped.
pub(super) fn items(text: &str) -> Vec<Range<usize>> {
    cut(text, &["item", "entry"])
}

/// Where the elements of some names lie in a document, none of which holds another of them. As robust as [`items`].
pub(super) fn cut(text: &str, names: &[&str]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open: Option<usize> = None;
    let mut at = 0;
    while let Some(offset) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + offset;
        let rest = text.get(start..).unwrap_or_default();
        let closing = if rest.starts_with("<![CDATA[") { "]]>" } else { ">" };
        // What is never closed is the end of a document that was cut off.
        let Some(length) = rest.find(closing) else { break };
        at = start + length + closing.len();
        let tag = rest.get(1..length).unwrap_or_default();
        let is_end = tag.starts_with('/');
        let name = tag.trim_start_matches('/');
        let name = name.split(|end: char| end.is_whitespace() || end == '/').next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        if !names.iter().any(|wanted| local.eq_ignore_ascii_case(wanted)) {
            continue;
        }
        let begun = open.take();
        if is_end {
            found.extend(begun.map(|begin| begin..at));
            continue;
        }
        found.extend(begun.map(|begin| begin..start));
        if tag.ends_with('/') {
            found.push(start..at);
        } else {
            open = Some(start);
        }
    }
    if let Some(begin) = open {
        found.push(begin..text.len());
    }
    found
}

/// The text of the first element of that name in a document, if it is whole.
pub(super) fn first_text(text: &str, name: &str) -> Option<String> {
    let start = text.find(&format!("<{name}"))?;
    parse(text.get(start..)?).ok().map(|element| element.text())
}

#[cfg(test)]
mod tests;
