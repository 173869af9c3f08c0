//! Accents of TeX's text mode, composed into one character (`\"o`, `\'{e}`, `\c{c}`, `\v s`, `\'\i`).

use unicode_normalization::UnicodeNormalization as _;

/// Accents whose command is a sign.
const SIGNS: &[(char, char)] = &[
    ('\'', '\u{301}'),
    ('`', '\u{300}'),
    ('^', '\u{302}'),
    ('"', '\u{308}'),
    ('~', '\u{303}'),
    ('=', '\u{304}'),
    ('.', '\u{307}'),
];

/// Accents whose command is a letter.
const LETTERS: &[(&str, char)] = &[
    ("c", '\u{327}'),
    ("v", '\u{30C}'),
    ("u", '\u{306}'),
    ("H", '\u{30B}'),
    ("k", '\u{328}'),
    ("r", '\u{30A}'),
    ("d", '\u{323}'),
    ("b", '\u{331}'),
    ("t", '\u{361}'),
];

/// An accent made by a sign, applied to what stands in `rest`; the text and how much of `rest` was used.
pub(super) fn sign_command(sign: char, rest: &str) -> Option<(String, usize)> {
    let (_sign, mark) = SIGNS.iter().find(|(known, _mark)| *known == sign)?;
    if let Some(found) = applied(*mark, rest) {
        return Some(found);
    }
    // `\~{}` and `\^{}` stand for the sign itself.
    rest.starts_with("{}").then(|| (sign.to_string(), 2))
}

/// An accent made by a letter; it needs braces or a blank before a single letter.
pub(super) fn letter_command(name: &str, rest: &str) -> Option<(String, usize)> {
    let (_name, mark) = LETTERS.iter().find(|(known, _mark)| *known == name)?;
    rest.starts_with(['{', ' ', '\\']).then(|| applied(*mark, rest)).flatten()
}

/// Puts the mark on the letter at the start of `rest`.
fn applied(mark: char, rest: &str) -> Option<(String, usize)> {
    let trimmed = rest.trim_start_matches(' ');
    let blanks = rest.len() - trimmed.len();
    let (inner, wrap) = match trimmed.strip_prefix('{') {
        Some(inner) => (inner.trim_start_matches(' '), true),
        None => (trimmed, false),
    };
    let mut used = blanks + (trimmed.len() - inner.len());
    let (letter, length) = base(inner)?;
    used += length;
    if wrap {
        // More than one character may stand in the braces; the first takes the mark.
        let behind = inner.get(length..)?;
        let close = behind.find(['}', '{', '\\', '$'])?;
        let tail = behind.get(..close)?;
        if !behind.get(close..)?.starts_with('}') || tail.len() > 24 {
            return None;
        }
        return Some((format!("{}{tail}", composed(letter, mark)), used + close + 1));
    }
    Some((composed(letter, mark), used))
}

/// The letter that takes a mark: itself, or dotless `\i` and `\j`, which composed characters write with their dot.
fn base(text: &str) -> Option<(char, usize)> {
    let first = text.chars().next()?;
    if first.is_alphabetic() {
        return Some((first, first.len_utf8()));
    }
    let name = text.strip_prefix('\\')?;
    let (command, letter) = [("i", 'i'), ("j", 'j'), ("o", 'ø'), ("ae", 'æ'), ("O", 'Ø'), ("AE", 'Æ')]
        .into_iter()
        .find(|(command, _letter)| {
            name.strip_prefix(command)
                .is_some_and(|behind| !behind.starts_with(|next: char| next.is_ascii_alphabetic()))
        })?;
    let mut length = 1 + command.len();
    if text.get(length..)?.starts_with(' ') {
        length += 1;
    } else if text.get(length..)?.starts_with("{}") {
        length += 2;
    }
    Some((letter, length))
}

fn composed(letter: char, mark: char) -> String {
    [letter, mark].into_iter().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::letter_command;
    use super::sign_command;

    #[test]
    fn a_mark_is_put_on_its_letter() {
        assert_eq!(sign_command('"', "odinger"), Some(("ö".into(), 1)));
        assert_eq!(sign_command('\'', "{e}x"), Some(("é".into(), 3)));
        assert_eq!(sign_command('\'', "{\\i}x"), Some(("í".into(), 4)));
        assert_eq!(sign_command('`', "\\i x"), Some(("ì".into(), 3)));
        assert_eq!(letter_command("c", "{c}a"), Some(("ç".into(), 3)));
        assert_eq!(letter_command("v", " s"), Some(("š".into(), 2)));
        assert_eq!(letter_command("H", "{o}"), Some(("ő".into(), 3)));
        assert_eq!(sign_command('~', "{}x"), Some(("~".into(), 2)));
    }

    #[test]
    fn what_has_no_letter_is_no_accent() {
        assert_eq!(sign_command('\'', "5"), None);
        assert_eq!(letter_command("c", "afe"), None);
        assert_eq!(letter_command("c", ""), None);
    }
}
