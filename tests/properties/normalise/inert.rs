//! What may stand in a cleaned fragment: all else is an attack that survived.

/// Elements that a body may hold.
const ELEMENTS: &[&str] = &[
    "p",
    "br",
    "em",
    "strong",
    "i",
    "b",
    "u",
    "sub",
    "sup",
    "code",
    "pre",
    "ul",
    "ol",
    "li",
    "blockquote",
    "a",
    "math",
    "semantics",
    "annotation",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mfrac",
    "msqrt",
    "mroot",
    "mstyle",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mmultiscripts",
    "mtable",
    "mtr",
    "mtd",
    "mtext",
    "mspace",
    "mpadded",
    "mphantom",
    "merror",
    "none",
    "mprescripts",
];

/// Attributes that a body may hold.
const ATTRIBUTES: &[&str] = &[
    "href",
    "rel",
    "xmlns",
    "display",
    "encoding",
    "columnalign",
    "columnspan",
    "depth",
    "displaystyle",
    "fence",
    "height",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "rowspan",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "width",
];

/// Reads a fragment with a strict XML reader and checks every element, attribute and link.
pub(super) fn assert_inert(fragment: &str, of: &str) {
    let document = format!("<div>{fragment}</div>");
    let mut reader = quick_xml::Reader::from_str(&document);
    reader.config_mut().check_end_names = true;
    reader.config_mut().allow_unmatched_ends = false;
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().unwrap_or_else(|error| panic!("{error} in {fragment}, made of {of}"));
        let element = match &event {
            quick_xml::events::Event::Start(element) => {
                depth += 1;
                element
            }
            quick_xml::events::Event::Empty(element) => element,
            quick_xml::events::Event::End(_) => {
                depth -= 1;
                continue;
            }
            quick_xml::events::Event::Text(text) => {
                let text: &str = text;
                assert!(!text.contains(['<', '>']), "bare markup in {fragment}, made of {of}");
                continue;
            }
            quick_xml::events::Event::GeneralRef(name) => {
                let name: &str = name;
                assert!(["amp", "lt", "gt", "quot"].contains(&name), "&{name}; in {fragment}");
                continue;
            }
            quick_xml::events::Event::Eof => break,
            other => panic!("{other:?} in {fragment}, made of {of}"),
        };
        let name = element.name().as_ref().to_owned();
        assert!(
            name == "div" && depth == 1 || ELEMENTS.contains(&name.as_str()),
            "<{name}> in {fragment}, made of {of}"
        );
        for attribute in element.attributes() {
            let attribute = attribute.unwrap_or_else(|error| panic!("{error} in {fragment}, made of {of}"));
            let key = attribute.key.as_ref().to_owned();
            assert!(ATTRIBUTES.contains(&key.as_str()), "{key} in {fragment}, made of {of}");
            if key == "href" {
                let value = attribute.value.to_string();
                let is_web =
                    ["http://", "https://", "mailto:"].iter().any(|scheme| value.starts_with(scheme));
                assert!(is_web, "{value} in {fragment}, made of {of}");
            }
        }
    }
    assert_eq!(depth, 0, "unclosed elements in {fragment}, made of {of}");
    let allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{7E}' | '\u{A0}'..='\u{FFFC}' | '\u{10000}'..);
    assert!(fragment.chars().all(allowed), "a character that XML forbids in {fragment:?}, made of {of}");
}
