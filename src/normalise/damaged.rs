//! Repairs of text that lost its dollar signs, backslashes and braces (Hugging Face): `3.2times` and its kin.
//!
//! The rules are few, and none touches what looks like code or an address: a wrong repair is worse than none.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Captures;
use regex::Regex;

use crate::normalise::ids::pattern;
use crate::normalise::tex::scripts;

static TIMES: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9])times($|[^A-Za-z])"));
static TIMES_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(^|[^A-Za-z])times([0-9])"));
static SIM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(^|[^A-Za-z])sim([0-9][0-9.,]*[%kKMBT]?)($|[^A-Za-z0-9])"));
static RAISED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"([\p{L}\p{N})])\^(?:\{([\p{L}\p{N}+-]{1,3})\}|([0-9]{1,3}|[A-Za-z]($|[^A-Za-z])))")
});
static LOWERED: LazyLock<Regex> = LazyLock::new(|| pattern(r"(^|[^A-Za-z0-9_])([A-Z][a-z]?)_([0-9])"));
static CALLIGRAPHIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(^|[^A-Za-z])mathcal(?:\{([A-Z])\}|([A-Z]))"));

/// The text with its formulas repaired where that is certain.
pub(crate) fn repaired(text: &str) -> Cow<'_, str> {
    let is_suspect = ["times", "sim", "^", "_", "mathcal"].iter().any(|mark| text.contains(mark));
    if !is_suspect {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for token in text.split_inclusive(char::is_whitespace) {
        if is_code(token) {
            out.push_str(token);
        } else {
            out.push_str(&token_repaired(token));
        }
    }
    Cow::Owned(out)
}

/// Addresses, mailboxes, file names and identifiers of programs.
fn is_code(token: &str) -> bool {
    let token = token.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '(' | ')' | ',' | '.' | ';' | ':')
    });
    let has_snake = token.as_bytes().windows(3).any(|three| match three {
        [before, b'_', after] => before.is_ascii_lowercase() && after.is_ascii_lowercase(),
        _other => false,
    });
    let is_path = token.matches('/').count() > 1
        || token.contains(".py")
        || token.contains(".com")
        || token.contains(".org");
    token.contains("://")
        || token.contains("www.")
        || token.contains(['`', '@', '#', '\\', '$'])
        || has_snake
        || is_path
        || token.contains("__")
        || token.contains("()")
}

fn token_repaired(token: &str) -> String {
    let text = TIMES.replace_all(token, "$1×$2");
    let text = TIMES_NUMBER.replace_all(&text, "$1×$2");
    let text = SIM.replace_all(&text, "$1~$2$3");
    let text = CALLIGRAPHIC.replace_all(&text, "$1$2$3");
    let text = RAISED.replace_all(&text, |captures: &Captures<'_>| {
        let part = |index: usize| captures.get(index).map_or("", |found| found.as_str());
        let (bare, behind) = (part(3).trim_end_matches(part(4)), part(4));
        let script = format!("{}{bare}", part(2));
        scripts::exact(&script, true)
            .map_or_else(|| part(0).to_owned(), |raised| format!("{}{raised}{behind}", part(1)))
    });
    let text = LOWERED.replace_all(&text, |captures: &Captures<'_>| {
        let part = |index: usize| captures.get(index).map_or("", |found| found.as_str());
        let lowered = scripts::exact(part(3), false).unwrap_or_default();
        format!("{}{}{lowered}", part(1), part(2))
    });
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::repaired;

    #[test]
    fn lost_formulas_are_repaired() {
        for (damaged, whole) in [
            ("a speedup of 3.2times over", "a speedup of 3.2× over"),
            ("29times, 29times, and 3times.", "29×, 29×, and 3×."),
            ("a 512times512 image", "a 512×512 image"),
            ("sim700 hours (sim3)", "~700 hours (~3)"),
            ("un^2CLIP and M^3Fin", "un²CLIP and M³Fin"),
            ("cost O(n^2) or x^{-1}", "cost O(n²) or x⁻¹"),
            ("H_2O: a heavy-hitter", "H₂O: a heavy-hitter"),
            ("mathcal{O}(n) or mathcalO(1)", "O(n) or O(1)"),
        ] {
            assert_eq!(repaired(damaged), whole);
        }
    }

    #[test]
    fn what_is_no_formula_stays() {
        for text in [
            "five times faster, sometimes 3 times",
            "simple simulation, sim2real by name",
            "snake_case_name GPT_4 my_var_2 __init__",
            "https://example.org/H_2O/3times^2",
            "see file_2.py and `x^2`",
            "Transformers^star",
            "2021-times are",
        ] {
            assert_eq!(repaired(text), text);
        }
    }
}
