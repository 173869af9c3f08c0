//! Macros whose meaning shows only in what stands around them: `\e` in `\e\to 0`, `\p` in `\p_t u`, `\F` in `\F_q`.
//!
//! They are written out before a formula goes anywhere, so that text and MathML agree. Without such a sign of their meaning
//! they are left alone; so is everything in boxes of text.

use std::borrow::Cow;

use crate::normalise::tex::commands;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;

/// A formula with its macros written out whose surroundings tell what they mean.
pub(in crate::normalise::tex) fn expanded(tex: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut at, mut written) = (0, 0);
    while let Some(rest) = tex.get(at..)
        && let Some((token, length)) = tokens::first(rest)
    {
        let start = at;
        at += length;
        let Token::Command(name) = token else { continue };
        let behind = tex.get(at..).unwrap_or_default();
        if commands::TEXTS.contains(&name) {
            at += tokens::argument(behind).map_or(0, |(_text, length)| length);
            continue;
        }
        let before = tex.get(..start).unwrap_or_default().trim_end();
        let place = Place { before, rest: behind.trim_start(), is_near: !behind.starts_with(' ') };
        let found = place.argued(name, behind).or_else(|| Some((Cow::Borrowed(place.meaning(name)?), 0)));
        let Some((meant, used)) = found else { continue };
        out.push_str(tex.get(written..start).unwrap_or_default());
        out.push_str(&meant);
        at += used;
        let goes_on =
            tex.get(at..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphabetic()));
        if goes_on && meant.ends_with(|last: char| last.is_ascii_alphabetic()) {
            out.push(' ');
        }
        written = at;
    }
    if written == 0 {
        return Cow::Borrowed(tex);
    }
    out.push_str(tex.get(written..).unwrap_or_default());
    Cow::Owned(out)
}

/// What stands before a macro and behind it, blanks skipped.
struct Place<'tex> {
    before: &'tex str,
    rest: &'tex str,
    /// No blank stands behind the macro.
    is_near: bool,
}

/// How authors call the real numbers, where a power follows.
const REALS: &[&str] = &[
    "rr", "real", "re", "Rr", "Ri", "Rl", "RM", "br", "mbr", "bbr", "erre", "BR", "bR", "Rbb", "matR", "mr",
];

/// How they call the whole numbers.
const INTEGERS: &[&str] = &["KZ", "zz", "mz", "Zz"];

/// How they call a small number.
const SMALL: &[&str] = &["e", "va"];

/// Differentials, which end an integral.
const DIFFERENTIALS: &[(&str, &str)] = &[
    ("dx", "\\,\\mathrm{d}x"),
    ("dy", "\\,\\mathrm{d}y"),
    ("dz", "\\,\\mathrm{d}z"),
    ("dt", "\\,\\mathrm{d}t"),
    ("ds", "\\,\\mathrm{d}s"),
    ("dr", "\\,\\mathrm{d}r"),
];

impl<'tex> Place<'tex> {
    fn starts(&self, starts: &[&str]) -> bool {
        starts.iter().any(|start| self.rest.starts_with(start))
    }

    fn ends(&self, ends: &[&str]) -> bool {
        ends.iter().any(|end| self.before.ends_with(end))
    }

    fn digit_follows(&self) -> bool {
        self.rest.starts_with(|next: char| next.is_ascii_digit())
    }

    fn is_subscript(&self) -> bool {
        self.ends(&["_", "_{"])
    }

    /// Whether nothing more of the same term follows.
    fn is_ended(&self) -> bool {
        self.rest.is_empty() || self.starts(&[")", "}", ",", "]", "$"])
    }

    /// Macros that swallow what follows: `\abs u` and `\f{a}{b}`.
    fn argued(&self, name: &str, behind: &str) -> Option<(Cow<'static, str>, usize)> {
        let is_bare = self.rest.starts_with(|next: char| next.is_ascii_alphabetic());
        if is_bare && commands::WRAPS.iter().any(|(known, _open, _close)| *known == name) {
            let (argument, length) = tokens::argument(behind)?;
            return Some((Cow::Owned(format!("\\{name}{{{argument}}}")), length));
        }
        if name == "isotope" {
            let (mass, used) = tokens::optional(behind)?;
            let (element, more) = tokens::argument(behind.get(used..)?)?;
            return Some((Cow::Owned(format!("{{}}^{{{mass}}}\\mathrm{{{element}}}")), used + more));
        }
        if name == "r" && self.rest.starts_with("{A}") {
            return Some((Cow::Borrowed("\\text{Å}"), behind.find('}')? + 1));
        }
        if matches!(name, "raise" | "lower") {
            let length = tokens::dimension(behind);
            return (length > 0).then_some((Cow::Borrowed(" "), length));
        }
        None
    }

