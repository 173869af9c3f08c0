//! What the commands of running text do to the walk.

use crate::normalise::tex::custom;
use crate::normalise::tex::custom::Meaning;
use crate::normalise::tex::symbols;
use crate::normalise::tex::tokens;
use crate::normalise::tex::units;
use crate::normalise::tex::walk::Group;
use crate::normalise::tex::walk::Style;
use crate::normalise::tex::walk::Walk;
use crate::normalise::tex::words;
use crate::normalise::tex::words::Word;

impl Walk<'_, '_> {
    /// Does what the command of that name does; its name has been read.
    pub(super) fn word(&mut self, name: &str) {
        let name = custom::renamed(name, self.rest());
        match words::find(name) {
            Some(Word::Text(text)) => {
                if self.rest().starts_with("{}") {
                    self.at += 2;
                } else if text.chars().all(char::is_alphabetic) && text.chars().count() == 1 {
                    self.skip_blank();
                }
                self.sink.text(text);
            }
            Some(Word::Style(style)) => {
                if let Some((open, _close)) = self.argument() {
                    self.at = open + 1;
                    self.groups.push(Group::default());
                    self.begin(style);
                }
            }
            Some(Word::Declaration(style)) => {
                self.skip_blank();
                if let Some(style) = style {
                    self.begin(style);
                }
            }
            Some(Word::Transparent) => {
                if let Some((open, _close)) = self.argument() {
                    self.at = open + 1;
                    self.groups.push(Group::default());
                }
            }
            Some(Word::Dropped(arguments)) => {
                self.optional();
                self.optional();
                for _argument in 0..arguments {
                    if let Some((_open, close)) = self.argument() {
                        self.at = close + 1;
                    }
                }
            }
            Some(Word::Break) => self.sink.paragraph(),
            Some(Word::Item) => {
                let label = self.at + 1;
                self.optional();
                match self
                    .source
                    .get(label..self.at.saturating_sub(1))
                    .filter(|label| !label.trim().is_empty())
                {
                    Some(label) => self.sink.text(&format!(" {} ", crate::normalise::tex::to_text(label))),
                    None => self.sink.text(" \u{2022} "),
                }
            }
            Some(Word::Environment) => {
                if let Some((_open, close)) = self.argument() {
                    self.at = close + 1;
                }
                self.sink.text(" ");
            }
            Some(Word::Around(open, close)) => {
                self.optional();
                if let Some((brace, _close)) = self.argument() {
                    self.sink.text(open);
                    self.at = brace + 1;
                    self.groups.push(Group { tail: close, ..Group::default() });
                }
            }
            Some(Word::First) => self.first(),
            Some(Word::Skip) => self.at += tokens::dimension(self.rest()),
            Some(Word::Verbatim) => self.verbatim(),
            Some(Word::Quantity) => self.quantity(name),
            Some(Word::Url) => self.url(),
            Some(Word::Href) => self.href(),
            None => self.symbol(name),
        }
    }

    /// The first of two arguments is walked over as a group, the second is the same for those who know no TeX.
    fn first(&mut self) {
        let Some((open, close)) = self.argument() else { return };
        let behind = self.source.get(close + 1..).unwrap_or_default();
        let second = close + 1 + (behind.len() - behind.trim_start().len());
        let skip_to = self.braces.matching.get(&second).map(|close| close + 1);
        self.at = open + 1;
        self.groups.push(Group { skip_to, ..Group::default() });
    }

    /// `\verb|…|`: as it stands up to the same sign.
    fn verbatim(&mut self) {
        let rest = self.rest();
        let Some(sign) = rest.chars().next().filter(|sign| !sign.is_whitespace() && !sign.is_alphanumeric())
        else {
            return;
        };
        let inner = crate::normalise::ids::head(rest, 512).get(sign.len_utf8()..).unwrap_or_default();
        if let Some((code, _behind)) = inner.split_once(sign) {
            self.at += code.len() + 2 * sign.len_utf8();
            self.sink.open(&Style::Code);
            self.sink.text(code);
            self.sink.close(&Style::Code);
        }
    }

    /// `\SI{5}{\metre}` and `\ion{H}{ii}`.
    fn quantity(&mut self, name: &str) {
        let mut parts = Vec::new();
        for _part in 0..2 {
            let Some((open, close)) = self.argument() else { break };
            parts.push(self.source.get(open + 1..close).unwrap_or_default());
            self.at = close + 1;
        }
        if let [first, second] = parts.as_slice() {
            let second = if name == "ion" { units::stage(second) } else { units::symbols(second) };
            self.sink.text(&format!("{first} {second}"));
        } else {
            self.sink.text(name);
        }
    }

    /// A symbol of formulas met in text, a macro of custom, or a command that is not known: its name.
    fn symbol(&mut self, name: &str) {
        let mut symbol = symbols::find(name);
        if symbol.is_none() {
            match custom::meaning(name, "-", self.rest()) {
                Some(Meaning::Maths(tex)) => {
                    self.sink.formula(&tex, false);
                    if self.rest().starts_with("{}") {
                        self.at += 2;
                    }
                    return;
                }
                Some(Meaning::Text(text)) => symbol = Some(text),
                Some(Meaning::Operator) => {}
                None => {
                    if let Some((style, words)) = words::without_braces(name) {
                        if let Some(style) = &style {
                            self.sink.open(style);
                        }
                        self.sink.text(words);
                        if let Some(style) = &style {
                            self.sink.close(style);
                        }
                        return;
                    }
                }
            }
        }
        let start = self.at - name.len() - 1;
        let is_joined = symbol.is_none()
            && self.source.get(..start).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        if is_joined {
            self.sink.text(" ");
        }
        self.sink.text(symbol.unwrap_or(name));
        if self.rest().starts_with("{}") {
            self.at += 2;
        } else if symbol.is_none() && self.braces.matching.contains_key(&self.at) {
            self.sink.text(" ");
        }
    }
}
