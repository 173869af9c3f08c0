//! The recovering parser: it reports every problem it meets and goes on.

use std::ops::Range;

use crate::model::record::Announce;
use crate::query::LONGEST;
use crate::query::Parsed;
use crate::query::Query;
use crate::query::QueryProblem;
use crate::query::ast::AuthorPattern;
use crate::query::ast::Clause;
use crate::query::ast::Comparison;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::ast::ValueField;
use crate::query::author;
use crate::query::dates::DateRange;
use crate::query::fields;
use crate::query::fields::Form;
use crate::query::lex;
use crate::query::lex::Kind;
use crate::query::lex::Token;
use crate::query::words;

/// How deep parentheses and negations may be nested.
const DEEPEST: usize = 32;

/// How many clauses a query may have.
const MOST_CLAUSES: usize = 1_000;

/// How many letters must stand before a `*`.
const SHORTEST_PREFIX: usize = 2;

/// Reads a query.
pub(super) fn parse(text: &str) -> Parsed {
    if text.len() > LONGEST {
        let message = format!("the query has {} bytes; at most {LONGEST} are read", text.len());
        return Parsed { query: None, problems: vec![problem(0..0, message, None)] };
    }
    let tokens = lex::lex(text);
    let mut parser = Parser { tokens: &tokens, at: 0, clauses: 0, problems: Vec::new() };
    let root = parser.alternatives(0, None);
    while let Some(token) = parser.next() {
        if token.kind == Kind::Close {
            parser.report(
                token.span.clone(),
                "this parenthesis closes nothing",
                Some("remove it, or open one before"),
            );
        }
        let _ignored_after_a_fault = parser.alternatives(0, None);
    }
    if root.is_none() && parser.problems.is_empty() {
        parser.report(0..text.len(), "the query is empty", Some("write a word, such as `adapter*`"));
    }
    parser.problems.sort_by_key(|problem| problem.span.start);
    Parsed { query: root.map(Query::of), problems: parser.problems }
}

