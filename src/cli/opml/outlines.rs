//! Reads a subscription list (OPML 1 or 2) as feed readers write it: names in any letter case, nested to any depth, feeds
//! without a type, addresses with a bare `&`.
//!
//! What is deliberately absent: document type definitions and the entities they declare. Nothing is ever expanded, so
//! an entity bomb is a few odd characters in a title.

use std::borrow::Cow;

use encoding_rs::Encoding;
use encoding_rs::REPLACEMENT;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;
use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// How far into the file an XML declaration is looked for.
const DECLARATION_BYTES: usize = 256;

/// A feed of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outline {
    /// The title that its reader gave it; may be empty.
    pub title: String,
    /// The address of the feed as it is written, without white space around.
    pub address: String,
    /// The line on which its element begins.
    pub line: usize,
}

/// Why a file is no subscription list.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in lower case without a final stop.
    pub message: String,
}

/// The feeds of a list in its order, duplicates among them.
///
/// # Errors
///
/// The first place where the file is not well-formed, or where it turns out to be something else.
pub fn read(bytes: &[u8]) -> Result<Vec<Outline>, Fault> {
    let text = decode(bytes);
    let mut reader = Reader::from_str(&text);
    let mut lines = Lines { text: &text, at: 0, line: 1 };
    let (mut found, mut open, mut has_root) = (Vec::new(), Vec::new(), false);
    loop {
        let start = position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            // Of a tag that is cut off only the end of the file is known to the parser; its beginning says more.
            let place = position(reader.error_position()).min(text.len());
            Fault { line: lines.of(place), message: error.to_string() }
        })?;
        match event {
            Event::Start(element) => {
                look_at(&element, lines.of(start), &mut has_root, &mut found)?;
                open.push((element.name().as_ref().to_owned(), lines.line));
            }
            Event::Empty(element) => look_at(&element, lines.of(start), &mut has_root, &mut found)?,
            Event::End(_) => drop(open.pop()),
            Event::Eof => break,
            Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_)
            | Event::GeneralRef(_) => {}
        }
    }
    match open.pop() {
        Some((name, line)) => Err(Fault { line, message: format!("<{name}> is never closed") }),
        None if !has_root => Err(Fault { line: 1, message: "there is no element in this file".to_owned() }),
        None => Ok(found),
    }
}

fn look_at(
    element: &BytesStart<'_>,
    line: usize,
    has_root: &mut bool,
    found: &mut Vec<Outline>,
) -> Result<(), Fault> {
    let name = element.name().local_name().as_ref().to_owned();
    if !*has_root && !name.eq_ignore_ascii_case("opml") {
        let message = format!("this is no subscription list: it begins with <{name}> instead of <opml>");
        return Err(Fault { line, message });
    }
    *has_root = true;
    if !name.eq_ignore_ascii_case("outline") {
        return Ok(());
    }
    let (mut title, mut text, mut address) = (String::new(), String::new(), String::new());
    for attribute in element.html_attributes().with_checks(false).flatten() {
        let value = || unescape(&attribute.value);
        match attribute.key.as_ref().to_ascii_lowercase().as_str() {
            "xmlurl" => address = value(),
            "title" => title = value(),
            "text" => text = value(),
            _other => {}
        }
    }
    if !address.is_empty() {
        found.push(Outline { title: if title.is_empty() { text } else { title }, address, line });
    }
    Ok(())
}

/// The characters of an attribute, in one line. One with a reference that XML does not know (a bare `&` in an address)
/// is taken as it is written.
fn unescape(value: &str) -> String {
    let known = quick_xml::escape::unescape(value).unwrap_or(Cow::Borrowed(value));
    known.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The characters of the file by its mark, else its declaration, else UTF-8.
fn decode(bytes: &[u8]) -> String {
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (declared(bytes).unwrap_or(UTF_8), 0));
    let body = bytes.get(mark..).unwrap_or_default();
    encoding.decode_without_bom_handling(body).0.into_owned()
}

