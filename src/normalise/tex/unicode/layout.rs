//! Commands of formulas that lay out their arguments: fractions, roots, fonts, environments.

use unicode_normalization::UnicodeNormalization as _;

use crate::normalise::tex::commands::WRAPS;
use crate::normalise::tex::scripts;
use crate::normalise::tex::symbols;
use crate::normalise::tex::tokens;
use crate::normalise::tex::unicode::DEEPEST;
use crate::normalise::tex::unicode::Line;
use crate::normalise::tex::units;

impl Line {
    /// Writes a command of layout with its arguments; returns how much of `rest` they took, or `None` for any other command.
    pub(super) fn layout(&mut self, name: &str, rest: &str) -> Option<usize> {
        match name {
            "frac" | "dfrac" | "tfrac" | "cfrac" | "nicefrac" | "sfrac" => {
                let (above, below, used) = two(rest)?;
                let fraction = format!("{}/{}", self.term(above), self.term(below));
                self.atom(&fraction);
                Some(used)
            }
            "binom" | "dbinom" | "tbinom" => {
                let (above, below, used) = two(rest)?;
                let text = format!("({} choose {})", self.inner(above, true), self.inner(below, true));
                self.atom(&text);
                Some(used)
            }
            "sqrt" if rest.trim_start().starts_with('(') || rest.trim().is_empty() => {
                self.atom("√");
                Some(rest.len() - rest.trim_start().len())
            }
            "sqrt" => {
                let (degree, skipped) = tokens::optional(rest).unwrap_or(("", 0));
                let (argument, length) = tokens::argument(rest.get(skipped..)?)?;
                let sign = match degree.trim() {
                    "" | "2" => "√".to_owned(),
                    "3" => "∛".to_owned(),
                    "4" => "∜".to_owned(),
                    other => format!("{}√", scripts::script(&self.inner(other, true), true)),
                };
                let text = format!("{sign}{}", self.term(argument));
                self.atom(&text);
                Some(skipped + length)
            }
            "mathbb" | "Bbb" | "mathds" | "mathbbm" | "mathbbmss" => {
                let (argument, length) = tokens::argument(rest)?;
                let text: String = self.inner(argument, false).chars().map(double_struck).collect();
                self.atom(&text);
                Some(length)
            }
            "text" | "mbox" | "hbox" | "textrm" | "textbf" | "textit" | "textsf" | "texttt" | "textsc"
            | "textnormal" | "textup" | "emph" | "makebox" => {
                let (argument, length) = tokens::argument(rest)?;
                let inner = super::words(argument).unwrap_or_else(|| self.inner(argument, false));
                self.is_blank |= argument.starts_with([' ', '~']);
                if !inner.is_empty() {
                    self.atom(&inner);
                }
                self.is_blank |= argument.ends_with([' ', '~']);
                Some(length)
            }
            "operatorname" | "mathop" => {
                let (argument, length) = super::raised_argument(rest);
                (length > 0).then_some(())?;
                let inner = self.inner(argument, false);
                if inner.starts_with(char::is_alphabetic) {
                    self.word(&inner);
                } else {
                    self.atom(&inner);
                }
                Some(length)
            }
            "stackrel" | "overset" | "underset" => {
                let (mark, base, used) = two(rest)?;
                let base = self.inner(base, false);
                let script = scripts::script(&self.inner(mark, true), name != "underset");
                if base.chars().all(symbols::is_relation) && !base.is_empty() {
                    self.relation(&base);
                    self.out.push_str(&script);
                } else {
                    self.atom(&format!("{base}{script}"));
                }
                Some(used)
            }
            "xrightarrow" | "xleftarrow" | "xlongrightarrow" => {
                let (_below, skipped) = tokens::optional(rest).unwrap_or(("", 0));
                let (argument, length) = tokens::argument(rest.get(skipped..)?)?;
                let script = scripts::script(&self.inner(argument, true), true);
                self.relation(if name == "xleftarrow" { "←" } else { "→" });
                self.out.push_str(&script);
                Some(skipped + length)
            }
            "not" => {
                let (argument, length) = tokens::argument(rest)?;
                let text: String = format!("{}\u{338}", self.inner(argument, false)).nfc().collect();
                self.relation(&text);
                Some(length)
            }
            "matrix" | "pmatrix" | "bmatrix" | "cases" => {
                let (argument, length) = tokens::argument(rest)?;
                let inner = self.inner(argument, false);
                let (open, close) = match name {
                    "pmatrix" => ("(", ")"),
                    "bmatrix" => ("[", "]"),
                    "cases" => ("{", ""),
                    _plain => ("", ""),
                };
                self.atom(&format!("{open}{inner}{close}"));
                Some(length)
            }
            "pmod" | "pod" => {
                let (argument, length) = tokens::argument(rest)?;
                let text = format!("(mod {})", self.inner(argument, false));
                self.is_blank = true;
                self.atom(&text);
                Some(length)
            }
            "bmod" | "mod" => {
                self.word("mod");
                Some(0)
            }
            "quad" | "qquad" | "enspace" | "thinspace" | "medspace" | "thickspace" | "space" | "newline"
            | "eqno" => {
                self.is_blank = true;
                Some(0)
            }
            "hskip" | "kern" | "mkern" | "mskip" | "vskip" => {
                self.is_blank = true;
                Some(tokens::dimension(rest))
            }
            "begin" | "end" => {
                let (environment, length) = tokens::argument(rest)?;
                let columns = if name == "begin" && environment.starts_with("array") {
                    tokens::argument(rest.get(length..)?)?.1
                } else {
                    0
                };
                self.is_blank = true;
                Some(length + columns)
            }
            "unicode" => {
                let (argument, length) = tokens::argument(rest)?;
                let character = argument
                    .strip_prefix(['x', 'X'])
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                    .and_then(char::from_u32)?;
                self.atom(character.encode_utf8(&mut [0; 4]));
                Some(length)
            }
            "SI" | "qty" => {
                let (number, unit, used) = two(rest)?;
                let text =
                    format!("{} {}", self.inner(number, false), self.inner(&units::symbols(unit), false));
                self.atom(&text);
                Some(used)
            }
            "ion" => {
                let (element, stage, used) = two(rest)?;
                let text = format!("{} {}", self.inner(element, false), units::stage(stage));
                self.atom(&text);
                Some(used)
            }
            "si" | "unit" => {
                let (argument, length) = tokens::argument(rest)?;
                let text = self.inner(&units::symbols(argument), false);
                self.atom(&text);
                Some(length)
            }
            "tag" => {
                let star = usize::from(rest.starts_with('*'));
                let Some((argument, length)) = rest.get(star..).and_then(tokens::argument) else {
                    return Some(star);
                };
                let text = format!("({})", self.inner(argument, false));
                self.is_blank = true;
                self.atom(&text);
                Some(star + length)
            }
            "texorpdfstring" => {
                let (tex, _plain, used) = two(rest)?;
                let text = self.inner(tex, false);
                self.atom(&text);
                Some(used)
            }
            "href" => {
                let (_address, label, used) = two(rest)?;
                let text = self.inner(label, false);
                self.atom(&text);
                Some(used)
            }
            _other => {
                let (_name, open, close) = WRAPS.iter().find(|(known, _open, _close)| *known == name)?;
                let (argument, length) =
                    tokens::argument(rest).filter(|_argument| rest.trim_start().starts_with('{'))?;
                let inner = self.inner(argument, false);
                self.atom(&format!("{open}{inner}{close}"));
                Some(length)
            }
        }
    }
}

