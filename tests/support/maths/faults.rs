//! What is wrong with a text or a body, by comparing it with its source; every fault begins with its cause.

use super::letters;
use super::macros;
use super::operators;
use super::shown::Shown;

/// What was found.
pub(crate) enum Fault {
    /// Maths or TeX that the reader sees raw, or does not see.
    Left(String),
    /// A dollar sign or a backslash that is one: money, code.
    Literal(String),
}

/// The cause of lost symbols.
pub(crate) const LOST: &str = "lost symbol";

/// The cause of a formula with a macro that only its paper defines.
pub(crate) const MACRO: &str = "the author's own macro, not defined, in a formula";

/// The cause of a text with such a macro, mostly the name of what is presented.
pub(crate) const TEXT_MACRO: &str = "the author's own macro, not defined, in text";

/// The cause of lost letters and digits.
pub(super) const LETTERS: &str = "lost letter";

/// Every cause.
const CAUSES: &[&str] = &[
    LOST,
    "lost fraction or root",
    "dollar without an end",
    "dollar around TeX",
    "backslash",
    "money",
    "escaped sign",
    MACRO,
    TEXT_MACRO,
    "formula left as TeX",
    "formula that defines macros",
    "script of text",
    "brace",
    "prose in a formula",
    LETTERS,
];

/// The cause that a fault begins with.
pub(crate) fn cause(fault: &str) -> &'static str {
    CAUSES.iter().find(|cause| fault.starts_with(**cause)).unwrap_or_else(|| panic!("no cause in {fault}"))
}

/// A macro is one of formulas when any formula holds it.
pub(crate) fn placed(fault: Fault, shown: &Shown) -> Fault {
    let Fault::Left(reason) = &fault else { return fault };
    let Some(rest) = reason.strip_prefix(TEXT_MACRO) else { return fault };
    let name = rest.trim_start_matches([' ', '\\']).split(':').next().unwrap_or_default();
    let is_in_formula = shown.tex.iter().any(|tex| operators::commands(tex).contains_key(name));
    if is_in_formula { Fault::Left(format!("{MACRO}{rest}")) } else { fault }
}

/// Faults of plain text; a letter in a font of formulas is that letter there, so that macros of one letter are told apart only
/// in bodies, and in titles, which have none.
pub(crate) fn of_text(source: &str, shown: &str, is_title: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    signs(source, shown, &mut faults);
    macros::left(source, &macros::runs(shown), shown, is_title, &mut faults);
    for lost in operators::lost(source, shown) {
        faults.push(Fault::Left(format!("{LOST} {lost} (text)")));
    }
    faults.extend(letters::lost(source, shown).map(|lost| Fault::Left(format!("{lost} (text)"))));
    faults
}

/// Faults of a body.
pub(crate) fn of_body(source: &str, shown: &Shown) -> Vec<Fault> {
    let mut faults = Vec::new();
    for code in &shown.code {
        let around = code.trim();
        if around.contains("\\def") || around.contains("\\newcommand") {
            faults.push(Fault::Left(format!("formula that defines macros: {around}")));
        } else if around.contains(['\\', '$']) && !source.contains("textbackslash")
            || source.contains(&format!("${around}$"))
        {
            faults.push(Fault::Left(format!("formula left as TeX: {around}")));
        }
    }
    let outside =
        shown.code.iter().fold(shown.text.clone(), |text, code| text.replacen(code.as_str(), " ", 1));
    signs(source, &outside, &mut faults);
    if shown.tokens.contains('\\') && !source.contains("backslash") {
        faults.push(Fault::Left(format!("backslash in a formula: {}", around(&shown.tokens, "\\"))));
    }
    let of_text = |character: char| "łŁøØ§¶".contains(character);
    if shown.tokens.contains(of_text)
        && !source.contains("\\S ")
        && !shown.words.iter().any(|word| word.contains(of_text))
    {
        faults.push(Fault::Left(format!("{LETTERS}: one of text stands in a formula: {}", shown.tokens)));
    }
    let both = format!("{} {}", shown.text, shown.tokens);
    macros::left(source, &macros::runs(&both), &both, true, &mut faults);
    for word in &shown.words {
        let name = word.trim();
        let is_text = macros::words(source).get(name).is_some_and(|count| *count > 0);
        if !name.is_empty()
            && operators::commands(source).contains_key(name)
            && !is_text
            && !macros::WORDS.contains(&name)
        {
            faults.push(Fault::Left(format!("{MACRO} \\{name}")));
        }
    }
    for lost in operators::lost(source, &both) {
        faults.push(Fault::Left(format!("{LOST} {lost} (body)")));
    }
    let commands = operators::commands(source);
    let said = |names: &[&str]| -> usize { names.iter().filter_map(|name| commands.get(name)).sum() };
    if said(&["frac", "dfrac", "tfrac", "nicefrac", "over"]) > shown.fractions + said(&["buildrel"]) {
        faults.push(Fault::Left(format!("lost fraction or root: {} fractions", shown.fractions)));
    }
    if said(&["sqrt"]) > shown.roots {
        faults.push(Fault::Left(format!("lost fraction or root: {} roots", shown.roots)));
    }
    faults.extend(letters::lost(source, &both).map(Fault::Left));
    for tex in shown.tex.iter().filter(|tex| is_prose(tex)) {
        faults.push(Fault::Left(format!("prose in a formula: {tex}")));
    }
    faults
}

