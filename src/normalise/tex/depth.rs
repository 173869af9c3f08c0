//! How deep the renderer would call itself over a formula: it recurses for every argument that is a bare command.
//!
//! Groups in braces it keeps on a stack of its own, so `\hat{\hat{x}}` costs nothing, while `\hat\hat x` and
//! `\frac a\frac a…` cost a frame for every command. Formulas come from anyone, and a stack that overflows ends the
//! whole process: this counts, wherever in doubt too much.

use crate::normalise::tex::symbols;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;

/// How many commands may wait for their arguments within each other.
const DEEPEST: usize = 32;

/// An argument that is counted as never given.
const NEVER: usize = usize::MAX;

/// Commands that take more than one argument.
const SEVERAL: &[(&str, usize)] = &[
    ("frac", 2),
    ("dfrac", 2),
    ("tfrac", 2),
    ("cfrac", 2),
    ("binom", 2),
    ("dbinom", 2),
    ("tbinom", 2),
    ("overset", 2),
    ("underset", 2),
    ("stackrel", 2),
    ("buildrel", 2),
    ("sideset", 3),
    ("genfrac", 6),
];

/// Commands that take one argument, beside those that [`FONTS`] covers.
const ONE: &[&str] = &[
    "Overrightarrow",
    "acute",
    "bar",
    "boldsymbol",
    "breve",
    "cancel",
    "check",
    "ddot",
    "dddot",
    "ddddot",
    "dot",
    "grave",
    "hat",
    "not",
    "operatorname",
    "pmod",
    "slashed",
    "sqrt",
    "substack",
    "tilde",
    "utilde",
    "vec",
    "xleftarrow",
    "xrightarrow",
];

/// How the names of commands begin that set their one argument in a font or put a mark around it.
const FONTS: &[&str] = &["math", "sym", "over", "under", "wide", "text"];

/// Whether commands of a formula wait for their arguments within each other more than [`DEEPEST`] times.
pub(super) fn is_too_deep(tex: &str) -> bool {
    let mut rows = Rows { waiting: Vec::new(), groups: Vec::new() };
    let mut at = 0;
    while let Some(rest) = tex.get(at..)
        && let Some((token, length)) = tokens::first(rest)
    {
        at += length;
        at += rows.token(token, tex.get(at..).unwrap_or_default());
        if rows.waiting.len() > DEEPEST {
            return true;
        }
    }
    false
}

struct Rows {
    /// How many arguments each command of the row at hand still waits for, the innermost last.
    waiting: Vec<usize>,
    /// The rows around the groups that are open.
    groups: Vec<Vec<usize>>,
}

impl Rows {
    /// Counts one token; returns how much of `rest` belongs to it.
    fn token(&mut self, token: Token<'_>, rest: &str) -> usize {
        match token {
            Token::Blank => {}
            Token::Open => self.enter(),
            Token::Close => self.leave(),
            Token::Other('^' | '_') => self.waiting.push(1),
            Token::Other(_) | Token::Sign(_) => self.given(),
            Token::Command("left") => {
                self.enter();
                return delimiter(rest);
            }
            Token::Command("right") => {
                self.leave();
                return delimiter(rest);
            }
            Token::Command("begin") => {
                self.enter();
                return tokens::argument(rest).map_or(0, |(_name, length)| length);
            }
            Token::Command("end") => {
                self.leave();
                return tokens::argument(rest).map_or(0, |(_name, length)| length);
            }
            Token::Command(name) => self.command(name, rest),
        }
        0
    }

    fn command(&mut self, name: &str, rest: &str) {
        let several = SEVERAL.iter().find(|(known, _)| *known == name).map(|(_, arguments)| *arguments);
        let is_font = FONTS.iter().any(|start| name.starts_with(start));
        let takes = several.or_else(|| (is_font || ONE.contains(&name)).then_some(1));
        if let Some(arguments) = takes {
            // What stands in brackets is not read here, so the argument behind it cannot be told.
            let has_option = rest.trim_start().starts_with('[');
            self.waiting.push(if has_option { NEVER } else { arguments });
        } else if symbols::find(name).is_some() {
            self.given();
        } else if let Some(last) = self.waiting.last_mut() {
            // It may take more of what follows than one token.
            *last = NEVER;
        }
    }

    fn enter(&mut self) {
        self.groups.push(std::mem::take(&mut self.waiting));
    }

    fn leave(&mut self) {
        self.waiting = self.groups.pop().unwrap_or_default();
        self.given();
    }

    /// An argument is whole: the innermost command has one more, and when that was its last it is one itself.
    fn given(&mut self) {
        while let Some(last) = self.waiting.last_mut().filter(|last| **last != NEVER) {
            *last -= 1;
            if *last > 0 {
                return;
            }
            self.waiting.pop();
        }
    }
}

/// The length of the delimiter at the beginning of a text.
fn delimiter(rest: &str) -> usize {
    let blanks = rest.len() - rest.trim_start().len();
    tokens::first(rest.trim_start()).map_or(0, |(_token, length)| blanks + length)
}

#[cfg(test)]
mod tests {
    use super::is_too_deep;
    use crate::normalise::tex::known;
    use crate::normalise::tex::mathml;

    #[test]
    fn rows_of_commands_are_counted_and_what_stands_side_by_side_is_not() {
        for piece in [
            "\\hat",
            "\\frac",
            "\\frac a",
            "\\frac{a}",
            "\\sqrt[3]",
            "\\hat\\vec",
            "^\\hat",
            "\\overset\\alpha",
        ] {
            assert!(is_too_deep(&piece.repeat(40)), "{piece}");
            assert!(!is_too_deep(&piece.repeat(10)), "{piece}");
        }
        for piece in [
            "\\hat a",
            "\\frac12 + ",
            "x_1^2",
            "\\alpha",
            "\\hat{\\hat{x}} ",
            "\\frac\\alpha\\beta",
            "{\\bf x}_i",
        ] {
            assert!(!is_too_deep(&piece.repeat(400)), "{piece}");
        }
    }

    /// Every command that the renderer knows, over and over. A stack that overflows aborts the process; threads of the service
    /// have twice as much.
    #[test]
    fn no_formula_overflows_a_small_stack() {
        let attempt = || {
            let mut pieces: Vec<String> = Vec::new();
            for name in known::KNOWN {
                pieces.extend(["", "a", "[a]"].map(|behind| format!("\\{name}{behind}")));
                pieces.push(format!("\\frac\\{name}"));
            }
            let more = [
                "\\bm",
                "\\pmb",
                "x_",
                "^",
                "_",
                "\\left(",
                "\\left(\\hat",
                "\\frac\\left(a\\right)",
                "\\big(",
                "$",
                "{\\bm",
                "\\begin{matrix}",
                "\\frac\\begin{matrix}a\\end{matrix}",
                "\\not",
                "a\\over ",
                "{a\\over",
                "'",
                "\\text",
                "\\mbox",
                "\\nicefrac",
                "\\SI",
                "{}",
                "{",
                "}",
                "&",
                "\\\\",
                "~",
                "x'^",
                "\\hat'",
                "\\hat x'",
            ];
            pieces.extend(more.map(str::to_owned));
            for piece in pieces {
                let long = piece.repeat((160 * piece.len()).min(1_000) / piece.len());
                let _mathml = mathml::convert(&format!("{long}x"), false);
            }
        };
        std::thread::Builder::new().stack_size(1024 * 1024).spawn(attempt).unwrap().join().unwrap();
    }
}
