//! A feed's document: its root, what stands before its items, and these.
//!
//! Most documents are sound: well-formed, and nothing in them has to be mended. They are read in one pass, and no text that
//! holds no entity is copied. The first doubt sends a document the long way, which mends it and parses each item
//! alone. Both say the same of a sound document, but for white space in an item's own text, which nobody reads; a test holds
//! them together.

use quick_xml_bytes::Reader;
use quick_xml_bytes::events::Event;

use crate::sources::feed::elements;
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
pub(in crate::sources) struct Document<H, T> {
    /// The name of the root element, as it is written.
    pub(in crate::sources) root: String,
    /// What was made of what stands before the items.
    pub(in crate::sources) head: H,
    /// What was made of the items, in their order.
    pub(in crate::sources) items: Vec<T>,
    /// What is wrong with items, and the number of each from 1: nothing could be made of it, or it was read in spite of that.
    pub(in crate::sources) faults: Vec<(usize, String)>,
    /// How many items were read, those of which nothing could be made among them.
    pub(in crate::sources) count: usize,
    /// Whether the document goes on to its end.
    pub(in crate::sources) is_whole: bool,
}

/// What is made of the parts of a document.
pub(in crate::sources) trait Reads {
    /// What stands before the items.
    type Head;
    /// An item.
    type Item;

    /// Reads the root element with what is in it before the first item; the whole document where there is none.
    fn head(&self, outside: &mut Element<'_>) -> Self::Head;

    /// Reads an item, which has that number from 1, or says why nothing can be made of it.
    fn item(&self, head: &Self::Head, number: usize, item: &Element<'_>) -> Result<Self::Item, String>;
}

/// What a document in which nothing has to be mended says beside its items.
#[derive(Debug)]
pub(in crate::sources) struct Sound<'t> {
    /// The root element with what is in it before the first item, unless [`sound`]'s `take` took it.
    pub(in crate::sources) outside: Element<'t>,
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
    /// How many bytes the item takes.
    pub(in crate::sources) bytes: usize,
}

/// Reads a document and so many of its items, so that no more than one of them is ever a tree; `None` where there is no markup
/// in it. Where the document turns out to need mending, it is read again.
pub(in crate::sources) fn read<R: Reads>(
    text: &str,
    at_most: usize,
    reads: &R,
) -> Option<Document<R::Head, R::Item>> {
    short(text, at_most, reads).or_else(|| mended(&repair::repair(text), at_most, reads))
}

/// Reads a document in which nothing has to be mended.
fn short<R: Reads>(text: &str, at_most: usize, reads: &R) -> Option<Document<R::Head, R::Item>> {
    let (mut head, mut items, mut faults, mut count) = (None, Vec::new(), Vec::new(), 0);
    let mut sound = sound(text, at_most, |place, element| {
        let head = head.get_or_insert_with(|| reads.head(place.outside));
        count += 1;
        match reads.item(head, count, element) {
            Ok(item) => items.push(item),
            Err(fault) => faults.push((count, fault)),
        }
        Some(())
    })?;
    let root = sound.outside.name.to_owned();
    let head = head.unwrap_or_else(|| reads.head(&mut sound.outside));
    Some(Document { root, head, items, faults, count, is_whole: true })
}

/// Reads a document that was mended.
fn mended<R: Reads>(text: &str, at_most: usize, reads: &R) -> Option<Document<R::Head, R::Item>> {
    let root = xml::root(text)?;
    let places = xml::items(text);
    let above = text.get(..places.first().map_or(text.len(), |first| first.start)).unwrap_or_default();
    let mut outside = elements::tree(above).map(|(outside, _fault)| outside).unwrap_or_default();
    let head = reads.head(&mut outside);
    let (mut items, mut faults, mut count) = (Vec::new(), Vec::new(), 0);
    for place in places.into_iter().take(at_most) {
        count += 1;
        let made = xml::parse_leniently(text.get(place).unwrap_or_default()).and_then(|(element, fault)| {
            let fault = fault.map(|fault| format!("read in spite of its markup: {fault}"));
            faults.extend(fault.map(|fault| (count, fault)));
            reads.item(&head, count, &element)
        });
        match made {
            Ok(item) => items.push(item),
            Err(fault) => faults.push((count, fault)),
        }
    }
    let is_whole = text.trim_end().ends_with(&format!("</{root}>"));
    Some(Document { root: root.to_owned(), head, items, faults, count, is_whole })
}

/// Reads a document in which nothing has to be mended, and takes so many of its items one after the other; `None` at the
/// first doubt, which may be that of `take`, and may come when items were taken.
pub(in crate::sources) fn sound<'t>(
    text: &'t str,
    at_most: usize,
    mut take: impl FnMut(Place<'_, 't>, &mut Element<'t>) -> Option<()>,
) -> Option<Sound<'t>> {
    let signs = repair::signs(text);
    if signs.are_strange || text.starts_with('\u{FEFF}') {
        return None;
    }
    let mut reader = Reader::from_str(text);
    let (mut has_root, mut begun) = (false, 0);
    let (mut depth, mut count, mut elements, mut is_mixed) = (0_usize, 0_usize, 0_usize, false);
    let (mut outer, mut outside) = (Builder::default(), None);
    let mut builder = Builder::default();
    loop {
        // What stands before the first item is kept, and what is in items.
        let open = if count == 0 { &mut outer } else { &mut builder };
        // White space between the elements of an item says nothing, and nobody reads an item's own text.
        reader.config_mut().trim_text_start = open.depth() <= 1;
        let event = reader.read_event();
        let end = usize::try_from(reader.buffer_position()).ok()?;
        // So many bytes before the mark that ends the event, where they lie in the text.
        let lies = |length: usize, mark: &str| {
            let end = end.checked_sub(mark.len())?;
            text.get(end.checked_sub(length)?..end)
        };
        match event.as_ref().ok()? {
            Event::Start(start) => {
                let tag = Tag::sound(lies(start.len(), ">")?, start.name().as_ref().len())?;
                let is_item = tag.is_item();
                if depth == 0 && (is_item || has_root) {
                    return None;
                }
                has_root = true;
                if is_item {
                    if count == 0 {
                        outside = outer.finish();
                    } else if !open.is_empty() {
                        return None;
                    }
                    (begun, count, elements) = (end.checked_sub(start.len() + "<>".len())?, count + 1, 1);
                    if count <= at_most {
                        tag.begin(&mut builder)?;
                    }
                } else if count == 0 || !open.is_empty() {
                    elements += 1;
                    tag.begin(open)?;
                } else {
                    is_mixed |= count <= at_most;
                }
                depth += 1;
            }
            Event::Empty(start) => {
                let tag = Tag::sound(lies(start.len(), "/>")?, start.name().as_ref().len())?;
                if depth == 0 || tag.is_item() {
                    return None;
                }
                if open.is_empty() {
                    is_mixed |= count <= at_most;
                } else {
                    elements += 1;
                    tag.begin(open)?;
                    open.end_last();
                }
            }
            Event::End(_same_name) => {
                depth = depth.checked_sub(1)?;
                match open.end_last() {
                    Some(mut item) if count > 0 => {
                        let bytes = end.saturating_sub(begun);
                        take(Place { outside: outside.as_mut()?, bytes }, &mut item)?;
                        builder.reuse(item);
                    }
                    Some(whole) => outside = Some(whole),
                    None => {}
                }
            }
            Event::Text(characters) => {
                let characters = lies(characters.len(), "")?;
                if depth == 0 && !characters.trim().is_empty() {
                    return None;
                }
                open.text(if signs.has_returns { parse::with_feeds(characters) } else { characters.into() });
            }
            Event::CData(characters) => {
                let characters = lies(characters.len(), "]]>")?;
                if depth == 0 || characters.contains("<![CDATA[") {
                    return None;
                }
                open.text(if signs.has_returns { parse::with_feeds(characters) } else { characters.into() });
            }
            Event::GeneralRef(name) => {
                let name = lies(name.len(), ";")?;
                if depth == 0 || !repair::is_sound_reference(name) {
                    return None;
                }
                open.text(parse::resolve(name));
            }
            Event::Decl(_) if !has_root => {}
            Event::DocType(doctype) if !has_root && !doctype.contains(&b'[') => {}
            Event::PI(_) if !has_root || count > 0 => {}
            Event::Comment(inside) if !has_root || count > 0 => {
                if !is_sound_comment(lies(inside.len(), "-->")?) {
                    return None;
                }
            }
            Event::Eof if depth == 0 => break,
            Event::Decl(_) | Event::DocType(_) | Event::PI(_) | Event::Comment(_) | Event::Eof => {
                return None;
            }
        }
        if depth > DEEPEST || elements > ELEMENTS_AT_MOST {
            return None;
        }
    }
    Some(Sound { outside: outside?, count, is_mixed })
}

