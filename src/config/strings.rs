//! Where a character of a TOML string's value stands in the file, so that an error in a topic's query can point at it.

use std::ops::Range;

/// The bytes of the file that hold the bytes `inner` of a string's value.
///
/// `written` is the string as it stands in the file, quotation marks included, from the byte `at`; `value` is what the
/// parser made of it. When the two cannot be lined up, the answer is the string's first character.
pub(super) fn span_in_file(written: &str, at: usize, value: &str, inner: Range<usize>) -> Range<usize> {
    let Some(places) = places(written, value) else {
        return at..at + 1;
    };
    let place = |offset: usize| {
        let index = places.partition_point(|(decoded, _)| *decoded <= offset).saturating_sub(1);
        places.get(index).map_or(0, |(_, place)| *place)
    };
    let start = place(inner.start);
    // The end is that of the last character meant, so that an escape is marked whole.
    let end = if inner.end > inner.start { place(inner.end) } else { start };
    at + start..at + end.max(start + 1)
}

/// For each character of the value, and for its end: its offset in the value and in `written`. `None` when reading
/// `written` by the rules of TOML does not give `value`.
fn places(written: &str, value: &str) -> Option<Vec<(usize, usize)>> {
    let (opening, is_basic) = if written.starts_with("\"\"\"") {
        (3, true)
    } else if written.starts_with("'''") {
        (3, false)
    } else {
        (1, written.starts_with('"'))
    };
    let end = written.len().checked_sub(opening)?;
    let mut at = opening;
    if opening == 3 {
        // The first line feed after the opening quotation marks is not part of the value.
        at += ["\r\n", "\n"]
            .into_iter()
            .find(|feed| written.get(at..).is_some_and(|s| s.starts_with(feed)))
            .map_or(0, str::len);
    }
    let mut decoded = String::with_capacity(value.len());
    let mut places = Vec::new();
    while at < end {
        let rest = written.get(at..end)?;
        let character = rest.chars().next()?;
        let (meaning, length) = if is_basic && character == '\\' {
            escape(rest)?
        } else {
            (Some(character), character.len_utf8())
        };
        if let Some(meaning) = meaning {
            places.push((decoded.len(), at));
            decoded.push(meaning);
        }
        at += length;
    }
    places.push((decoded.len(), end));
    (decoded == value).then_some(places)
}

/// What the escape at the start of `rest` stands for (nothing, for one that joins lines) and how many bytes it takes.
fn escape(rest: &str) -> Option<(Option<char>, usize)> {
    let kind = rest.chars().nth(1)?;
    let numbered = |digits: usize| {
        let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
        Some((Some(char::from_u32(code)?), 2 + digits))
    };
    match kind {
        'b' => Some((Some('\u{8}'), 2)),
        't' => Some((Some('\t'), 2)),
        'n' => Some((Some('\n'), 2)),
        'f' => Some((Some('\u{C}'), 2)),
        'r' => Some((Some('\r'), 2)),
        'e' => Some((Some('\u{1B}'), 2)),
        '"' | '\\' => Some((Some(kind), 2)),
        'x' => numbered(2),
        'u' => numbered(4),
        'U' => numbered(8),
        blank if blank.is_whitespace() => {
            let after = rest.get(1..)?.trim_start_matches([' ', '\t', '\r', '\n']);
            Some((None, rest.len() - after.len()))
        }
        _other => None,
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;
    use toml::de::DeValue;

    use super::span_in_file;

    /// What is marked in `key = WRITTEN` when the characters `meant` of the value are meant.
    fn marked<'t>(file: &'t str, meant: &str) -> &'t str {
        let table = DeTable::parse(file).unwrap();
        let (_key, value) = table.get_ref().iter().next().unwrap();
        let DeValue::String(decoded) = value.get_ref() else { panic!("not a string") };
        let start = decoded.find(meant).unwrap();
        let written = &file[value.span()];
        &file[span_in_file(written, value.span().start, decoded, start..start + meant.len())]
    }

    #[test]
    fn a_place_is_found_in_every_kind_of_string() {
        assert_eq!(marked("q = 'a \\bad b'", "\\bad"), "\\bad");
        assert_eq!(marked("q = \"é \\\"x\\\" ünd b\"", "ünd"), "ünd");
        assert_eq!(marked("q = \"\\u00e9\\t\\x41 bad\"", "bad"), "bad");
        assert_eq!(marked("q = '''\na OR\r\nbad '' b'''", "bad"), "bad");
        assert_eq!(marked("q = \"\"\"\r\na OR \\\n   bad \\U0001F600 \"b\"\"\"\"", "bad"), "bad");
        assert_eq!(marked("q = \"\"\"a \\\n  \\\n bad\"\"\"", "bad"), "bad");
    }

    #[test]
    fn an_escaped_character_is_marked_whole() {
        assert_eq!(marked("q = \"a \\u00e9 b\"", "é"), "\\u00e9");
        assert_eq!(marked("q = \"say \\\"so\\\"\"", "\"so\""), "\\\"so\\\"");
    }

    #[test]
    fn a_place_past_the_end_is_the_closing_quotation_mark() {
        assert_eq!(span_in_file("\"a b\"", 10, "a b", 3..3), 14..15);
        assert_eq!(span_in_file("'''a b'''", 10, "a b", 3..9), 16..17);
    }

    #[test]
    fn what_cannot_be_lined_up_points_at_the_start() {
        assert_eq!(span_in_file("\"a b\"", 10, "something else", 3..4), 10..11);
        assert_eq!(span_in_file("'", 10, "", 0..0), 10..11);
    }
}
