//! What stands behind a field, or alone: words, phrases, prefixes, names, identifiers, dates, each read in its own way.

use std::ops::Range;

use crate::query::ast::Clause;
use crate::query::ast::Comparison;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::ast::ValueField;
use crate::query::fields;
use crate::query::fields::Form;
use crate::query::lex::DASHES;
use crate::query::lex::Kind;
use crate::query::lex::Token;
use crate::query::parse::Parser;
use crate::query::parse::SHORTEST_PREFIX;
use crate::query::parse::name_of;
use crate::query::regex::TextRegex;
use crate::query::words;

impl<'t> Parser<'t> {
    /// Words, a phrase, a prefix.
    pub(super) fn text(
        &mut self,
        field: TextField,
        operator: &str,
        text: &str,
        token: &Token<'t>,
    ) -> Option<Node> {
        let clause = |pattern| Some(Node::Clause(Clause::Text { field, pattern }));
        if let Kind::Quoted { .. } = token.kind {
            let words = words::fold(text);
            let (slop, slop_span) = self.slop(token);
            return match <[String; 1]>::try_from(words) {
                Ok([_]) if slop_span.is_some() => self.no_phrase(slop_span.unwrap_or_default()),
                Ok([word]) if operator == "=" => clause(Pattern::Exact(word)),
                Ok([word]) => clause(Pattern::Word(word)),
                Err(words) if words.is_empty() => self.no_word(token),
                Err(words) if operator == "=" => self.not_exact(&words, token),
                Err(words) => clause(Pattern::Phrase { words, last: None, slop }),
            };
        }
        let (text, is_exact) = text.strip_prefix('=').map_or((text, operator == "="), |text| (text, true));
        let (stem, is_prefix) = text.strip_suffix('*').map_or((text, false), |stem| (stem, true));
        if stem.contains('*') {
            self.report(
                token.span.clone(),
                "`*` stands at the end of a word only",
                Some("write the beginning of the word and a `*`"),
            );
            return None;
        }
        let mut words = words::fold(stem);
        if is_prefix && words.last().is_none_or(|last| last.chars().count() < SHORTEST_PREFIX) {
            self.report(
                token.span.clone(),
                "a prefix has at least two letters before its `*`",
                Some("write more of the word"),
            );
            return None;
        }
        match (words.len(), is_prefix, is_exact) {
            (0, _, _) => self.no_word(token),
            (1, false, false) => clause(Pattern::Word(words.remove(0))),
            (1, true, _) => clause(Pattern::Prefix(words.remove(0))),
            (1, false, true) => clause(Pattern::Exact(words.remove(0))),
            (_, _, true) => self.not_exact(&words, token),
            (_, false, false) => clause(Pattern::Phrase { words, last: None, slop: 0 }),
            (_, true, false) => {
                let last = words.pop();
                clause(Pattern::Phrase { words, last, slop: 0 })
            }
        }
    }

    /// A regular expression over a field's text.
    pub(super) fn expression(
        &mut self,
        form: Form,
        name: &str,
        pattern: &str,
        token: &Token<'t>,
    ) -> Option<Node> {
        let field = match form {
            Form::Text(field) => field,
            Form::Author => TextField::Names,
            Form::Value(_) | Form::Type | Form::Has | Form::Is | Form::Number(_) | Form::Date => {
                let hint = format!(
                    "write a value, such as `{}`",
                    fields::find(name).map_or("", |field| field.example)
                );
                self.report(token.span.clone(), format!("`{name}` takes no regular expression"), Some(&hint));
                return None;
            }
        };
        match TextRegex::parse(pattern) {
            Ok(regex) => Some(Node::Clause(Clause::Text { field, pattern: Pattern::Regex(regex) })),
            Err(fault) => {
                let start = token.span.start + 1 + fault.at;
                let message = format!("the regular expression is wrong: {}", fault.message);
                self.report(start..token.span.end, message, Some(fault.hint));
                None
            }
        }
    }

