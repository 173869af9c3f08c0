//! Formulas as plain Unicode text, for titles, summaries and search: `x²`, `H₂O`, `O(n log n)`, `α ≤ β`.

use unicode_normalization::UnicodeNormalization as _;

use crate::normalise::tex::commands;
use crate::normalise::tex::commands::FENCES;
use crate::normalise::tex::custom;
use crate::normalise::tex::custom::Meaning;
use crate::normalise::tex::scripts;
use crate::normalise::tex::symbols;
use crate::normalise::tex::tokens;
use crate::normalise::tex::tokens::Token;
use crate::normalise::tex::unicode::tables::DROPPED;
use crate::normalise::tex::unicode::tables::FUNCTIONS;
use crate::normalise::tex::unicode::tables::MARKS;
use crate::normalise::tex::unicode::tables::TRANSPARENT;

mod layout;
mod tables;

/// How deep arguments may nest; deeper ones are shown as they are written.
const DEEPEST: usize = 16;

/// How many groups of a line are looked into for an infix command.
const LOOKS: usize = 32;

/// Whether a formula begins and ends with a space of its own (`7\,$eV`), which belongs between it and the text.
pub(crate) fn spaced(tex: &str) -> (bool, bool) {
    let tex = tex.trim();
    let leads = ["\\,", "\\;", "\\:", "\\ ", "\\quad", "~"].iter().any(|space| tex.starts_with(space));
    let trails =
        ["\\,", "\\;", "\\:", "\\quad", "~"].iter().any(|space| tex.ends_with(space)) || tex.ends_with('\\');
    (leads, trails)
}

/// Text inside a formula, where `_` is a sign like any other; `None` when it holds TeX of its own.
pub(crate) fn words(tex: &str) -> Option<String> {
    (!tex.contains(['\\', '$', '{'])).then(|| tex.replace('~', " ").trim().to_owned())
}

/// A formula as text. Nothing vanishes but layout: what is not known keeps its name.
pub(crate) fn to_text(tex: &str) -> String {
    render(&custom::context::expanded(tex), false, 0)
}

fn render(tex: &str, is_compact: bool, depth: usize) -> String {
    if let Some(fraction) = layout::over(tex, is_compact, depth) {
        return fraction;
    }
    let mut line = Line::new(is_compact, depth);
    line.tokens(tex);
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
    /// How many groups may still be looked into for an infix command: every look goes to the group's end.
    looks: usize,
}

impl Line {
    fn new(is_compact: bool, depth: usize) -> Self {
        Self { out: String::new(), is_blank: false, is_word: false, is_compact, depth, looks: LOOKS }
    }

    /// Writes every token of a stretch.
    fn tokens(&mut self, tex: &str) {
        let mut at = 0;
        while let Some(rest) = tex.get(at..)
            && let Some((token, length)) = tokens::first(rest)
        {
            at += length;
            at += self.token(token, tex.get(at..).unwrap_or_default());
        }
    }

    /// Writes one token; `rest` is what follows. Returns how much of it was used as arguments.
    fn token(&mut self, token: Token<'_>, rest: &str) -> usize {
        match token {
            Token::Open => return self.group(rest),
            Token::Close | Token::Other('$') => {}
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
                    return tokens::spacing(rest);
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
        let script = scripts::script(&inner, is_raised);
        self.is_word = scripts::is_word(&script);
        self.out.push_str(&script);
        length
    }

    fn command(&mut self, name: &str, rest: &str) -> usize {
        let name = custom::renamed(name, rest);
        let star = usize::from(rest.starts_with('*') && matches!(name, "operatorname" | "hspace" | "vspace"));
        let behind = rest.get(star..).unwrap_or_default();
        if let Some(used) = self.structure(name, behind) {
            return star + used;
        }
        if let "sp" | "sb" = name {
            return star + self.script(name == "sp", behind);
        }
        if name == "cr" {
            return self.token(Token::Sign('\\'), behind);
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
        let before = if self.is_compact && self.out.is_empty() { "_" } else { self.out.as_str() };
        match custom::meaning(name, before, rest) {
            Some(Meaning::Maths(tex)) => {
                self.tokens(&tex);
                return rest.len() - rest.trim_start_matches([' ', '\n']).len();
            }
            Some(Meaning::Text(text)) => self.word(text),
            Some(Meaning::Operator) | None => self.word(name),
        }
        0
    }

    /// A group that begins: one with an infix command is a whole, of any other only the braces vanish.
    fn group(&mut self, rest: &str) -> usize {
        let has_infix = layout::INFIX.iter().any(|infix| rest.contains(&format!("\\{infix}")));
        let may_look = has_infix && self.looks > 0;
        self.looks = self.looks.saturating_sub(usize::from(may_look));
        let inner = may_look.then(|| tokens::inside(rest)).flatten();
        match inner.and_then(|inner| Some((inner, layout::over(inner, self.is_compact, self.depth + 1)?))) {
            Some((inner, fraction)) => {
                self.atom(&fraction);
                inner.len() + 1
            }
            None => 0,
        }
    }

    /// Commands with arguments and words; `None` for any other.
    fn structure(&mut self, name: &str, rest: &str) -> Option<usize> {
        if FUNCTIONS.contains(&name) {
            self.word(name);
            return Some(0);
        }
        if let Some((_mark, mark)) = MARKS.iter().find(|(known, _mark)| *known == name) {
            let (argument, length) = raised_argument(rest);
            (length > 0).then_some(())?;
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
            // The blank behind a command ends its name and means nothing.
            let blanks = if count == 0 { rest.len() - rest.trim_start_matches([' ', '\n']).len() } else { 0 };
            return Some(used + blanks);
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
    if let "\\rm" | "\\bf" | "\\it" | "\\sf" | "\\tt" | "\\cal" | "\\sc" | "\\em" | "\\sl" = argument
        && let Some((inner, more)) = rest.get(length..).and_then(tokens::argument)
    {
        return (inner, length + more);
    }
    let of_two = ["\\frac", "\\tfrac", "\\dfrac", "\\binom", "\\overset", "\\underset", "\\stackrel"];
    if of_two.contains(&argument)
        && let Some((_first, _second, more)) = rest.get(length..).and_then(layout::two)
    {
        return (rest.get(..length + more).unwrap_or_default(), length + more);
    }
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