/// Commands between two parts of a group.
pub(super) const INFIX: [&str; 5] = ["over", "choose", "atop", "brace", "brack"];

/// A stretch with an infix `\over` outside groups, as a fraction; with `\buildrel`, as a base under what is built on it.
pub(super) fn over(tex: &str, is_compact: bool, depth: usize) -> Option<String> {
    (depth < DEEPEST).then_some(())?;
    let (infix, (above, below)) = INFIX
        .iter()
        .filter(|infix| tex.contains(&format!("\\{infix}")))
        .find_map(|infix| Some((*infix, tokens::split(tex, infix)?)))?;
    let line = Line::new(is_compact, depth);
    if infix == "choose" {
        return Some(format!(
            "({} choose {})",
            line.inner(above.trim(), true),
            line.inner(below.trim(), true)
        ));
    }
    if infix != "over" {
        let (open, close) = match infix {
            "brace" => ("{", "}"),
            "brack" => ("[", "]"),
            _atop => ("", ""),
        };
        let (above, below) = (line.inner(above.trim(), true), line.inner(below.trim(), true));
        return Some(format!("{open}{above}; {below}{close}"));
    }
    if let Some((before, above)) = tokens::split(above, "buildrel") {
        let (base, used) = tokens::argument(below)?;
        let behind = line.inner(below.get(used..)?, false);
        let script = scripts::script(&line.inner(above, true), true);
        return Some(format!("{}{}{script}{behind}", line.inner(before, false), line.inner(base, false)));
    }
    Some(format!("{}/{}", line.term(above.trim()), line.term(below.trim())))
}

/// Two arguments and the length of both.
pub(super) fn two(rest: &str) -> Option<(&str, &str, usize)> {
    let (first, used) = tokens::argument(rest)?;
    let (second, more) = tokens::argument(rest.get(used..)?)?;
    Some((first, second, used + more))
}

/// Letters of the number sets; others stay, so that they can be searched for.
fn double_struck(letter: char) -> char {
    match letter {
        'C' => 'ℂ',
        'H' => 'ℍ',
        'N' => 'ℕ',
        'P' => 'ℙ',
        'Q' => 'ℚ',
        'R' => 'ℝ',
        'Z' => 'ℤ',
        'A' => '𝔸',
        'B' => '𝔹',
        'D' => '𝔻',
        'E' => '𝔼',
        'F' => '𝔽',
        'G' => '𝔾',
        'S' => '𝕊',
        'T' => '𝕋',
        '1' => '𝟙',
        other => other,
    }
}
