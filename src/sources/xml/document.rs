//! A feed's document: its root, what stands before its items, and these.
//!
//! Most documents are sound: well-formed, and nothing in them has to be mended. They are read in one pass, and no text that
//! holds no entity is copied. The first doubt sends a document the long way, which mends it and parses each item
//! alone. Both say the same of a sound document; a test holds them together.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::sources::feed::repair;
use crate::sources::xml;
use crate::sources::xml::Element;
use crate::sources::xml::parse;
use crate::sources::xml::parse::Builder;

/// A document in parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::sources) struct Document<T> {
    /// The name of the root element, as it is written.
    pub(in crate::sources) root: String,
    /// What stands before the first item; the whole document where there is none.
    pub(in crate::sources) head: String,
    /// The items in their order.
    pub(in crate::sources) items: Vec<Item<T>>,
    /// Whether the document goes on to its end.
    pub(in crate::sources) is_whole: bool,
}

/// One item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::sources) struct Item<T> {
    /// What was made of it, or why nothing was.
    pub(in crate::sources) made: Result<T, String>,
    /// What is wrong with its markup, in spite of which it was read.
    pub(in crate::sources) fault: Option<String>,
}

/// Reads a document and so many of its items; `None` where there is no markup in it. `make` is given the head and an item's
/// element, one after the other, so that no more than one item is ever a tree; where the document turns out to need mending,
/// it is asked again.
pub(in crate::sources) fn read<T>(
    text: &str,
    at_most: usize,
    mut make: impl FnMut(&str, &Element<'_>) -> Result<T, String>,
) -> Option<Document<T>> {
    sound(text, at_most, &mut make).or_else(|| mended(&repair::repair(text), at_most, &mut make))
}

/// Reads a document that was mended.
fn mended<T>(
    text: &str,
    at_most: usize,
    make: &mut impl FnMut(&str, &Element<'_>) -> Result<T, String>,
) -> Option<Document<T>> {
    let root = xml::root(text)?;
    let places = xml::items(text);
    let head = text.get(..places.first().map_or(text.len(), |first| first.start)).unwrap_or_default();
    let items = places.into_iter().take(at_most).map(|place| {
        match xml::parse_leniently(text.get(place).unwrap_or_default()) {
            Ok((element, fault)) => Item { made: make(head, &element), fault },
            Err(fault) => Item { made: Err(fault), fault: None },
        }
    });
    let is_whole = text.trim_end().ends_with(&format!("</{root}>"));
    Some(Document { items: items.collect(), root: root.to_owned(), head: head.to_owned(), is_whole })
}

/// Reads a document in which nothing has to be mended; `None` at the first doubt.
fn sound<T>(
    text: &str,
    at_most: usize,
    make: &mut impl FnMut(&str, &Element<'_>) -> Result<T, String>,
) -> Option<Document<T>> {
    if repair::has_strangers(text) {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let (mut root, mut head, mut items) = (None, None, Vec::new());
    let mut depth = 0_usize;
    // Line ends of other systems become line feeds (XML 1.0 §2.11).
    let has_returns = text.contains('\r');
    let mut builder = Builder::default();
    loop {
        let from = parse::position(&reader);
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let tag = sound_tag(parse::tag(text, from, &start))?;
                let name = tag.get(..start.name().as_ref().len())?;
                let is_item = is_item(name);
                if depth == 0 && (is_item || root.is_some()) || is_item && !builder.is_empty() {
                    return None;
                }
                let (root_at, _name) = *root.get_or_insert((from, name));
                if is_item {
                    head.get_or_insert(text.get(root_at..from)?);
                }
                if is_item && items.len() < at_most || !builder.is_empty() {
                    builder.start(tag, name.len()).ok()?;
                }
                depth += 1;
            }
            Event::Empty(start) => {
                let tag = sound_tag(parse::tag(text, from, &start))?;
                let length = start.name().as_ref().len();
                if depth == 0 || is_item(tag.get(..length)?) {
                    return None;
                }
                if !builder.is_empty() {
                    builder.start(tag, length).ok()?;
                    builder.end_last();
                }
            }
            Event::End(_same_name) => {
                depth = depth.checked_sub(1)?;
                if let Some(element) = builder.end_last() {
                    items.push(Item { made: make(head?, &element), fault: None });
                    builder.reuse(element);
                }
            }
            Event::Text(characters) if depth == 0 => {
                if !characters.trim().is_empty() {
                    return None;
                }
            }
            Event::Text(characters) => {
                builder.text(if has_returns { characters.xml10_content() } else { characters.into_inner() });
            }
            Event::CData(characters) => {
                if depth == 0 || characters.contains("<![CDATA[") {
                    return None;
                }
                builder.text(if has_returns { characters.xml10_content() } else { characters.into_inner() });
            }
            Event::GeneralRef(reference) => {
                if depth == 0 || !repair::is_sound_reference(&reference) {
                    return None;
                }
                builder.text(parse::resolve(&reference));
            }
            // The declaration of XML alone; what comments hide is the long way's business.
            Event::Decl(_) if root.is_none() => {}
            Event::Eof if depth == 0 => break,
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) | Event::Eof => {
                return None;
            }
        }
    }
    let (root_at, root) = root?;
    let head = head.or_else(|| text.get(root_at..))?;
    Some(Document { root: root.to_owned(), head: head.to_owned(), items, is_whole: true })
}

/// What stands between the marks of a tag, unless something about it has to be mended.
fn sound_tag(tag: &str) -> Option<&str> {
    if !tag.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':')) {
        return None;
    }
    if !tag.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&')) {
        return Some(tag);
    }
    let mut references = tag.split('&').skip(1);
    let is_sound =
        |behind: &str| behind.split_once(';').is_some_and(|(name, _)| repair::is_sound_reference(name));
    (!tag.contains(['<', '>']) && references.all(is_sound)).then_some(tag)
}

fn is_item(name: &str) -> bool {
    xml::is_local(name, "item") || xml::is_local(name, "entry")
}

#[cfg(test)]
mod tests;
