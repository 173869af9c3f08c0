//! Formulas rewritten into the TeX that the MathML renderer knows.
//!
//! Authors write old commands, commands of packages and commands of their own. The first two are translated, the last
//! are shown under their name. What defines macros or picks characters by number never reaches the renderer.

use crate::normalise::tex::commands;
use crate::normalise::tex::commands::FENCES;
use crate::normalise::tex::commands::TEXTS;
use crate::normalise::tex::custom;
use crate::normalise::tex::custom::Meaning;
use crate::normalise::tex::known;
use crate::normalise::tex::rewrite::groups::Group;
use crate::normalise::tex::rewrite::groups::Scripts;
use crate::normalise::tex::rewrite::tables::ALIASES;
use crate::normalise::tex::rewrite::tables::DROPPED;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;
use crate::normalise::tex::unicode;
use crate::normalise::tex::units;

mod groups;
mod tables;

/// Stands for `<` on its way through the renderer, which does not escape it.
pub(super) const LESS: char = '\u{E001}';
/// Stands for `>`.
pub(super) const MORE: char = '\u{E002}';
/// Stands for `&`.
pub(super) const AND: char = '\u{E003}';

/// Where the characters stand that text in a formula may hold but the renderer would take for TeX.
pub(super) const SIGNS: u32 = 0xE100;

/// How deep parts that are rewritten by themselves may nest.
const DEEPEST_PART: usize = 8;

/// How deep groups may nest.
const DEEPEST: usize = 48;

/// The formula for the renderer, or `None` when it defines macros or nests too deep.
pub(super) fn rewritten(tex: &str) -> Option<String> {
    nested(tex, 0)
}

