//! Ill-formed documents and what is saved of them.

use super::*;

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
fn elements_of_any_name_and_prefix_are_cut_and_an_empty_one_ends_at_once() {
    let text = "<oai:record a='1'>x</oai:record> <Record/> y <record>z";
    let found: Vec<&str> = cut(text, &["record"]).into_iter().map(|range| &text[range]).collect();
    assert_eq!(found, ["<oai:record a='1'>x</oai:record>", "<Record/>", "<record>z"]);
}

#[test]
fn a_plain_tag_needs_no_second_look() {
    for (tag, name_length) in
        [("a", 1), ("dc:creator", 10), ("a b=\"c\"", 1), ("a b=\"c\" xml:lang=\"\"\n\t d-e=\"'f'\" ", 1)]
    {
        assert!(parse::is_plain_tag(tag, name_length), "{tag}");
        let element = format!("<{tag}></{}>", tag.get(..name_length).unwrap());
        assert!(parse(&element).is_ok(), "{tag}");
    }
    for tag in [
        "",
        "1",
        "a\u{e9}",
        "a b",
        "a b=",
        "a b=c",
        "a b='c'",
        "a b=\"c",
        "a b=\"c\"d=\"e\"",
        "a =\"c\"",
        "a b = \"c\"",
        "a b=\"&amp;\"",
        "a b=\"<\"",
        "a b=\">\"",
        "a/",
    ] {
        assert!(!parse::is_plain_tag(tag, tag.len().min(1)), "{tag}");
    }
}
