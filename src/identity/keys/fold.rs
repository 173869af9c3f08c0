//! Letters made alike: the same word, whatever its accents, case, script style and TeX.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Characters that no decomposition makes plain, with what they are called or stand for. Greek letters and operators
/// have TeX's names, by which copies know them that lost the backslash.
const NAMES: &[(char, &str)] = &[
    ('ß', "ss"),
    ('ẞ', "ss"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ø', "o"),
    ('ł', "l"),
    ('đ', "d"),
    ('ð', "d"),
    ('þ', "th"),
    ('ı', "i"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ŋ', "n"),
    ('ə', "e"),
    ('ĸ', "k"),
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('ϵ', "epsilon"),
    ('ζ', "zeta"),
    ('η', "eta"),
    ('θ', "theta"),
    ('ϑ', "theta"),
    ('ι', "iota"),
    ('κ', "kappa"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('ν', "nu"),
    ('ξ', "xi"),
    ('ο', "o"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('ς', "sigma"),
    ('τ', "tau"),
    ('υ', "upsilon"),
    ('φ', "phi"),
    ('ϕ', "phi"),
    ('χ', "chi"),
    ('ψ', "psi"),
    ('ω', "omega"),
    ('×', " times "),
    ('±', " pm "),
    ('∓', " mp "),
    ('·', " cdot "),
    ('⋅', " cdot "),
    ('÷', " div "),
    ('≤', " leq "),
    ('≥', " geq "),
    ('≠', " neq "),
    ('≈', " approx "),
    ('∼', " sim "),
    ('≃', " simeq "),
    ('≡', " equiv "),
    ('∞', " infty "),
    ('→', " to "),
    ('⟶', " to "),
    ('←', " leftarrow "),
    ('↔', " leftrightarrow "),
    ('∈', " in "),
    ('⊂', " subset "),
    ('∪', " cup "),
    ('∩', " cap "),
    ('∀', " forall "),
    ('∃', " exists "),
    ('∇', " nabla "),
    ('∂', " partial "),
    ('∑', " sum "),
    ('∏', " prod "),
    ('∫', " int "),
    ('√', " sqrt "),
    ('⊗', " otimes "),
    ('⊕', " oplus "),
    ('ℓ', "ell"),
    ('ℏ', "hbar"),
    ('∗', " ast "),
    ('†', " dagger "),
    ('′', " prime "),
    ('⊥', " perp "),
    ('∥', " parallel "),
    ('⟨', " langle "),
    ('⟩', " rangle "),
    ('°', " circ "),
    ('∘', " circ "),
    ('&', " and "),
];

/// TeX commands that only set their argument: their names are no words.
const SETTING: &[&str] = &[
    "emph",
    "textbf",
    "textit",
    "texttt",
    "textrm",
    "textsc",
    "textsf",
    "text",
    "underline",
    "mathbf",
    "mathbb",
    "mathcal",
    "mathrm",
    "mathit",
    "mathsf",
    "mathfrak",
    "mathscr",
    "boldsymbol",
    "bm",
    "operatorname",
    "rm",
    "it",
    "bf",
    "sc",
    "tt",
    "sf",
    "em",
    "left",
    "right",
    "big",
    "displaystyle",
    "textstyle",
    "ensuremath",
    "mbox",
    "hbox",
    "tilde",
    "hat",
    "bar",
    "vec",
    "overline",
    "widetilde",
    "widehat",
    "textsuperscript",
    "textsubscript",
    "texorpdfstring",
];

/// TeX accents that are letters themselves: `\H{o}`, `\c{c}`.
const ACCENTS: &[&str] = &["H", "c", "v", "u", "k", "r", "d", "b", "t"];

/// A title as lower-case words of letters and digits, one blank between them.
pub fn title(text: &str) -> String {
    let text = without_tags(text);
    let mut words = Words::default();
    let mut rest = text.as_str();
    while let Some(character) = rest.chars().next() {
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if character == '\\' {
            let end = rest.find(|next: char| !next.is_ascii_alphabetic()).unwrap_or(rest.len());
            let command = rest.get(..end).unwrap_or_default();
            let behind = rest.get(end..).unwrap_or_default();
            let is_accent = ACCENTS.contains(&command) && behind.trim_start().starts_with('{');
            if SETTING.contains(&command) || is_accent {
                rest = behind.trim_start_matches(|next| is_accent && next == ' ');
            }
            // `\"o` and `{\'e}` are accents, not the end of a word; `\alpha` is one.
            if command.is_empty() {
                rest = rest.strip_prefix(|mark| "\"'`^~=.".contains(mark)).unwrap_or(rest);
            } else if !is_accent {
                words.end();
            }
        } else if !matches!(character, '{' | '}' | '$' | '\'' | '’') {
            words.take(character);
        }
    }
    words.done
}

/// A name's letters in lower case, without accents; everything else is a blank.
pub fn name(text: &str) -> String {
    let mut words = Words::default();
    for character in text.chars().filter(|character| !matches!(character, '\'' | '’' | '`' | '´')) {
        words.take(character);
    }
    words.done
}

#[derive(Default)]
struct Words {
    done: String,
}

impl Words {
    fn take(&mut self, character: char) {
        if character.is_ascii() {
            self.put(character.to_ascii_lowercase());
            return;
        }
        // First as it is, since the decomposition of some signs (ℓ, ≠) is another sign; then each of its parts.
        let lower = character.to_lowercase().next().unwrap_or(character);
        if let Some(name) = named(lower) {
            name.chars().for_each(|letter| self.put(letter));
            return;
        }
        for part in character.nfkd().filter(|part| !is_combining_mark(*part)) {
            for part in part.to_lowercase() {
                match named(part) {
                    Some(name) => name.chars().for_each(|letter| self.put(letter)),
                    None => self.put(part),
                }
            }
        }
    }

    fn put(&mut self, letter: char) {
        // Some scripts write vowels as marks that compose with no letter; NFKD keeps those of them that are letters.
        if letter.is_alphanumeric() {
            self.done.push(letter);
        } else if !is_combining_mark(letter) && letter != '\u{AD}' && letter != '\u{200B}' {
            self.end();
        }
    }

    fn end(&mut self) {
        if !self.done.is_empty() && !self.done.ends_with(' ') {
            self.done.push(' ');
        }
    }
}

fn named(letter: char) -> Option<&'static str> {
    (!letter.is_ascii()).then_some(())?;
    NAMES.iter().find(|(known, _name)| *known == letter).map(|(_known, name)| *name)
}

/// Drops `<…>` where it looks like a tag; a less-than sign stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let is_tag = behind.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
        let tag = behind.split_once('>').filter(|(inside, _)| is_tag && inside.len() <= 40);
        if let Some((_inside, after)) = tag {
            rest = after;
        } else {
            out.push(' ');
            rest = behind;
        }
    }
    out.push_str(rest);
    out
}
