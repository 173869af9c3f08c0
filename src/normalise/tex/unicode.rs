//! Formulas as plain Unicode text, for titles, summaries and search: `x²`, `H₂O`, `O(n log n)`, `α ≤ β`.

use unicode_normalization::UnicodeNormalization as _;

use crate::normalise::tex::commands;
use crate::normalise::tex::commands::FENCES;
use crate::normalise::tex::scripts;
use crate::normalise::tex::symbols;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;
use crate::normalise::tex::unicode::tables::DROPPED;
use crate::normalise::tex::unicode::tables::FUNCTIONS;
use crate::normalise::tex::unicode::tables::MARKS;
use crate::normalise::tex::unicode::tables::TRANSPARENT;

mod tables;

/// How deep arguments may nest; deeper ones are shown as they are written.
const DEEPEST: usize = 16;

/// A formula as text. Nothing vanishes but layout: what is not known keeps its name.
pub(crate) fn to_text(tex: &str) -> String {
    render(tex, false, 0)
}

fn render(tex: &str, is_compact: bool, depth: usize) -> String {
    let mut line = Line { out: String::new(), is_blank: false, is_word: false, is_compact, depth };
    let mut at = 0;
    while let Some(rest) = tex.get(at..)
        && let Some((token, length)) = tokens::first(rest)
    {
        at += length;
        at += line.token(token, tex.get(at..).unwrap_or_default());
    }
    line.out.trim().nfc().collect()
}

struct Line {
    out: String,
    /// White space stood before the next token.
    is_blank: bool,
    /// A word was written last: a letter or digit behind it needs a blank.
    is_word: bool,
    /// Inside a script: no blanks around relations.
    is_compact: bool,
    depth: usize,
}

impl Line {
    /// Writes one token; `rest` is what follows. Returns how much of it was used as arguments.
    fn token(&mut self, token: Token<'_>, rest: &str) -> usize {
        match token {
            Token::Open | Token::Close | Token::Other('$') => {}
            Token::Blank | Token::Other('~' | '&') => self.is_blank = true,
            Token::Other('\'') => self.out.push('′'),
            Token::Other(mark @ ('^' | '_')) => return self.script(mark == '^', rest),
            Token::Other(character) => self.character(character),
            Token::Sign(sign) => match sign {
                ',' | ';' | ':' | '>' | ' ' | '\n' => self.is_blank = true,
                '!' | '-' | '/' | '(' | ')' | '[' | ']' | '@' => {}
                '\\' => {
                    if !self.out.is_empty() && !rest.trim().is_empty() {
                        self.out.push(';');
                        self.is_blank = true;
                    }
                }
                '|' => self.atom("‖"),
                '\'' | '"' | '`' | '=' | '.' | '^' => {
                    if let Some((text, length)) = crate::normalise::tex::accents::sign_command(sign, rest) {
                        self.atom(&text);
                        return length;
                    }
                    self.character(sign);
                }
                _other => self.character(sign),
            },
            Token::Command(name) => return self.command(name, rest),
        }
        0
    }

    fn character(&mut self, character: char) {
        let mut buffer = [0; 4];
        if symbols::is_relation(character) {
            self.relation(character.encode_utf8(&mut buffer));
        } else if symbols::is_binary(character) && character != '+' {
            self.binary(character.encode_utf8(&mut buffer));
        } else {
            self.atom(character.encode_utf8(&mut buffer));
        }
    }

    /// Writes something that stands for itself; blanks of the source stay between two of them.
    fn atom(&mut self, text: &str) {
        let after_word = self.is_word && text.starts_with(char::is_alphanumeric);
        if (self.is_blank || after_word) && !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
        self.is_blank = false;
        self.is_word = false;
        self.out.push_str(text);
    }

    /// Writes a word of letters, kept apart from letters on both sides.
    fn word(&mut self, word: &str) {
        if self.out.ends_with(char::is_alphanumeric) {
            self.is_blank = true;
        }
        self.atom(word);
        self.is_word = true;
    }

    fn relation(&mut self, sign: &str) {
        let leads = self.out.is_empty() || self.out.ends_with(['(', '[', '{']);
        if leads || self.is_compact {
            self.is_blank = false;
            self.atom(if leads && sign == "∼" { "~" } else { sign });
            self.is_word = false;
        } else {
            self.is_blank = !symbols::is_relation(self.out.chars().next_back().unwrap_or(' '));
            self.atom(sign);
            self.is_blank = true;
        }
    }

    fn binary(&mut self, sign: &str) {
        let is_spaced = self.is_blank && !self.out.is_empty() && !self.is_compact;
        self.is_blank = is_spaced;
        self.is_word = false;
        self.atom(sign);
        self.is_blank = is_spaced;
    }

