//! Formulas rewritten into the TeX that the MathML renderer knows.
//!
//! Authors write old commands, commands of packages and commands of their own. The first two are translated, the last
//! are shown under their name. What defines macros or picks characters by number never reaches the renderer.

use crate::normalise::tex::commands;
use crate::normalise::tex::commands::FENCES;
use crate::normalise::tex::known;
use crate::normalise::tex::rewrite::tables::ALIASES;
use crate::normalise::tex::rewrite::tables::DROPPED;
use crate::normalise::tex::rewrite::tables::TEXTS;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;

mod tables;

/// Stands for `<` on its way through the renderer, which does not escape it.
pub(super) const LESS: char = '\u{E001}';
/// Stands for `>`.
pub(super) const MORE: char = '\u{E002}';
/// Stands for `&`.
pub(super) const AND: char = '\u{E003}';

/// How deep groups may nest.
const DEEPEST: usize = 48;

/// The formula for the renderer, or `None` when it defines macros or nests too deep.
pub(super) fn rewritten(tex: &str) -> Option<String> {
    let mut rewrite = Rewrite {
        out: String::with_capacity(tex.len() + 16),
        groups: Vec::new(),
        environments: 0,
        is_fenced: balanced_fences(tex),
    };
    let mut at = 0;
    while let Some(rest) = tex.get(at..)
        && let Some((token, length)) = tokens::first(rest)
    {
        at += length;
        at += rewrite.token(token, tex.get(at..).unwrap_or_default())?;
    }
    while let Some(group) = rewrite.groups.pop() {
        rewrite.leave(&group);
    }
    Some(rewrite.out)
}

/// Whether every `\left` has its `\right` in the same group.
fn balanced_fences(tex: &str) -> bool {
    let mut fences: Vec<usize> = vec![0];
    let mut at = 0;
    while let Some(rest) = tex.get(at..)
        && let Some((token, length)) = tokens::first(rest)
    {
        at += length;
        match token {
            Token::Open => fences.push(0),
            Token::Close => {
                if fences.pop().is_none_or(|open| open > 0) {
                    return false;
                }
            }
            Token::Command("left") => fences.iter_mut().rev().take(1).for_each(|open| *open += 1),
            Token::Command("right") => match fences.last_mut() {
                Some(open) if *open > 0 => *open -= 1,
                _none => return false,
            },
            Token::Command(_) | Token::Sign(_) | Token::Blank | Token::Other(_) => {}
        }
    }
    fences.iter().all(|open| *open == 0)
}

/// An open group: where its content starts in the output, and an infix command met in it.
struct Group {
    start: usize,
    infix: Option<(&'static str, usize)>,
}

struct Rewrite {
    out: String,
    groups: Vec<Group>,
    environments: usize,
    is_fenced: bool,
}

impl Rewrite {
    /// Writes one token; returns how much of `rest` was used, or `None` to give the formula up.
    fn token(&mut self, token: Token<'_>, rest: &str) -> Option<usize> {
        match token {
            Token::Blank => self.out.push(' '),
            Token::Open => {
                if self.groups.len() >= DEEPEST {
                    return None;
                }
                self.out.push('{');
                self.groups.push(Group { start: self.out.len(), infix: None });
            }
            Token::Close => {
                if let Some(group) = self.groups.pop() {
                    self.leave(&group);
                }
            }
            Token::Other('~') => self.out.push_str("\\ "),
            Token::Other('<') => self.out.push(LESS),
            Token::Other('>') => self.out.push(MORE),
            Token::Other('#') => self.out.push_str("\\#"),
            Token::Other('%') => self.out.push_str("\\%"),
            Token::Other('&') if self.environments == 0 => self.out.push(' '),
            Token::Other(mark @ ('^' | '_')) => return Some(self.mark(mark, rest)),
            Token::Other('$' | '\\' | LESS | MORE | AND) => {}
            Token::Other(character) => self.out.push(character),
            Token::Sign(sign) => match sign {
                '\\' if self.environments == 0 => self.out.push_str("\\ "),
                '&' => self.out.push(AND),
                '(' | ')' | '[' | ']' | '/' | '-' | '@' | '\n' => self.out.push(' '),
                '\\' | ',' | ';' | ':' | '>' | '!' | ' ' | '|' | '{' | '}' | '%' | '#' | '$' | '_' => {
                    self.out.push('\\');
                    self.out.push(sign);
                }
                accent => {
                    if let Some((text, length)) = crate::normalise::tex::accents::sign_command(accent, rest) {
                        self.out.push_str(&text);
                        return Some(length);
                    }
                }
            },
            Token::Command(name) => return self.command(name, rest),
        }
        Some(0)
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.out.push_str(part);
        }
    }

