//! The canonical form of a query: it reads back as the same tree.

use std::fmt;

use crate::query::ast::AuthorPattern;
use crate::query::ast::Clause;
use crate::query::ast::Comparison;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::Property;
use crate::query::ast::TextField;
use crate::query::ast::ValueField;
use crate::query::lex;

/// Writes a tree; parentheses stand wherever the precedence of AND over OR would read it otherwise.
pub(super) fn node(node: &Node, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match node {
        Node::And(nodes) => joined(nodes, " AND ", out, |part| matches!(part, Node::And(_) | Node::Or(_))),
        Node::Or(nodes) => joined(nodes, " OR ", out, |part| matches!(part, Node::Or(_))),
        Node::Not(inner) => {
            out.write_str("NOT ")?;
            wrapped(inner, out, matches!(**inner, Node::And(_) | Node::Or(_)))
        }
        Node::Clause(one) => out.write_str(&clause(one)),
    }
}

fn joined(
    nodes: &[Node],
    separator: &str,
    out: &mut fmt::Formatter<'_>,
    needs_parentheses: impl Fn(&Node) -> bool,
) -> fmt::Result {
    for (place, part) in nodes.iter().enumerate() {
        if place > 0 {
            out.write_str(separator)?;
        }
        wrapped(part, out, needs_parentheses(part))?;
    }
    Ok(())
}

fn wrapped(part: &Node, out: &mut fmt::Formatter<'_>, is_wrapped: bool) -> fmt::Result {
    if is_wrapped {
        out.write_str("(")?;
        node(part, out)?;
        out.write_str(")")
    } else {
        node(part, out)
    }
}

/// A clause as it is written.
pub(super) fn clause(clause: &Clause) -> String {
    match clause {
        Clause::Text { field, pattern } => format!("{}{}", text_field(*field), words(pattern)),
        Clause::Author(AuthorPattern::Name(name)) => match name.as_slice() {
            [one] => format!("author:{one}"),
            several => format!("author:\"{}\"", several.join(" ")),
        },
        Clause::Author(AuthorPattern::Prefix(prefix)) => format!("author:{prefix}*"),
        Clause::Value { field, pattern } => {
            let name = match field {
                ValueField::Category => "cat",
                ValueField::Id => "id",
                ValueField::Doi => "doi",
                ValueField::Source => "source",
                ValueField::License => "license",
                ValueField::Language => "lang",
            };
            // A dash right after a field is taken for a misplaced operator unless it is quoted.
            let needs_quotes = pattern.starts_with(lex::DASHES)
                || pattern.contains(|character: char| character.is_whitespace() || "()".contains(character));
            if needs_quotes { format!("{name}:\"{pattern}\"") } else { format!("{name}:{pattern}") }
        }
        Clause::Type(announce) => format!("type:{}", announce.name()),
        Clause::Has(Property::Code) => "has:code".to_owned(),
        Clause::Has(Property::Doi) => "has:doi".to_owned(),
        Clause::Has(Property::Abstract) => "has:abstract".to_owned(),
        Clause::Has(Property::Withdrawn) => "is:withdrawn".to_owned(),
        Clause::Has(Property::Retracted) => "is:retracted".to_owned(),
        Clause::Has(Property::Picked) => "is:picked".to_owned(),
        Clause::Number { signal, comparison, value } => {
            let operator = match comparison {
                Comparison::Equal => "=",
                Comparison::More => ">",
                Comparison::AtLeast => ">=",
                Comparison::Less => "<",
                Comparison::AtMost => "<=",
            };
            format!("{}{operator}{value}", signal.name())
        }
        Clause::Date(range) => format!("date:{range}"),
    }
}

fn text_field(field: TextField) -> &'static str {
    match field {
        TextField::Anywhere => "",
        TextField::Title => "title:",
        TextField::Abstract => "abstract:",
        TextField::Comment => "comment:",
        TextField::Venue => "venue:",
        TextField::Organisation => "org:",
        TextField::Submitter => "submitter:",
        TextField::Names => "author:",
    }
}

fn words(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Word(word) => word.clone(),
        Pattern::Exact(word) => format!("={word}"),
        Pattern::Prefix(prefix) => format!("{prefix}*"),
        // Between quotation marks a `*` would be a character like any other.
        Pattern::Phrase { words, last: Some(last), .. } => format!("{}-{last}*", words.join("-")),
        Pattern::Phrase { words, last: None, slop: 0 } => format!("\"{}\"", words.join(" ")),
        Pattern::Regex(regex) => format!("/{}/", regex.as_str()),
        Pattern::Phrase { words, last: None, slop } => format!("\"{}\"~{slop}", words.join(" ")),
    }
}
