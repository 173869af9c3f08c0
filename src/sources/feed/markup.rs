//! How a feed's text is written where the feed does not say: plain, TeX, HTML or JATS.

use std::sync::LazyLock;

use regex::Regex;

use crate::entities::named;
use crate::model::text::Markup;
use crate::model::text::Raw;

/// A closing tag, a void or a block element of HTML or MathML. An opening inline tag alone is no sign: `a<b>c`.
static HTML: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let inline =
        "a|abbr|b|big|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|var";
    let block = "article|blockquote|center|dd|div|dl|dt|h[1-6]|li|ol|p|pre|section|table|tbody|td|th|tr|ul|script|\
                 style|iframe|figure|math|mml:math|title|body|html";
    let void = "br|hr|img|wbr";
    let attribute = r#"(?:\s+[a-zA-Z:_-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))"#;
    Regex::new(&format!(
        r"(?i)</(?:{inline}|{block})\s*>|<(?:{block}|{void}){attribute}*\s*/?>|<(?:{inline}){attribute}+\s*/?>",
    ))
    .ok()
});

/// A character reference.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|([a-zA-Z][a-zA-Z0-9]{1,31}));").ok());

/// Text of undeclared markup.
pub(in crate::sources) fn guess(text: &str) -> Raw {
    Raw::new(text, kind_of(text))
}

/// Text that is declared plain, in which TeX may stand all the same.
pub(in crate::sources) fn plain(text: &str) -> Raw {
    Raw::new(text, of_plain(text))
}

/// How text that is declared plain is written.
pub(super) fn of_plain(text: &str) -> Markup {
    if has_tex(text) { Markup::Tex } else { Markup::Plain }
}

/// How text of undeclared markup is written.
pub(super) fn kind_of(text: &str) -> Markup {
    let has_less = text.contains('<');
    if has_less && text.contains("<jats:") {
        return Markup::Jats;
    }
    let is_match = |pattern: &LazyLock<Option<Regex>>| {
        LazyLock::force(pattern).as_ref().is_some_and(|regex: &Regex| regex.is_match(text))
    };
    if has_less && is_match(&HTML) || text.contains('&') && has_reference(text) {
        Markup::Html
    } else {
        of_plain(text)
    }
}

fn has_reference(text: &str) -> bool {
    LazyLock::force(&REFERENCE).as_ref().is_some_and(|regex| {
        regex.captures_iter(text).any(|found| found.get(1).is_none_or(|name| named(name.as_str()).is_some()))
    })
}

/// Whether text has a formula in TeX: paired dollar signs around a command, or `\(`.
fn has_tex(text: &str) -> bool {
    let has_command = || text.bytes().any(|byte| matches!(byte, b'\\' | b'^' | b'_' | b'{'));
    (text.matches('$').nth(1).is_some() && has_command())
        || text.contains('\\') && text.contains("\\(") && text.contains("\\)")
}

/// How many characters of a text are seen once its markup is rendered, roughly. Counting ends where there are more than `enough`.
pub(super) fn visible_chars(text: &str, markup: Markup, enough: usize) -> usize {
    if !matches!(markup, Markup::Html | Markup::Jats) {
        return ink(text);
    }
    let mut pieces = text.split('<');
    let mut seen = pieces.next().map_or(0, ink);
    // What has no end is a tag to the end.
    for (_tag, text) in pieces.filter_map(|piece| piece.split_once('>')) {
        if seen > enough {
            break;
        }
        seen += ink(text);
    }
    seen
}

/// How many characters of a text are no white space of ASCII.
fn ink(text: &str) -> usize {
    // Bytes that go on with a character do not begin one. So many at once as are counted in a byte: the processor looks at
    // many of them together.
    let stretches = text.as_bytes().chunks(usize::from(u8::MAX));
    let seen = |byte: &u8| u8::from(*byte > b' ' && byte & 0xC0 != 0x80);
    stretches.map(|stretch| usize::from(stretch.iter().map(seen).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use super::guess;
    use super::visible_chars;
    use crate::model::text::Markup;

    #[test]
    fn less_than_signs_do_not_make_html() {
        for text in
            ["x < y and a<b, c>d", "a<b>c", "p<p and q>1", "AT&T; R&D", "for all i<n", "a <i and b> c"]
        {
            assert_eq!(guess(text).markup, Markup::Plain, "{text}");
        }
    }

    #[test]
    fn elements_and_references_make_html() {
        for text in [
            "<p>We test.",
            "H<sub>2</sub>O",
            "a<br/>b",
            "x &lt; y",
            "caf&eacute;",
            "<a href=\"x\">y",
            "&#233;",
        ] {
            assert_eq!(guess(text).markup, Markup::Html, "{text}");
        }
        assert_eq!(guess("<jats:p>We test.</jats:p>").markup, Markup::Jats);
    }

    #[test]
    fn formulas_make_tex_and_prices_do_not() {
        assert_eq!(guess("bounds of $O(n^2)$ and a<b").markup, Markup::Tex);
        assert_eq!(guess("between $5 and $10").markup, Markup::Plain);
    }

    #[test]
    fn only_what_is_seen_counts() {
        assert_eq!(visible_chars("<p class='a'>a b</p>", Markup::Html, 9), 2);
        assert_eq!(visible_chars("a <b", Markup::Plain, 9), 3);
    }
}
