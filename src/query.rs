//! The language of topics and searches: words, phrases, fields, dates, joined by AND, OR and NOT.
//!
//! One recovering parser reads it (a query is strict when no problem is reported), a printer writes the canonical form
//! that reads back as the same query, and one evaluator decides over a document made of a paper. Pure: relative dates
//! take the present time as an argument. What is deliberately absent: scores; a query matches or it does not.

use std::fmt;
use std::ops::Range;

use crate::model::time::Timestamp;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::Property;
use crate::query::ast::ValueField;
use crate::query::document::Document;

pub mod ast;

pub mod author;

pub mod dates;

pub mod document;

pub mod evaluate;

pub mod fields;

pub mod guide;

mod lex;

mod parse;

mod print;

pub mod regex;

pub mod words;

/// The version of the language; it is part of a topic's definition, so that a change of meaning fills history anew.
pub const VERSION: u32 = 3;

/// The longest query, in bytes.
pub const LONGEST: usize = 10_000;

/// A query that was understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    root: Node,
}

/// What parsing gave: a query where anything could be made of the text, and what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parsed {
    /// The query; with problems it is a guess that must not be used.
    pub query: Option<Query>,
    /// What is wrong, in the order of the text; none when the query is sound.
    pub problems: Vec<QueryProblem>,
}

/// One thing that is wrong with a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryProblem {
    /// Where, in bytes of the text; both ends lie on characters.
    pub span: Range<usize>,
    /// What, in lower case without a final stop.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Whether a query matches, and by which of its clauses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    is_match: bool,
    fired: Vec<String>,
}

/// Reads a query.
pub fn parse(text: &str) -> Parsed {
    parse::parse(text)
}

impl Query {
    /// A query of a tree. Tests make random ones.
    pub fn of(root: Node) -> Self {
        Self { root }
    }

    /// The tree.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Whether the document matches.
    pub fn matches(&self, document: &Document, now: Timestamp) -> bool {
        evaluate::matches(&self.root, document, now)
    }

    /// Whether the document matches, and the clauses that fired.
    pub fn evaluate(&self, document: &Document, now: Timestamp) -> Verdict {
        let is_match = self.matches(document, now);
        let mut fired = Vec::new();
        if is_match {
            evaluate::fired(&self.root, document, now, &mut fired);
        }
        Verdict { is_match, fired }
    }

    /// Every clause, negated ones too, in the order of the text.
    pub fn clauses(&self) -> Vec<&Clause> {
        fn gather<'q>(node: &'q Node, found: &mut Vec<&'q Clause>) {
            match node {
                Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| gather(node, found)),
                Node::Not(inner) => gather(inner, found),
                Node::Clause(clause) => found.push(clause),
            }
        }
        let mut found = Vec::new();
        gather(&self.root, &mut found);
        found
    }

    /// The sources that the query names.
    pub fn sources(&self) -> Vec<String> {
        let source = |clause: &Clause| {
            let Clause::Value { field: ValueField::Source, pattern } = clause else { return None };
            Some(pattern.clone())
        };
        self.clauses().into_iter().filter_map(source).collect()
    }

    /// Whether the query asks for a count, such as `votes>=10`.
    pub fn asks_for_counts(&self) -> bool {
        self.clauses().iter().any(|clause| matches!(clause, Clause::Number { .. }))
    }

    /// Whether the query asks for what an editor picked: `is:picked`.
    pub fn asks_for_picks(&self) -> bool {
        self.clauses().iter().any(|clause| matches!(clause, Clause::Has(Property::Picked)))
    }

    /// Whether the query only says what a paper must not be, so that nearly everything matches.
    pub fn is_negative_only(&self) -> bool {
        fn has_positive(node: &Node) -> bool {
            match node {
                Node::And(nodes) => nodes.iter().any(has_positive),
                Node::Or(nodes) => nodes.iter().all(has_positive),
                Node::Not(inner) => matches!(&**inner, Node::Not(twice) if has_positive(twice)),
                Node::Clause(_) => true,
            }
        }
        !has_positive(&self.root)
    }
}

impl fmt::Display for Query {
    /// The canonical form: it reads back as the same query.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::node(&self.root, out)
    }
}

impl Verdict {
    /// Whether the document matches.
    pub fn is_match(&self) -> bool {
        self.is_match
    }

    /// The clauses that fired, as they are printed, joined by `; `.
    pub fn reason(&self) -> String {
        self.fired.join("; ")
    }
}

/// The query with a caret under the place of a problem, as lines that are indented by four blanks.
pub fn render_problem(text: &str, problem: &QueryProblem) -> String {
    let start = problem.span.start.min(text.len());
    let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |feed| feed + 1);
    let line = text.get(line_start..).unwrap_or_default().lines().next().unwrap_or_default();
    let before = text.get(line_start..start).unwrap_or_default().chars().count();
    let length = text.get(start..problem.span.end.min(text.len())).unwrap_or_default().lines().next();
    let carets = "^".repeat(length.map_or(1, |span| span.chars().count()).max(1));
    let mut lines = format!("    {line}\n    {}{carets} {}", " ".repeat(before), problem.message);
    if let Some(hint) = &problem.hint {
        lines.extend(["\n    ", &" ".repeat(before), hint]);
    }
    lines
}

#[cfg(test)]
mod tests;
