//! Raised and lowered characters that Unicode has.

/// Raised characters.
const RAISED: &[(char, char)] = &[
    ('0', '⁰'),
    ('1', '¹'),
    ('2', '²'),
    ('3', '³'),
    ('4', '⁴'),
    ('5', '⁵'),
    ('6', '⁶'),
    ('7', '⁷'),
    ('8', '⁸'),
    ('9', '⁹'),
    ('+', '⁺'),
    ('-', '⁻'),
    ('−', '⁻'),
    ('=', '⁼'),
    ('(', '⁽'),
    (')', '⁾'),
    ('a', 'ᵃ'),
    ('b', 'ᵇ'),
    ('c', 'ᶜ'),
    ('d', 'ᵈ'),
    ('e', 'ᵉ'),
    ('f', 'ᶠ'),
    ('g', 'ᵍ'),
    ('h', 'ʰ'),
    ('i', 'ⁱ'),
    ('j', 'ʲ'),
    ('k', 'ᵏ'),
    ('l', 'ˡ'),
    ('m', 'ᵐ'),
    ('n', 'ⁿ'),
    ('o', 'ᵒ'),
    ('p', 'ᵖ'),
    ('r', 'ʳ'),
    ('s', 'ˢ'),
    ('t', 'ᵗ'),
    ('u', 'ᵘ'),
    ('v', 'ᵛ'),
    ('w', 'ʷ'),
    ('x', 'ˣ'),
    ('y', 'ʸ'),
    ('z', 'ᶻ'),
    ('A', 'ᴬ'),
    ('B', 'ᴮ'),
    ('D', 'ᴰ'),
    ('E', 'ᴱ'),
    ('G', 'ᴳ'),
    ('H', 'ᴴ'),
    ('I', 'ᴵ'),
    ('J', 'ᴶ'),
    ('K', 'ᴷ'),
    ('L', 'ᴸ'),
    ('M', 'ᴹ'),
    ('N', 'ᴺ'),
    ('O', 'ᴼ'),
    ('P', 'ᴾ'),
    ('R', 'ᴿ'),
    ('T', 'ᵀ'),
    ('U', 'ᵁ'),
    ('V', 'ⱽ'),
    ('W', 'ᵂ'),
    ('α', 'ᵅ'),
    ('β', 'ᵝ'),
    ('γ', 'ᵞ'),
    ('δ', 'ᵟ'),
    ('θ', 'ᶿ'),
    ('φ', 'ᵠ'),
    ('χ', 'ᵡ'),
    ('∘', '°'),
    ('°', '°'),
    ('′', '′'),
    ('″', '″'),
    ('*', '*'),
    ('∗', '*'),
    ('†', '†'),
    ('‡', '‡'),
    ('⋆', '*'),
];

/// Lowered characters.
const LOWERED: &[(char, char)] = &[
    ('0', '₀'),
    ('1', '₁'),
    ('2', '₂'),
    ('3', '₃'),
    ('4', '₄'),
    ('5', '₅'),
    ('6', '₆'),
    ('7', '₇'),
    ('8', '₈'),
    ('9', '₉'),
    ('+', '₊'),
    ('-', '₋'),
    ('−', '₋'),
    ('=', '₌'),
    ('(', '₍'),
    (')', '₎'),
    ('a', 'ₐ'),
    ('e', 'ₑ'),
    ('h', 'ₕ'),
    ('i', 'ᵢ'),
    ('j', 'ⱼ'),
    ('k', 'ₖ'),
    ('l', 'ₗ'),
    ('m', 'ₘ'),
    ('n', 'ₙ'),
    ('o', 'ₒ'),
    ('p', 'ₚ'),
    ('r', 'ᵣ'),
    ('s', 'ₛ'),
    ('t', 'ₜ'),
    ('u', 'ᵤ'),
    ('v', 'ᵥ'),
    ('x', 'ₓ'),
    ('β', 'ᵦ'),
    ('γ', 'ᵧ'),
    ('ρ', 'ᵨ'),
    ('φ', 'ᵩ'),
    ('χ', 'ᵪ'),
];

/// The text in raised or lowered characters, if Unicode has all of them.
pub(crate) fn exact(text: &str, is_raised: bool) -> Option<String> {
    let table = if is_raised { RAISED } else { LOWERED };
    let place = |character: char| {
        table.iter().find(|(base, _script)| *base == character).map(|(_base, script)| *script)
    };
    text.chars().filter(|character| !character.is_whitespace()).map(place).collect()
}

/// The text raised or lowered: in Unicode where that has the characters, else behind `^` or `_`, in parentheses when
/// it is more than a word. Words stay words, so that they can be searched for.
pub(crate) fn script(text: &str, is_raised: bool) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let letters = text.chars().filter(|character| character.is_alphabetic()).count();
    if letters <= 2
        && let Some(script) = exact(text, is_raised)
    {
        return script;
    }
    let mark = if is_raised { '^' } else { '_' };
    let is_script =
        |character| [RAISED, LOWERED].into_iter().flatten().any(|(_base, script)| *script == character);
    let is_word = text.chars().all(|character| character.is_alphanumeric() && !is_script(character))
        || text.chars().nth(1).is_none();
    if is_word { format!("{mark}{text}") } else { format!("{mark}({text})") }
}

/// Whether a script that [`script`] made is a word behind a sign, whose end would be unclear before a letter.
pub(crate) fn is_word(script: &str) -> bool {
    script.starts_with(['^', '_']) && script.ends_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::script;

    #[test]
    fn short_scripts_use_unicode_and_words_stay_words() {
        assert_eq!(script("2", true), "²");
        assert_eq!(script("n+1", true), "ⁿ⁺¹");
        assert_eq!(script("2", false), "₂");
        assert_eq!(script("max", false), "_max");
        assert_eq!(script("a,b", false), "_(a,b)");
        assert_eq!(script(" ", false), "");
    }
}