/// Dollars, backslashes and scripts that are left in text.
fn signs(source: &str, shown: &str, faults: &mut Vec<Fault>) {
    let mut dollars = shown.match_indices('$').map(|(at, _dollar)| at).peekable();
    while let Some(at) = dollars.next() {
        let behind = shown.get(at + 1..).unwrap_or_default();
        let inner = dollars.peek().and_then(|next| shown.get(at + 1..*next)).unwrap_or_default();
        let near = near(shown, at);
        let before = shown.get(..at).unwrap_or_default();
        let after_number = before.ends_with(|last: char| last.is_ascii_digit());
        let is_price = !after_number
            && behind
                .trim_start_matches([' ', '~', '∼', '-'])
                .starts_with(|next: char| next.is_ascii_digit());
        let is_currency = before.ends_with(|last: char| last.is_ascii_uppercase() || last == '$')
            || behind.starts_with('$')
            || behind.starts_with(['.', ',', ')', '/', ' ', '"'])
                && before
                    .ends_with(|last: char| last.is_ascii_digit() || matches!(last, '(' | '/' | ' ' | '"'));
        let escaped = source.matches("\\$").count();
        if inner.contains(['\\', '^', '_', '{']) && inner.len() < 200 {
            faults.push(Fault::Left(format!("dollar around TeX: {near}")));
        } else if is_price || is_currency {
            faults.push(Fault::Literal(format!("money: {near}")));
        } else if escaped >= shown.matches('$').count() {
            faults.push(Fault::Literal(format!("escaped sign: {near}")));
        } else {
            faults.push(Fault::Left(format!("dollar without an end: {near}")));
        }
    }
    let says_backslash = source.contains("backslash") || source.contains("\\\\\\\\");
    for (at, _backslash) in shown.match_indices('\\') {
        let fault = format!("backslash: {}", near(shown, at));
        faults.push(if says_backslash { Fault::Literal(fault) } else { Fault::Left(fault) });
    }
    for mark in ["^{", "_{", "{\\", "\\}"] {
        if let Some(at) = shown.find(mark) {
            faults.push(Fault::Left(format!("script of text: {}", near(shown, at))));
        }
    }
    let braces = |text: &str, brace: char| text.matches(brace).count();
    let said = braces(source, '{');
    if braces(shown, '{') != braces(shown, '}')
        && said == braces(source, '}')
        && !source.contains("\\{")
        && !source.contains("brace")
        && !source.contains("\\cases")
    {
        let at = shown.find(['{', '}']).unwrap_or_default();
        faults.push(Fault::Left(format!("brace: {}", near(shown, at))));
    }
}

/// Whether a formula holds two words side by side that no command makes text.
fn is_prose(tex: &str) -> bool {
    let mut in_row = 0;
    for word in tex.split([' ', '\n']) {
        let is_word = word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        in_row = if is_word { in_row + 1 } else { 0 };
        if in_row >= 2 {
            return !["text", "box", "rm", "\\it", "operatorname"].iter().any(|set| tex.contains(set));
        }
    }
    false
}

/// The surroundings of a place, on one line.
fn near(text: &str, at: usize) -> String {
    let start = text.get(..at).unwrap_or_default().chars().rev().take(40).collect::<String>();
    let start: String = start.chars().rev().collect();
    let end: String = text.get(at..).unwrap_or_default().chars().take(60).collect();
    format!("…{start}{end}…").replace('\n', " ")
}

pub(super) fn around(text: &str, what: &str) -> String {
    near(text, text.find(what).unwrap_or_default())
}