    /// The text of an argument, compact inside scripts.
    fn inner(&self, tex: &str, is_compact: bool) -> String {
        if self.depth >= DEEPEST {
            return tex.chars().filter(|character| !matches!(character, '{' | '}' | '\\' | '$')).collect();
        }
        render(tex, is_compact || self.is_compact, self.depth + 1)
    }

    fn script(&mut self, is_raised: bool, rest: &str) -> usize {
        let (argument, length) = raised_argument(rest);
        self.is_blank = false;
        let inner = self.inner(argument, true);
        self.out.push_str(&scripts::script(&inner, is_raised));
        length
    }

    fn command(&mut self, name: &str, rest: &str) -> usize {
        let star = usize::from(rest.starts_with('*') && matches!(name, "operatorname" | "hspace" | "vspace"));
        let behind = rest.get(star..).unwrap_or_default();
        if let Some(used) = self.structure(name, behind) {
            return star + used;
        }
        if name == "mid" {
            self.relation("|");
            return 0;
        }
        if let Some(symbol) = symbols::find(name) {
            let mut characters = symbol.chars();
            match (characters.next(), characters.next()) {
                (Some(one), None) => self.character(one),
                _longer => self.word(symbol),
            }
            // The blank behind a command ends its name and means nothing.
            return rest.len() - rest.trim_start_matches([' ', '\n']).len();
        }
        self.word(name);
        0
    }

    /// Commands with arguments and words; `None` for any other.
    fn structure(&mut self, name: &str, rest: &str) -> Option<usize> {
        if FUNCTIONS.contains(&name) {
            self.word(name);
            return Some(0);
        }
        if let Some((_mark, mark)) = MARKS.iter().find(|(known, _mark)| *known == name) {
            let (argument, length) = tokens::argument(rest)?;
            let inner = self.inner(argument, false);
            let mut characters = inner.chars();
            let one = characters.next().filter(|_first| characters.next().is_none());
            self.atom(&one.map_or(inner.clone(), |letter| [letter, *mark].into_iter().nfc().collect()));
            return Some(length);
        }
        if FENCES.contains(&name) {
            return Some(usize::from(matches!(name, "left" | "right") && rest.starts_with('.')));
        }
        if let Some(count) = commands::dropped(name, DROPPED) {
            let mut used = 0;
            for _argument in 0..count {
                used += tokens::argument(rest.get(used..)?)?.1;
            }
            return Some(used);
        }
        if TRANSPARENT.contains(&name) {
            let (argument, length) = tokens::argument(rest)?;
            let inner = self.inner(argument, false);
            if !inner.is_empty() {
                self.atom(&inner);
            }
            return Some(length);
        }
        self.layout(name, rest)
    }

    fn layout(&mut self, name: &str, rest: &str) -> Option<usize> {
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
            "over" => Some({
                self.binary("/");
                0
            }),
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
                let inner = self.inner(argument, false);
                self.is_blank |= argument.starts_with([' ', '~']);
                if !inner.is_empty() {
                    self.atom(&inner);
                }
                self.is_blank |= argument.ends_with([' ', '~']);
                Some(length)
            }
            "operatorname" => {
                let (argument, length) = tokens::argument(rest)?;
                let inner = self.inner(argument, false);
                self.word(&inner);
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
            "quad" | "qquad" | "enspace" | "thinspace" | "medspace" | "thickspace" | "space" | "newline" => {
                self.is_blank = true;
                Some(0)
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
                let text = format!("{} {}", self.inner(number, false), self.inner(unit, false));
                self.atom(&text);
                Some(used)
            }
            "href" => {
                let (_address, label, used) = two(rest)?;
                let text = self.inner(label, false);
                self.atom(&text);
                Some(used)
            }
            _other => None,
        }
    }

    /// An argument as one term: in parentheses when it has several parts.
    fn term(&self, tex: &str) -> String {
        let text = self.inner(tex, true);
        let is_one = text
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '.' | '′' | '²' | '³' | 'π'))
            || text.starts_with('(') && text.ends_with(')') && text.matches('(').count() == 1;
        if is_one { text } else { format!("({text})") }
    }
}

/// The argument of a script, which may be a command with an argument of its own (`x^\mathrm{a}`).
fn raised_argument(rest: &str) -> (&str, usize) {
    let Some((argument, length)) = tokens::argument(rest) else { return ("", 0) };
    let takes_one = argument.strip_prefix('\\').is_some_and(|name| {
        TRANSPARENT.contains(&name)
            || MARKS.iter().any(|(known, _mark)| *known == name)
            || name.starts_with("text")
            || matches!(name, "mathbb" | "mbox" | "operatorname" | "sqrt")
    });
    if takes_one
        && let Some(behind) = rest.get(length..)
        && let Some((_inner, more)) = tokens::argument(behind)
    {
        return (rest.get(..length + more).unwrap_or_default(), length + more);
    }
    (argument, length)
}

/// Two arguments and the length of both.
fn two(rest: &str) -> Option<(&str, &str, usize)> {
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
