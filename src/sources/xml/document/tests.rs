//! Both ways of reading a document say the same of it, and what needs mending goes the long way.

use super::*;

const HEAD: &str =
    "<?xml version='1.0'?>\n<rss xmlns:a='b?c&amp;d' version=\"2.0\"><channel><title>x &lt; y</title>";

fn both(text: &str) -> bool {
    first(text, usize::MAX)
}

/// Tells everything that a document says.
struct Tell;

impl Reads for Tell {
    type Head = String;
    type Item = String;

    fn head(&self, outside: &mut Element<'_>) -> String {
        told(outside)
    }

    fn item(&self, _head: &String, _number: usize, item: &Element<'_>) -> Result<String, String> {
        Ok(told(item))
    }
}

/// The same of so many items.
fn first(text: &str, at_most: usize) -> bool {
    let long = mended(&repair::repair(text), at_most, &Tell).unwrap();
    let short = short(text, at_most, &Tell);
    if let Some(short) = &short {
        assert_eq!(*short, long, "{text}");
    }
    short.is_some()
}

/// Everything that an element says, but not how its tags are written, nor the white space of its own text.
fn told(element: &Element<'_>) -> String {
    fn tell(element: &Element<'_>, is_outermost: bool, out: &mut String) {
        let shown = |text: &str| if is_outermost { text.replace([' ', '\n'], "") } else { text.to_owned() };
        out.extend(["(", element.name]);
        for (name, value) in element.attributes() {
            out.extend([" ", name, "=", &value]);
        }
        out.extend(["|", &shown(&element.text)]);
        for (inner, behind) in &element.parts {
            tell(inner, false, out);
            out.push_str(&shown(behind));
        }
        out.push(')');
    }
    let mut out = String::new();
    tell(element, true, &mut out);
    out
}

#[test]
fn sound_documents_are_read_in_one_pass() {
    for items in [
        "",
        "<item><title>a &amp; b&#233;&#x3b1;</title><link href=\"/?a&amp;b\"/><x:c t='&#60;'>d<e/>f<g>h</g>i</x:c></item>",
        "<item><d><![CDATA[<p>a & b</p>\r\n]]>c\r\nd</d></item>\n<item/>".trim_end_matches("<item/>"),
        "<item>a</item>between<other>b</other><entry xml:lang='en'>c</entry>",
        "\n <item>\n <title>  a <b> c </b> d &amp; e </title>\n <f\n g='h' />\n </item>\n <item> i &lt; j <![CDATA[ k ]]> l </item> ",
        "<item>a<!-- <b> & c -->d</item><!-- e --><item>f<?php g ?>h</item><!---->",
    ] {
        assert!(both(&format!("{HEAD}{items}</channel></rss>\n")), "{items}");
    }
    assert!(both(
        "<?xml version='1.0'?><!-- a --><?b c?>\n<!DOCTYPE d SYSTEM 'e'>\n<rss><item>f</item></rss><!-- g -->"
    ));
}

#[test]
fn no_more_items_are_read_than_are_wished_for() {
    let text = format!("{HEAD}<item>1</item><item><b>2</b></item><entry>3</entry></channel></rss>");
    for at_most in 0..4 {
        assert!(first(&text, at_most));
        let read = read(&text, at_most, &Tell).unwrap();
        assert_eq!((read.items.len(), read.count), (at_most, at_most));
    }
}

#[test]
fn the_first_doubt_sends_a_document_the_long_way() {
    for items in [
        "<item>AT&T</item>",
        "<item>&eacute;</item>",
        "<item>&#150;</item>",
        "<item>&#X41;</item>",
        "<item>&#00000000000000000000000000000000065;</item>",
        "<item>a\u{1}</item>",
        "<item>x < y</item>",
        "<item>p<q and <b>r</b></item>",
        "<item><a b='1>2'>c</a></item>",
        "<item><a b='AT&T'>c</a></item>",
        "<item><a b>c</a></item>",
        "<item><!-- a <!-- b -->c</item>",
        "<item>a<!--></item><item>b</item><item>c<!--></item>",
        "<item>a<!---></item><item>b</item><item>c<!---></item>",
        "<!-- a --><item>c</item>",
        "<?php a ?><item>c</item>",
        "<item><d><![CDATA[a</d></item><item><d><![CDATA[b]]></d></item>",
        "<item>a<item>b</item></item>",
        "<item>a<b>c</item>",
        "<item>a</b>c</item>",
        "<item/>",
        "<item/ x='1'>a</item/>",
        "<item>a",
    ] {
        assert!(!both(&format!("{HEAD}{items}</channel></rss>")), "{items}");
    }
    for text in [
        "<rss/>",
        "a<rss></rss>",
        "<rss></rss>b",
        "<a></a><b></b>",
        "<item></item>",
        "<!DOCTYPE a []><rss></rss>",
        "<rss><!DOCTYPE a></rss>",
        "\u{FEFF} abc<rss><b>x</b></rss>",
    ] {
        assert!(!both(text), "{text}");
    }
}