    /// Reports an operator in a place where it would pass for punctuation and be read as the opposite of what is meant.
    pub(super) fn is_misread(
        &mut self,
        field: Option<&Token<'t>>,
        form: Form,
        text: &str,
        token: &Token<'t>,
    ) -> bool {
        if matches!(form, Form::Number(_) | Form::Date) {
            return false;
        }
        let name = field.map(name_of).unwrap_or_default();
        let follows_field = field.is_some_and(|field| field.span.end == token.span.start);
        let start = token.span.start;
        let negated = |rest: &str| format!("write `-{name}{}`", if rest.is_empty() { "…" } else { rest });
        if let Some(rest) = text.strip_prefix(DASHES).filter(|_| follows_field) {
            let span = start..token.span.end - rest.len();
            self.report(span, "`-` stands before a field, not after it", Some(&negated(rest)));
            return true;
        }
        let is_words = matches!(form, Form::Text(_) | Form::Author);
        if let Some(rest) = text.strip_prefix('!').filter(|rest| is_words && !words::fold(rest).is_empty()) {
            self.report(start..start + 1, "`!` is no operator", Some(&negated(rest)));
            return true;
        }
        if let Some(place) = text.find('~').filter(|_| is_words) {
            let _no_clause = self.no_phrase(start + place..token.span.end);
            return true;
        }
        false
    }

    fn no_phrase(&mut self, slop: Range<usize>) -> Option<Node> {
        self.report(
            slop,
            "`~` stands after a phrase only",
            Some("write `\"two words\"~5`, or the word alone; other spellings are not looked for"),
        );
        None
    }

    fn not_exact(&mut self, words: &[String], token: &Token<'t>) -> Option<Node> {
        let each: Vec<String> = words.iter().map(|word| format!("={word}")).collect();
        let hint = format!("write `{}` for each word, or `\"{}\"`", each.join(" "), words.join(" "));
        self.report(token.span.clone(), "`=` stands before a single word only", Some(&hint));
        None
    }

    pub(super) fn no_word(&mut self, token: &Token<'t>) -> Option<Node> {
        self.report(token.span.clone(), "there is no letter or digit to look for", Some("write a word"));
        None
    }

    /// The number after a phrase's `~`, and where that stands.
    fn slop(&mut self, phrase: &Token<'t>) -> (u32, Option<Range<usize>>) {
        let Some(token) = self.peek().filter(|token| token.span.start == phrase.span.end) else {
            return (0, None);
        };
        let Kind::Slop(digits) = token.kind else { return (0, None) };
        self.at += 1;
        match digits.parse() {
            Ok(slop) if slop <= 100 => (slop, Some(token.span.clone())),
            _wrong => {
                self.report(
                    token.span.clone(),
                    "`~` is followed by a number up to 100",
                    Some("write `\"two words\"~5`"),
                );
                (0, None)
            }
        }
    }
}

pub(super) fn value_clause(field: ValueField, text: &str) -> Result<Clause, String> {
    let pattern = text.trim().to_lowercase();
    let pattern = match field {
        ValueField::Doi => {
            pattern.trim_start_matches("https://doi.org/").trim_start_matches("doi:").trim().to_owned()
        }
        ValueField::Category
        | ValueField::Id
        | ValueField::Source
        | ValueField::License
        | ValueField::Language => pattern,
    };
    let body = pattern.strip_suffix('*').unwrap_or(&pattern);
    if body.is_empty() || body.contains(['*', '"']) {
        return Err("write a value; a `*` may stand at its end".to_owned());
    }
    Ok(Clause::Value { field, pattern })
}

pub(super) fn property(text: &str, known: &[(&str, Property)]) -> Result<Clause, String> {
    let found = known.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    found.map(|(_, property)| Clause::Has(*property)).ok_or_else(|| format!("it may be {}", names.join(", ")))
}

pub(super) fn comparison(operator: &str) -> Comparison {
    match operator {
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        _equal => Comparison::Equal,
    }
}