    fn meaning(&self, name: &str) -> Option<&'static str> {
        if SMALL.contains(&name) {
            return self.is_small(name).then_some("\\varepsilon");
        }
        if REALS.contains(&name) && (self.starts(&["^"]) || self.is_coefficient()) {
            return Some("\\mathbb{R}");
        }
        if INTEGERS.contains(&name) && (self.starts(&["^"]) || self.is_coefficient()) {
            return Some("\\mathbb{Z}");
        }
        if let Some((_name, differential)) = DIFFERENTIALS.iter().find(|(known, _tex)| *known == name)
            && self.before.contains("\\int")
        {
            return Some(differential);
        }
        self.letter(name).or_else(|| self.word(name))
    }

    /// Names of one letter. Those that are letters or accents of text are none in a formula.
    fn letter(&self, name: &str) -> Option<&'static str> {
        match name {
            "l" | "r" if self.is_near && self.is_delimiter() => Some(" "),
            "l" => Some("\\lambda"),
            "O" if self.starts(&["("]) => Some("O"),
            "O" => Some("\\Omega"),
            "L" => Some("L"),
            "P" => Some("\\mathbb{P}"),
            "S" if self.starts(&["^"]) => Some("\\mathbb{S}"),
            "S" if !self.digit_follows() => Some("S"),
            "d" if !self.starts(&["{"]) => Some("\\mathrm{d}"),
            "i" => Some("\\mathrm{i}"),
            "a" if self.ends(&["\\pi"]) || self.ends(&[","]) && self.is_ended() => Some("\\alpha"),
            "f" if self.is_fraction() => Some("\\frac"),
            "g" if self.ends(&["U(", "U_q(", "Int("]) => Some("\\mathfrak{g}"),
            "p" if self.is_derived() || self.is_boundary() => Some("\\partial"),
            "E" if self.is_mean() => Some("\\mathbb{E}"),
            "F" if self.starts(&["_q", "_p", "_2", "_3", "_{q", "_{p", "_{2"]) => Some("\\mathbb{F}"),
            "T" if self.ends(&["\\int_", "\\int_{"]) => Some("\\mathbb{T}"),
            _other => None,
        }
    }

    fn word(&self, name: &str) -> Option<&'static str> {
        match name {
            "de" | "bd" if self.starts(&["\\O"]) => Some("\\partial"),
            "de" if self.is_ended() || self.starts(&["(", ">", "<"]) => Some("\\delta"),
            "del" if self.starts(&["_"]) || self.ends(&["\\bar", "\\bar{", "\\overline{"]) => {
                Some("\\partial")
            }
            "ve" if !self.starts(&["{"]) => Some("\\varepsilon"),
            "Rr" if self.is_ended() => Some("\\mathbb{R}"),
            "oo" if self.ends(&[",", "^", "^{", "\\to", "\\rightarrow", "+", "-"]) => Some("\\infty"),
            "go" if self.starts(&["{"]) => Some("\\mathfrak"),
            "go" => Some("\\gtrsim"),
            "lo" | "ls" if self.digit_follows() => Some(if name == "lo" { "\\lesssim" } else { "\\leq" }),
            "gs" if self.digit_follows() => Some("\\geq"),
            "ti" if self.starts(&["{"]) => Some("\\tilde"),
            "ti" if self.starts(&["("]) => Some("\\times"),
            "dg" if self.before.ends_with(|last: char| last.is_ascii_digit()) => Some("^\\circ "),
            "di" | "ds" if self.starts(&["\\frac", "\\sum", "\\int", "\\sup", "\\inf", "\\widetilde"]) => {
                Some("\\displaystyle")
            }
            "pp" if self.starts(&["^"]) => Some("\\mathbb{P}"),
            "SS" if self.starts(&["^"]) => Some("\\mathbb{S}"),
            "tO" | "tlO" | "sO" if self.starts(&["("]) => Some("\\tilde{O}"),
            "co" if self.starts(&["(10^"]) => Some("\\mathcal{O}"),
            "comp" if !self.before.is_empty() && !self.rest.is_empty() => Some("\\circ"),
            "fg" => Some("\\mathfrak{g}"),
            "fh" => Some("\\mathfrak{h}"),
            "fsl" => Some("\\mathfrak{sl}"),
            "fgl" => Some("\\mathfrak{gl}"),
            "fso" => Some("\\mathfrak{so}"),
            "lef" if self.is_delimiter() => Some("\\left"),
            "rig" if self.is_delimiter() => Some("\\right"),
            "ba" if self.starts(&["_"]) => Some("\\mathbf{a}"),
            "aligned" | "gathered" if !self.ends(&["\\begin{"]) => {
                Some(if name == "aligned" { "\\begin{aligned}" } else { "\\begin{gathered}" })
            }
            "endaligned" => Some("\\end{aligned}"),
            "endgathered" => Some("\\end{gathered}"),
            _other => None,
        }
    }

    /// What goes to nought, is more than nought, is added to a number, or stands in a script is small; Euler's number is raised
    /// to what is no plain number.
    fn is_small(&self, name: &str) -> bool {
        let is_alone = self.before.is_empty() && self.rest.is_empty();
        let is_bound =
            self.starts(&["\\to", "\\rightarrow", "\\downarrow", ">0", "> 0", "\\ll", "\\in(0", "\\in (0"]);
        let is_added = self.is_ended() && self.ends(&["+", "-", "<", "O("]);
        let is_divisor = self.is_ended() && self.ends(&["/"]) && !self.ends(&["1-1/"]);
        let is_raised =
            name != "e" && self.starts(&["^"]) || self.has_plain_power() && !self.ends(&["1-", "1 -"]);
        is_alone || self.is_subscript() || is_bound || is_added || is_divisor || is_raised
    }

    /// A whole number stands as a power, or, where orders are spoken of, a fraction.
    fn has_plain_power(&self) -> bool {
        let power = self.rest.strip_prefix('^').and_then(tokens::argument);
        let Some((power, _length)) = power else { return false };
        let power = power.trim().trim_start_matches('-');
        let behind = power.trim_start_matches(|digit: char| digit.is_ascii_digit());
        let is_order = ["O(", "O (", "\\Omega"].iter().any(|order| self.before.contains(order));
        behind.len() < power.len() && (behind.is_empty() || is_order && behind.starts_with('/'))
            || is_order && power.starts_with("\\frac")
    }

    /// A delimiter follows.
    fn is_delimiter(&self) -> bool {
        self.starts(&["(", ")", "[", "]", "|", "\\{", "\\}", "\\|", "\\langle", "\\rangle"])
    }

    /// A set of numbers as what a group or a homology is taken over: `SL(2,\rr)`.
    fn is_coefficient(&self) -> bool {
        self.before.ends_with(',') && self.rest.starts_with(')')
    }

    /// Two groups follow.
    fn is_fraction(&self) -> bool {
        let two = |rest: &'tex str| {
            let (_above, length) = tokens::argument(rest)?;
            rest.get(length..)?.starts_with('{').then_some(())
        };
        self.rest.starts_with('{') && two(self.rest).is_some()
    }

    /// A variable follows as a subscript.
    fn is_derived(&self) -> bool {
        let Some(variable) = self.rest.strip_prefix('_') else { return false };
        let variable = variable.trim_start_matches('{');
        ["t", "x", "y", "z", "r", "s", "i", "\\mu", "\\nu"].iter().any(|name| variable.starts_with(name))
    }

    /// A set follows, whose boundary is meant.
    fn is_boundary(&self) -> bool {
        self.rest.starts_with(|next: char| next.is_ascii_uppercase()) || self.starts(&["\\Om", "\\O "])
    }

    /// What follows, behind a script, is what a mean is taken of.
    fn is_mean(&self) -> bool {
        let behind = self.rest.strip_prefix('_').and_then(|script| {
            let (_script, length) = tokens::argument(script)?;
            script.get(length..)
        });
        let behind = behind.unwrap_or(self.rest).trim_start();
        let starts = ["[", "\\left", "\\big", "\\max", "\\sup", "\\min", "\\inf", "\\|", "\\{"];
        starts.iter().any(|start| behind.starts_with(start))
    }
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn surroundings_tell_what_a_macro_means() {
        for (tex, meant) in [
            ("\\e\\to 0", "\\varepsilon\\to 0"),
            ("u_\\e", "u_\\varepsilon"),
            ("O(\\e^{-2})", "O(\\varepsilon^{-2})"),
            ("1/\\e", "1/\\varepsilon"),
            ("\\p_t u", "\\partial_t u"),
            ("\\p M", "\\partial M"),
            ("\\F_q", "\\mathbb{F}_q"),
            ("x\\in\\Rr^n", "x\\in\\mathbb{R}^n"),
            ("SL(2,\\rr)", "SL(2,\\mathbb{R})"),
            ("\\E_{x\\sim D}[f]", "\\mathbb{E}_{x\\sim D}[f]"),
            ("\\int f\\dx", "\\int f\\,\\mathrm{d}x"),
            ("\\abs u^2", "\\abs{u}^2"),
            ("\\l_1+\\l(x\\r)", "\\lambda_1+ (x )"),
            ("\\partial\\O", "\\partial\\Omega"),
            ("\\O(n)", "O(n)"),
            ("\\lef(x\\rig)", "\\left(x\\right)"),
            ("3727\\r{A}", "3727\\text{Å}"),
            ("25\\dg", "25^\\circ "),
            ("\\isotope[56]{Fe}", "{}^{56}\\mathrm{Fe}"),
        ] {
            assert_eq!(expanded(tex), meant, "{tex}");
        }
    }

    #[test]
    fn without_a_sign_of_its_meaning_a_macro_is_left_alone() {
        for tex in [
            "\\lef x_n \\rig",
            "\\e^{-\\i t}",
            "1-1/\\e",
            "1-\\e^{-1}",
            "\\E_7",
            "\\p",
            "\\p_1",
            "\\rr",
            "f(\\D)",
            "\\F",
            "\\text{\\O and \\l}",
            "\\alpha\\le\\beta",
        ] {
            let tex = tex.replace("\\i ", "i ");
            assert_eq!(expanded(&tex), tex, "{tex}");
        }
    }
}
