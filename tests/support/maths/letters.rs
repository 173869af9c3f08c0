//! Letters and digits that a formula lost on its way to the reader.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::faults::LETTERS;

/// Letters and digits of formulas that the reader does not see. Arguments that are no text, and everything outside
/// formulas, are left out of the count on both sides by counting only what is too little overall.
pub(crate) fn lost(source: &str, shown: &str) -> Option<String> {
    if ["\\ion", "\\texorpdfstring", "\\SI", "\\replaced"].iter().any(|name| source.contains(name)) {
        return None;
    }
    let mut left: BTreeMap<char, usize> = BTreeMap::new();
    for character in shown.nfkd().filter(char::is_ascii_alphanumeric) {
        *left.entry(character).or_default() += 1;
    }
    let mut rest = source;
    let mut lost = String::new();
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first == '\\' {
            let body = rest.get(1..).unwrap_or_default();
            let name =
                body.get(..body.bytes().take_while(u8::is_ascii_alphabetic).count()).unwrap_or_default();
            length +=
                if name.is_empty() { body.chars().next().map_or(0, char::len_utf8) } else { name.len() };
            let behind = rest.get(length..).unwrap_or_default();
            let is_unseen = UNSEEN.contains(&name) || name.contains("cite");
            if is_unseen {
                length += behind.find('}').map_or(0, |end| end + 1);
                length += columns(rest.get(length..).unwrap_or_default(), behind);
            } else if matches!(name, "hskip" | "vskip" | "kern" | "mkern" | "raise" | "lower") {
                length += behind
                    .find(|next: char| !next.is_ascii_alphanumeric() && !" -.".contains(next))
                    .unwrap_or(behind.len());
            } else if name.is_empty() && behind.starts_with('[') && rest.starts_with("\\\\") {
                length += behind.find(']').map_or(0, |end| end + 1);
            }
        } else if first.is_ascii_alphanumeric() {
            match left.get_mut(&first).filter(|count| **count > 0) {
                Some(count) => *count -= 1,
                None => lost.push(first),
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    (!lost.is_empty()).then(|| format!("{LETTERS} {lost}"))
}

/// The length of the columns of an array (`[c]{ll}`), of which `rest` begins behind its name.
fn columns(rest: &str, begun: &str) -> usize {
    if !["{array}", "{darray}", "{tabular}"].iter().any(|name| begun.starts_with(name)) {
        return 0;
    }
    let optional = if rest.starts_with('[') { rest.find(']').map_or(0, |end| end + 1) } else { 0 };
    let columns = rest.get(optional..).unwrap_or_default();
    let mut depth = 0_i32;
    for (at, character) in columns.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _other => {}
        }
        if depth == 0 {
            return if at > 0 { optional + at + 1 } else { 0 };
        }
    }
    0
}

/// Commands whose first argument nobody sees.
const UNSEEN: &[&str] = &[
    "begin",
    "end",
    "label",
    "ref",
    "eqref",
    "href",
    "hspace",
    "vspace",
    "color",
    "textcolor",
    "unicode",
    "tag",
    "phantom",
    "hphantom",
    "vphantom",
    "texorpdfstring",
    "SI",
    "ion",
    "foreignlanguage",
    "colorbox",
    "footnotemark",
    "thanks",
    "index",
    "hyperlink",
    "hyperref",
    "QTR",
    "QTO",
    "deleted",
    "scalebox",
    "require",
];
