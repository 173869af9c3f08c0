//! What macros of authors mean by custom: `\R`, `\eps`, `\cO`, `\Msun`, `\GL`. Their definitions never reach us.
//!
//! Only what hardly anyone means otherwise is here; a wrong letter is worse than a name. Commands that lost the braces of
//! their argument on the way (`\mathbbR`, `\sqrtT`) are read here too.

use std::borrow::Cow;

use crate::normalise::tex::custom::tables::MATHS;
use crate::normalise::tex::custom::tables::OPERATORS;
use crate::normalise::tex::custom::tables::PREFIXES;
use crate::normalise::tex::custom::tables::RENAMED;
use crate::normalise::tex::custom::tables::SUFFIXES;
use crate::normalise::tex::custom::tables::TEXTS;
use crate::normalise::tex::symbols;

pub(super) mod context;

mod tables;

/// What a command stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A formula of commands that are known.
    Maths(Cow<'static, str>),
    /// Plain characters.
    Text(&'static str),
    /// The name of an operator, which is what is shown.
    Operator,
}

/// The command that authors shorten or misspell so (`\Cal`, `\wt`, `\matbb`); any other name is itself, and so
/// is one with nothing behind it.
pub(super) fn renamed<'name>(name: &'name str, rest: &str) -> &'name str {
    let has_argument = rest
        .trim_start()
        .starts_with(|next: char| next.is_alphanumeric() || matches!(next, '{' | '\\' | '(' | '['));
    if !has_argument {
        return name;
    }
    RENAMED.iter().find(|(known, _command)| *known == name).map_or(name, |(_name, command)| *command)
}

/// What the macro of that name means between what stands before and behind it.
pub(super) fn meaning(name: &str, before: &str, rest: &str) -> Option<Meaning> {
    let place = |table: &'static [(&'static str, &'static str)]| {
        table.iter().find(|(known, _meaning)| *known == name).map(|(_name, meaning)| *meaning)
    };
    if let Some(tex) = between(name, before, rest) {
        return Some(Meaning::Maths(Cow::Borrowed(tex)));
    }
    if let Some(tex) = place(MATHS) {
        return Some(Meaning::Maths(Cow::Borrowed(tex)));
    }
    if let Some(text) = place(TEXTS) {
        return Some(Meaning::Text(text));
    }
    if OPERATORS.contains(&name) {
        return Some(Meaning::Operator);
    }
    made(name).map(|tex| Meaning::Maths(Cow::Owned(tex)))
}

/// Names that mean one thing to astronomers, before a number, and another to mathematicians.
fn between(name: &str, before: &str, rest: &str) -> Option<&'static str> {
    let rest = rest.trim_start();
    let is_compared = rest.is_empty() && before.is_empty()
        || rest.starts_with(|next: char| next.is_ascii_digit() || matches!(next, '.' | '-' | '$'));
    let is_script = before.ends_with(['^', '_']);
    match (name, is_compared) {
        ("e", _number) if rest.starts_with('^') => Some("\\mathrm{e}"),
        ("T", _number) if !is_script && !before.ends_with("^{") && !rest.starts_with(['_', '{']) => {
            Some("\\mathbb{T}")
        }
        ("E", _number) if rest.starts_with(['[', '(']) || rest.starts_with("\\left") => Some("\\mathbb{E}"),
        ("al", _number) if !rest.starts_with('(') => Some("\\alpha"),
        ("x", _number) if !rest.starts_with('{') => Some("\\mathbf{x}"),
        ("la", true) => Some("\\lesssim"),
        ("ga", true) => Some("\\gtrsim"),
        ("la", false) => Some("\\lambda"),
        ("ga", false) => Some("\\gamma"),
        ("rr" | "real", _number) if rest.starts_with('^') => Some("\\mathbb{R}"),
        ("re", _number) => Some(if rest.starts_with(['^', '_']) { "\\mathbb{R}" } else { "\\mathrm{Re}" }),
        _other => None,
    }
}

