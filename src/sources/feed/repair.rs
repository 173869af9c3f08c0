//! Characters → markup that an XML reader accepts: what feeds in the wild get wrong below the level of elements.
//!
//! One pass, linear in the input. Afterwards the text holds only character data, CDATA sections and tags whose first
//! `>` is their end; declarations, comments, processing instructions and the document type are gone. Entities of a
//! document type are never expanded: a reference to one stays literal text. Elements are not mended here.

use encoding_rs::WINDOWS_1252;
use quick_xml::escape::resolve_xml_entity;

use crate::entities::LONGEST_REFERENCE;
use crate::entities::named;

/// The document with everything mended that can be mended without knowing its elements.
pub(in crate::sources) fn repair(text: &str) -> String {
    let kept: String;
    let mut rest = text;
    if signs(text).are_strange {
        kept = text.chars().filter(|character| is_xml(*character)).collect();
        rest = &kept;
    }
    let mut out = String::with_capacity(rest.len() + 64);
    let mut ends = Ends::default();
    let mut before_root = true;
    // The element whose content is at hand, which an unclosed section must not outlive.
    let mut element = "";
    while let Some((data, from_mark)) = rest.find('<').and_then(|at| rest.split_at_checked(at)) {
        if !before_root {
            push_data(&mut out, data);
        }
        match construct(from_mark, element, &mut ends) {
            Construct::Cdata(section, after) => {
                out.push_str(section);
                if !section.ends_with("]]>") {
                    out.push_str("]]>");
                }
                rest = after;
            }
            Construct::Dropped(after) => rest = after,
            Construct::Tag(tag, after) => {
                before_root = false;
                if !tag.starts_with('/') {
                    element = tag.split(char::is_whitespace).next().unwrap_or_default();
                }
                push_tag(&mut out, tag);
                rest = after;
            }
            Construct::Text(after) => {
                if !before_root {
                    out.push_str("&lt;");
                }
                rest = after;
            }
            Construct::Unclosed => return out,
        }
    }
    if !before_root {
        push_data(&mut out, rest);
    }
    out
}

/// What begins at a `<`, and what follows it.
enum Construct<'t> {
    Cdata(&'t str, &'t str),
    Dropped(&'t str),
    /// What stands between `<` and `>`.
    Tag(&'t str, &'t str),
    /// A less-than sign that opens nothing.
    Text(&'t str),
    /// A section without an end, with no item behind it: the document was cut there.
    Unclosed,
}

/// Ends that were looked for, so that no search runs over the same stretch of the document twice.
#[derive(Default)]
struct Ends {
    instruction: bool,
    declaration: bool,
    section: Search,
    comment: Search,
}

/// Where the next end of a kind lies, counted from the end of the document.
#[derive(Default)]
enum Search {
    #[default]
    Unknown,
    Behind(usize),
    Nowhere,
}

impl Search {
    /// The place of the first `mark` in `text`, which is a tail of the document.
    fn find(&mut self, text: &str, mark: &str) -> Option<usize> {
        match *self {
            Self::Nowhere => return None,
            Self::Behind(behind) if behind <= text.len() => return Some(text.len() - behind),
            Self::Behind(_) | Self::Unknown => {}
        }
        let at = text.find(mark);
        *self = at.map_or(Self::Nowhere, |at| Self::Behind(text.len() - at));
        at
    }
}

/// How far a section or comment that is not closed reaches at most: to the tag that ends its element, else its item. An end mark
/// behind the beginning of another one belongs to that other one.
fn reach(text: &str, open: &str, element: &str, end: Option<usize>) -> Option<usize> {
    let before_end = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
    let next = before_end.get(open.len()..).and_then(|inside| inside.find(open));
    if end.is_some() && next.is_none() {
        return None;
    }
    let inside =
        before_end.get(..next.map_or(before_end.len(), |next| next + open.len())).unwrap_or_default();
    let item = ["</item>", "</entry>", "</record>"].into_iter().filter_map(|tag| inside.find(tag)).min()?;
    let own = inside.get(..item).and_then(|inside| inside.find(&format!("</{element}>")));
    Some(own.unwrap_or(item))
}

fn construct<'t>(text: &'t str, element: &str, ends: &mut Ends) -> Construct<'t> {
    let after_mark = text.get(1..).unwrap_or_default();
    if text.starts_with("<![CDATA[") {
        let end = ends.section.find(text, "]]>");
        let cut = reach(text, "<![CDATA[", element, end).or(end.map(|end| end + 3));
        return match cut.and_then(|at| text.split_at_checked(at)) {
            Some((section, after)) => Construct::Cdata(section, after),
            None => Construct::Unclosed,
        };
    }
    if text.starts_with("<!--") {
        let end = ends.comment.find(text, "-->");
        // Of an unclosed comment only its text goes: the tags behind it were hardly meant to be commented out.
        let unclosed = reach(text, "<!--", element, end).and(after_mark.find('<').map(|at| at + 1));
        let cut = unclosed.or(end.map(|end| end + 3));
        return match cut.and_then(|at| text.get(at..)) {
            Some(after) => Construct::Dropped(after),
            None => Construct::Unclosed,
        };
    }
    if text.starts_with("<?") && !ends.instruction {
        if let Some((_, after)) = text.split_once("?>") {
            return Construct::Dropped(after);
        }
        ends.instruction = true;
    }
    if text.starts_with("<!") && !ends.declaration {
        if let Some(after) = after_declaration(text) {
            return Construct::Dropped(after);
        }
        ends.declaration = true;
    }
    let name = after_mark.strip_prefix('/').unwrap_or(after_mark);
    if name.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | ':'))
        && let Some((tag, after)) = split_tag(after_mark)
    {
        return Construct::Tag(tag, after);
    }
    Construct::Text(after_mark)
}