    /// A script: without an argument it is dropped, a second one of its kind gets an empty base.
    fn mark(&mut self, mark: char, rest: &str) -> usize {
        let behind = rest.trim_start();
        let is_ended = behind.is_empty() || behind.starts_with(['}', '&', '^', '_', '$']);
        if is_ended {
            return 0;
        }
        // The renderer loses the end of a cell when a script has nothing to stand on.
        if self.environments > 0
            && self.out.trim_end().ends_with(['&', '\\', '}', ']'])
            && !self.out.ends_with("\\}")
        {
            self.out.push_str("{}");
        }
        self.out.push(mark);
        rest.len() - behind.len()
    }

    fn leave(&mut self, group: &Group) {
        if let Some((command, at)) = group.infix {
            let below = self.out.split_off(at);
            let above = self.out.split_off(group.start);
            self.push(&[command, "{", &above, "}{", &below, "}"]);
        }
        self.out.push('}');
    }

    fn command(&mut self, name: &str, rest: &str) -> Option<usize> {
        let star = usize::from(
            rest.starts_with('*') && matches!(name, "operatorname" | "hspace" | "vspace" | "tag"),
        );
        let behind = rest.get(star..).unwrap_or_default();
        if TEXTS.contains(&name) {
            let Some((argument, length)) = tokens::argument(behind) else { return Some(star) };
            self.out.push_str("\\text{");
            self.out.push_str(&plain(argument));
            self.out.push('}');
            return Some(star + length);
        }
        if let Some(count) = commands::dropped(name, DROPPED) {
            let mut used = star;
            for _argument in 0..count {
                used += tokens::argument(rest.get(used..)?).map_or(0, |(_argument, length)| length);
            }
            self.out.push(' ');
            return Some(used);
        }
        match name {
            "def"
            | "edef"
            | "gdef"
            | "let"
            | "newcommand"
            | "renewcommand"
            | "providecommand"
            | "futurelet"
            | "char"
            | "DeclareMathOperator" => return None,
            "lt" => self.out.push(LESS),
            "gt" => self.out.push(MORE),
            "left" | "right" | "middle" if !self.is_fenced => {
                return Some(star + usize::from(behind.starts_with('.')));
            }
            _fence if FENCES.contains(&name) => return Some(star + self.fence(name, behind)),
            "over" | "choose" | "atop" | "brack" | "brace" => self.infix(name),
            "operatorname" => {
                let Some((argument, length)) = tokens::argument(behind) else { return Some(star) };
                self.out.push_str("\\operatorname{");
                self.out.push_str(&plain(argument));
                self.out.push('}');
                return Some(star + length);
            }
            "unicode" => {
                let (argument, length) = tokens::argument(behind)?;
                self.out.push_str("\\text{");
                self.out.push_str(&plain(&format!("\\unicode{{{argument}}}")));
                self.out.push('}');
                return Some(star + length);
            }
            "SI" | "qty" => {
                let (number, used) = tokens::argument(behind)?;
                let (unit, more) = tokens::argument(behind.get(used..)?)?;
                self.push(&["{", &plain(number), "\\,\\text{", &plain(unit), "}}"]);
                return Some(star + used + more);
            }
            "href" => return Some(star + tokens::argument(behind)?.1),
            "begin" | "end" => {
                let (environment, length) = tokens::argument(behind)?;
                // The renderer panics over some arrays, and the alignment of columns would be stripped anyway.
                let is_array = matches!(environment, "array" | "darray" | "tabular");
                let columns =
                    (is_array && name == "begin").then(|| tokens::argument(behind.get(length..)?)).flatten();
                let length = length + columns.map_or(0, |(_columns, more)| more);
                let environment = match environment {
                    "array" | "darray" | "tabular" => "matrix",
                    "eqnarray" | "eqnarray*" | "align" | "flalign" | "flalign*" => "align*",
                    "equation" | "displaymath" | "math" => "equation*",
                    "gather" => "gather*",
                    other => other,
                };
                self.environments =
                    if name == "begin" { self.environments + 1 } else { self.environments.saturating_sub(1) };
                (self.environments <= 8).then_some(())?;
                self.push(&["\\", name, "{", environment, "}"]);
                return Some(star + length);
            }
            _other => self.named(name),
        }
        Some(star)
    }

