//! Character references (HTML, 13.5 "Named character references"): `&eacute;`, `&#233;`, `&#xE9;`.
//!
//! What reads sources and what cleans their texts both meet them, and neither may import the other.

use web_atoms::NAMED_ENTITIES;

/// The longest reference, without its mark and with its semicolon: names of HTML have up to 31 letters.
pub const LONGEST_REFERENCE: usize = 33;

/// The characters of that name, written without `&` and `;`.
pub fn named(name: &str) -> Option<String> {
    let (first, second) = NAMED_ENTITIES.get(&format!("{name};"))?;
    // Beginnings of names stand in the table too, with no character.
    let first = char::from_u32(*first).filter(|character| *character != '\0')?;
    let second = char::from_u32(*second).filter(|character| *character != '\0');
    Some(std::iter::once(first).chain(second).collect())
}

/// The text with each reference resolved once; one that stands for nothing stays as it is written.
pub fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let end = behind.bytes().take(LONGEST_REFERENCE).position(|byte| byte == b';');
        let name = end.and_then(|end| behind.get(..end)).unwrap_or_default();
        if let Some(characters) = characters(name) {
            out.push_str(&characters);
            rest = behind.get(name.len() + 1..).unwrap_or_default();
        } else {
            out.push('&');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}

/// What a reference by number or name stands for, written without its marks.
fn characters(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else { return named(name) };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_and_of_two_characters_are_known() {
        assert_eq!(named("Alpha").as_deref(), Some("\u{391}"));
        assert_eq!(named("cacute").as_deref(), Some("\u{107}"));
        assert_eq!(named("NotEqualTilde").as_deref(), Some("\u{2242}\u{338}"));
        assert_eq!(named("Alph"), None);
        assert_eq!(named(""), None);
    }

    #[test]
    fn one_odd_reference_costs_no_other() {
        for (written, meant) in [
            ("R&D &lt; 3 &amp; &eacute;&#233;&#xE9;", "R&D < 3 & \u{e9}\u{e9}\u{e9}"),
            ("&nothing; &#x110000; &; &#; &lt;", "&nothing; &#x110000; &; &#; <"),
            ("&amp;lt; is decoded once", "&lt; is decoded once"),
            ("a & b", "a & b"),
        ] {
            assert_eq!(decoded(written), meant);
        }
    }
}
