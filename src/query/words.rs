//! Words as queries and papers share them: folded (no case, no accents) and stemmed (no English inflection).

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How many words each thread remembers with their stems: far more than papers of one field use, about 6 MB at most.
const STEMS_KEPT: usize = 65_536;

thread_local! {
    /// Papers use the same words over and over, and stemming one takes as long as a dozen look-ups.
    static STEMS: RefCell<HashMap<String, String>> = RefCell::default();
}

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// The words of a text in order, folded; see [`each`].
pub fn fold(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each(text, |word| words.push(word.to_owned()));
    words
}

/// Gives the words of a text in order, folded, without keeping any.
///
/// Letters and digits make words; everything else separates them, so `low-rank` is two. Superscripts and other
/// compatibility forms become plain (`x²` is `x2`), a Greek letter that stands alone becomes its name (`α` is `alpha`),
/// each ideograph is a word, and `c++` stays whole.
pub fn each(text: &str, mut found: impl FnMut(&str)) {
    let mut folding = Folding { word: String::with_capacity(24), pluses: 0 };
    let mut rest = text;
    while !rest.is_empty() {
        // Nearly all of nearly every text is ASCII, which needs no decomposing.
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (ascii, after) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        for byte in ascii.bytes() {
            folding.ascii(byte, &mut found);
        }
        let other = after.bytes().position(|byte| byte.is_ascii()).unwrap_or(after.len());
        let (odd, after) = after.split_at_checked(other).unwrap_or((after, ""));
        for character in odd.nfkd().filter(|character| !is_combining_mark(*character)) {
            folding.character(character, &mut found);
        }
        rest = after;
    }
    folding.finish(&mut found);
}

/// The word that is being read.
struct Folding {
    word: String,
    /// So many `+` stand behind it.
    pluses: u8,
}

impl Folding {
    fn ascii(&mut self, byte: u8, found: &mut impl FnMut(&str)) {
        if byte.is_ascii_alphanumeric() {
            if self.pluses > 0 {
                self.finish(found);
            }
            self.word.push(char::from(byte.to_ascii_lowercase()));
        } else if byte == b'+' && !self.word.is_empty() {
            self.pluses = self.pluses.saturating_add(1);
        } else if byte != b'\'' {
            self.finish(found);
        }
    }

    fn character(&mut self, character: char, found: &mut impl FnMut(&str)) {
        if let Ok(byte) = u8::try_from(character)
            && byte.is_ascii()
        {
            self.ascii(byte, found);
        } else if is_ideograph(character) {
            self.finish(found);
            self.word.push(character);
            self.finish(found);
        } else if character.is_alphanumeric() {
            if self.pluses > 0 {
                self.finish(found);
            }
            self.word.extend(character.to_lowercase());
        } else if !matches!(character, '’' | '\u{AD}' | '\u{200B}'..='\u{200D}') {
            self.finish(found);
        }
    }

    fn finish(&mut self, found: &mut impl FnMut(&str)) {
        if !self.word.is_empty() {
            if self.pluses == 2 {
                self.word.push_str("++");
            }
            found(greek(&self.word).unwrap_or(&self.word));
            self.word.clear();
        }
        self.pluses = 0;
    }
}

/// A folded word without its inflection.
pub fn stem(word: &str) -> String {
    if word.len() <= 2 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    STEMS.with_borrow_mut(|stems| {
        if let Some(stem) = stems.get(word) {
            return stem.clone();
        }
        if stems.len() >= STEMS_KEPT {
            stems.clear();
        }
        let stem = STEMMER.stem(word).into_owned();
        stems.insert(word.to_owned(), stem.clone());
        stem
    })
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// The name of a Greek letter.
fn greek(word: &str) -> Option<&'static str> {
    if word.is_ascii() {
        return None;
    }
    Some(match word {
        "α" => "alpha",
        "β" => "beta",
        "γ" => "gamma",
        "δ" => "delta",
        "ε" | "ϵ" => "epsilon",
        "ζ" => "zeta",
        "η" => "eta",
        "θ" => "theta",
        "κ" => "kappa",
        "λ" => "lambda",
        "μ" => "mu",
        "ν" => "nu",
        "ξ" => "xi",
        "π" => "pi",
        "ρ" => "rho",
        "σ" | "ς" => "sigma",
        "τ" => "tau",
        "φ" => "phi",
        "χ" => "chi",
        "ψ" => "psi",
        "ω" => "omega",
        _other => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_punctuation_are_folded_away() {
        assert_eq!(
            fold("Low-Rank Bézier’s GPT-4, x² (n)"),
            ["low", "rank", "beziers", "gpt", "4", "x2", "n"]
        );
        assert_eq!(fold("C++ and α-decay, 图神经"), ["c++", "and", "alpha", "decay", "图", "神", "经"]);
    }

    #[test]
    fn inflections_share_a_stem() {
        assert_eq!(stem("adapters"), stem("adapter"));
        assert_eq!(stem("reasoning"), stem("reasoned"));
        assert_eq!(stem("c++"), "c++");
    }
}
