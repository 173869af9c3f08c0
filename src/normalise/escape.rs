//! Writing text into XHTML: five characters are escaped, white space is folded, and what XML forbids is left out.

use crate::model::text::is_banned;
use crate::model::text::run_of;

/// Escapes `&`, `<`, `>`, `"` and drops characters that may not stand in XML.
pub(crate) fn push(out: &mut String, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        rest = push_run(out, rest, is_plain);
        if let Some(character) = rest.chars().next() {
            push_one(out, character);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }
}

/// Like [`push`], with runs of white space as one blank; `after_blank` says that one stands before already.
pub(crate) fn push_folded(out: &mut String, text: &str, after_blank: bool) {
    fold(out, text, after_blank, is_plain, push_one);
}

/// Does to plain text what [`push_folded`] does, but escapes nothing.
pub(crate) fn push_text_folded(out: &mut String, text: &str, after_blank: bool) {
    fold(out, text, after_blank, |byte| matches!(byte, b'!'..=b'~'), String::push);
}

fn fold(
    out: &mut String,
    text: &str,
    after_blank: bool,
    is_plain: impl Fn(u8) -> bool,
    push_one: impl Fn(&mut String, char),
) {
    let mut after_blank = after_blank;
    let mut rest = text;
    while !rest.is_empty() {
        let before = rest.len();
        rest = push_run(out, rest, &is_plain);
        after_blank &= rest.len() == before;
        let Some(character) = rest.chars().next() else { return };
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if is_banned(character) {
            continue;
        }
        if !character.is_whitespace() {
            push_one(out, character);
            after_blank = false;
        } else if !after_blank {
            out.push(' ');
            after_blank = true;
        }
    }
}

/// Takes over what stands for itself at the beginning, and returns what follows.
fn push_run<'text>(out: &mut String, text: &'text str, is_plain: impl Fn(u8) -> bool) -> &'text str {
    let (run, rest) = text.split_at_checked(run_of(text, is_plain)).unwrap_or(("", text));
    out.push_str(run);
    rest
}

/// Whether a byte is a character that stands for itself wherever it stands.
#[inline]
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"')
}

/// The start tag of a link to an address that has been checked.
pub(crate) fn push_link(out: &mut String, address: &str) {
    out.push_str("<a href=\"");
    push(out, address);
    out.push_str("\" rel=\"noopener noreferrer nofollow\">");
}

fn push_one(out: &mut String, character: char) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        _banned if is_banned(character) => {}
        _plain => out.push(character),
    }
}

/// Plain text as XHTML paragraphs.
pub(crate) fn paragraphs(text: &crate::model::text::Text) -> String {
    let mut out = String::with_capacity(text.as_str().len() + 16);
    for paragraph in text.paragraphs() {
        out.push_str("<p>");
        push(&mut out, paragraph);
        out.push_str("</p>");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::push;
    use super::push_folded;
    use super::push_one;
    use crate::model::text::is_banned;
    use crate::model::text::some_text;

    #[test]
    fn runs_are_written_as_characters_are() {
        let letters = [' ', ' ', '\n', 'a', '&', '<', '"', '>', 'é', '~', '\u{0}', '\u{FFFF}', '\u{A0}'];
        let mut random = fastrand::Rng::with_seed(4);
        for number in 0..5_000 {
            let text = some_text(&mut random, &letters);
            let (mut plain, mut folded, mut after_blank) = (String::new(), String::new(), number % 2 == 0);
            for character in text.chars() {
                push_one(&mut plain, character);
                if is_banned(character) {
                    continue;
                }
                if !character.is_whitespace() {
                    push_one(&mut folded, character);
                } else if !after_blank {
                    folded.push(' ');
                }
                after_blank = character.is_whitespace();
            }
            let (mut out, mut folded_out) = (String::new(), String::new());
            push(&mut out, &text);
            push_folded(&mut folded_out, &text, number % 2 == 0);
            assert_eq!((out, folded_out), (plain, folded), "{text:?}");
        }
    }

    #[test]
    fn markup_is_escaped_and_blanks_are_folded() {
        let mut out = String::new();
        push_folded(&mut out, " a<b \n &\u{0}\u{FFFF} \"c\" ", true);
        assert_eq!(out, "a&lt;b &amp; &quot;c&quot; ");
    }
}