/// Whether a comment ends where it seems to: one in another was not closed, and HTML ends `<!-->` at once.
fn is_sound_comment(inside: &str) -> bool {
    !inside.contains("<!--") && !inside.starts_with('>') && !inside.starts_with("->")
}

/// A start tag about which nothing has to be mended.
struct Tag<'t> {
    /// What stands between its marks.
    inside: &'t str,
    name_length: usize,
    /// Whether nobody has to look at its attributes.
    is_plain: bool,
}

impl<'t> Tag<'t> {
    #[inline]
    fn sound(inside: &'t str, name_length: usize) -> Option<Self> {
        let is_plain = parse::is_plain_tag(inside, name_length);
        let is_sound = is_plain || is_sound(inside) && !inside.get(..name_length)?.contains('/');
        is_sound.then_some(Self { inside, name_length, is_plain })
    }

    fn is_item(&self) -> bool {
        let name = self.inside.get(..self.name_length).unwrap_or_default();
        match name.as_bytes().last() {
            Some(b'm' | b'M') => xml::is_local(name, "item"),
            Some(b'y' | b'Y') => xml::is_local(name, "entry"),
            _other => false,
        }
    }

    /// Begins its element, unless its attributes are at fault.
    fn begin(&self, open: &mut Builder<'t>) -> Option<()> {
        if self.is_plain {
            open.push(self.inside, self.name_length);
            return Some(());
        }
        open.start(self.inside, self.name_length).ok()
    }
}

/// Whether what stands between the marks of a tag begins as one and holds no mark and no reference that has to be mended.
fn is_sound(tag: &str) -> bool {
    let is_begun = tag.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':'));
    let mut references = tag.split('&').skip(1);
    let is_reference =
        |behind: &str| behind.split_once(';').is_some_and(|(name, _)| repair::is_sound_reference(name));
    is_begun && !tag.contains(['<', '>']) && references.all(is_reference)
}

#[cfg(test)]
mod tests;
