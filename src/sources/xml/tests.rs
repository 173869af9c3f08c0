//! Ill-formed documents and what is saved of them.

use super::*;
use crate::sources::xml::repair::decode;
use crate::sources::xml::repair::repair;

#[test]
fn entities_and_stray_characters_are_mended() {
    assert_eq!(
        repair("\u{FEFF} <a>&nbsp;&eacute; R&D &#0;&#150;&lt;\u{1}</a>"),
        "<a>\u{A0}é R&amp;D &#8211;&lt;</a>"
    );
    assert_eq!(repair("<a><![CDATA[R&D &nbsp;\u{1}]]></a>"), "<a><![CDATA[R&D &nbsp;]]></a>");
}

#[test]
fn charsets_are_found_and_stray_bytes_read_as_windows_1252() {
    assert_eq!(decode(b"\xEF\xBB\xBFa", None), "a");
    assert_eq!(
        decode(b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>", None),
        "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>"
    );
    assert_eq!(decode(b"caf\xC3\xA9 caf\xE9 \x93x\x94", Some("text/xml; charset=utf-8")), "café café “x”");
    assert_eq!(decode(b"\xFF\xFE<\0a\0/\0>\0", None), "<a/>");
}

#[test]
fn a_broken_item_ends_where_the_next_begins() {
    let text = "<rss><item><title>a</item><item><b><![CDATA[</item>]]></b></item><item>c";
    let found: Vec<&str> = items(text).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["<item><title>a</item>", "<item><b><![CDATA[</item>]]></b></item>", "<item>c"]);
    assert!(parse(found[0]).is_err());
    assert_eq!(parse(found[1]).unwrap().text(), "</item>");
}

#[test]
fn entity_bombs_stay_text() {
    let element = parse("<a>&lol9;</a>").unwrap();
    assert_eq!(element.text(), "&lol9;");
    assert!(parse(&"<a>".repeat(10_000)).is_err());
}

#[test]
fn the_table_of_names_is_sorted() {
    assert_eq!(entities::named("eacute"), Some("é"));
    assert_eq!(entities::named("zwnj"), Some("\u{200C}"));
    assert_eq!(entities::named("AElig"), Some("Æ"));
}