/// The same for a part of a formula, so many parts deep.
fn nested(tex: &str, depth: usize) -> Option<String> {
    (depth <= DEEPEST_PART).then_some(())?;
    let mut rewrite = Rewrite {
        out: String::with_capacity(tex.len() + 16),
        groups: Vec::new(),
        environments: 0,
        is_fenced: balanced_fences(tex),
        scripts: Scripts::default(),
        depth,
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

struct Rewrite {
    out: String,
    groups: Vec<Group>,
    environments: usize,
    is_fenced: bool,
    scripts: Scripts,
    depth: usize,
}

impl Rewrite {
    /// Writes one token; returns how much of `rest` was used, or `None` to give the formula up.
    fn token(&mut self, token: Token<'_>, rest: &str) -> Option<usize> {
        if !matches!(token, Token::Blank | Token::Close | Token::Other('^' | '_' | '\'')) {
            self.scripts.base();
        }
        match token {
            Token::Blank => self.out.push(' '),
            Token::Open => {
                if self.groups.len() >= DEEPEST {
                    return None;
                }
                self.out.push('{');
                self.enter("}");
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
            Token::Other('\'') => return Some(self.primes(rest)),
            Token::Other('$' | '\\' | LESS | MORE | AND | '\u{E100}'..='\u{E17F}') => {}
            Token::Other(character) => self.out.push(character),
            Token::Sign(sign) => match sign {
                '\\' => {
                    self.out.push_str(if self.environments == 0 { "\\ " } else { "\\\\" });
                    return Some(tokens::spacing(rest));
                }
                '&' => self.out.push(AND),
                '(' | ')' | '[' | ']' | '/' | '-' | '@' | '\n' => self.out.push(' '),
                ',' | ';' | ':' | '>' | '!' | ' ' | '|' | '{' | '}' | '%' | '#' | '$' | '_' => {
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

    fn command(&mut self, name: &str, rest: &str) -> Option<usize> {
        let name = custom::renamed(name, rest);
        let star = usize::from(
            rest.starts_with('*') && matches!(name, "operatorname" | "hspace" | "vspace" | "tag"),
        );
        let behind = rest.get(star..).unwrap_or_default();
        if TEXTS.contains(&name) {
            let Some((argument, length)) = tokens::argument(behind) else { return Some(star) };
            self.out.push_str("\\text{");
            let argument =
                if matches!(name, "si" | "unit") { units::symbols(argument) } else { argument.to_owned() };
            self.push(&[&plain(&argument), "}"]);
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
        if behind.trim_start().starts_with('{')
            && self.groups.len() < DEEPEST
            && let Some(used) = self.wrap(name, behind)
        {
            return Some(star + used);
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
            "sp" | "sb" => return Some(star + self.mark(if name == "sp" { '^' } else { '_' }, behind)),
            "cr" => self.out.push_str(if self.environments > 0 { "\\\\" } else { "\\ " }),
            "eqno" => self.out.push_str("\\quad "),
            "tag" => {
                let Some((argument, length)) = tokens::argument(behind) else { return Some(star) };
                self.push(&["\\quad \\text{(", &plain(argument), ")}"]);
                return Some(star + length);
            }
            "sqrt" if behind.trim().is_empty() => self.out.push_str("\\surd "),
            "sqrt" if behind.trim_start().starts_with('(') => return Some(star + self.root(behind)?),
            "mathop" => return Some(star + self.operator(behind)?),
            "mathfrak" | "frak" => return Some(star + self.fraktur(behind)),
            "cal" if behind.starts_with('{') => self.out.push_str("\\mathcal"),
            "lt" | "textless" => self.out.push(LESS),
            "gt" | "textgreater" => self.out.push(MORE),
            "left" | "right" | "middle" if !self.is_fenced => {
                return Some(star + usize::from(behind.starts_with('.')));
            }
            _fence if FENCES.contains(&name) => return Some(star + self.fence(name, behind)),
            "over" | "choose" | "atop" | "brack" | "brace" if name != "brace" || !self.groups.is_empty() => {
                self.infix(name);
            }
            "operatorname" => {
                let Some((argument, length)) = tokens::argument(behind) else { return Some(star) };
                if argument.contains(['_', '^']) {
                    self.push(&["\\mathrm{", &nested(argument, self.depth + 1)?, "}"]);
                } else {
                    self.push(&["\\operatorname{", &plain(argument), "}"]);
                }
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
                self.push(&["{", &plain(number), "\\,\\text{", &plain(&units::symbols(unit)), "}}"]);
                return Some(star + used + more);
            }
            "ion" => {
                let (element, used) = tokens::argument(behind)?;
                let (stage, more) = tokens::argument(behind.get(used..)?)?;
                self.push(&["\\text{", &plain(element), " ", &units::stage(stage), "}"]);
                return Some(star + used + more);
            }
            "texorpdfstring" => {
                // The first argument stays as a group, the second is for those who know no TeX.
                let (tex, used) = tokens::argument(behind)?;
                let (_plain, more) = tokens::argument(behind.get(used..)?)?;
                self.push(&["{", &nested(tex, self.depth + 1)?, "}"]);
                return Some(star + used + more);
            }
            "hskip" | "kern" | "mkern" | "mskip" | "vskip" => {
                self.out.push(' ');
                return Some(star + tokens::dimension(behind));
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
                    "split" => "aligned",
                    other => other,
                };
                self.environments =
                    if name == "begin" { self.environments + 1 } else { self.environments.saturating_sub(1) };
                (self.environments <= 8).then_some(())?;
                self.push(&["\\", name, "{", environment, "}"]);
                return Some(star + length);
            }
            _other => return self.named(name, behind).map(|()| star),
        }
        Some(star)
    }

    /// A command without arguments that we look at: known, known under another name, a macro of custom, or shown as its
    /// name.
    fn named(&mut self, name: &str, rest: &str) -> Option<()> {
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
            match custom::meaning(name, self.out.trim_end(), rest) {
                Some(Meaning::Maths(tex)) => {
                    let meant = nested(&tex, self.depth + 1)?;
                    // A sign alone stays one: in braces it would lose the space around it.
                    let is_one = matches!(tokens::first(&tex), Some((_token, length)) if length == tex.len());
                    self.push(&if is_one || tex.starts_with('^') {
                        [meant.as_str(), "", ""]
                    } else {
                        ["{", &meant, "}"]
                    });
                }
                Some(Meaning::Text(text)) => self.push(&["\\text{", &plain(text), "}"]),
                Some(Meaning::Operator) => self.push(&["\\operatorname{", name, "}"]),
                None if name.len() == 1 => self.push(&["{", name, "}"]),
                None => self.push(&["\\text{", name, "}"]),
            }
        }
        Some(())
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
}

/// Text inside a formula, as plain characters that mean nothing to the renderer.
fn plain(tex: &str) -> String {
    let text = unicode::words(tex).unwrap_or_else(|| unicode::to_text(tex));
    let leads = tex.starts_with([' ', '~']) && !text.is_empty();
    let trails = tex.ends_with([' ', '~']) && !text.is_empty();
    let clean = |character: char| match character {
        '\\' | '{' | '}' | '$' | '%' | '#' | '^' | '_' | '~' => char::from_u32(SIGNS + u32::from(character)),
        '\u{E000}'..='\u{E17F}' => None,
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