/// The encoding that the declaration names. One that can be read as ASCII is not written in UTF-16, whatever it says.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..DECLARATION_BYTES).unwrap_or(bytes));
    let declaration = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let label = value.get(1..)?.split(['"', '\'']).next()?;
    let is_usable = |encoding: &&Encoding| ![REPLACEMENT, UTF_16BE, UTF_16LE].contains(encoding);
    Encoding::for_label(label.trim().as_bytes()).filter(is_usable)
}

fn position(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Counts lines as the reading goes on, so that a long list is counted once.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a place, which is never before one that was asked for.
    fn of(&mut self, place: usize) -> usize {
        let passed = self.text.as_bytes().get(self.at..place).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.at = self.at.max(place);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<String> {
        read(text.as_bytes()).unwrap().into_iter().map(|outline| outline.address).collect()
    }

    fn fault(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn nested_outlines_and_names_in_any_letter_case_are_read() {
        let list = "<?xml version='1.0'?>\n<OPML version='1.1'><head/><body>\n<outline text='Group'>\n\
                    <outline Text='One &amp; only' XMLURL=' https://a.example/rss?x=1&amp;y=2 '/>\n\
                    <Outline title='Two' text='other' type='link' xmlurl='https://b.example/rss?x=1&y=2'></Outline>\n\
                    </outline><outline text='A page' htmlUrl='https://c.example/'/></body></OPML>";
        let found = read(list.as_bytes()).unwrap();
        let (one, two) = (&found[0], &found[1]);
        assert_eq!(
            (one.title.as_str(), one.address.as_str(), one.line),
            ("One & only", "https://a.example/rss?x=1&y=2", 4)
        );
        assert_eq!(
            (two.title.as_str(), two.address.as_str(), two.line),
            ("Two", "https://b.example/rss?x=1&y=2", 5)
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn broken_files_are_told_with_their_line() {
        assert_eq!(
            fault("<opml>\n<body>\n<outline text='x'>\n</body></opml>"),
            "line 4: ill-formed document: expected `</outline>`, but `</body>` was found"
        );
        assert_eq!(fault("<opml>\n<body>\n<outline text='x'/>\n"), "line 2: <body> is never closed");
        assert_eq!(
            fault("\n<html><body>"),
            "line 2: this is no subscription list: it begins with <html> instead of <opml>"
        );
        assert_eq!(fault("just words"), "line 1: there is no element in this file");
        assert_eq!(fault(""), "line 1: there is no element in this file");
        assert!(
            fault("<opml>\n<body>\n\n<outline text='x").starts_with("line 4: "),
            "{}",
            fault("<opml>\n<out")
        );
    }

    #[test]
    fn no_entity_of_a_document_type_is_expanded() {
        let list = "<!DOCTYPE opml [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>\n\
                    <opml><body><outline text='&b;&f;' xmlUrl='https://a.example/&b;'/></body></opml>";
        let found = read(list.as_bytes()).unwrap();
        assert_eq!((found[0].title.as_str(), found[0].address.as_str()), ("&b;&f;", "https://a.example/&b;"));
    }

    #[test]
    fn the_declared_encoding_and_the_mark_are_kept_to() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><opml><outline text='Caf\xE9' xmlUrl='https://a.example/'/></opml>";
        assert_eq!(read(latin).unwrap()[0].title, "Café");
        let text = "\u{FEFF}<opml><outline text='Café' xmlUrl='https://a.example/'/></opml>";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide).unwrap()[0].title, "Café");
    }

    #[test]
    fn depth_costs_no_stack() {
        let list = format!(
            "<opml>{}<outline xmlUrl='https://a.example/'/>{}</opml>",
            "<outline>".repeat(50_000),
            "</outline>".repeat(50_000)
        );
        assert_eq!(addresses(&list), ["https://a.example/"]);
    }
}