    /// A command without arguments that we look at: known, known under another name, or shown as its name.
    fn named(&mut self, name: &str) {
        let alias = ALIASES.iter().find(|(old, _new)| *old == name).map_or(name, |(_old, new)| *new);
        if alias == "frac12" {
            self.out.push_str("\\frac12 ");
        } else if known::contains(alias) {
            self.out.push('\\');
            self.out.push_str(alias);
            self.out.push(' ');
        } else if let Some(symbol) = crate::normalise::tex::symbols::find(name) {
            self.push(&["{", symbol, "}"]);
        } else {
            self.push(&["\\text{", name, "}"]);
        }
    }

    /// `\left` and its kin with the delimiter behind them, which the renderer wants without a blank or braces between.
    fn fence(&mut self, name: &str, rest: &str) -> usize {
        let Some((delimiter, length)) = tokens::argument(rest) else { return 0 };
        let delimiter = match delimiter.trim() {
            "<" => "\\langle ",
            ">" => "\\rangle ",
            "" => return length,
            other if tokens::first(other).is_some_and(|(_token, whole)| whole == other.len()) => other,
            _several => {
                self.push(&["{", &plain(delimiter), "}"]);
                return length;
            }
        };
        self.push(&["\\", name, delimiter]);
        if delimiter.ends_with(|last: char| last.is_ascii_alphabetic()) {
            self.out.push(' ');
        }
        length
    }

    /// `{a \over b}` and its kin: the group becomes the two arguments of a command.
    fn infix(&mut self, name: &str) {
        let command = match name {
            "over" => "\\frac",
            _choose => "\\binom",
        };
        let at = self.out.len();
        if let Some(group) = self.groups.last_mut() {
            if group.infix.is_none() {
                group.infix = Some((command, at));
            }
        } else if !self.out.contains("\\frac{") || self.groups.is_empty() {
            // At the outermost level the whole formula so far is the numerator, and what follows the denominator.
            self.out.insert(0, '{');
            self.groups.push(Group { start: 1, infix: Some((command, at + 1)) });
        }
    }
}

/// Text inside a formula, as plain characters that mean nothing to the renderer.
fn plain(tex: &str) -> String {
    let text = crate::normalise::tex::unicode::to_text(tex);
    let leads = tex.starts_with([' ', '~']) && !text.is_empty();
    let trails = tex.ends_with([' ', '~']) && !text.is_empty();
    let clean = |character: char| match character {
        '\\' | '{' | '}' | '$' | '%' | '#' | '^' | '_' | '~' => None,
        '<' => Some(LESS),
        '>' => Some(MORE),
        '&' => Some(AND),
        other => Some(other),
    };
    let mut out = String::with_capacity(text.len() + 2);
    if leads {
        out.push(' ');
    }
    out.extend(text.chars().filter_map(clean));
    if trails {
        out.push(' ');
    }
    out
}