/// What follows a `<!DOCTYPE …>`, its internal subset included.
fn after_declaration(text: &str) -> Option<&str> {
    let (head, _) = text.split_once('>')?;
    if !head.contains('[') {
        return text.get(head.len() + 1..);
    }
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once(']')?;
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            return Some(after);
        }
    }
}

/// Splits after the `>` that ends a tag. A quoted value may hold `>`, but a `<` means that a quote was forgotten.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut first_end = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'<', _) => break,
            (b'>', None) => return split_around(text, at),
            (b'>', Some(_)) => {
                first_end.get_or_insert(at);
            }
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    split_around(text, first_end?)
}

fn split_around(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn push_tag(out: &mut String, tag: &str) {
    out.push('<');
    for (number, part) in tag.split('>').enumerate() {
        if number > 0 {
            out.push_str("&gt;");
        }
        push_data(out, part);
    }
    out.push('>');
}

/// Appends character data or the inside of a tag, its references mended.
fn push_data(out: &mut String, data: &str) {
    let mut rest = data;
    while let Some((before, from_mark)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let body = from_mark.get(1..).unwrap_or_default();
        let end = body.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
        let name = end.and_then(|end| body.get(..end)).unwrap_or_default();
        if let Some(mended) = reference(name) {
            mended.push_to(out, name);
            rest = body.get(name.len() + 1..).unwrap_or_default();
        } else {
            out.push_str("&amp;");
            rest = body;
        }
    }
    out.push_str(rest);
}

/// What a character reference becomes.
enum Reference {
    AsItIs,
    Characters(String),
    /// It names a character that no document may hold.
    Nothing,
}

impl Reference {
    fn push_to(&self, out: &mut String, name: &str) {
        match self {
            Self::AsItIs => {
                out.push('&');
                out.push_str(name);
                out.push(';');
            }
            Self::Characters(characters) => out.push_str(&quick_xml::escape::escape(characters.as_str())),
            Self::Nothing => {}
        }
    }
}

fn reference(name: &str) -> Option<Reference> {
    let Some(number) = name.strip_prefix('#') else {
        if resolve_xml_entity(name).is_some() {
            return Some(Reference::AsItIs);
        }
        return named(name).map(Reference::Characters);
    };
    let (digits, radix) = number.strip_prefix(['x', 'X']).map_or((number, 10), |digits| (digits, 16));
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let Some(character) = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32) else {
        return Some(Reference::Nothing);
    };
    Some(match character {
        // A browser reads these numbers as windows-1252 (HTML, numeric character reference end state).
        '\u{80}'..='\u{9F}' => {
            let byte = [u8::try_from(u32::from(character)).unwrap_or(b' ')];
            Reference::Characters(WINDOWS_1252.decode_without_bom_handling(&byte).0.into_owned())
        }
        _ if !is_xml(character) => Reference::Nothing,
        _ if name.starts_with("#X") => Reference::Characters(character.to_string()),
        _ => Reference::AsItIs,
    })
}

/// Whether a reference of that name is one that stays as it is.
pub(in crate::sources) fn is_sound_reference(name: &str) -> bool {
    name.len() < LONGEST_REFERENCE && matches!(reference(name), Some(Reference::AsItIs))
}

/// What stands in a text beside its markup.
#[derive(Clone, Copy, Debug)]
pub(in crate::sources) struct Signs {
    /// Whether some character is none of [`is_xml`].
    pub(in crate::sources) are_strange: bool,
    /// Whether there are line ends of other systems, which become line feeds (XML 1.0 §2.11).
    pub(in crate::sources) has_returns: bool,
}

