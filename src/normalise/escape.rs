//! Writing text into XHTML: five characters are escaped, white space is folded, and what XML forbids is left out.

use crate::model::text::is_banned;

/// Escapes `&`, `<`, `>`, `"` and drops characters that may not stand in XML.
pub(crate) fn push(out: &mut String, text: &str) {
    for character in text.chars() {
        push_one(out, character);
    }
}

/// Like [`push`], with runs of white space as one blank; `after_blank` says that one stands before already.
pub(crate) fn push_folded(out: &mut String, text: &str, after_blank: bool) {
    let mut after_blank = after_blank;
    for character in text.chars() {
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
    use super::push_folded;

    #[test]
    fn markup_is_escaped_and_blanks_are_folded() {
        let mut out = String::new();
        push_folded(&mut out, " a<b \n &\u{0}\u{FFFF} \"c\" ", true);
        assert_eq!(out, "a&lt;b &amp; &quot;c&quot; ");
    }
}
