//! Whether markup can stand in a feed: well-formed, passive, and needing nothing from around it.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// How deep elements may stand in each other: libxml2's readers give up at 256.
const DEEPEST: u32 = 200;

/// Elements that run, load or ask; `normalise` keeps none of them, and here they are a second time refused.
const ACTIVE: &[&str] = &[
    "script",
    "style",
    "iframe",
    "frame",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "button",
    "select",
    "textarea",
    "base",
    "link",
    "meta",
    "svg",
    "template",
    "img",
    "image",
    "picture",
    "video",
    "audio",
    "source",
    "noscript",
    "body",
    "html",
    "head",
    "title",
    "foreignObject",
];

/// Whether a fragment is passive and can stand inside an element of an XML 1.0 document without a DTD, needing no other namespace.
pub(super) fn is_sound(fragment: &str) -> bool {
    let mut reader = Reader::from_str(fragment);
    let mut depth = 0_u32;
    loop {
        let fine = match reader.read_event() {
            Ok(Event::Eof) => return depth == 0,
            Ok(Event::Start(tag)) => {
                depth += 1;
                depth <= DEEPEST && tag_is_fine(&tag)
            }
            Ok(Event::Empty(tag)) => tag_is_fine(&tag),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                true
            }
            Ok(Event::Text(text)) => text.chars().all(is_printable) && !text.contains("]]>"),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => is_printable(character),
                Ok(None) => resolve_predefined_entity(&reference).is_some(),
                Err(_) => false,
            },
            Ok(Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_))
            | Err(_) => false,
        };
        if !fine {
            return false;
        }
    }
}

/// A tag with plain names, attributes that are apart, and none that a browser would run.
fn tag_is_fine(tag: &BytesStart<'_>) -> bool {
    let mut quote = None;
    let mut was_closed = false;
    for character in tag.attributes_raw().chars() {
        if character == '<' || (was_closed && !character.is_ascii_whitespace()) {
            return false;
        }
        was_closed = quote == Some(character);
        quote = match quote {
            Some(_) if was_closed => None,
            None if matches!(character, '"' | '\'') => Some(character),
            open => open,
        };
    }
    let element = tag.name();
    let element: &str = element.as_ref();
    is_name(element)
        && !ACTIVE.iter().any(|active| element.eq_ignore_ascii_case(active))
        && tag.attributes().all(|attribute| {
            attribute.is_ok_and(|attribute| {
                let name = attribute.key.as_ref();
                let value = attribute.normalized_value(XmlVersion::Implicit1_0);
                (is_name(name) || name == "xml:lang")
                    && value.is_ok_and(|value| value.chars().all(is_printable) && is_passive(name, &value))
            })
        })
}

/// Whether an attribute neither runs nor loads anything, and leads nowhere but to the web.
fn is_passive(name: &str, value: &str) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    let runs = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("on"));
    let loads = ["style", "src", "srcset", "srcdoc", "action", "formaction", "background", "data"];
    let web = ["http://", "https://", "mailto:"];
    !runs
        && !loads.iter().any(|other| is(other))
        && (!is("href") || web.iter().any(|scheme| value.starts_with(scheme)))
}

/// A name without a prefix, in the letters that HTML and MathML use.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-')
}

/// What XML 1.0 allows and the feed validator does not warn about.
fn is_printable(character: char) -> bool {
    let control = matches!(character, '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}');
    let white = matches!(character, '\t' | '\n' | '\r');
    (!control || white) && !matches!(character, '\u{FFFD}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    #[test]
    fn xhtml_with_mathml_is_kept() {
        for fragment in [
            "",
            "<p>a &lt; b &amp; c &#945;</p>",
            r#"<p>x</p><p><math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mspace/></math></p>"#,
            r#"<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow">x</a><br/></p>"#,
        ] {
            assert!(is_sound(fragment), "{fragment}");
        }
    }

    #[test]
    fn what_would_break_a_feed_is_refused() {
        for fragment in [
            "<p>",
            "</p>",
            "<p></q>",
            "<p>&nbsp;</p>",
            "a & b",
            "<br>",
            "<p a=1>x</p>",
            "<p a='<'>x</p>",
            "<x:p/>",
            "<p a='1' a='2'>x</p>",
            "<p>\u{0}</p>",
            "<p>&#0;</p>",
            "<p>&#xFFFE;</p>",
            "<![CDATA[x]]>",
            "<!-- x -->",
            "<!DOCTYPE p>",
            "<?x?>",
            "<p onclick='x'>x</p>",
            "<p a='&x;'/>",
            "</p><p>",
            "<1/>",
            "a < b",
            "<p a='&#0;'/>",
            "<p a='\u{1}'/>",
            "<p>\u{FFFD}</p>",
            "<p a/>",
            "]]>",
            "<SCRIPT>x</SCRIPT>",
            "<p style='x'/>",
            "<a href='javascript:x'/>",
            "<a href=' https://x'/>",
            "<img/>",
            "<p a='1'b='2'/>",
            "<p\"/>",
            "<p =''/>",
        ] {
            assert!(!is_sound(fragment), "{fragment}");
        }
    }
}
