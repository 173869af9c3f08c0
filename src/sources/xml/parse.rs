//! Events of quick-xml → elements. The tree lies in the text that it was read from.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::BytesRef;
use quick_xml::events::BytesStart;
use quick_xml::events::BytesText;
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

use crate::sources::xml::Element;

/// How deep elements may be nested.
const DEEPEST: usize = 64;

/// Parses one element from the beginning of a text; what follows it is not looked at.
pub(in crate::sources) fn parse(text: &str) -> Result<Element<'_>, String> {
    parse_with(text, true)
}

/// Does what [`parse`] does, else tells what is wrong beside an element in which others are not closed, or closed without a
/// beginning. It must have an end itself, or it may have been cut.
pub(in crate::sources) fn parse_leniently(text: &str) -> Result<(Element<'_>, Option<String>), String> {
    parse(text).map(|element| (element, None)).or_else(|fault| match parse_with(text, false) {
        Ok(element) => Ok((element, Some(fault))),
        Err(_) => Err(fault),
    })
}

fn parse_with(text: &str, is_strict: bool) -> Result<Element<'_>, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = is_strict;
    reader.config_mut().allow_unmatched_ends = !is_strict;
    let mut builder = Builder::default();
    loop {
        let from = position(&reader);
        let event = reader.read_event().map_err(|error| format!("{error} (byte {from})"))?;
        let done = match event {
            Event::Start(start) => {
                builder.start(tag(text, from, &start), start.name().as_ref().len())?;
                None
            }
            Event::Empty(start) => {
                builder.start(tag(text, from, &start), start.name().as_ref().len())?;
                builder.end_last()
            }
            Event::End(end) => builder.end(end.name().as_ref())?,
            Event::Text(characters) => {
                builder.text(characters.xml10_content());
                None
            }
            Event::CData(characters) => {
                builder.text(characters.xml10_content());
                None
            }
            Event::GeneralRef(reference) => {
                builder.text(resolve(&reference));
                None
            }
            Event::Eof => return Err("the document ends inside an element".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(element) = done {
            return Ok(element);
        }
    }
}

/// Where a reader stands in its text.
pub(in crate::sources) fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// What stands in a start tag, where it lies in the text.
pub(in crate::sources) fn tag<'t>(text: &'t str, from: usize, start: &BytesStart<'_>) -> &'t str {
    text.get(from + 1..from + 1 + start.len()).unwrap_or_default()
}

/// The characters of a reference of that name; one that is not known stays as it is written.
pub(in crate::sources) fn resolve<'t>(name: &str) -> Cow<'t, str> {
    if let Some(characters) = quick_xml::escape::resolve_xml_entity(name) {
        return characters.into();
    }
    match BytesRef::new(name).resolve_char_ref() {
        Ok(Some(character)) => character.to_string().into(),
        _unknown => format!("&{name};").into(),
    }
}

/// Elements with the characters behind each.
type Parts<'t> = Vec<(Element<'t>, Cow<'t, str>)>;

/// About so many rooms are kept for elements to come, and none for more parts.
const ROOMS_AT_MOST: usize = 64;

/// Room for so many parts of an outermost element is kept.
const OUTERMOST_PARTS: usize = 1_024;

/// Characters with the line ends of other systems as line feeds (XML 1.0 §2.11).
pub(super) fn with_feeds(characters: &str) -> Cow<'_, str> {
    BytesText::from_escaped(characters).xml10_content()
}

/// Puts elements together, each where it stays.
#[derive(Default)]
pub(in crate::sources) struct Builder<'t> {
    outermost: Option<Element<'t>>,
    /// How many elements are open: the outermost one, the last in it, and so on.
    depth: usize,
    /// The room that the parts of the last outermost element took.
    room: Parts<'t>,
    /// The same of elements in it.
    rooms: Vec<Parts<'t>>,
}

impl<'t> Builder<'t> {
    /// Whether no element is open.
    pub(super) const fn is_empty(&self) -> bool {
        self.depth == 0
    }

    /// How many elements are open.
    pub(in crate::sources) const fn depth(&self) -> usize {
        self.depth
    }