struct Parser<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    clauses: usize,
    problems: Vec<QueryProblem>,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'t Token<'t>> {
        let token = self.tokens.get(self.at);
        self.at += usize::from(token.is_some());
        token
    }

    fn report(&mut self, span: Range<usize>, message: impl Into<String>, hint: Option<&str>) {
        self.problems.push(problem(span, message, hint));
    }

    /// What is joined by OR. `field` is the one before an opening parenthesis, if any.
    fn alternatives(&mut self, depth: usize, field: Option<&Token<'t>>) -> Option<Node> {
        let mut nodes = Vec::new();
        nodes.extend(self.sequence(depth, field));
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Or) {
            self.at += 1;
            if nodes.is_empty() {
                self.report(
                    token.span.clone(),
                    "nothing stands before this OR",
                    Some("write a word before it, or `\"OR\"` to look for it"),
                );
            }
            let before = self.problems.len();
            let node = self.sequence(depth, field);
            if node.is_none() && self.problems.len() == before {
                self.report(
                    token.span.clone(),
                    "nothing stands after this OR",
                    Some("write a word after it"),
                );
            }
            nodes.extend(node);
        }
        joined(nodes, Node::Or, |node| if let Node::Or(parts) = node { Ok(parts) } else { Err(node) })
    }

    /// What is joined by AND or a space.
    fn sequence(&mut self, depth: usize, field: Option<&Token<'t>>) -> Option<Node> {
        let mut nodes = Vec::new();
        let mut dangling: Option<&Token<'t>> = None;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Or | Kind::Close => break,
                Kind::And => {
                    self.at += 1;
                    if nodes.is_empty() {
                        self.report(
                            token.span.clone(),
                            "nothing stands before this AND",
                            Some("write a word before it"),
                        );
                    }
                    dangling = Some(token);
                }
                Kind::Not
                | Kind::Minus
                | Kind::Open
                | Kind::Field { .. }
                | Kind::Quoted { .. }
                | Kind::Slop(_)
                | Kind::Word(_) => {
                    if let Some(node) = self.negation(depth, field) {
                        nodes.push(node);
                    }
                    dangling = None;
                }
            }
        }
        if let Some(token) = dangling {
            self.report(token.span.clone(), "nothing stands after this AND", Some("write a word after it"));
        }
        joined(nodes, Node::And, |node| if let Node::And(parts) = node { Ok(parts) } else { Err(node) })
    }

    fn negation(&mut self, depth: usize, field: Option<&Token<'t>>) -> Option<Node> {
        let token = self.peek()?;
        if !matches!(token.kind, Kind::Not | Kind::Minus) {
            return self.primary(depth, field);
        }
        self.at += 1;
        if depth >= DEEPEST {
            self.too_deep(token.span.clone());
            return None;
        }
        let is_followed =
            self.peek().is_some_and(|next| !matches!(next.kind, Kind::And | Kind::Or | Kind::Close));
        if !is_followed {
            let word = if token.kind == Kind::Not { "NOT" } else { "minus" };
            self.report(
                token.span.clone(),
                format!("nothing stands after this {word}"),
                Some("write what is not wanted after it"),
            );
            return None;
        }
        self.negation(depth + 1, field).map(|node| Node::Not(Box::new(node)))
    }

    fn primary(&mut self, depth: usize, field: Option<&Token<'t>>) -> Option<Node> {
        let token = self.next()?;
        match token.kind {
            Kind::Open => self.group(token, depth, field),
            Kind::Field { .. } => self.fielded(token, depth),
            Kind::Quoted { .. } | Kind::Word(_) | Kind::Slop(_) => self.value(field, token),
            Kind::And | Kind::Or | Kind::Not | Kind::Minus | Kind::Close => None,
        }
    }

    fn group(&mut self, open: &Token<'t>, depth: usize, field: Option<&Token<'t>>) -> Option<Node> {
        if depth >= DEEPEST {
            self.too_deep(open.span.clone());
            self.at = self.tokens.len();
            return None;
        }
        let before = self.problems.len();
        let node = self.alternatives(depth + 1, field);
        match self.next() {
            Some(_close) => {
                if node.is_none() && self.problems.len() == before {
                    self.report(
                        open.span.clone(),
                        "nothing stands in these parentheses",
                        Some("write something in them, or remove them"),
                    );
                }
            }
            None => self.report(open.span.clone(), "this parenthesis is never closed", Some("add a `)`")),
        }
        node
    }

    fn too_deep(&mut self, span: Range<usize>) {
        self.report(span, format!("nested more than {DEEPEST} levels deep"), Some("write it flatter"));
    }

    /// A field and its value, which may be a group.
    fn fielded(&mut self, token: &'t Token<'t>, depth: usize) -> Option<Node> {
        let Kind::Field { name, .. } = token.kind else { return None };
        let is_adjacent = self.peek().is_some_and(|next| {
            next.span.start == token.span.end
                && matches!(next.kind, Kind::Open | Kind::Quoted { .. } | Kind::Word(_))
        });
        if !is_adjacent {
            self.report(
                token.span.clone(),
                format!("nothing stands after `{}`", name_of(token)),
                Some("write its value right after it, without a space"),
            );
            return None;
        }
        if fields::find(&name.to_ascii_lowercase()).is_none() {
            let hint = match fields::nearest(&name.to_ascii_lowercase()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!(
                    "the fields are {}",
                    fields::FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
                ),
            };
            let span = token.span.start..token.span.start + name.len();
            self.report(span, format!("unknown field `{name}`"), Some(&hint));
            // What it holds is read for its own problems, as words.
            let token = self.next()?;
            return if token.kind == Kind::Open {
                self.group(token, depth, None)
            } else {
                self.value(None, token)
            };
        }
        let next = self.next()?;
        if next.kind == Kind::Open {
            self.group(next, depth, Some(token))
        } else {
            self.value(Some(token), next)
        }
    }

    /// One value of a field, or words anywhere.
    fn value(&mut self, field: Option<&Token<'t>>, token: &'t Token<'t>) -> Option<Node> {
        self.clauses += 1;
        if self.clauses > MOST_CLAUSES {
            if self.clauses == MOST_CLAUSES + 1 {
                self.report(
                    token.span.clone(),
                    format!("more than {MOST_CLAUSES} conditions"),
                    Some("split the topic"),
                );
            }
            return None;
        }
        if let Kind::Quoted { is_closed: false, .. } = token.kind {
            self.report(
                token.span.start..token.span.start + 1,
                "this quotation mark is never closed",
                Some("add a `\"`"),
            );
        }
        let (name, operator) = match field.map(|field| field.kind) {
            Some(Kind::Field { name, operator }) => (name.to_ascii_lowercase(), operator),
            _none => (String::new(), ":"),
        };
        let form = fields::find(&name).map_or(Form::Text(TextField::Anywhere), |field| field.form);
        let is_comparison = !matches!(operator, ":" | "=");
        if is_comparison && !matches!(form, Form::Number(_) | Form::Date) {
            let span = field.map_or(token.span.clone(), |field| field.span.clone());
            self.report(span, format!("`{name}` is not compared"), Some(&format!("write `{name}:`")));
            return None;
        }
        let text = match token.kind {
            Kind::Quoted { text, .. } | Kind::Word(text) => text,
            Kind::Slop(_) => {
                self.report(
                    token.span.clone(),
                    "`~` stands after a phrase only",
                    Some("write `\"two words\"~5`"),
                );
                return None;
            }
            Kind::And
            | Kind::Or
            | Kind::Not
            | Kind::Minus
            | Kind::Open
            | Kind::Close
            | Kind::Field { .. } => return None,
        };
        let result = match form {
            Form::Text(place) => return self.text(place, operator, text, token),
            Form::Author => author_clause(text),
            Form::Value(place) => value_clause(place, text),
            Form::Type => Announce::parse(&text.to_lowercase())
                .filter(|announce| *announce != Announce::ReplaceCross)
                .map(Clause::Type)
                .ok_or_else(|| "the types are new, cross and replace".to_owned()),
            Form::Has => property(
                text,
                &[("code", Property::Code), ("doi", Property::Doi), ("abstract", Property::Abstract)],
            ),
            Form::Is => property(text, &[("withdrawn", Property::Withdrawn)]),
            Form::Number(signal) => text
                .parse()
                .map(|value| Clause::Number { signal, comparison: comparison(operator), value })
                .map_err(|_error| format!("`{name}` is compared with a whole number, such as `{name}>=10`")),
            Form::Date => {
                let range = if matches!(operator, ":" | "=") {
                    DateRange::parse(text)
                } else {
                    DateRange::compared(operator, text)
                };
                range.map(Clause::Date).ok_or_else(|| {
                    "write 2026-11-30, 2026-11, 2026, 2026-11-01..2026-11-30 or -7d".to_owned()
                })
            }
            Form::Later => Err(format!("`{name}:` is not supported by this version yet")),
        };
        match result {
            Ok(clause) => Some(Node::Clause(clause)),
            Err(hint) => {
                self.report(token.span.clone(), format!("`{text}` is no value of `{name}`"), Some(&hint));
                None
            }
        }
    }

    /// Words, a phrase, a prefix.
    fn text(&mut self, field: TextField, operator: &str, text: &str, token: &Token<'t>) -> Option<Node> {
        let clause = |pattern| Some(Node::Clause(Clause::Text { field, pattern }));
        if let Kind::Quoted { .. } = token.kind {
            let words = words::fold(text);
            let slop = self.slop(token);
            return match <[String; 1]>::try_from(words) {
                Ok([word]) => clause(Pattern::Word(word)),
                Err(words) if words.is_empty() => self.no_word(token),
                Err(words) => clause(Pattern::Phrase { words, slop }),
            };
        }
        if text.len() > 1 && text.starts_with('/') && text.ends_with('/') {
            self.report(
                token.span.clone(),
                "regular expressions are not supported by this version yet",
                Some("use words and prefixes"),
            );
            return None;
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
            (_, false, _) => clause(Pattern::Phrase { words, slop: 0 }),
            (_, true, _) => {
                // `low-rank*`: the words before the last as they are, the last as a prefix.
                let last = words.pop()?;
                let before = match <[String; 1]>::try_from(words) {
                    Ok([word]) => Pattern::Word(word),
                    Err(words) => Pattern::Phrase { words, slop: 0 },
                };
                Some(Node::And(vec![clause(before)?, clause(Pattern::Prefix(last))?]))
            }
        }
    }

    fn no_word(&mut self, token: &Token<'t>) -> Option<Node> {
        self.report(token.span.clone(), "there is no letter or digit to look for", Some("write a word"));
        None
    }

    /// The number after a phrase's `~`.
    fn slop(&mut self, phrase: &Token<'t>) -> u32 {
        let Some(token) = self.peek().filter(|token| token.span.start == phrase.span.end) else { return 0 };
        let Kind::Slop(digits) = token.kind else { return 0 };
        self.at += 1;
        match digits.parse() {
            Ok(slop) if slop <= 100 => slop,
            _wrong => {
                self.report(
                    token.span.clone(),
                    "`~` is followed by a number up to 100",
                    Some("write `\"two words\"~5`"),
                );
                0
            }
        }
    }
}

