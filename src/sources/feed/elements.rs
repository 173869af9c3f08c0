//! One item (or the head) of a feed → its elements in order, with nothing dropped and nothing blended.
//!
//! Tolerant: an end tag that fits nothing is passed over, an element that is not closed ends with its parent. Depth
//! and number of elements are capped; entities are resolved only as XML's own and as numbers.

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

use crate::sources::feed::space::Space;
use crate::sources::feed::space::Spaces;

/// Elements below this depth become text of the one that holds them.
const DEPTH_AT_MOST: usize = 24;

/// More elements than this in one item are not read; a paper may have thousands of authors.
const ELEMENTS_AT_MOST: usize = 50_000;

/// No more characters of one item are kept, in bytes. Every element keeps the text of those inside it, so that an item
/// of deep elements would take many times its length.
const TEXT_AT_MOST: usize = 8 * 1024 * 1024;

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &["br", "hr", "img", "wbr", "input", "col", "area", "source", "embed", "link", "meta"];

/// An element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Element {
    /// Its vocabulary.
    pub(super) space: Space,
    /// Its name without prefix.
    pub(super) name: String,
    /// Its attributes with their names as written.
    pub(super) attributes: Vec<(String, String)>,
    /// The elements inside.
    pub(super) children: Vec<Element>,
    /// All character data inside, markup left out.
    pub(super) text: String,
    /// What is inside as markup without prefixes; empty unless there are elements inside.
    pub(super) markup: String,
}

impl Element {
    /// An element made of a name and text alone, for sources that are not XML.
    pub(super) fn plain(space: Space, name: &str, text: &str) -> Self {
        Self {
            space,
            name: name.to_owned(),
            attributes: Vec::new(),
            children: Vec::new(),
            text: text.to_owned(),
            markup: String::new(),
        }
    }

    /// Whether it is the element of that name in that vocabulary.
    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements of that name inside.
    pub(super) fn all<'e>(&'e self, space: Space, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.is(space, name))
    }

    /// The text of the first element of that name inside that has any.
    pub(super) fn text_of(&self, space: Space, name: &str) -> Option<&str> {
        let mut texts = self.children.iter().filter(|child| child.is(space, name)).map(Self::trimmed);
        texts.find(|text| !text.is_empty())
    }

    /// Its text without white space at the ends.
    pub(super) fn trimmed(&self) -> &str {
        self.text.trim()
    }
}

/// What was read of a document, and what was wrong with it.
#[derive(Debug)]
pub(super) struct Reading {
    /// The root element.
    pub(super) root: Element,
    /// The first fault, in words.
    pub(super) fault: Option<String>,
}

/// Reads a document that has one root element; `None` when it has none.
///
/// The `outer` outermost levels keep their elements but not the text of these: they are envelopes, and long.
pub(super) fn read(text: &str, spaces: &mut Spaces, outer: usize) -> Option<Reading> {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut builder = Builder { outer, ..Builder::default() };
    loop {
        match reader.read_resolved_event() {
            Ok((resolved, Event::Start(start))) => {
                let space = space_of(&resolved, spaces);
                builder.open(space, &start);
            }
            Ok((resolved, Event::Empty(start))) => {
                let space = space_of(&resolved, spaces);
                builder.open(space, &start);
                builder.close(start.name().local_name().as_ref());
            }
            Ok((_, Event::End(end))) => builder.close(end.name().local_name().as_ref()),
            Ok((_, Event::Text(text))) => builder.text(&text.xml10_content()),
            Ok((_, Event::CData(text))) => builder.text(&text.xml10_content()),
            Ok((_, Event::GeneralRef(name))) => match name.resolve_char_ref() {
                Ok(Some(character)) => builder.text(character.encode_utf8(&mut [0; 4])),
                _ => match quick_xml::escape::resolve_xml_entity(&name) {
                    Some(characters) => builder.text(characters),
                    None => builder.text(&format!("&{};", &*name)),
                },
            },
            Ok((_, Event::Eof)) => break,
            Ok((_, Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_))) => {}
            Err(error) => {
                builder.fault(error.to_string());
                break;
            }
        }
        if builder.count > ELEMENTS_AT_MOST {
            builder.fault(format!("more than {ELEMENTS_AT_MOST} elements"));
            break;
        }
    }
    builder.finish()
}

fn space_of(resolved: &ResolveResult<'_>, spaces: &mut Spaces) -> Space {
    match resolved {
        ResolveResult::Bound(uri) => spaces.of(uri.0),
        ResolveResult::Unbound => Space::Core,
        ResolveResult::Unknown(_) => Space::Other,
    }
}

/// An element that is still open.
struct Open {
    /// Its markup is kept from its first element on.
    element: Element,
    has_elements: bool,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// Names of elements that are open below the depth that is kept.
    deep: Vec<String>,
    root: Option<Element>,
    fault: Option<String>,
    count: usize,
    outer: usize,
    /// How many bytes of text and markup all elements hold together.
    kept: usize,
}

impl Builder {
    /// Whether so many bytes more are kept.
    fn fits(&mut self, bytes: usize) -> bool {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > TEXT_AT_MOST {
            self.fault(format!("more than {TEXT_AT_MOST} bytes of text"));
        }
        self.kept <= TEXT_AT_MOST
    }

