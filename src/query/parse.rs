//! The recovering parser: it reports every problem it meets and goes on.

use std::ops::Range;

use crate::model::record::Announce;
use crate::query::LONGEST;
use crate::query::Parsed;
use crate::query::Query;
use crate::query::QueryProblem;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::author;
use crate::query::dates::DateRange;
use crate::query::fields;
use crate::query::fields::Form;
use crate::query::lex;
use crate::query::lex::Kind;
use crate::query::lex::Token;
use crate::query::parse::values::comparison;
use crate::query::parse::values::property;
use crate::query::parse::values::value_clause;

mod values;

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
        let (mut nodes, sound) = (Vec::new(), self.problems.len());
        nodes.extend(self.sequence(depth, field));
        while let Some(token) = self.peek().filter(|token| token.kind == Kind::Or) {
            self.at += 1;
            // What was reported already stands before it, only not soundly.
            if nodes.is_empty() && self.problems.len() == sound {
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
        let (mut nodes, sound) = (Vec::new(), self.problems.len());
        let mut dangling: Option<&Token<'t>> = None;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Or | Kind::Close => break,
                Kind::And => {
                    self.at += 1;
                    if nodes.is_empty() && self.problems.len() == sound {
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
                | Kind::Regex(_)
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
            Kind::Quoted { .. } | Kind::Regex(_) | Kind::Word(_) | Kind::Slop(_) => self.value(field, token),
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
                && matches!(next.kind, Kind::Open | Kind::Quoted { .. } | Kind::Regex(_) | Kind::Word(_))
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
        if let Kind::Quoted { is_closed: false, text: opened } = token.kind {
            self.report(
                token.span.start..token.span.end - opened.len(),
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
            Kind::Regex(pattern) => return self.expression(form, &name, pattern, token),
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
        if matches!(token.kind, Kind::Word(_)) && self.is_misread(field, form, text, token) {
            return None;
        }
        let result = match form {
            Form::Text(place) => return self.text(place, operator, text, token),
            Form::Author => author::pattern(text).map(Clause::Author),
            Form::Value(place) => value_clause(place, text),
            Form::Type => Announce::parse(&text.to_lowercase())
                .filter(|announce| *announce != Announce::ReplaceCross)
                .map(Clause::Type)
                .ok_or_else(|| "the types are new, cross and replace".to_owned()),
            Form::Has => property(
                text,
                &[("code", Property::Code), ("doi", Property::Doi), ("abstract", Property::Abstract)],
            ),
            Form::Is => {
                let known = [
                    ("picked", Property::Picked),
                    ("withdrawn", Property::Withdrawn),
                    ("retracted", Property::Retracted),
                ];
                property(text, &known)
            }
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
                match range {
                    Some(range) if range.is_reversed() => {
                        Err("the range ends before it begins; write the earlier day first".to_owned())
                    }
                    Some(range) => Ok(Clause::Date(range)),
                    None => Err("write 2026-11-30, 2026-11, 2026, 2026-11-01..2026-11-30 or -7d".to_owned()),
                }
            }
        };
        match result {
            Ok(clause) => Some(Node::Clause(clause)),
            Err(hint) => {
                self.report(token.span.clone(), format!("`{text}` is no value of `{name}`"), Some(&hint));
                None
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
