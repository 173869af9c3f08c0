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

/// Elements of a sound document are nested no deeper. What is nested deeper than any way of reading keeps must not be read here.
const DEEPEST: usize = 20;

/// No item of a sound document has more elements; no more than any other way of reading takes.
const ELEMENTS_AT_MOST: usize = 50_000;

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

/// What a document in which nothing has to be mended says beside its items.
#[derive(Debug)]
pub(in crate::sources) struct Sound<'t> {
    /// The root element with what is in it before the first item, unless [`sound`]'s `take` took it.
    pub(in crate::sources) outside: Element<'t>,
    /// What stands before the first item; the whole document where there is none.
    pub(in crate::sources) head: &'t str,
    /// How many items there are.
    pub(in crate::sources) count: usize,
    /// Whether there are elements behind the first item that are no items; what stands behind the last item that was taken is
    /// not looked at.
    pub(in crate::sources) is_mixed: bool,
}

/// Where an item of a sound document stands.
#[derive(Debug)]
pub(in crate::sources) struct Place<'p, 't> {
    /// The root element with what is in it before the first item, unless it was taken.
    pub(in crate::sources) outside: &'p mut Element<'t>,
    /// What stands before the first item.
    pub(in crate::sources) head: &'t str,
    /// How many bytes the item takes.
    pub(in crate::sources) bytes: usize,
}

/// Reads a document and so many of its items; `None` where there is no markup in it. `make` is given the head and an item's
/// element, one after the other, so that no more than one item is ever a tree; where the document turns out to need mending,
/// it is asked again.
pub(in crate::sources) fn read<T>(
    text: &str,
    at_most: usize,
    mut make: impl FnMut(&str, &Element<'_>) -> Result<T, String>,
) -> Option<Document<T>> {
    short(text, at_most, &mut make).or_else(|| mended(&repair::repair(text), at_most, &mut make))
}

/// Reads a document in which nothing has to be mended.
fn short<T>(
    text: &str,
    at_most: usize,
    make: &mut impl FnMut(&str, &Element<'_>) -> Result<T, String>,
) -> Option<Document<T>> {
    let mut items = Vec::new();
    let sound = sound(text, at_most, |place, element| {
        items.push(Item { made: make(place.head, element), fault: None });
        Some(())
    })?;
    Some(Document { root: sound.outside.name.to_owned(), head: sound.head.to_owned(), items, is_whole: true })
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

/// Reads a document in which nothing has to be mended, and takes so many of its items one after the other; `None` at the
/// first doubt, which may be that of `take`, and may come when items were taken.
pub(in crate::sources) fn sound<'t>(
    text: &'t str,
    at_most: usize,
    mut take: impl FnMut(Place<'_, 't>, &mut Element<'t>) -> Option<()>,
) -> Option<Sound<'t>> {
    if repair::has_strangers(text) {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let (mut root, mut head, mut begun) = (None, None, 0);
    let (mut depth, mut count, mut elements, mut is_mixed) = (0_usize, 0_usize, 0_usize, false);
    // Line ends of other systems become line feeds (XML 1.0 §2.11).
    let has_returns = text.contains('\r');
    let (mut outer, mut outside) = (Builder::default(), None);
    let mut builder = Builder::default();
    loop {
        // What stands before the first item is kept, and what is in items.
        let open = if head.is_none() { &mut outer } else { &mut builder };
        let from = parse::position(&reader);
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let tag = sound_tag(parse::tag(text, from, &start))?;
                let name = tag.get(..start.name().as_ref().len())?;
                let is_item = is_item(name);
                if depth == 0 && (is_item || root.is_some()) {
                    return None;
                }
                let root_at = *root.get_or_insert(from);
                if is_item {
                    if head.is_none() {
                        (head, outside) = (Some(text.get(root_at..from)?), outer.finish());
                    } else if !open.is_empty() {
                        return None;
                    }
                    (begun, count, elements) = (from, count + 1, 1);
                    if count <= at_most {
                        builder.start(tag, name.len()).ok()?;
                    }
                } else if head.is_none() || !open.is_empty() {
                    elements += 1;
                    open.start(tag, name.len()).ok()?;
                } else {
                    is_mixed |= count <= at_most;
                }
                depth += 1;
            }
            Event::Empty(start) => {
                let tag = sound_tag(parse::tag(text, from, &start))?;
                let length = start.name().as_ref().len();
                if depth == 0 || is_item(tag.get(..length)?) {
                    return None;
                }
                if open.is_empty() {
                    is_mixed |= count <= at_most;
                } else {
                    elements += 1;
                    open.start(tag, length).ok()?;
                    open.end_last();
                }
            }
            Event::End(_same_name) => {
                depth = depth.checked_sub(1)?;
                match (open.end_last(), head) {
                    (Some(mut item), Some(head)) => {
                        let bytes = parse::position(&reader).saturating_sub(begun);
                        take(Place { outside: outside.as_mut()?, head, bytes }, &mut item)?;
                        builder.reuse(item);
                    }
                    (Some(whole), None) => outside = Some(whole),
                    (None, _) => {}
                }
            }
            Event::Text(characters) if depth == 0 => {
                if !characters.trim().is_empty() {
                    return None;
                }
            }
            Event::Text(characters) => {
                open.text(if has_returns { characters.xml10_content() } else { characters.into_inner() });
            }
            Event::CData(characters) => {
                if depth == 0 || characters.contains("<![CDATA[") {
                    return None;
                }
                open.text(if has_returns { characters.xml10_content() } else { characters.into_inner() });
            }
            Event::GeneralRef(reference) => {
                if depth == 0 || !repair::is_sound_reference(&reference) {
                    return None;
                }
                open.text(parse::resolve(&reference));
            }
            Event::Decl(_) if root.is_none() => {}
            Event::DocType(doctype) if root.is_none() && !doctype.contains('[') => {}
            Event::PI(_) if root.is_none() || head.is_some() => {}
            Event::Comment(comment) if (root.is_none() || head.is_some()) && is_sound_comment(&comment) => {}
            Event::Eof if depth == 0 => break,
            Event::Decl(_) | Event::DocType(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {
                return None;
            }
        }
        if depth > DEEPEST || elements > ELEMENTS_AT_MOST {
            return None;
        }
    }
    let head = head.or_else(|| text.get(root?..))?;
    Some(Sound { outside: outside?, head, count, is_mixed })
}

/// Whether a comment ends where it seems to: one in another was not closed, and HTML ends `<!-->` at once.
fn is_sound_comment(inside: &str) -> bool {
    !inside.contains("<!--") && !inside.starts_with('>') && !inside.starts_with("->")
}

/// What stands between the marks of a tag, unless something about it has to be mended.
fn sound_tag(tag: &str) -> Option<&str> {
    if !tag.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':')) {
        return None;
    }
    let has_sign = |any, byte: &u8| any | matches!(byte, b'<' | b'>' | b'&');
    if !tag.as_bytes().iter().fold(false, has_sign) {
        return Some(tag);
    }
    let mut references = tag.split('&').skip(1);
    let is_sound =
        |behind: &str| behind.split_once(';').is_some_and(|(name, _)| repair::is_sound_reference(name));
    (!tag.contains(['<', '>']) && references.all(is_sound)).then_some(tag)
}

fn is_item(name: &str) -> bool {
    match name.as_bytes().last() {
        Some(b'm' | b'M') => xml::is_local(name, "item"),
        Some(b'y' | b'Y') => xml::is_local(name, "entry"),
        _other => false,
    }
}

#[cfg(test)]
mod tests;