    /// The names of the open elements as they are written, the outermost first.
    pub(in crate::sources) fn open_names(&self) -> impl Iterator<Item = &'t str> {
        let open = std::iter::successors(self.outermost.as_ref(), |element| last_in(element));
        open.take(self.depth).map(|element| element.name)
    }

    /// Begins an element, unless its tag or its depth are at fault; what stands in its tag begins with a name that is so long.
    pub(super) fn start(&mut self, tag: &'t str, name_length: usize) -> Result<(), String> {
        if self.depth >= DEEPEST {
            return Err(format!("elements are nested more than {DEEPEST} deep"));
        }
        if name_length < tag.len()
            && let Some(fault) = Attributes::new(tag, name_length).with_checks(false).find_map(Result::err)
        {
            return Err(fault.to_string());
        }
        self.push(tag, name_length);
        Ok(())
    }

    /// Begins an element, whatever its tag looks like.
    pub(in crate::sources) fn push(&mut self, tag: &'t str, name_length: usize) {
        let name = tag.get(..name_length).unwrap_or_default();
        let begun = |parts| Element { name, tag, text: Cow::Borrowed(""), parts };
        if self.is_empty() {
            self.outermost = Some(begun(std::mem::take(&mut self.room)));
        } else {
            let Some(parent) = innermost(&mut self.outermost, self.depth) else { return };
            if parent.parts.capacity() == 0 {
                parent.parts = self.rooms.pop().unwrap_or_default();
            }
            parent.parts.push((begun(Vec::new()), Cow::Borrowed("")));
        }
        self.depth += 1;
    }

    /// Takes back an element that was given, for the room that it holds.
    pub(super) fn reuse(&mut self, element: Element<'t>) {
        self.room = self.emptied(element.parts);
        self.room.shrink_to(OUTERMOST_PARTS);
    }

    fn emptied(&mut self, mut parts: Parts<'t>) -> Parts<'t> {
        for (inner, _behind) in parts.drain(..) {
            if (1..=ROOMS_AT_MOST).contains(&inner.parts.capacity()) && self.rooms.len() < ROOMS_AT_MOST {
                let room = self.emptied(inner.parts);
                self.rooms.push(room);
            }
        }
        parts
    }

    /// Adds characters to the innermost open element.
    pub(in crate::sources) fn text(&mut self, characters: Cow<'t, str>) {
        let Some(element) = innermost(&mut self.outermost, self.depth) else { return };
        let text = element.parts.last_mut().map_or(&mut element.text, |(_, behind)| behind);
        match text {
            Cow::Borrowed("") => *text = characters,
            Cow::Borrowed(first) => *text = Cow::Owned([*first, &*characters].concat()),
            Cow::Owned(text) => {
                // What has one reference has many: the room grows fourfold.
                if text.capacity() - text.len() < characters.len() {
                    text.reserve(characters.len() + 3 * text.len());
                }
                text.push_str(&characters);
            }
        }
    }

    /// Closes the innermost open element of that name, and with it those in it that were never closed; gives the outermost one
    /// when that is closed.
    fn end(&mut self, name: &str) -> Result<Option<Element<'t>>, String> {
        if innermost(&mut self.outermost, self.depth).is_some_and(|open| open.name == name) {
            return Ok(self.end_last());
        }
        let depths = self.open_names().enumerate().filter(|(_, open)| open.eq_ignore_ascii_case(name));
        let Some((depth, _name)) = depths.last() else {
            return if self.is_empty() {
                Err("an element ends that never began".to_owned())
            } else {
                Ok(None)
            };
        };
        self.depth = depth + 1;
        Ok(self.end_last())
    }

    /// Closes all open elements, and gives the outermost one.
    pub(super) fn finish(&mut self) -> Option<Element<'t>> {
        self.depth = self.depth.min(1);
        self.end_last()
    }

    /// Closes the innermost open element, and gives it where it was the outermost one.
    pub(in crate::sources) fn end_last(&mut self) -> Option<Element<'t>> {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 { self.outermost.take() } else { None }
    }
}

/// The last element in another.
fn last_in<'b, 't>(element: &'b Element<'t>) -> Option<&'b Element<'t>> {
    element.parts.last().map(|(inner, _behind)| inner)
}

/// The innermost of so many open elements.
fn innermost<'b, 't>(outermost: &'b mut Option<Element<'t>>, depth: usize) -> Option<&'b mut Element<'t>> {
    let mut element = outermost.as_mut()?;
    for _level in 1..depth {
        element = &mut element.parts.last_mut()?.0;
    }
    Some(element)
}

/// Whether a start tag has the form that nearly all have, ` name="value"` behind a name, without a mark or a reference in it, so
/// that nothing about it has to be asked further.
pub(super) fn is_plain_tag(tag: &str, name_length: usize) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.');
    let Some((name, mut rest)) = tag.as_bytes().split_at_checked(name_length) else { return false };
    let is_begun = name.first().is_some_and(u8::is_ascii_alphabetic);
    if !is_begun || !name.iter().all(is_of_name) {
        return false;
    }
    while let [b' ' | b'\n' | b'\t', attribute @ ..] = rest {
        let attribute = attribute.trim_ascii_start();
        if attribute.is_empty() {
            return true;
        }
        let length = attribute.iter().take_while(|byte| is_of_name(byte)).count();
        let Some(([_, ..], [b'=', b'"', value @ ..])) = attribute.split_at_checked(length) else {
            return false;
        };
        let Some(end) = value.iter().position(|byte| matches!(byte, b'"' | b'<' | b'>' | b'&')) else {
            return false;
        };
        match value.split_at_checked(end) {
            Some((_value, [b'"', behind @ ..])) => rest = behind,
            _other => return false,
        }
    }
    rest.is_empty()
}
