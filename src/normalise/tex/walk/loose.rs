//! Maths that stands in running text without its dollar signs: `\sqrt{T}`, `\frac{1}{2}`, `\mathbb{R}^n`, `\alpha_i`.

use crate::normalise::tex::custom;
use crate::normalise::tex::custom::Meaning;
use crate::normalise::tex::known;
use crate::normalise::tex::symbols;
use crate::normalise::tex::walk::Walk;

/// Commands that only mean something in a formula, with how many arguments.
const STRUCTURES: &[(&str, usize)] = &[
    ("frac", 2),
    ("dfrac", 2),
    ("tfrac", 2),
    ("nicefrac", 2),
    ("binom", 2),
    ("sqrt", 1),
    ("hat", 1),
    ("widehat", 1),
    ("bar", 1),
    ("overline", 1),
    ("tilde", 1),
    ("widetilde", 1),
    ("vec", 1),
    ("dot", 1),
    ("ddot", 1),
    ("mathring", 1),
    ("overset", 2),
    ("underset", 2),
    ("stackrel", 2),
    ("substack", 1),
    ("pmod", 1),
];

/// Fonts of formulas, which people also use for words.
const FONTS: &[&str] = &[
    "mathbb",
    "Bbb",
    "mathds",
    "mathbbm",
    "mathcal",
    "mathscr",
    "mathfrak",
    "frak",
    "mathrm",
    "mathbf",
    "mathsf",
    "mathit",
    "boldsymbol",
    "bm",
    "operatorname",
];

/// The longest stretch, in bytes.
const LONGEST: usize = 1024;

impl Walk<'_, '_> {
    /// The end of the maths that begins with the command at hand, whose name ends at `behind`; `None` when it is text.
    pub(super) fn loose(&self, name: &str, behind: usize) -> Option<usize> {
        let name = custom::renamed(name, self.source.get(behind..)?);
        let mut at = behind;
        let structure = STRUCTURES.iter().find(|(known, _count)| *known == name);
        let is_font = FONTS.contains(&name);
        if let Some((_name, count)) = structure {
            if name == "sqrt" && self.source.get(at..)?.starts_with('[') {
                at += crate::normalise::ids::head(self.source.get(at..)?, 16).find(']')? + 1;
            }
            if name == "sqrt" && self.source.get(at..)?.starts_with('(') {
                at = self.parentheses_at(at)?;
            } else {
                for _argument in 0..*count {
                    at = self.argument_at(at)?;
                }
            }
        } else if is_font {
            let end = self.argument_at(at)?;
            let is_prose = self.source.get(at..end)?.trim().contains(char::is_whitespace);
            at = (!is_prose).then_some(end)?;
        } else {
            let is_symbol = symbols::find(name).is_some_and(|symbol| symbol.chars().count() == 1)
                || matches!(custom::meaning(name, "", ""), Some(Meaning::Maths(_)))
                || matches!(name, "sum" | "int" | "prod" | "lim" | "max" | "min" | "sup" | "inf" | "log")
                    && known::contains(name);
            is_symbol.then_some(())?;
        }
        let unscripted = at;
        while let Some(end) = self.script_at(at) {
            at = end;
        }
        let is_maths = structure.is_some() || is_font || at > unscripted;
        (is_maths && at - behind <= LONGEST).then_some(at)
    }

    /// The end of the parentheses that begin at a place.
    fn parentheses_at(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (place, byte) in crate::normalise::ids::head(self.source.get(at..)?, LONGEST).bytes().enumerate()
        {
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                b'\n' | b'$' => return None,
                _other => {}
            }
            if depth == 0 {
                return Some(at + place + 1);
            }
        }
        None
    }

    /// The end of an argument at a place: a group, a letter or digit, or a command.
    fn argument_at(&self, at: usize) -> Option<usize> {
        let rest = self.source.get(at..)?;
        let start = at + (rest.len() - rest.trim_start_matches(' ').len());
        if let Some(close) = self.braces.matching.get(&start) {
            return Some(close + 1);
        }
        let rest = self.source.get(start..)?;
        let first = rest.chars().next()?;
        if first == '\\' {
            let letters = rest.bytes().skip(1).take_while(u8::is_ascii_alphabetic).count();
            return (letters > 0).then_some(start + 1 + letters);
        }
        first.is_alphanumeric().then_some(start + first.len_utf8())
    }

    /// The end of a script at a place; one without braces is a single letter or number, or a symbol.
    fn script_at(&self, at: usize) -> Option<usize> {
        let rest = self.source.get(at..)?;
        let body = rest.strip_prefix(['^', '_'])?;
        if let Some(close) = self.braces.matching.get(&(at + 1)) {
            return Some(close + 1);
        }
        let digits = body.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            return Some(at + 2);
        }
        if body.starts_with('\\') {
            return self.argument_at(at + 1);
        }
        let first = body.chars().next()?;
        let is_one =
            !body.get(first.len_utf8()..)?.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        (is_one && (first.is_alphanumeric() || matches!(first, '*' | '+' | '-')))
            .then_some(at + 1 + first.len_utf8())
    }
}