    fn open(&mut self, space: Space, start: &BytesStart<'_>) {
        self.count += 1;
        let name = start.name().local_name().as_ref().to_owned();
        if self.open.len() >= DEPTH_AT_MOST {
            self.deep.push(name);
            return;
        }
        let attributes: Vec<(String, String)> = start
            .html_attributes()
            .with_checks(false)
            .flatten()
            .take(64)
            .map(|attribute| {
                let value = quick_xml::escape::unescape(&attribute.value)
                    .map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned);
                (attribute.key.as_ref().to_owned(), value)
            })
            .collect();
        if let Some(parent) = self.open.last_mut().filter(|parent| !parent.has_elements) {
            parent.has_elements = true;
            parent.element.markup =
                quick_xml::escape::partial_escape(parent.element.text.as_str()).into_owned();
        }
        let (text, markup) = (String::new(), String::new());
        let element = Element { space, name, attributes, children: Vec::new(), text, markup };
        self.open.push(Open { element, has_elements: false });
    }

    fn text(&mut self, text: &str) {
        if self.fits(2 * text.len())
            && let Some(open) = self.open.last_mut()
        {
            open.element.text.push_str(text);
            if open.has_elements {
                open.element.markup.push_str(&quick_xml::escape::partial_escape(text));
            }
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(last) = self.deep.last() {
            if last == name {
                self.deep.pop();
            } else {
                self.fault(format!("</{name}> closes nothing"));
            }
            return;
        }
        if !self.open.iter().any(|open| open.element.name == name) {
            self.fault(format!("</{name}> closes nothing"));
            return;
        }
        while let Some(open) = self.open.pop() {
            let is_it = open.element.name == name;
            if !is_it {
                self.fault(format!("<{}> is not closed", open.element.name));
            }
            self.put(open);
            if is_it {
                break;
            }
        }
    }

    /// Hands a finished element to the one around it.
    fn put(&mut self, open: Open) {
        let Open { element, has_elements } = open;
        let is_kept = self.open.len() > self.outer;
        let inside = match (is_kept, has_elements) {
            (true, true) => Cow::Borrowed(element.markup.as_str()),
            (true, false) => quick_xml::escape::partial_escape(element.text.as_str()),
            (false, _) => Cow::Borrowed(""),
        };
        let keeps_text = is_kept && self.fits(element.text.len() + inside.len() + 2 * element.name.len());
        let Some(parent) = self.open.last_mut() else {
            self.root.get_or_insert(element);
            return;
        };
        if keeps_text {
            parent.element.text.push_str(&element.text);
            push_markup(&mut parent.element.markup, &element, &inside);
        }
        parent.element.children.push(element);
    }

    fn fault(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    fn finish(mut self) -> Option<Reading> {
        while let Some(open) = self.open.pop() {
            self.fault(format!("<{}> is not closed", open.element.name));
            self.put(open);
        }
        Some(Reading { root: self.root?, fault: self.fault })
    }
}

fn push_markup(out: &mut String, element: &Element, inside: &str) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        if !name.starts_with("xmlns") && !name.starts_with("xml:") {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&quick_xml::escape::escape(value.as_str()));
            out.push('"');
        }
    }
    if inside.is_empty() && VOID.contains(&element.name.as_str()) {
        out.push_str("/>");
        return;
    }
    out.push('>');
    out.push_str(inside);
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::sources::feed::space::Family;
    use crate::sources::feed::space::Space;
    use crate::sources::feed::space::Spaces;

    #[test]
    fn elements_keep_their_order_their_text_and_their_markup() {
        let text = "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>A &amp; B</dc:creator>\
                    <dc:creator><![CDATA[C <D>]]></dc:creator><title>x<m:sub xmlns:m='y' a='1'>2<br/></m:sub>&lt;</title></rss>";
        let reading = read(text, &mut Spaces::new(Family::Rss), 0).unwrap();
        let creators: Vec<_> = reading.root.all(Space::Dc, "creator").map(|e| e.text.as_str()).collect();
        assert_eq!(creators, ["A & B", "C <D>"]);
        let title = reading.root.all(Space::Core, "title").next().unwrap();
        assert_eq!(title.text, "x2<");
        assert_eq!(title.markup, "x<sub a=\"1\">2<br/></sub>&lt;");
        assert_eq!(reading.fault, None);
    }

    #[test]
    fn misnested_elements_are_read_as_far_as_they_go() {
        let reading = read("<i><d>a<br>b</d></x><t>c</t></i>", &mut Spaces::new(Family::Rss), 0).unwrap();
        assert_eq!(reading.root.text_of(Space::Core, "d"), Some("ab"));
        assert_eq!(reading.root.text_of(Space::Core, "t"), Some("c"));
        assert_eq!(reading.fault.as_deref(), Some("<br> is not closed"));
    }

    #[test]
    fn the_text_of_an_item_is_capped_however_deep_it_lies() {
        let text = format!("<r>{}{}{}</r>", "<b>".repeat(23), "x".repeat(4_000_000), "</b>".repeat(23));
        let mut held = 0;
        let mut element = read(&text, &mut Spaces::new(Family::Rss), 0).unwrap().root;
        loop {
            held += element.text.len() + element.markup.len();
            let Some(inner) = element.children.into_iter().next() else { break };
            element = inner;
        }
        assert!(held <= super::TEXT_AT_MOST, "{held}");
    }

    #[test]
    fn depth_is_capped() {
        let text = format!("<a>{}x{}</a><!--", "<b>".repeat(30_000), "</b>".repeat(30_000));
        let reading = read(&text, &mut Spaces::new(Family::Rss), 0).unwrap();
        assert_eq!(reading.root.text, "x");
    }
}