/// Names made by a rule: a font and its letter, a letter and its mark, a command that lost its braces.
fn made(name: &str) -> Option<String> {
    for (prefix, command, most) in PREFIXES {
        if let Some(letters) =
            name.strip_prefix(prefix).filter(|letters| !letters.is_empty() && letters.len() <= *most)
        {
            let is_apt =
                *most > 2 || prefix.len() > 2 || letters.bytes().all(|byte| byte.is_ascii_uppercase());
            if is_apt {
                return Some(format!("\\{command}{{{letters}}}"));
            }
        }
    }
    for (suffix, command) in SUFFIXES {
        if let Some(base) = name.strip_suffix(suffix) {
            if base.len() == 1 {
                return Some(format!("\\{command}{{{base}}}"));
            }
            if is_greek(base) {
                return Some(format!("\\{command}{{\\{base}}}"));
            }
        }
    }
    if let Some(letters) = name.strip_prefix("frac").filter(|letters| letters.len() == 2) {
        let (above, below) = letters.split_at(1);
        return Some(format!("\\frac{{{above}}}{{{below}}}"));
    }
    glued(name)
}

/// A symbol that lost the blank before what follows: `\muG`, `\inA`, `\LambdaCDM`, `\mumu`.
fn glued(name: &str) -> Option<String> {
    const OPERATORS: &[&str] = &[
        "rightarrow",
        "leftarrow",
        "in",
        "to",
        "log",
        "ln",
        "times",
        "ell",
        "cdot",
        "leq",
        "geq",
        "partial",
        "nabla",
        "subset",
        "Vert",
        "propto",
        "equiv",
    ];
    (2..name.len()).rev().find_map(|length| {
        let (symbol, rest) = name.split_at_checked(length)?;
        let is_known = is_greek(symbol) || OPERATORS.contains(&symbol);
        if !is_known {
            return None;
        }
        if rest.starts_with(|first: char| first.is_ascii_uppercase()) || rest.len() == 1 {
            let font = if rest.len() == 1 { rest.to_owned() } else { format!("\\mathrm{{{rest}}}") };
            return Some(format!("\\{symbol} {font}"));
        }
        (is_greek(symbol) && is_greek(rest)).then(|| format!("\\{symbol}\\{rest}"))
    })
}

/// Whether the name is that of a Greek letter of more than one letter.
fn is_greek(name: &str) -> bool {
    let is_letter = |symbol: &str| symbol.chars().all(|letter| matches!(letter, '\u{391}'..='\u{3C9}'));
    name.len() >= 2 && symbols::find(name).is_some_and(is_letter)
}

#[cfg(test)]
mod tests {
    use super::Meaning;
    use super::meaning;
    use super::tables::MATHS;
    use crate::normalise::tex::mathml;
    use crate::normalise::tex::unicode;

    fn maths(name: &str) -> String {
        match meaning(name, "", " x") {
            Some(Meaning::Maths(tex)) => tex.into_owned(),
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn macros_of_custom_have_their_meaning() {
        for (name, tex) in [
            ("R", "\\mathbb{R}"),
            ("eps", "\\varepsilon"),
            ("cO", "\\mathcal{O}"),
            ("calM", "\\mathcal{M}"),
            ("bbC", "\\mathbb{C}"),
            ("xvec", "\\vec{x}"),
            ("deltahat", "\\hat{\\delta}"),
            ("la", "\\lambda"),
        ] {
            assert_eq!(maths(name), tex);
        }
        assert_eq!(meaning("la", "z", "5"), Some(Meaning::Maths("\\lesssim".into())));
        assert_eq!(meaning("eg", "", ""), Some(Meaning::Text("e.g.")));
        assert_eq!(meaning("GL", "", ""), Some(Meaning::Operator));
        for name in ["ours", "method", "cs", "bench", "ReLU", "model", "G", "barrier", "category", "bifrost"]
        {
            assert_eq!(meaning(name, "", " x"), None, "{name}");
        }
    }

    #[test]
    fn commands_without_their_braces_are_read() {
        for (name, tex) in [
            ("mathbbR", "\\mathbb{R}"),
            ("mathrmNP", "\\mathrm{NP}"),
            ("sqrtT", "\\sqrt{T}"),
            ("fracKN", "\\frac{K}{N}"),
            ("tildeO", "\\tilde{O}"),
            ("muG", "\\mu G"),
            ("LambdaCDM", "\\Lambda \\mathrm{CDM}"),
            ("mumu", "\\mu\\mu"),
            ("inA", "\\in A"),
        ] {
            assert_eq!(maths(name), tex);
        }
    }

    #[test]
    fn every_meaning_is_a_formula_of_known_commands() {
        for (name, tex) in MATHS {
            assert!(mathml::convert(tex, false).is_some_and(|html| !html.contains("<mtext>")), "{name}");
            assert!(!unicode::to_text(tex).contains(['\\', '$']), "{name}");
        }
    }
}