/// One node as it is, several joined; a part that is joined the same way is taken apart.
fn joined(
    nodes: Vec<Node>,
    join: impl FnOnce(Vec<Node>) -> Node,
    apart: impl Fn(Node) -> Result<Vec<Node>, Node>,
) -> Option<Node> {
    let mut parts = Vec::new();
    let is_one = nodes.len() == 1;
    for node in nodes {
        match apart(node) {
            Ok(inner) => parts.extend(inner),
            Err(node) => parts.push(node),
        }
    }
    if is_one && parts.len() == 1 {
        parts.pop()
    } else if parts.is_empty() {
        None
    } else {
        Some(join(parts))
    }
}

fn problem(span: Range<usize>, message: impl Into<String>, hint: Option<&str>) -> QueryProblem {
    QueryProblem { span, message: message.into(), hint: hint.map(str::to_owned) }
}

fn name_of(token: &Token<'_>) -> String {
    if let Kind::Field { name, operator } = token.kind { format!("{name}{operator}") } else { String::new() }
}

fn author_clause(text: &str) -> Result<Clause, String> {
    let (stem, is_prefix) = text.strip_suffix('*').map_or((text, false), |stem| (stem, true));
    let mut name = author::name(stem);
    match (name.len(), is_prefix) {
        (0, _) => Err("write a name, such as `author:\"Yann LeCun\"`".to_owned()),
        (1, true) => Ok(Clause::Author(AuthorPattern::Prefix(name.remove(0)))),
        (_, true) => Err("a `*` ends a single part of a name, such as `author:lec*`".to_owned()),
        (_, false) => Ok(Clause::Author(AuthorPattern::Name(name))),
    }
}

fn value_clause(field: ValueField, text: &str) -> Result<Clause, String> {
    let pattern = text.trim().to_lowercase();
    let body = pattern.strip_suffix('*').unwrap_or(&pattern);
    if body.is_empty() || body.contains(['*', '"']) {
        return Err("write a value; a `*` may stand at its end".to_owned());
    }
    let pattern = match field {
        ValueField::Doi => {
            pattern.trim_start_matches("https://doi.org/").trim_start_matches("doi:").to_owned()
        }
        ValueField::Category
        | ValueField::Id
        | ValueField::Source
        | ValueField::License
        | ValueField::Language => pattern,
    };
    Ok(Clause::Value { field, pattern })
}

fn property(text: &str, known: &[(&str, Property)]) -> Result<Clause, String> {
    let found = known.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    found.map(|(_, property)| Clause::Has(*property)).ok_or_else(|| format!("it may be {}", names.join(", ")))
}

fn comparison(operator: &str) -> Comparison {
    match operator {
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        _equal => Comparison::Equal,
    }
}