/// Looks at a text as a whole.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without a way out the processor looks at many bytes at once"
)]
pub(in crate::sources) fn signs(text: &str) -> Signs {
    // U+FFFE and U+FFFF begin with 0xEF, as few others do.
    let may_begin = |byte: u8| byte == 0xEF || byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    let (may_be_strange, has_returns) = text.bytes().fold((false, false), |(strange, returns), byte| {
        (strange | may_begin(byte), returns | (byte == b'\r'))
    });
    Signs { are_strange: may_be_strange && !text.chars().all(is_xml), has_returns }
}

/// Whether XML 1.0 allows a character (§2.2).
fn is_xml(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::repair;

    #[test]
    fn references_become_characters_or_literal_text() {
        let text =
            "<a b='R&D &eacute;'>&amp; &nbsp;&Alpha; AT&T &unknown; &#0;&#1;&#150;&#xE9; &LT;&#99999999;</a>";
        let mended =
            "<a b='R&amp;D \u{e9}'>&amp; \u{a0}\u{391} AT&amp;T &amp;unknown; \u{2013}&#xE9; &lt;</a>";
        assert_eq!(repair(text), mended);
    }

    #[test]
    fn less_than_signs_that_open_nothing_are_text() {
        assert_eq!(repair("<a>x < y, 1<2, <3 </ ></a>"), "<a>x &lt; y, 1&lt;2, &lt;3 &lt;/ ></a>");
        assert_eq!(repair("<a>p<q and <b>r</b></a>"), "<a>p&lt;q and <b>r</b></a>");
    }

    #[test]
    fn a_document_type_goes_and_its_entities_stay_unexpanded() {
        let text =
            "<!DOCTYPE a [ <!ENTITY x \"<b/>]\"> <!ENTITY y SYSTEM 'file:///etc/passwd'> ]>\n<a>&x;&y;</a>";
        assert_eq!(repair(text), "<a>&amp;x;&amp;y;</a>");
    }

    #[test]
    fn what_stands_before_the_root_goes() {
        let text = "Warning: x < y on line 3\n<?xml version='1.0'?><!-- <rss> -->\n<rss>\u{1}\u{c}t</rss>";
        assert_eq!(repair(text), "<rss>t</rss>");
    }

    #[test]
    fn a_value_may_hold_a_greater_than_sign_and_a_forgotten_quote_ends_with_the_tag() {
        assert_eq!(repair("<a b=\"1>0\">t</a>"), "<a b=\"1&gt;0\">t</a>");
        assert_eq!(repair("<a b=\"1>t</a><c d='2'>u</c>"), "<a b=\"1>t</a><c d='2'>u</c>");
    }

    #[test]
    fn character_data_sections_stay_as_they_are() {
        assert_eq!(repair("<a><![CDATA[<p>R&D</p>\u{0}]]></a>"), "<a><![CDATA[<p>R&D</p>]]></a>");
    }

    #[test]
    fn an_unclosed_section_or_comment_ends_with_its_element_or_item() {
        let text = "<r><item><d><![CDATA[a</d></item><item><d><![CDATA[b]]></d></item></r>";
        assert_eq!(repair(text), "<r><item><d><![CDATA[a]]></d></item><item><d><![CDATA[b]]></d></item></r>");
        let text = "<r><item><d>a<!-- b</d></item><item><d><!-- c -->d</d></item></r>";
        assert_eq!(repair(text), "<r><item><d>a</d></item><item><d>d</d></item></r>");
        assert_eq!(
            repair("<r><item><![CDATA[a<b></item><item>c</item>"),
            "<r><item><![CDATA[a<b>]]></item><item>c</item>"
        );
        assert_eq!(repair("<r><item><!-- a</item><item>c</item>"), "<r><item></item><item>c</item>");
    }

    #[test]
    fn a_section_about_sections_stays_whole() {
        let text = "<r><item><d><![CDATA[write <![CDATA[ x and </d> here]]></d></item></r>";
        assert_eq!(repair(text), text);
    }

    #[test]
    fn unclosed_constructs_do_not_cost_quadratic_time() {
        for piece in [
            "<?",
            "<!",
            "<![CDATA[",
            "<!--",
            "<a b=\"",
            "&",
            "<",
            "</",
            "<!DOCTYPE [",
            "<![CDATA[</item>",
            "<!--</item>",
        ] {
            let text = format!("<rss>{}", piece.repeat(200_000));
            assert!(repair(&text).len() < text.len() * 6);
        }
    }
}
